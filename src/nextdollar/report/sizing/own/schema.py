"""The shape of `nextdollar own --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.plan_schema import SourceShape
from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import RangeShape

OptionName = Literal["on_demand", "one_year", "three_years", "buy", "api"]


class OwnMonthShape(Shape):
    """Cash of one month; 0 is today. Means add up, ranges do not."""

    month: int
    capex_usd: float = Field(description="mean; below 0 where something is sold")
    opex_usd: float = Field(description="mean")
    paid_usd: RangeShape


class OwnOptionShape(Shape):
    """One way to get the machine time."""

    name: OptionName
    title: str
    cost_usd: RangeShape = Field(description="present cost over the horizon, before tax")
    mean_usd: float
    sampling_error_usd: float = Field(description="of the median")
    usd_per_used_gpu_hour: RangeShape
    usd_per_mtok: RangeShape | None = Field(description="null where tokens are not known")
    cheapest_share: float = Field(description="of the draws, all options on the same ones")
    energy_kwh: RangeShape | None = Field(description="from the grid over the horizon")
    carbon_kg: RangeShape | None
    months: list[OwnMonthShape]


class RefusedOptionShape(Shape):
    """A way that cannot be compared."""

    name: OptionName
    title: str
    reason: str


class BreakEvenShape(Shape):
    """From where one option costs less than another; null is never."""

    option: OptionName
    over: OptionName
    quantity: Literal["use_share", "tokens_per_month"]
    p5: float | None
    p50: float | None
    p95: float | None
    never_share: float


class UsePointShape(Shape):
    """What a used hour costs at one use."""

    use_share: float
    usd_per_used_gpu_hour: RangeShape


class UseCurveShape(Shape):
    """What a used hour costs at each use; the API, which is paid by the token, is left out."""

    name: OptionName
    points: list[UsePointShape]


class DriverShape(Shape):
    """An input and how much of the choice it decides."""

    name: str
    variance_share: float = Field(description="of the difference of the two options; 0 to 1")


class DriversShape(Shape):
    """What decides between the two options that are cheapest most often."""

    option: OptionName
    over: OptionName
    inputs: list[DriverShape]


class PartShape(Shape):
    """A part of what owning costs."""

    part: str
    mean_usd: float = Field(description="present value; the parts add up to the mean of buying")


class AssumptionShape(Shape):
    """A number that the answer rests on."""

    name: str
    p5: float
    p95: float
    unit: str
    words: str
    is_given: bool
    source: SourceShape | None


class OwnShape(Envelope):
    """Everything that `nextdollar own --json` prints."""

    schema_: Literal["nextdollar.own/1.0"] = Field(alias="schema")
    accelerator: str
    horizon_months: int
    as_of: str | None = Field(description="day of the list prices; null takes the newest")
    n_gpus: RangeShape
    use_share: RangeShape = Field(description="of all hours of the machines")
    tokens_asked_per_month: float | None
    tokens_per_month: RangeShape | None = Field(description="served at that use; null where not known")
    cost_of_capital_per_year: float
    rent_at_end_share: RangeShape = Field(description="rent at the horizon over that of today")
    kg_per_kwh: float | None
    cheapest: OptionName | None
    options: list[OwnOptionShape] = Field(description="cheapest first, by the median")
    refused: list[RefusedOptionShape]
    use_curves: list[UseCurveShape]
    drivers: DriversShape | None = Field(description="null where fewer than two options are known")
    break_evens: list[BreakEvenShape]
    parts: list[PartShape]
    book_value_usd: list[float] = Field(
        description="mean at the end of each month, from 0, of what is bought"
    )
    assumptions: list[AssumptionShape]
