"""What a step in quality is worth, in decades of effective compute: one line for each form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nextdollar.customers import Segment, customers_by_month
from nextdollar.customers.quality import (
    FrontierShare,
    PerDecade,
    Threshold,
    churn_slope_of,
    decades_of_compute,
)
from nextdollar.customers.upgrade_cycle import Upgrade, churn_by_month, customers_under_churn, lead_by_month
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import ValueOfQuality
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical, law_of
from nextdollar.scaling import budget_for_loss
from nextdollar.units import FloatArray, Floats

_PATH = "value_of_quality"


def decades_gained(scenario: Scenario, values: Values, today: Technical, candidate: Technical) -> Floats:
    """Return how far a candidate lies above today's model, in decades of effective compute.

    Both losses are read on the same draw of the law, so that what the law leaves open cancels.
    """
    if candidate is today:
        return 0.0
    law = law_of(scenario, values)
    if law is None:
        raise ValueError("a value per decade without a law passed the checks")
    then, now = (budget_for_loss(law, option.loss_nats) for option in (candidate, today))
    return np.subtract(decades_of_compute(then), decades_of_compute(now))[()]


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
) -> Floats:
    """Return the share by which value rises, for the form that a scenario states.

    A number or (n_draws,), and (n_months, n_draws or 1) for a form in which models age. `n_months` and
    `segments` are asked for by those forms only.
    """
    if value.per_decade is not None:
        return per_decade(values, "per_decade", strength_factor).uplift_share(0.0, gained)
    if value.threshold is not None:
        return threshold(values, strength_factor).uplift_share(0.0, gained)
    if value.share is not None:
        return frontier_share(values, strength_factor).uplift_by_month(
            gained, np.arange(n_months, dtype=np.float64), launch_months=launch_months
        )
    return _retained(
        values, Upgrade(launch_months, gained), segments, strength_factor=strength_factor, n_months=n_months
    )


def _retained(
    values: Values, upgrade: Upgrade, segments: Sequence[Segment], *, strength_factor: float, n_months: int
) -> FloatArray:
    """Return the margin of the customers whom an upgrade keeps, as a share of that at constant churn.

    Without the upgrade today's model ages. Those who come are taken to be as many either way.
    """
    involuntary, pace = values[f"{_PATH}.retention.involuntary"], values[f"{_PATH}.retention.frontier"]
    revenue_log = per_decade(values, "retention", strength_factor).revenue_log_per_decade
    slope = churn_slope_of(revenue_log, involuntary_share=involuntary)
    leads = [
        lead_by_month(n_months, upgrades, frontier_decades_per_year=pace) for upgrades in ((upgrade,), ())
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
            customers_under_churn(
                segment.customers,
                churn_by_month(
                    segment.churn_per_month,
                    lead,
                    slope_log_per_decade=slope,
                    involuntary_share=involuntary,
                ),
                arrivals_per_month=arrivals,
            )
            for lead in leads
        )
        gained_usd = gained_usd + (upgraded - kept) * segment.margin_usd_per_month
        base_usd = base_usd + steady * segment.margin_usd_per_month
    share: FloatArray = np.where(base_usd == 0, 0.0, gained_usd / np.where(base_usd == 0, 1.0, base_usd))
    return share


def strength_unit(value: ValueOfQuality, values: Values) -> tuple[str, Callable[[float], float]]:
    """Return how the worth of quality is shown where it is searched: its unit, and the value of a factor."""
    form = value.form
    if form == "elasticity":
        median = float(np.median(values[f"{_PATH}.elasticity.ltv_per_loss"]))
        return "% of value per % of loss", lambda factor: factor * median
    if form in ("per_decade", "retention"):
        revenue_log = float(np.median(per_decade(values, form).revenue_log_per_decade))
        return "% of value per decade", lambda factor: 100 * float(np.expm1(factor * revenue_log))
    return "times the worth of quality of the scenario", lambda factor: factor
