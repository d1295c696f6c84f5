"""What a used hour costs at each use, and which inputs decide between the two best ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.compute.energy import energy_kwh
from nextdollar.compute.training.ladder import Range
from nextdollar.finance import first_order_shares
from nextdollar.sizing.own.options import TERMS, Case, kwh_per_month
from nextdollar.uncertainty import quantiles
from nextdollar.units import FloatArray

USES = tuple(round(0.05 * step, 2) for step in range(1, 21))
"""Shares of the hours at which the cost of a used hour is told."""
RENTS_TO_COME = "rents_to_come"
_SHARES = (0.05, 0.5, 0.95)
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class CostByUse:
    """Present cost of an option as fixed + use * `at_full_usd`, each (n_draws,)."""

    fixed_usd: FloatArray
    at_full_usd: FloatArray


@dataclass(frozen=True, slots=True)
class Drivers:
    """Share of the variance of the difference between two options that knowing an input would remove."""

    option: str
    over: str
    shares: Mapping[str, float]


def costs_by_use(
    case: Case, costs_usd: Mapping[str, FloatArray], *, annuity_months: float
) -> dict[str, CostByUse]:
    """Split the present cost of every option that is paid by the machine, the API left out.

    Renting on demand is all use, a reservation all fixed; of owned machines only the electricity of hours
    at work, above that of idle ones, goes with use.
    """
    found: dict[str, CostByUse] = {}
    nothing = np.zeros_like(case.demand.n_gpus)
    if "on_demand" in costs_usd:
        found["on_demand"] = CostByUse(nothing, costs_usd["on_demand"] / case.demand.use_share)
    for contract in TERMS:
        if contract in costs_usd:
            found[contract] = CostByUse(costs_usd[contract], nothing)
    if "buy" in costs_usd:
        unit_usd = case.values["usd_per_kwh"] * annuity_months
        full = _kwh_of_all_hours(case)
        idle = full * case.values["idle_share"]
        fixed_usd = costs_usd["buy"] - unit_usd * (kwh_per_month(case, case.demand.all_gpu_hours) - idle)
        found["buy"] = CostByUse(np.maximum(fixed_usd, 0.0), unit_usd * (full - idle))
    return found


def use_curves(
    case: Case, by_use: Mapping[str, CostByUse], *, annuity_months: float
) -> dict[str, tuple[Range, ...]]:
    """Return what a used GPU-hour costs in USD at each of `USES`, option by option."""
    hours = annuity_months * case.demand.all_gpu_hours
    return {
        name: tuple(_range((cost.fixed_usd / use + cost.at_full_usd) / hours) for use in USES)
        for name, cost in by_use.items()
    }


def drivers(case: Case, costs_usd: Mapping[str, FloatArray], *, wins: Mapping[str, float]) -> Drivers | None:
    """Return what decides between the two options that win most often; None where there are not two."""
    if len(costs_usd) < 2:
        return None
    first, second = sorted(costs_usd, key=lambda name: (-wins[name], float(np.median(costs_usd[name]))))[:2]
    inputs = {name: draws for name, draws in case.values.items() if np.ptp(draws) > 0}
    inputs[RENTS_TO_COME] = case.path.mean(axis=0)
    shares = first_order_shares(inputs, costs_usd[second] - costs_usd[first])
    told = sorted(shares, key=lambda name: -shares[name])
    return Drivers(first, second, {name: shares[name] for name in told if shares[name] >= _LEAST_SHARE})


def _kwh_of_all_hours(case: Case) -> FloatArray:
    """Energy of a month if every machine were at work in every hour."""
    values, watts = case.values, case.chip.power_watts or 0.0
    hours = case.demand.all_gpu_hours
    return np.asarray(energy_kwh(hours, watts, system_share=values["system_share"], pue=values["pue"]))


def _range(draws: FloatArray) -> Range:
    return Range(*(float(value) for value in quantiles(draws, _SHARES)))
