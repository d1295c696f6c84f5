"""The use and the volume from which machines that are paid for anyway cost less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.ownership.break_even import NEVER, break_even_volume
from nextdollar.compute.ownership.owned_hour import break_even_utilisation_share
from nextdollar.compute.ownership.rent_or_buy import owned_cash
from nextdollar.finance import npv
from nextdollar.sizing.own.curves import CostByUse
from nextdollar.sizing.own.options import HOURS_PER_MONTH, Case, Demand, machines_of_own
from nextdollar.uncertainty import quantiles
from nextdollar.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK, FloatArray

_DOUBLINGS = 12
_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From where `option` costs less than `over`: a share of the hours used, or tokens per month.

    A quantile is None where it is never reached; `never_share` is the share of draws that never reach it.
    """

    option: str
    over: str
    quantity: str
    p5: float | None
    p50: float | None
    p95: float | None
    never_share: float


def break_evens(
    case: Case,
    costs_usd: Mapping[str, FloatArray],
    *,
    by_use: Mapping[str, CostByUse],
    annuity_months: float,
    rate_per_month: float,
) -> tuple[BreakEven, ...]:
    """Return every break-even that the options of a case have.

    Parameters
    ----------
    case : Case
        Everything drawn.
    costs_usd : mapping of str to array (n_draws,)
        Present cost of each option.
    by_use : mapping of str to CostByUse
        The same, split into what goes with use and what does not.
    annuity_months : float
        Present value of 1 USD at the end of each month.
    rate_per_month : float
        Rate at which later cash counts less.
    """
    return (*_by_use(by_use), *_by_volume(case, costs_usd, annuity_months, rate_per_month))


def _by_use(by_use: Mapping[str, CostByUse]) -> Iterator[BreakEven]:
    """Yield the use above which owned and reserved machines beat paying for hours used."""
    rented = by_use.get("on_demand")
    if rented is None:
        return
    for name, cost in by_use.items():
        if name != "on_demand":
            share = break_even_utilisation_share(
                cost.fixed_usd, rented.at_full_usd, electricity_usd_per_gpu_hour=cost.at_full_usd
            )
            yield _reached(name, "on_demand", "use_share", _never_above(np.asarray(share), 1.0))


def _by_volume(
    case: Case, costs_usd: Mapping[str, FloatArray], annuity_months: float, rate_per_month: float
) -> Iterator[BreakEven]:
    """Yield the tokens a month above which machines of one's own beat an API."""
    speed = case.values.get("tokens_per_s_per_gpu")
    if speed is None or "api" not in case.values or "buy" not in costs_usd:
        return
    sizes = case.gpus_per_instance * 2.0 ** np.arange(_DOUBLINGS + 1)
    month_usd, month_tokens = [], []
    for n_gpus in sizes:
        used = n_gpus * HOURS_PER_MONTH * case.values["use"]
        owned = machines_of_own(replace(case, demand=Demand(np.full_like(used, n_gpus), used, None)))
        if owned is None:
            return
        cash = owned_cash(owned, n_months=case.question.horizon_months)
        month_usd.append(np.maximum(npv(cash.paid_usd, rate_per_month), 0.0) / annuity_months)
        month_tokens.append(used * speed * SECONDS_PER_HOUR)
    volume = break_even_volume(
        np.array(month_usd), np.array(month_tokens), api_usd_per_token=case.values["api"] / TOKENS_PER_MTOK
    )
    yield _reached("buy", "api", "tokens_per_month", np.asarray(volume))


def _never_above(draws: FloatArray, most: float) -> FloatArray:
    """Return draws with `NEVER` where there is none or it is above what can be."""
    return np.where(np.isnan(draws) | (draws > most), NEVER, draws)


def _reached(option: str, over: str, quantity: str, draws: FloatArray) -> BreakEven:
    ends = [None if value == NEVER else float(value) for value in quantiles(draws, _SHARES)]
    return BreakEven(option, over, quantity, ends[0], ends[1], ends[2], float(np.mean(draws == NEVER)))
