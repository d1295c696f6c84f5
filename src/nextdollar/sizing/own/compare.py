"""Rent, reserve, buy, or pay by the token: what each costs, how sure that is, and which is cheapest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.data_centres import data_centre_range
from nextdollar.catalogue.electricity import electricity_price, grid_carbon
from nextdollar.catalogue.price_path import price_path_sources
from nextdollar.compute.ownership.rent_or_buy import MonthlyCash, Owned, book_value_usd
from nextdollar.compute.training.ladder import Range
from nextdollar.errors import CatalogueError, Fault, OptionsError
from nextdollar.finance import npv
from nextdollar.sizing.own.answer import OwnAnswer, OwnMonth, OwnOption
from nextdollar.sizing.own.break_even import break_evens
from nextdollar.sizing.own.curves import costs_by_use, drivers, use_curves
from nextdollar.sizing.own.inputs import Inputs, inputs_of
from nextdollar.sizing.own.options import (
    OPTIONS,
    Case,
    cash_of_options,
    demand_of,
    kwh_per_month,
    machines_of_own,
    rent_path,
    rented_gpu_hours,
)
from nextdollar.sizing.own.question import OwnQuestion
from nextdollar.sizing.own.throughput import Throughput, throughput_of
from nextdollar.sources import Source
from nextdollar.uncertainty import Design, quantiles, replicate_error
from nextdollar.units import TOKENS_PER_MTOK, FloatArray, per_month_from_per_year

_SHARES = (0.05, 0.5, 0.95)


def own(question: OwnQuestion) -> OwnAnswer:
    """Compare renting, reserving, buying, and paying by the token, over a horizon.

    Parameters
    ----------
    question : OwnQuestion
        Machines or tokens, accelerator, horizon, and what is known of prices and the site.

    Returns
    -------
    OwnAnswer
        Present cost of each option with its 90 % range, cost of a used GPU-hour and of a million tokens,
        the chance that it is the cheapest, cash by month, break-evens, energy and carbon.

    Raises
    ------
    CatalogueError
        If the accelerator or the region is not known.
    OptionsError
        If a volume of tokens is asked for and nothing says how many a GPU serves.

    Notes
    -----
    Costs are present values before tax at the cost of capital, one for all options. An hour's cost is
    present cost over the present value of the hours used, as levelised cost of electricity is. Rents
    follow price paths; ranges are log-normal and independent, but the same draws meet every option.
    """
    chip = accelerator(question.accelerator)
    throughput = throughput_of(question.work, chip)
    if question.work.tokens_per_month is not None and isinstance(throughput, str):
        raise OptionsError([Fault("ND1010", "--tokens", "needs tokens per second", "", throughput)])
    inputs = inputs_of(question, chip, throughput)
    design = Design.rounded(question.n_draws, question.seed)
    values = inputs.draws(design)
    group = throughput.gpus_per_instance if isinstance(throughput, Throughput) else 1.0
    demand = demand_of(question, values, group=group)
    path = rent_path(question.horizon_months, design)
    case = Case(question, chip, inputs, values, demand, path, group)
    return _answer(case, design)


def _answer(case: Case, design: Design) -> OwnAnswer:
    question, demand = case.question, case.demand
    rate_year = question.cost_of_capital_per_year
    if rate_year is None:
        rate_year = data_centre_range("cost_of_capital_per_year").middle
    rate = float(per_month_from_per_year(rate_year))
    owned = machines_of_own(case)
    cash = cash_of_options(case, owned)
    costs = {name: np.asarray(npv(table.paid_usd, rate)) for name, table in cash.items()}
    annuity = float(npv(np.concatenate(([0.0], np.ones(question.horizon_months))), rate))
    carbon = _kg_per_kwh(question)
    wins = _wins(costs)
    told = _Teller(case, design, annuity, carbon, wins)
    options = [told.option(name, cash[name], costs[name]) for name in cash]
    by_use = costs_by_use(case, costs, annuity_months=annuity)
    parts = {} if owned is None else _parts(owned, annuity, (1 + rate) ** -question.horizon_months)
    return OwnAnswer(
        question=question,
        accelerator=case.chip.name,
        n_gpus=_range(demand.n_gpus),
        use_share=_range(demand.use_share),
        tokens_per_month=None if demand.mtok is None else _range(demand.mtok * TOKENS_PER_MTOK),
        rent_at_end_share=_range(case.path[-1]),
        cost_of_capital_per_year=rate_year,
        kg_per_kwh=carbon,
        options=tuple(sorted(options, key=lambda item: float(item.cost_usd.p50))),
        refused={name: _reason(case.inputs, name) for name in OPTIONS if name not in cash},
        break_evens=break_evens(case, costs, by_use=by_use, annuity_months=annuity, rate_per_month=rate),
        use_curves=use_curves(case, by_use, annuity_months=annuity),
        drivers=drivers(case, costs, wins=wins),
        parts_usd=parts,
        book_value_usd=() if owned is None else _book(case, owned),
        assumptions=tuple(case.inputs.assumed.values()),
        notes=tuple(_notes(case, carbon)),
        sources=tuple(dict.fromkeys(_sources(case, carbon))),
        n_draws=design.n_draws,
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Turns the draws of an option into what is said of it."""

    case: Case
    design: Design
    annuity_months: float
    kg_per_kwh: float | None
    wins: Mapping[str, float]

    def option(self, name: str, cash: MonthlyCash, cost_usd: FloatArray) -> OwnOption:
        """Return an option in figures."""
        demand = self.case.demand
        kwh = self._kwh(name)
        is_priced = demand.mtok is not None
        per_mtok = cost_usd / (self.annuity_months * demand.mtok) if demand.mtok is not None else None
        n_scrambles = self.design.n_scrambles
        carbon = None if kwh is None or self.kg_per_kwh is None else _range(kwh * self.kg_per_kwh)
        return OwnOption(
            name=name,
            cost_usd=_range(cost_usd),
            mean_usd=float(np.mean(cost_usd)),
            sampling_error_usd=replicate_error(lambda part: float(np.median(part)), cost_usd, n_scrambles),
            usd_per_used_gpu_hour=_range(cost_usd / (self.annuity_months * demand.used_gpu_hours)),
            usd_per_mtok=_range(per_mtok) if is_priced and per_mtok is not None else None,
            cheapest_share=self.wins[name],
            energy_kwh=None if kwh is None else _range(kwh),
            carbon_kg=carbon,
            months=_months(cash),
        )

    def _kwh(self, name: str) -> FloatArray | None:
        """Energy over the horizon; None for an API, and where no power is published."""
        if name == "api" or self.case.chip.power_watts is None:
            return None
        hours = rented_gpu_hours(self.case) if name == "on_demand" else self.case.demand.all_gpu_hours
        by_month = kwh_per_month(self.case, hours)
        return by_month * self.case.question.horizon_months


