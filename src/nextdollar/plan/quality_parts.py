"""Retention, conversion, expansion and price under an upgrade, joined from what a scenario states of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from nextdollar.customers import Segment, customers_by_month
from nextdollar.customers.quality import (
    LEAST_LEFT_SHARE,
    PARTS,
    Parts,
    PerDecade,
    churn_factor,
    churn_slope_of,
    churn_slope_of_fall,
    voluntary_left_share,
)
from nextdollar.customers.upgrade_cycle import Upgrade, lead_by_month, margin_by_month
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import RetentionByQuality
from nextdollar.units import MONTHS_PER_YEAR, FloatArray, Floats

_PATH = "value_of_quality.retention"
# e**690 is the last power of ten within floats, near enough.
_MOST_LOG = 690.0


def step_decades(stated: RetentionByQuality) -> float:
    """Return the step of quality at which the fall of churn is exact: that measured, else a decade."""
    return 1.0 if stated.measured is None else stated.measured.gained.typical()


def gain_log_per_decade(values: Values, strength_factor: float = 1.0) -> Floats:
    """Return the gain of revenue per decade that stands for churn where churn itself is not stated."""
    passed_on = values[f"{_PATH}.pass_through"] * strength_factor
    return PerDecade(values[f"{_PATH}.gain"], passed_on).revenue_log_per_decade


def parts_of(stated: RetentionByQuality, values: Values, strength_factor: float = 1.0) -> Parts:
    """Return what a decade does to each part; a stronger worth of quality is steeper in all of them."""
    involuntary = values[f"{_PATH}.involuntary"]
    if stated.states_churn:
        slope = strength_factor * churn_slope_of_fall(
            values[f"{_PATH}.churn"], step_decades=step_decades(stated), involuntary_share=involuntary
        )
    else:
        slope = churn_slope_of(gain_log_per_decade(values, strength_factor), involuntary_share=involuntary)
    conversion, expansion, price = (
        0.0 if getattr(stated, part) is None else strength_factor * values[f"{_PATH}.{part}"]
        for part in PARTS[1:]
    )
    return Parts(slope, conversion, expansion, price, involuntary)


def stated_parts(stated: RetentionByQuality) -> tuple[str, ...]:
    """Return the parts that move: churn always, the others where they are stated."""
    return ("churn", *(part for part in PARTS[1:] if getattr(stated, part) is not None))


def beyond_cure(stated: RetentionByQuality, values: Values) -> float:
    """Return how often the stated fall of churn is more than a step is taken to cure, from 0 to 1."""
    if not stated.states_churn:
        return 0.0
    left = voluntary_left_share(
        values[f"{_PATH}.churn"],
        step_decades=step_decades(stated),
        involuntary_share=values[f"{_PATH}.involuntary"],
    )
    return float(np.mean(np.less(left, LEAST_LEFT_SHARE)))


@dataclass(frozen=True, slots=True)
class Served:
    """What serving a token costs with today's model and with the one that replaces it, in USD."""

    today_usd_per_token: Floats = 0.0
    upgraded_usd_per_token: Floats = 0.0

    def uncounted_usd_per_month(self, segment: Segment) -> tuple[Floats, Floats]:
        """Return what serving one customer costs beyond what the gross margin holds: upgraded, and today's.

        A gross margin holds the cost of serving with today's model as far as it leaves room for it; where
        none is stated it leaves none, and serving is a cost of its own.
        """
        held_usd = segment.price_usd_per_month - segment.margin_usd_per_month
        today_usd = segment.tokens_per_month * self.today_usd_per_token
        held_usd = np.minimum(held_usd, today_usd)
        return segment.tokens_per_month * self.upgraded_usd_per_token - held_usd, today_usd - held_usd


def retained_share(
    values: Values,
    parts: Parts,
    upgrade: Upgrade,
    segments: Sequence[Segment],
    *,
    n_months: int,
    served: Served,
) -> FloatArray:
    """Return the margin that an upgrade adds by month, as a share of that at constant churn.

    Without the upgrade today's model ages, in every part. Those who come at today's lead are as many either
    way; conversion multiplies them by the lead. What each customer uses beyond today is served at its cost.
    """
    leads = [
        lead_by_month(n_months, upgrades, frontier_decades_per_year=values[f"{_PATH}.frontier"])
        for upgrades in ((upgrade,), ())
    ]
    gained_usd: FloatArray = np.zeros((n_months, 1))
    base_usd: FloatArray = np.zeros((n_months, 1))
    for segment in segments:
        steady = customers_by_month(
            segment.customers,
            segment.churn_per_month,
            growth_per_month=segment.growth_per_month,
            n_months=n_months,
        ).reshape(n_months, -1)
        arrivals = np.maximum(np.diff(steady, axis=0) + steady[:-1] * segment.churn_per_month, 0.0)
        upgraded, kept = (
            margin_by_month(
                segment, lead, parts, arrivals_per_month=arrivals, uncounted_usd_per_month=uncounted_usd
            )
            for lead, uncounted_usd in zip(leads, served.uncounted_usd_per_month(segment), strict=True)
        )
        gained_usd = gained_usd + (upgraded - kept)
        base_usd = base_usd + steady * segment.margin_usd_per_month
    share: FloatArray = np.where(base_usd == 0, 0.0, gained_usd / np.where(base_usd == 0, 1.0, base_usd))
    return share


