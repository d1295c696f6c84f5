"""Draws of a figure in a few numbers; a single number is a certain one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nextdollar.uncertainty import ReachedSummary, Summary, summarise, summarise_reached
from nextdollar.uncertainty.sampling import DEFAULT_SCRAMBLES
from nextdollar.units import FloatArray, Floats


def spread(value: Floats) -> Summary:
    """Return mean, P5, P50 and P95 of draws, or of one number."""
    draws = _plain(value)
    return summarise(draws, _parts(draws))


def spread_share(share: Floats, value: Floats) -> Summary:
    """Return the same of a share of a value; its mean is the share of the expected value.

    The mean of shares by draw would say something else than the means of the value and of its part, which
    stand beside it: draws of a large value count for more.
    """
    found = spread(share)
    weights, shares = np.broadcast_arrays(np.asarray(value, dtype=np.float64), share)
    total = float(weights.sum())
    if not is_uncertain(shares) or np.any(weights < 0) or not 0 < total < np.inf:
        return found
    return replace(found, mean=float((weights * shares).sum()) / total, standard_error=np.nan)


def spread_reached(value: Floats) -> ReachedSummary:
    """Return the same of draws of which some, nan, never arrive."""
    draws = _plain(value)
    return summarise_reached(draws, _parts(draws))


def is_uncertain(value: Floats) -> bool:
    """Whether a figure is more than one number."""
    return np.size(value) > 1


def _plain(value: Floats) -> FloatArray | float:
    draws = np.asarray(value, dtype=np.float64)
    return float(draws.reshape(())) if draws.size == 1 else draws


def _parts(draws: FloatArray | float) -> int:
    # Draws that no design has dealt may come in any number: their sampling error is then not known.
    return DEFAULT_SCRAMBLES if np.size(draws) % DEFAULT_SCRAMBLES == 0 else 1
