"""A fleet for a load, the levers on its cost, and where a scenario has candidates, a fleet for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nextdollar.compute.training.ladder import Range
from nextdollar.errors import InputError, require
from nextdollar.sizing.fleet.answer import FleetOption, FleetPlan
from nextdollar.sizing.fleet.load import HourlyLoad
from nextdollar.sizing.fleet.plan import plan_fleet
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.levers.beside import fleet_levers
from nextdollar.sizing.levers.lever import Lever, LeverSettings
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.spread import Spread, product_range
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class CandidateFleet:
    """What serving the same load takes with another model; `fleet` is None for the `reason`."""

    name: str
    params: float | None
    fleet: FleetOption | None
    reason: str


@dataclass(frozen=True, slots=True)
class ServePlan:
    """The answer: the fleet, what would make it cheaper, and the other sizes of a scenario.

    Parameters
    ----------
    fleet : FleetPlan
        The cheapest fleet and its alternatives.
    levers : tuple of Lever
        What would make it cheaper; empty where it was not asked for.
    load : HourlyLoad or None
        Where the load of the question is from.
    candidates : tuple of CandidateFleet
        Models of other sizes under the same load.
    usd_per_kwh : Spread or None
        Price of electricity.
    notes : tuple of str
        What was assumed on top of what the fleet's own notes say.
    """

    fleet: FleetPlan
    levers: tuple[Lever, ...]
    load: HourlyLoad | None = None
    candidates: tuple[CandidateFleet, ...] = ()
    usd_per_kwh: Spread | None = None
    notes: tuple[str, ...] = ()

    @property
    def electricity_usd_per_month(self) -> Range | None:
        """Cost of the electricity of the chosen fleet; part of a rent, so it is not added to it."""
        chosen, price = self.fleet.chosen, self.usd_per_kwh
        kwh = None if chosen is None else chosen.bill.kwh_per_month
        if price is None or kwh is None:
            return None
        energy = Spread(float(kwh.p5), float(kwh.p95))
        return product_range(float(kwh.p50) * price.p50, energy.sd_log, price.sd_log)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where constants, prices, the shape of the day and the reach of levers come from."""
        found = [*self.fleet.sources, *(source for lever in self.levers for source in lever.sources)]
        if self.load is not None and self.load.source is not None:
            found.append(self.load.source)
        if self.fleet.question.model.source is not None:
            found.append(self.fleet.question.model.source)
        # A table of prices has a page for each price: the table is named once.
        return tuple({(source.work, source.place): source for source in reversed(found)}.values())[::-1]


def serve_plan(
    question: FleetQuestion,
    *,
    load: HourlyLoad | None = None,
    settings: LeverSettings | None = None,
    with_levers: bool = True,
    candidates: Mapping[str, str] | None = None,
    usd_per_kwh: tuple[float, float] | None = None,
    notes: tuple[str, ...] = (),
) -> ServePlan:
    """Plan the cheapest fleet for a load, and set the levers on its cost beside each other.

    Parameters
    ----------
    question : FleetQuestion
        Model, need, hardware and prices.
    load : HourlyLoad, optional
        Where the load of `question.need` is from, for the record.
    settings : LeverSettings, optional
        What is stated of the levers in place of what is published.
    with_levers : bool
        False leaves the levers out.
    candidates : mapping of str to str, optional
        Models that are planned for too, as `model_named` takes them, by name.
    usd_per_kwh : (float, float), optional
        5 % and 95 % quantiles of the price of electricity, above 0.
    notes : tuple of str
        What was assumed to come to the question.

    Returns
    -------
    ServePlan
        The fleet (None chosen where nothing meets the limits), levers and candidates.

    Raises
    ------
    CatalogueError
        If a name is unknown.
    DomainError
        If a number leaves its domain.
    """
    price = None
    if usd_per_kwh is not None:
        low, high = usd_per_kwh
        require(low > 0, "usd_per_kwh", "above 0", low)
        require(high >= low, "usd_per_kwh", "from low to high", usd_per_kwh)
        price = Spread(low, high)
    fleet = plan_fleet(question)
    levers = fleet_levers(fleet, settings) if with_levers else ()
    others = () if candidates is None else _candidates(question, candidates)
    return ServePlan(fleet, levers, load, others, price, notes)


def _candidates(question: FleetQuestion, models: Mapping[str, str]) -> tuple[CandidateFleet, ...]:
    """Return the fleet of each model."""
    found = []
    for name, text in models.items():
        try:
            model = model_named(text)
        except InputError as error:
            found.append(CandidateFleet(name, None, None, str(error)))
            continue
        plan = plan_fleet(replace(question, model=model, n_alternatives=1))
        found.append(CandidateFleet(name, float(model.shape.params), plan.chosen, _reason(plan)))
    return tuple(found)


def _reason(plan: FleetPlan) -> str:
    """Return why there is no fleet; nothing where there is one."""
    if plan.chosen is not None:
        return ""
    return plan.closest or "; ".join(f"{item.name}: {item.reason}" for item in plan.refused[:1])