def value_by_part(names: Sequence[str], value_of: Callable[[tuple[str, ...]], Floats]) -> dict[str, Floats]:
    """Return what each part adds to a value that they make together; the shares add up to the whole.

    `value_of` is the value with only some parts moving, 0 with none. Parts multiply each other, so what one
    adds depends on which are there already: each gets its mean over all orders in which they could be
    added, which is Shapley's value.
    """
    n_parts = len(names)
    worth: dict[tuple[str, ...], Floats] = {(): 0.0}
    for size in range(1, n_parts + 1):
        worth |= {some: value_of(some) for some in combinations(names, size)}
    found: dict[str, Floats] = {}
    for name in names:
        total: Floats = 0.0
        for some in worth:
            if name in some:
                continue
            among = tuple(part for part in names if part in some or part == name)
            weight = factorial(len(some)) * factorial(n_parts - len(some) - 1) / factorial(n_parts)
            total = total + weight * np.subtract(worth[among], worth[some])
        found[name] = total
    return found


def price_per_margin(values: Values) -> Floats:
    """Return what today's customers pay, over what is left of it after the cost of serving them."""
    paid_usd: Floats = 0.0
    left_usd: Floats = 0.0
    for name in _segments(values):
        revenue_usd = values[f"customers.{name}.count"] * values[f"customers.{name}.price"]
        paid_usd = paid_usd + revenue_usd
        left_usd = left_usd + revenue_usd * values[f"customers.{name}.gross_margin"]
    return np.divide(paid_usd, left_usd)[()]


def aged_decades(values: Values, *, n_months: int) -> Floats:
    """Return how far today's model has fallen behind in the last month, in decades."""
    return values[f"{_PATH}.frontier"] * ((n_months - 1) / MONTHS_PER_YEAR)


def below_cost_share(parts: Parts, values: Values, *, n_months: int) -> float:
    """Return how often today's model ages by the horizon until some segment pays less than it costs."""
    lead = -np.asarray(aged_decades(values, n_months=n_months))
    paid_share = np.exp(np.minimum(parts.price_log_per_decade * lead, _MOST_LOG))
    is_below = np.zeros(1, dtype=bool)
    for name in _segments(values):
        is_below = is_below | np.less(paid_share, 1.0 - np.asarray(values[f"customers.{name}.gross_margin"]))
    return float(np.mean(is_below))


def nobody_comes(values: Values) -> bool:
    """Whether no segment states its growth, so that only today's customers are followed."""
    return not any(f"customers.{name}.growth" in values for name in _segments(values))


def _segments(values: Values) -> list[str]:
    return [key.split(".")[1] for key in values if key.startswith("customers.") and key.endswith(".price")]


def lifetime_gain_share(
    stated: RetentionByQuality, values: Values, gained_decades: Floats, *, is_flat: bool = False
) -> Floats:
    """Return the gain of lifetime value per prospect by a step, as a share of that before it.

    Conversion counts where anybody comes at all, and a higher price falls into margin as a whole. The flat
    reading takes a gain that stands for churn as it is stated: nothing of it meets what quality cannot cure.
    """
    parts = parts_of(stated, values)
    if is_flat and not stated.states_churn:
        kept_log = gain_log_per_decade(values) * gained_decades
    else:
        factor = churn_factor(
            gained_decades,
            slope_log_per_decade=parts.churn_log_per_decade,
            involuntary_share=parts.involuntary_share,
        )
        with np.errstate(divide="ignore"):
            kept_log = -np.log(factor)
    come_log = 0.0 if nobody_comes(values) else parts.conversion_log_per_decade * gained_decades
    more = np.expm1(kept_log + come_log + parts.expansion_log_per_decade * gained_decades)
    dearer = np.expm1(parts.price_log_per_decade * gained_decades) * price_per_margin(values)
    # A lifetime without end is that at any price.
    with np.errstate(invalid="ignore"):
        gain_share: Floats = np.where(np.isinf(more), more, more + dearer + more * dearer)[()]
    return gain_share


def most_gain_share(stated: RetentionByQuality, values: Values) -> Floats:
    """Return the gain that no training can exceed: without end where more than churn follows quality."""
    parts = parts_of(stated, values)
    with np.errstate(divide="ignore"):
        all_kept = np.divide(1.0, parts.involuntary_share) - 1
    most = np.where(np.less(parts.churn_log_per_decade, 0), 0.0, all_kept)
    for part in stated_parts(stated)[1:]:
        if part == "conversion" and nobody_comes(values):
            continue
        most = np.where(np.greater(getattr(parts, f"{part}_log_per_decade"), 0), np.inf, most)
    return most[()]


def worth_log_per_decade(stated: RetentionByQuality, values: Values) -> Floats:
    """Return the gain of lifetime value by a small step, as a logarithm per decade, all parts together."""
    parts = parts_of(stated, values)
    if nobody_comes(values):
        parts = parts.only(("churn", "expansion", "price"))
    return parts.worth_log_per_decade(price_per_margin=price_per_margin(values))
