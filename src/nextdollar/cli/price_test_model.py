"""From what a file of prices states of a test, or a table of one, to an elasticity with its range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nextdollar.audience.pricing.price_test import TestedPrice, leaves_possible, tested_price
from nextdollar.audience.pricing.price_test_rows import (
    CANNOT_TELL_HINT,
    CANNOT_TELL_RULE,
    PriceArm,
    PriceTestRows,
    summed_arms,
)
from nextdollar.cli.price_fields import DemandFields, PriceFile
from nextdollar.cli.price_test_fields import PriceTestFields
from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.faults import fault_at
from nextdollar.plan.reading.document import Document, KeyPath

_AT: KeyPath = ("demand", "price_test")


def with_demand_of(stated: PriceFile, table: PriceTestRows | None) -> PriceFile:
    """Return the file with a demand where only a table of a test speaks of it."""
    if table is None or stated.demand is not None:
        return stated
    return stated.model_copy(update={"demand": DemandFields()})


def price_test_faults(stated: PriceFile, document: Document, table: PriceTestRows | None) -> Iterator[Fault]:
    """Yield what is wrong with a test, or with stating it beside what says the same."""
    demand = stated.demand
    if demand is None:
        return
    test = demand.price_test
    if demand.elasticity is not None and (test is not None or table is not None):
        rule = "must not stand beside a test of prices, which says what it is"
        path: KeyPath = ("demand", "elasticity")
        yield fault_at(document, path, code="ND1797", rule=rule, hint="leave one out", on_key=True)
    arms = None if test is None else test.arms
    if test is not None and arms is None and table is None:
        rule, hint = "must state `arms`, or a table of them by --test", "price_usd, offered, bought of each"
        yield fault_at(document, _AT, code="ND1797", rule=rule, hint=hint, on_key=True)
    if arms is not None and table is not None:
        rule = "must not stand beside --test, which says what they are"
        path = (*_AT, "arms")
        yield fault_at(document, path, code="ND1797", rule=rule, hint="leave one out", on_key=True)
    if (arms is not None or table is not None) and demand.form == "linear" and _today_usd(test) is None:
        rule = "needs `demand.price_test.today_usd`, the price at which its elasticity is meant"
        path = ("demand", "form")
        yield fault_at(
            document, path, code="ND1796", rule=rule, hint="today's price in the terms of the arms"
        )
    yield from _arm_faults(test, document)


def tested_of(stated: PriceFile, document: Document, table: PriceTestRows | None) -> TestedPrice | None:
    """Return what a test says; None where none is stated. Its faults have been refused.

    Raises
    ------
    ScenarioError
        If `min` rules out next to everything that the test leaves possible.
    """
    demand = stated.demand
    test = None if demand is None else demand.price_test
    rows = table
    if test is not None and test.arms is not None:
        rows = summed_arms(_arms(test))
    if demand is None or rows is None:
        return None
    least = 0.0 if test is None or test.min is None else test.min
    found = tested_price(rows, demand.form, today_usd=_today_usd(test), least=least)
    if least > 0 and not leaves_possible(found):
        p5, _, p95 = found.quantiles()
        rule = "must leave possible what the test says"
        hint = f"the test puts the elasticity at {p5:.3g} to {p95:.3g}"
        fault = fault_at(document, (*_AT, "min"), code="ND1796", rule=rule, hint=hint)
        raise ScenarioError([replace(fault, value=f"{least:g}")])
    return found


def _arm_faults(test: PriceTestFields | None, document: Document) -> Iterator[Fault]:
    arms = () if test is None or test.arms is None else tuple(test.arms)
    is_sound = True
    for place, arm in enumerate(arms):
        if arm.bought > arm.offered:
            is_sound = False
            path: KeyPath = (*_AT, "arms", place, "bought")
            rule = f"must be at most the {arm.offered} who were offered it"
            yield fault_at(document, path, code="ND1795", rule=rule)
    if test is not None and arms and is_sound and not summed_arms(_arms(test)).sells_at_two_prices():
        yield fault_at(
            document, (*_AT, "arms"), code="ND1796", on_key=True, rule=CANNOT_TELL_RULE, hint=CANNOT_TELL_HINT
        )


def _arms(test: PriceTestFields) -> list[PriceArm]:
    return [
        PriceArm(float(arm.price_usd), arm.offered, arm.bought, arm.segment or "") for arm in test.arms or ()
    ]


def _today_usd(test: PriceTestFields | None) -> float | None:
    return None if test is None or test.today_usd is None else float(test.today_usd)
