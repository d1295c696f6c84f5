"""Customers of a segment whose purchases are dealt, with what they spent, and brought to fewer ages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.pay_as_you_go import Fitted, GammaGamma, Histories, unique_histories
from nextdollar.units import FloatArray

_N_AGES = 8
_FEW_REPEATS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Law of spend of a segment, and by customer the mean of his repeat purchases and all he spent."""

    fitted: Fitted[GammaGamma]
    repeat_spend_usd: FloatArray
    log_spend_usd: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtCustomers:
    """Customers that are dealt: each, their different histories, and these brought to fewer ages.

    What an alive customer still buys hardly depends on a few days of age: `coarse` has 8 ages.
    """

    chosen: NDArray[np.intp]
    histories: Histories
    repeat_spend_usd: FloatArray
    log_spend_usd: FloatArray
    unique: Histories
    unique_places: NDArray[np.intp]
    coarse: Histories
    coarse_places: NDArray[np.intp]

    @classmethod
    def of(cls, histories: Histories, spending: Spending, chosen: NDArray[np.intp]) -> DealtCustomers:
        """Return the customers at `chosen`, whose histories these are."""
        unique, unique_places = unique_histories(histories)
        coarse, coarse_places = _coarse(histories)
        return cls(
            chosen=chosen,
            histories=histories,
            repeat_spend_usd=spending.repeat_spend_usd[chosen],
            log_spend_usd=spending.log_spend_usd[chosen],
            unique=unique,
            unique_places=unique_places,
            coarse=coarse,
            coarse_places=coarse_places,
        )


def _coarse(histories: Histories) -> tuple[Histories, NDArray[np.intp]]:
    x, seen = histories.n_repeats, histories.n_periods_observed
    # Past 16 repeats, counts within a tenth of each other stand together.
    bucket = np.where(x < _FEW_REPEATS, x, np.floor(8 * np.log2(np.maximum(x, 1.0))))
    width = max(float(np.ptp(seen)), 1e-9)
    age = np.minimum(np.floor((seen - seen.min()) / width * _N_AGES), _N_AGES - 1)
    _, places = np.unique(np.stack([bucket, age]), axis=1, return_inverse=True)
    places = places.reshape(-1).astype(np.intp)
    counts = np.bincount(places)
    repeats = np.round(np.bincount(places, weights=x) / counts)
    ages = np.bincount(places, weights=seen) / counts
    return Histories.of_customers(repeats, np.where(repeats > 0, ages, 0.0), n_periods_observed=ages), places
