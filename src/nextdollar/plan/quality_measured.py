"""What an upgrade did to churn, from the counts that a scenario states, as an input with its range."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nextdollar.customers.quality import ChurnCount, ChurnEffect, churn_effect
from nextdollar.plan.named_input import Input
from nextdollar.plan.quality_fields import FALL, ChurnCounted, MeasuredChurn
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.words import percent, significant
from nextdollar.uncertainty.distributions import Normal
from nextdollar.units import SCORE_OF_P95

MEASURED_NAME = "value_of_quality.retention.churn"
_MOST_MONTHS = 10**15
_UNIT = "ln/decade"
_MOST_TIMES_TOLD = 100.0


def is_sound(measured: MeasuredChurn) -> bool:
    """Whether a fall of churn follows from the counts: each possible, and a step that is one number."""
    are_possible = all(count_rule(item) == "" for _, item in counts(measured))
    return are_possible and not measured.gained.is_uncertain


def counts(measured: MeasuredChurn) -> Iterator[tuple[tuple[str, ...], ChurnCounted]]:
    """Yield every count with its place below `measured`."""
    yield ("before",), measured.before
    yield ("after",), measured.after
    if measured.control is not None:
        yield ("control", "before"), measured.control.before
        yield ("control", "after"), measured.control.after


def count_rule(counted: ChurnCounted) -> str:
    """Return the rule that a count breaks; empty where it is possible."""
    if counted.left < 1:
        return "must count at least one who left: of none no rate can be told"
    if counted.customer_months <= counted.left:
        return "must have more customer-months than customers who left"
    if counted.customer_months > _MOST_MONTHS:
        return f"must have at most {_MOST_MONTHS:.0e} customer-months".replace("e+", "e")
    return ""


def effect_of(measured: MeasuredChurn) -> ChurnEffect:
    """Return what the upgrade did to churn, per decade, from counts that are sound."""
    control = measured.control
    return churn_effect(
        _count(measured.before),
        _count(measured.after),
        gained_decades=measured.gained.typical(),
        control=None if control is None else (_count(control.before), _count(control.after)),
    )


def _count(counted: ChurnCounted) -> ChurnCount:
    return ChurnCount(counted.left, counted.customer_months)


def measured_input(measured: MeasuredChurn) -> Input:
    """Return the fall of churn per decade as an uncertain input that says where it is from."""
    effect = effect_of(measured)
    fall, error = effect.fall_log_per_decade, effect.standard_error_log_per_decade
    quantity = Quantity(
        FALL,
        f"{significant(fall)} +/- {significant(error)} {_UNIT}",
        _UNIT,
        FALL.units[_UNIT],
        Normal(fall, error),
        f"fall of churn per decade, normal in its logarithm: it changed by {_change(effect, measured)}",
    )
    return Input(MEASURED_NAME, quantity, "stated", _source(measured), "", _note(effect))


def _source(measured: MeasuredChurn) -> str:
    def told(counted: ChurnCounted) -> str:
        return f"{counted.left:,} of {counted.customer_months:,}".replace(",", " ")

    control = measured.control
    kept = (
        "" if control is None else f"; with the old model {told(control.before)}, then {told(control.after)}"
    )
    return (
        f"measured before/after a step of {measured.gained.text}: {told(measured.before)} customer-months "
        f"left, then {told(measured.after)}{kept}"
    )


def _note(effect: ChurnEffect) -> str:
    error = significant(effect.standard_error_log_per_decade)
    return f"standard error {error} in the logarithm of churn per decade; {effect.said()}"


def _change(effect: ChurnEffect, measured: MeasuredChurn) -> str:
    """Return the change of churn over the step as a share, with the ends of its 90 % range."""
    step = measured.gained.typical()
    middle, *ends = (float(np.expm1(-fall * step)) for fall in (effect.fall_log_per_decade, *_ends(effect)))
    low, high = sorted(ends)
    return f"{percent(middle)} ({percent(low)} to {percent(high)}) over {measured.gained.text}"


def _ends(effect: ChurnEffect) -> tuple[float, float]:
    spread = SCORE_OF_P95 * effect.standard_error_log_per_decade
    return effect.fall_log_per_decade - spread, effect.fall_log_per_decade + spread


def holds_no_effect(effect: ChurnEffect) -> bool:
    """Whether the 90 % range of the fall holds 0."""
    low, high = _ends(effect)
    return low <= 0 <= high


def measured_sentences(measured: MeasuredChurn) -> Iterator[str]:
    """Yield what was measured, how sure it is and what it cannot tell apart."""
    effect = effect_of(measured)
    yield (
        f"measured before/after: churn changed by {_change(effect, measured)}, a fall of "
        f"{significant(effect.fall_log_per_decade)} per decade in its logarithm with standard error "
        f"{significant(effect.standard_error_log_per_decade)}; {effect.said()}"
    )
    if holds_no_effect(effect):
        yield f"the range of what was measured holds no effect at all{_times_needed(effect)}"
    elif effect.fall_log_per_decade < 0:
        yield "churn rose with the better model, and by more than chance: see what else came with it"


def _times_needed(effect: ChurnEffect) -> str:
    """Say how much longer to count, were the effect as measured."""
    if effect.fall_log_per_decade == 0:
        return ": these counts cannot tell whether a better model keeps customers"
    times = float(np.square(SCORE_OF_P95 * effect.standard_error_log_per_decade / effect.fall_log_per_decade))
    more = f"; {significant(times, 2)} times as many customer-months would, if it is as large as measured"
    return (
        ": these counts cannot tell whether a better model keeps customers"
        f"{more if times <= _MOST_TIMES_TOLD else ''}"
    )
