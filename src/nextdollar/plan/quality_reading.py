"""What a scenario claims of quality, laid beside what was measured: per decade, per cent of loss, at most.

A flat reading lets a gain last to the horizon. Where models age it is shown beside the one that decides, so
that nobody takes the first for the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.customers import Elasticity, ceiling, equivalent_elasticity, equivalent_per_decade
from nextdollar.customers.upgrade_cycle import Upgrade
from nextdollar.errors import DomainError
from nextdollar.plan.economics import Market, PresentBases, market, present_bases, uplift_share
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.quality_fields import AGEING_FORMS
from nextdollar.plan.quality_parts import (
    Served,
    lifetime_gain_share,
    most_gain_share,
    parts_of,
    retained_share,
)
from nextdollar.plan.quality_parts_reading import PartsReading, parts_reading, parts_sentences, share_range
from nextdollar.plan.quality_value import (
    decades_gained,
    frontier_share,
    per_decade,
    threshold,
)
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical, law_of, technical
from nextdollar.plan.words import money, percent, significant
from nextdollar.scaling import Frontier, budget_for_loss
from nextdollar.units import Floats

_MEASURED_SHARE = 0.161
_GRADE_WORDS = {"D": "a survey or a judgement", "E": "a claim of a vendor"}
_LEAST_SHARE_TOLD = 0.05
_LEAST_GAIN_SHARE = -0.999
_LARGE_SHARE_OF_MEAN = 0.25


@dataclass(frozen=True, slots=True)
class QualityReading:
    """The worth of quality at the scale of a scenario, each figure certain or per draw.

    `gain_per_decade_share` is what ten times the effective compute adds to value, `equivalent_elasticity` the
    constant elasticity to loss that means the same here, `most_gain_share` what no training can exceed
    (infinite: no such limit). `gained_decades` is how far `candidate` lies above today's model, `value_usd`
    the present value of its gain and `flat_value_usd` what it would be if models did not age; the last is
    None where they do not. `parts` is retention part by part; None in every other form.
    """

    form: str
    candidate: str
    gain_per_decade_share: Floats
    equivalent_elasticity: Floats
    most_gain_share: Floats
    gained_decades: Floats
    value_usd: Floats
    flat_value_usd: Floats | None
    parts: PartsReading | None = None


def quality_reading(scenario: Scenario, values: Values, candidate: str) -> QualityReading | None:
    """Return what a scenario claims of quality; None where no law says what a decade of compute does."""
    today = technical(scenario, values, scenario.today)
    law = law_of(scenario, values)
    if law is None:
        return None
    option = today if candidate == scenario.today else technical(scenario, values, candidate)
    try:
        frontier = law.frontier()
        budget_flop = np.asarray(budget_for_loss(law, today.loss_nats))
        gained = decades_gained(scenario, values, today, option)
    except DomainError:
        # A law without a best split, or a loss that it does not reach: an elasticity needs neither.
        return None
    if not np.isfinite(budget_flop).all():
        return None
    after_nats = frontier.loss(10 * budget_flop)
    floor_nats = frontier.E if isinstance(frontier, Frontier) else None
    gain, most = _gain_and_most(
        scenario, values, today.loss_nats, after_nats=after_nats, floor_nats=floor_nats
    )
    board = market(scenario, values)
    bases = present_bases(board, option.launch_months)
    value_usd = bases.value_of(uplift_share(scenario, values, today, option))
    flat = _flat_uplift(scenario, values, today, option)
    return QualityReading(
        scenario.value_of_quality.form,
        candidate,
        gain,
        equivalent_elasticity(
            # A price that falls below the cost of serving loses more than all value; no elasticity does.
            np.maximum(gain, _LEAST_GAIN_SHARE),
            today.loss_nats,
            loss_after_decade_nats=after_nats,
        ),
        most,
        gained,
        value_usd,
        None if flat is None else bases.value_of(flat),
        _parts(scenario, values, (today, option), gained, board=board, bases=bases),
    )


def _parts(
    scenario: Scenario,
    values: Values,
    models: tuple[Technical, Technical],
    gained: Floats,
    *,
    board: Market,
    bases: PresentBases,
) -> PartsReading | None:
    """Return retention part by part: each with the others at rest, with the upgrade and without."""
    stated = scenario.value_of_quality.retention
    if stated is None:
        return None
    today, option = models
    parts = parts_of(stated, values)
    upgrade = Upgrade(option.launch_months, gained)
    segments = tuple(board.segments.values())
    served = Served(today.serving_usd_per_token, option.serving_usd_per_token)

    def value_of(names: tuple[str, ...]) -> Floats:
        some = parts.only(names)
        share = retained_share(values, some, upgrade, segments, n_months=board.n_months, served=served)
        return bases.value_of(share)

    return parts_reading(stated, values, n_months=board.n_months, gained_decades=gained, value_of=value_of)


def _gain_and_most(
    scenario: Scenario, values: Values, loss_nats: Floats, *, after_nats: Floats, floor_nats: Floats | None
) -> tuple[Floats, Floats]:
    """Return the gain of the next decade, and the most that any training could give."""
    value = scenario.value_of_quality
    if value.elasticity is not None:
        model = Elasticity(values["value_of_quality.elasticity.ltv_per_loss"], value.elasticity.form)
        gain = equivalent_per_decade(model, loss_nats, loss_after_decade_nats=after_nats)
        if floor_nats is None or not np.all(np.greater(floor_nats, 0)):
            return gain, np.inf
        return gain, ceiling(model, loss_nats, floor_nats=floor_nats)
    if value.threshold is not None:
        curve = threshold(values)
        return curve.uplift_share(0.0, 1.0), curve.most_uplift_share()
    if value.share is not None:
        held = frontier_share(values)
        return held.uplift_share(0.0, 1.0), held.most_uplift_share()
    if value.per_decade is not None:
        gains = per_decade(values, "per_decade")
        return gains.uplift_share(0.0, 1.0), gains.most_uplift_share()
    if value.retention is None:
        raise ValueError("no form of the worth of quality passed the checks")
    return lifetime_gain_share(value.retention, values, 1.0), most_gain_share(value.retention, values)


def _flat_uplift(scenario: Scenario, values: Values, today: Technical, option: Technical) -> Floats | None:
    """Return the gain if models did not age; None for a form in which they do not."""
    value = scenario.value_of_quality
    if value.form in AGEING_FORMS:
        gained = decades_gained(scenario, values, today, option)
        if value.share is not None:
            return frontier_share(values).uplift_share(0.0, gained)
        if value.retention is not None:
            return lifetime_gain_share(value.retention, values, gained, is_flat=True)
    if value.version_life is None:
        return None
    endless = scenario.model_copy(
        update={"value_of_quality": value.model_copy(update={"version_life": None})}
    )
    return uplift_share(endless, values, today, option)


def quality_sentences(
    reading: QualityReading | None, inputs: Mapping[str, Input], drivers: Mapping[str, float]
) -> Iterator[str]:
    """Yield what to hold against the worth of quality: its equivalents, its other reading, its grade."""
    if reading is not None:
        yield _equivalents(reading)
        if reading.flat_value_usd is not None:
            yield _both_readings(reading)
        if reading.parts is not None:
            yield from parts_sentences(reading.parts, reading.candidate)
        yield from _few_draws(reading)
    yield from _weak_driver(inputs, drivers)


def _equivalents(reading: QualityReading) -> str:
    most = float(np.median(reading.most_gain_share))
    limit = (
        f"no training could add more than {percent(most)}"
        if np.isfinite(most)
        else "this form has no ceiling"
    )
    return (
        f"value of quality: the next ten times of compute adds {share_range(reading.gain_per_decade_share)} "
        "of value at this scale, which is an elasticity to loss of "
        f"{_number(reading.equivalent_elasticity)}; {limit}. "
        f"Measured, of users' value and not of revenue: {percent(_MEASURED_SHARE)} (Merali 2024)"
    )


def _few_draws(reading: QualityReading) -> Iterator[str]:
    """Yield a warning where the mean of the gain is made by a few draws with a worth beyond the usual."""
    draws = np.sort(np.asarray(reading.value_usd, dtype=np.float64).reshape(-1))
    n_top, total_usd = draws.size // 100, float(draws.sum())
    top_share = float(draws[-n_top:].sum()) / total_usd if n_top and total_usd > 0 else 0.0
    if top_share > _LARGE_SHARE_OF_MEAN:
        decades = significant(float(np.median(reading.gained_decades)))
        yield (
            f"{percent(top_share)} of the mean value of {reading.candidate} comes from 1 % of the draws, "
            f"over a step of {decades} decades: look at the median, and narrow what quality is worth"
        )


def _both_readings(reading: QualityReading) -> str:
    flat, ageing = float(np.mean(reading.flat_value_usd)), float(np.mean(reading.value_usd))  # type: ignore[arg-type]
    return (
        f"models age here: what {reading.candidate} gains is worth {money(ageing)} before costs, against "
        f"{money(flat)} if its gain lasted to the horizon and keeping today's model lost nothing"
    )


def _number(value: Floats) -> str:
    if np.ndim(value) == 0:
        return significant(float(value))
    low, middle, high = (significant(float(x)) for x in np.quantile(value, [0.05, 0.5, 0.95]))
    return f"{middle} ({low} to {high})"


def _weak_driver(inputs: Mapping[str, Input], drivers: Mapping[str, float]) -> Iterator[str]:
    """Yield a warning where the input that decides most is a default that rests on judgement."""
    if not drivers:
        return
    name = max(drivers, key=lambda key: drivers[key])
    item = inputs[name]
    if item.origin != "default" or item.grade not in _GRADE_WORDS or drivers[name] < _LEAST_SHARE_TOLD:
        return
    yield (
        f"the input that decides most, {name} ({percent(drivers[name])} of the spread), is assumed and of "
        f"grade {item.grade}, {_GRADE_WORDS[item.grade]}: state your own before you rely on this"
    )
