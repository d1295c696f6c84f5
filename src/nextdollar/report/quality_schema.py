"""The shape of what a plan says of the worth of quality."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.figure_schema import Figure, Shape


class QualityPart(Shape):
    """One part of retention: what ten times the compute does to it, and what it makes of the value."""

    name: Literal["churn", "conversion", "expansion", "price"]
    change_per_decade_share: Figure = Field(
        description="change by the next ten times of compute; of churn, failed payments included"
    )
    value_usd: Figure = Field(
        description="share of the present value: the mean over the orders in which parts could be added"
    )


class MeasuredChurnShape(Shape):
    """The fall of churn that an upgrade brought, as counted before and after it."""

    fall_log_per_decade: float
    standard_error_log_per_decade: float
    gained_decades: float
    is_controlled: bool = Field(description="whether customers who kept the old model are taken out")
    holds_no_effect: bool = Field(description="whether the 90 % range holds a fall of 0")
    confounding: str = Field(description="what the figure cannot tell apart")


class QualityShape(Shape):
    """What the scenario claims of quality, and what the same claim is in other units."""

    form: Literal["elasticity", "per_decade", "threshold", "share", "retention"]
    candidate: str = Field(description="the candidate whose gain is shown: the one the decision is about")
    gain_per_decade_share: Figure = Field(
        description="what ten times the effective compute adds to value, beyond today's model"
    )
    equivalent_elasticity: Figure = Field(
        description="constant elasticity to loss that means the same at today's scale"
    )
    most_gain_share: Figure = Field(description="what no training could exceed; null: no such limit")
    gained_decades: Figure = Field(description="effective compute of the candidate beyond today's model")
    value_usd: Figure = Field(description="present value of the candidate's gain, before costs")
    flat_value_usd: Figure = Field(
        description="the same if models did not age; null where the form does not age them"
    )
    parts: list[QualityPart] = Field(
        default_factory=list,
        description="retention part by part; their values add up to `value_usd`; empty in every other form",
    )
    measured_churn: MeasuredChurnShape | None = Field(
        default=None, description="what was counted before and after an upgrade; null where nothing was"
    )
    fall_cut_share: float = Field(
        default=0.0, description="share of draws in which churn is said to fall by more than quality can do"
    )