def _wins(costs: Mapping[str, FloatArray]) -> dict[str, float]:
    """Return the share of draws in which each option costs least; ties go to the first."""
    if not costs:
        return {}
    least = np.argmin(np.array(list(costs.values())), axis=0)
    return {name: float(np.mean(least == place)) for place, name in enumerate(costs)}


def _months(cash: MonthlyCash) -> tuple[OwnMonth, ...]:
    ends = quantiles(cash.paid_usd, _SHARES)
    capex, opex = cash.capex_usd.mean(axis=-1), cash.opex_usd.mean(axis=-1)
    return tuple(
        OwnMonth(
            month, float(capex[month]), float(opex[month]), Range(*(float(end) for end in ends[:, month]))
        )
        for month in range(len(capex))
    )


def _parts(owned: Owned, annuity: float, end_factor: float) -> dict[str, float]:
    """Return the means of what owning consists of, as of today."""
    parts = {
        "hardware": owned.hardware_usd,
        "resale": -np.asarray(owned.resale_usd) * end_factor,
        "building": owned.building_usd - np.asarray(owned.building_left_usd) * end_factor,
        "electricity": np.multiply(owned.electricity_usd_per_month, annuity),
        "space": np.multiply(owned.space_usd_per_month, annuity),
        "staff": np.multiply(owned.staff_usd_per_month, annuity),
        "repairs": np.multiply(owned.repair_usd_per_month, annuity),
    }
    return {name: float(np.mean(part)) for name, part in parts.items() if np.any(part)}


def _book(case: Case, owned: Owned) -> tuple[float, ...]:
    months = np.arange(case.question.horizon_months + 1, dtype=np.float64)
    value = book_value_usd(owned.hardware_usd, case.values["book_life_years"], months)
    return tuple(float(row) for row in value.mean(axis=-1))


def _range(draws: FloatArray) -> Range:
    return Range(*(float(value) for value in quantiles(np.asarray(draws), _SHARES)))


def _kg_per_kwh(question: OwnQuestion) -> float | None:
    """Return the carbon of the grid: as stated, else of the region; None where none is known."""
    if question.site.kg_per_kwh is not None:
        return question.site.kg_per_kwh
    try:
        return grid_carbon(
            electricity_price(question.site.region, question.as_of).grid, question.as_of
        ).kg_per_kwh
    except CatalogueError:
        return None


def _reason(inputs: Inputs, name: str) -> str:
    """Return why an option is missing."""
    if name == "api":
        return inputs.unknown.get("api") or inputs.unknown.get("tokens_per_s_per_gpu", "")
    if name == "buy":
        return inputs.unknown.get("purchase") or inputs.unknown.get("power", "")
    return inputs.unknown.get(name) or inputs.unknown.get("on_demand", "")


def _notes(case: Case, carbon: float | None) -> Iterator[str]:
    known = case.inputs.assumed
    yield "costs are before tax; what is reserved or owned is paid for all hours"
    if not known["rented_use"].is_given:
        yield "on demand pays for the hours used alone; state --rented-use where idle ones are paid too"
    if "purchase" in known and not known["purchase"].is_given:
        yield f"{known['purchase'].words}, and a used one follows the rents: state --purchase with an offer"
    yield from (item.stale for item in known.values() if item.stale)
    if "one_year" in known and not known["one_year"].is_given:
        words = known["one_year"].words
        yield f"reserving costs a share of the price on demand: {words}"
    if not known["use"].is_given:
        yield f"use is not known: {known['use'].words}"
    if "power" in case.inputs.unknown:
        yield f"no energy: {case.inputs.unknown['power']}"
    elif carbon is None:
        yield f"no carbon: the catalogue has no grid of {case.question.site.region}, state --carbon"
    if "tokens_per_s_per_gpu" in known and not known["tokens_per_s_per_gpu"].is_given:
        yield f"tokens per second: {known['tokens_per_s_per_gpu'].words}; limits on latency lower it"
    if "api" in known:
        yield "the price of the API is held over the horizon; its energy is not known"
    months = case.question.horizon_months
    if "three_years" in known and months % 36:
        yield f"three years are reserved although {months} months are asked for: the rest is paid at the end"


def _sources(case: Case, carbon: float | None) -> Iterator[Source]:
    yield case.chip.source
    for item in case.inputs.assumed.values():
        if item.source is not None and item.source.link:
            yield item.source
    yield from price_path_sources()
    if carbon is not None and case.question.site.kg_per_kwh is None:
        yield grid_carbon(electricity_price(case.question.site.region).grid).source
