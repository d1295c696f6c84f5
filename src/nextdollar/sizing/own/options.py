"""What each way to get machine time costs by month, on the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.price_path import price_path_constants
from nextdollar.compute.accelerator import Accelerator
from nextdollar.compute.energy import energy_kwh, system_share_in_use
from nextdollar.compute.ownership.price_path import price_median_usd
from nextdollar.compute.ownership.rent_or_buy import (
    MonthlyCash,
    Owned,
    owned_cash,
    rented_cash,
    reserved_cash,
    token_cash,
)
from nextdollar.sizing.own.inputs import Inputs
from nextdollar.sizing.own.question import OwnQuestion
from nextdollar.sizing.own.rent_paths import rent_paths
from nextdollar.sizing.spread import Spread
from nextdollar.uncertainty import Design
from nextdollar.units import (
    DAYS_PER_MONTH,
    HOURS_PER_DAY,
    MONTHS_PER_YEAR,
    SECONDS_PER_HOUR,
    TOKENS_PER_MTOK,
    WATTS_PER_KW,
    FloatArray,
)

HOURS_PER_MONTH = HOURS_PER_DAY * DAYS_PER_MONTH
TERMS = {"one_year": 12, "three_years": 36}
"""Contracts of reservation and their months."""
OPTIONS = ("on_demand", "one_year", "three_years", "buy", "api")


@dataclass(frozen=True, slots=True)
class Demand:
    """Machines and hours of a month, each (n_draws,); tokens in millions, None where not known."""

    n_gpus: FloatArray
    used_gpu_hours: FloatArray
    mtok: FloatArray | None

    @property
    def all_gpu_hours(self) -> FloatArray:
        """Hours of all machines, used or not."""
        return self.n_gpus * HOURS_PER_MONTH

    @property
    def use_share(self) -> FloatArray:
        """Share of all hours that are used."""
        return self.used_gpu_hours / self.all_gpu_hours


@dataclass(frozen=True, slots=True)
class Case:
    """A question with everything drawn that its options need; every array ends in (n_draws,).

    `path` is the rent over that of today at the start of each month and at the horizon,
    (n_months + 1, n_draws); `gpus_per_instance` machines hold one copy of what is served.
    """

    question: OwnQuestion
    chip: Accelerator
    inputs: Inputs
    values: Mapping[str, FloatArray]
    demand: Demand
    path: FloatArray
    gpus_per_instance: float


def demand_of(question: OwnQuestion, values: Mapping[str, FloatArray], *, group: float) -> Demand:
    """Return machines and hours: those asked for, or those that the tokens take, in groups that hold a copy.

    Notes
    -----
    hours = tokens / (tokens per second * 3600); machines = hours / (hours of a month * use), rounded up.
    """
    speed = values.get("tokens_per_s_per_gpu")
    if question.work.n_gpus is not None:
        n_gpus = np.full_like(values["use"], question.work.n_gpus)
        used = n_gpus * HOURS_PER_MONTH * values["use"]
        return Demand(n_gpus, used, None if speed is None else used * _mtok_per_hour(speed))
    if question.work.tokens_per_month is None or speed is None:
        raise ValueError("a volume without tokens per second passed the checks")
    mtok = question.work.tokens_per_month / TOKENS_PER_MTOK
    used = mtok / _mtok_per_hour(speed)
    n_gpus = group * np.ceil(used / (HOURS_PER_MONTH * values["use"]) / group)
    return Demand(n_gpus, used, np.full_like(used, mtok))


def rent_path(n_months: int, design: Design) -> FloatArray:
    """Rent over that of today at the start of each month and at the horizon, (n_months + 1, n_draws)."""
    return rent_paths(Spread(1.0, 1.0), np.arange(n_months + 1, dtype=np.float64), design)


def rented_options(case: Case) -> dict[str, MonthlyCash]:
    """Cash of renting on demand and of each reservation whose price is known."""
    values, demand = case.values, case.demand
    found: dict[str, MonthlyCash] = {}
    if "on_demand" not in values:
        return found
    by_month = case.path[:-1]
    found["on_demand"] = rented_cash(values["on_demand"] * by_month, rented_gpu_hours(case))
    for contract, term_months in TERMS.items():
        if contract not in values:
            continue
        price = values[contract]
        if not case.inputs.assumed[contract].is_given:
            price = price * values["on_demand"]
        found[contract] = reserved_cash(price * by_month, demand.all_gpu_hours, term_months=term_months)
    return found


def rented_gpu_hours(case: Case) -> FloatArray:
    """Hours of a month that are paid on demand: those used, and idle ones that are not given back."""
    demand = case.demand
    return demand.used_gpu_hours / np.maximum(case.values["rented_use"], demand.use_share)


def api_option(case: Case) -> MonthlyCash | None:
    """Cash of paying by the token; None where price or volume is not known."""
    mtok = case.demand.mtok
    if "api" not in case.values or mtok is None:
        return None
    return token_cash(case.values["api"], mtok, n_months=case.question.horizon_months)


def machines_of_own(case: Case) -> Owned | None:
    """What machines of one's own cost: bought, housed, powered, kept running, sold; None where not known.

    A used machine is worth what it earns: where the rent of the horizon is above or below the middle of
    its paths, so is the resale.
    """
    values, demand = case.values, case.demand
    if "purchase" not in values or case.chip.power_watts is None:
        return None
    years = case.question.horizon_months / MONTHS_PER_YEAR
    paid = values["purchase"] * demand.n_gpus / (1 - values["interconnect_share"])
    usual = price_median_usd(1.0, float(case.question.horizon_months), price_path_constants())
    kept = np.minimum(values["value_kept_per_year"] ** years * case.path[-1] / usual, 1.0)
    capacity_kw = demand.n_gpus * values["capacity_share"] * case.chip.power_watts / WATTS_PER_KW
    space, building, left = np.zeros_like(paid), np.zeros_like(paid), np.zeros_like(paid)
    if "space_usd_per_kw_month" in values:
        space = values["space_usd_per_kw_month"] * capacity_kw
    if "building_usd_per_kw" in values:
        building = values["building_usd_per_kw"] * capacity_kw
        left = building * np.maximum(1 - years / values["building_life_years"], 0.0)
    return Owned(
        hardware_usd=paid,
        resale_usd=paid * kept,
        electricity_usd_per_month=values["usd_per_kwh"] * kwh_per_month(case, case.demand.all_gpu_hours),
        space_usd_per_month=space,
        staff_usd_per_month=engineers(case) * values["usd_per_engineer_year"] / MONTHS_PER_YEAR,
        repair_usd_per_month=values["repair_share_per_year"] * paid / MONTHS_PER_YEAR,
        building_usd=building,
        building_left_usd=left,
    )


def engineers(case: Case) -> FloatArray:
    """Engineers who keep the machines running: as stated, else by their number but a least share of one."""
    values = case.values
    if "engineers" in values:
        return values["engineers"]
    return np.maximum(case.demand.n_gpus / values["gpus_per_engineer"], values["least_engineers"])


def kwh_per_month(case: Case, gpu_hours: FloatArray) -> FloatArray:
    """Energy of a month from the grid in kWh, (n_draws,), of machines kept on for `gpu_hours`."""
    values = case.values
    use = np.minimum(case.demand.used_gpu_hours / gpu_hours, 1.0)
    share = system_share_in_use(values["system_share"], use, idle_share=values["idle_share"])
    watts = case.chip.power_watts or 0.0
    return np.asarray(energy_kwh(gpu_hours, watts, system_share=share, pue=values["pue"]))


def cash_of_options(case: Case, owned: Owned | None) -> dict[str, MonthlyCash]:
    """Cash of every option that is known, in the order of `OPTIONS`."""
    found = rented_options(case)
    if owned is not None:
        found["buy"] = owned_cash(owned, n_months=case.question.horizon_months)
    tokens = api_option(case)
    if tokens is not None:
        found["api"] = tokens
    return found


def _mtok_per_hour(tokens_per_s: FloatArray) -> FloatArray:
    return tokens_per_s * SECONDS_PER_HOUR / TOKENS_PER_MTOK
