"""What a step in quality is worth, in decades of effective compute: one line for each form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nextdollar.customers import Segment
from nextdollar.customers.quality import (
    FrontierShare,
    PerDecade,
    Threshold,
    decades_of_compute,
    with_progress,
)
from nextdollar.customers.upgrade_cycle import Upgrade
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import ValueOfQuality
from nextdollar.plan.quality_parts import Served, parts_of, retained_share, worth_log_per_decade
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical, law_of
from nextdollar.scaling import budget_for_loss
from nextdollar.units import MONTHS_PER_YEAR, Floats

_PATH = "value_of_quality"
_MOST_LOG_SHOWN = 0.69


def decades_gained(scenario: Scenario, values: Values, today: Technical, candidate: Technical) -> Floats:
    """Return how far a candidate lies above today's model, in decades of effective compute.

    Both losses are read on the same draw of the law, so that what the law leaves open cancels. A run that
    begins later gains what algorithms have gained by then.
    """
    if candidate is today:
        return 0.0
    law = law_of(scenario, values)
    if law is None:
        raise ValueError("a value per decade without a law passed the checks")
    then, now = (budget_for_loss(law, option.loss_nats) for option in (candidate, today))
    trained = with_progress(
        decades_of_compute(then),
        np.divide(candidate.later_months, MONTHS_PER_YEAR),
        progress_decades_per_year=values.get(f"{_PATH}.progress", 0.0),
    )
    return np.subtract(trained, decades_of_compute(now))[()]


def per_decade(values: Values, form: str, strength_factor: float = 1.0) -> PerDecade:
    """Return the gain per decade that a scenario states or assumes for a form."""
    passed_on = values[f"{_PATH}.{form}.pass_through"] * strength_factor
    return PerDecade(values[f"{_PATH}.{form}.gain"], passed_on)


def threshold(values: Values, strength_factor: float = 1.0) -> Threshold:
    """Return the threshold curve of a scenario; a stronger worth of quality is a narrower one."""
    met, width = (values[f"{_PATH}.threshold.{field}"] for field in ("met_today", "width"))
    return Threshold(met, width / strength_factor)


def frontier_share(values: Values, strength_factor: float = 1.0) -> FrontierShare:
    """Return the share of the market of a scenario; a stronger worth of quality is a steeper one."""
    held, slope, pace, lag = (
        values[f"{_PATH}.share.{field}"] for field in ("held_today", "slope", "frontier", "copied_after")
    )
    return FrontierShare(held, slope * strength_factor, pace, lag)


def uplift_by_decades(
    value: ValueOfQuality,
    values: Values,
    gained: Floats,
    *,
    launch_months: Floats,
    strength_factor: float,
    n_months: int,
    segments: Sequence[Segment],
    served: Served,
) -> Floats:
    """Return the share by which value rises, for the form that a scenario states.

    A number or (n_draws,), and (n_months, n_draws or 1) for a form in which models age. `n_months`,
    `segments` and `served` are asked for by those forms only.
    """
    if value.per_decade is not None:
        return per_decade(values, "per_decade", strength_factor).uplift_share(0.0, gained)
    if value.threshold is not None:
        return threshold(values, strength_factor).uplift_share(0.0, gained)
    if value.share is not None:
        return frontier_share(values, strength_factor).uplift_by_month(
            gained, np.arange(n_months, dtype=np.float64), launch_months=launch_months
        )
    if value.retention is None:
        raise ValueError("no form of the worth of quality passed the checks")
    parts = parts_of(value.retention, values, strength_factor)
    upgrade = Upgrade(launch_months, gained)
    return retained_share(values, parts, upgrade, segments, n_months=n_months, served=served)


def strength_unit(value: ValueOfQuality, values: Values) -> tuple[str, Callable[[float], float]]:
    """Return how the worth of quality is shown where it is searched: its unit, and the value of a factor."""
    form = value.form
    if form == "elasticity":
        median = float(np.median(values[f"{_PATH}.elasticity.ltv_per_loss"]))
        return "% of value per % of loss", lambda factor: factor * median
    worth_log = 0.0
    if value.per_decade is not None:
        worth_log = float(np.median(per_decade(values, form).revenue_log_per_decade))
    elif value.retention is not None:
        worth_log = float(np.median(worth_log_per_decade(value.retention, values)))
    # A worth of nothing or less has no multiple that could be read as a gain, and a thousand times the
    # logarithm of one that doubles value leaves the range of floats.
    if 0 < worth_log < _MOST_LOG_SHOWN:
        return "% of value per decade", lambda factor: 100 * float(np.expm1(factor * worth_log))
    return "times the worth of quality of the scenario", lambda factor: factor
