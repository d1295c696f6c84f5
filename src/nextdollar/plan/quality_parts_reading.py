"""Retention part by part: what each part claims, what it makes of the value, and what limits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.quality import ChurnEffect, churn_factor
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import MeasuredChurn, RetentionByQuality
from nextdollar.plan.quality_measured import effect_of, measured_sentences
from nextdollar.plan.quality_parts import (
    aged_decades,
    below_cost_share,
    beyond_cure,
    nobody_comes,
    parts_of,
    stated_parts,
    value_by_part,
)
from nextdollar.plan.words import money, percent, significant
from nextdollar.units import Floats

_NAMES = {
    "churn": "less churn",
    "conversion": "more who come",
    "expansion": "more use",
    "price": "a higher price",
}

# A step read this many times over is no longer what was measured.
_FAR = 2.0


@dataclass(frozen=True, slots=True)
class PartsReading:
    """What `retention` claims part by part, each figure certain or per draw.

    `change_per_decade_share` is what the next ten times of effective compute does to churn, the involuntary
    part included, and to each other part that is stated. `value_usd` is what each part makes of the present
    value of the candidate's gain: they add up to it. `cut_share` is how often the stated fall of churn was
    more than quality can do, `below_cost_share` how often today's model ages until a segment pays less than
    it costs. `gained_decades` and `aged_decades` are how far the candidate lies above today's model and how
    far that falls behind by the horizon, at the median. `measured` is what the counts say, `nobody_comes`
    whether conversion has nobody to convert, and `counts_gain_twice` whether parts come on top of a gain of
    users' value.
    """

    change_per_decade_share: Mapping[str, Floats]
    value_usd: Mapping[str, Floats]
    cut_share: float
    below_cost_share: float
    gained_decades: float
    aged_decades: float
    measured: ChurnEffect | None
    counts: MeasuredChurn | None
    nobody_comes: bool
    counts_gain_twice: bool


def parts_reading(
    stated: RetentionByQuality,
    values: Values,
    *,
    n_months: int,
    gained_decades: Floats,
    value_of: Callable[[tuple[str, ...]], Floats],
) -> PartsReading:
    """Return the parts of `retention`; `value_of` is the value of a candidate's gain by some parts alone."""
    parts = parts_of(stated, values)
    factor = churn_factor(
        1.0, slope_log_per_decade=parts.churn_log_per_decade, involuntary_share=parts.involuntary_share
    )
    change = {"churn": factor - 1.0}
    names = stated_parts(stated)
    for name in names[1:]:
        change[name] = np.expm1(getattr(parts, f"{name}_log_per_decade"))
    return PartsReading(
        change,
        value_by_part(names, value_of),
        beyond_cure(stated, values),
        below_cost_share(parts, values, n_months=n_months),
        float(np.median(gained_decades)),
        float(np.median(aged_decades(values, n_months=n_months))),
        None if stated.measured is None else effect_of(stated.measured),
        stated.measured,
        stated.conversion is not None and nobody_comes(values),
        len(names) > 1 and not stated.states_churn,
    )


def parts_sentences(reading: PartsReading, candidate: str) -> Iterator[str]:
    """Yield what each part makes of the value, and what to hold against it."""
    if len(reading.value_usd) > 1:
        yield _by_part(reading, candidate)
    if reading.counts is not None:
        yield from measured_sentences(reading.counts)
        yield from _reach(reading, reading.counts, candidate)
    if reading.measured is not None or len(reading.value_usd) > 1:
        yield (
            "the next ten times of compute change churn, failed payments included, by "
            f"{share_range(reading.change_per_decade_share['churn'])}"
        )
    yield from _limits(reading)


def _by_part(reading: PartsReading, candidate: str) -> str:
    shares = ", ".join(
        f"{money(float(np.mean(value_usd)))} by {_NAMES[name]}"
        for name, value_usd in reading.value_usd.items()
    )
    return (
        f"of the value of {candidate}, before costs: {shares}. Parts multiply each other, and each is "
        "counted at its mean over the orders in which they could be added"
    )


def _reach(reading: PartsReading, measured: MeasuredChurn, candidate: str) -> Iterator[str]:
    """Yield how far a plan goes beyond the step that was measured, where it is much further."""
    step = measured.gained.typical()
    if max(abs(reading.gained_decades), reading.aged_decades) > _FAR * step:
        yield (
            f"the step that was measured is {significant(step)} decades; {candidate} lies "
            f"{significant(reading.gained_decades)} above today's model, which falls "
            f"{significant(reading.aged_decades)} behind by the horizon: that churn goes on alike is assumed"
        )


def _limits(reading: PartsReading) -> Iterator[str]:
    """Yield what the parts cannot mean, where it is so."""
    if reading.cut_share > 0:
        yield (
            f"in {percent(reading.cut_share)} of draws the fall of churn is more than quality can do: it is "
            f"held there to nine tenths of the churn that is not failed payment"
        )
    if reading.nobody_comes:
        yield "`conversion` moves nothing: no segment states `growth`, so nobody new comes"
    if reading.counts_gain_twice:
        yield (
            "`gain` stands for churn here, and the other parts come on top of it: state `churn` if the gain "
            "of users' value is meant to hold them all"
        )
    if reading.below_cost_share > 0:
        yield (
            f"in {percent(reading.below_cost_share)} of draws today's model ages until customers pay less "
            "than it costs to serve them; an upgrade then counts as saving a loss that could end otherwise"
        )


def share_range(share: Floats) -> str:
    """Return a share as its median, with the 5 and 95 % points where they differ from it."""
    if np.ndim(share) == 0:
        return percent(float(share))
    low, middle, high = (percent(float(x)) for x in np.quantile(share, [0.05, 0.5, 0.95]))
    return middle if low == high else f"{middle} ({low} to {high})"
