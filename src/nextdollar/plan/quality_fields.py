"""What better quality is worth to customers, as a scenario states it: one form, and what it leaves open.

Quality is counted in decades of effective compute: log10 of the compute-optimal training compute that
reaches a model's loss, by the scenario's law in the same draw.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import ConfigDict, Field

from nextdollar.plan.quantities.kind import Kind, Unit, linear
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.quantities.quantity_fields import (
    ElasticityNumber,
    PositiveDuration,
    QuantityOf,
    Share,
)
from nextdollar.plan.strict_fields import Strict
from nextdollar.units import PERCENT

FORMS = ("elasticity", "per_decade", "threshold", "share", "retention")
"""Fields of which a scenario states exactly one."""
AGEING_FORMS = ("share", "retention")
"""Forms in which a model ages as the frontier moves on: their gain differs from month to month."""

# At ln 10 value grows as fast as compute, and no amount of it is the best one.
_MOST_GAIN_LOG = float(np.log(10.0))
_MOST_PASSED_ON = 10.0
_GAIN = Kind(
    "gain of value per decade", "ln/decade",
    {
        "%/decade": Unit(lambda x: np.log1p(x * PERCENT), lambda x: np.expm1(x) / PERCENT),
        "ln/decade": linear(1.0),
    },
    "%/decade", 0.0, _MOST_GAIN_LOG, fraction_hint=True, example="16.1 %/decade",
)  # fmt: skip
_PASS_THROUGH = Kind(
    "pass-through", "", {"": linear(1.0), "%": linear(PERCENT)}, "", 0.0, _MOST_PASSED_ON,
    plain_unit="", example="0.5",
)  # fmt: skip
_OPEN_SHARE = Kind(
    "share of a whole, neither none nor all", "share", {"%": linear(PERCENT), "": linear(1.0)}, "%",
    0.0, 1.0, low_open=True, high_open=True, least=1e-6, fraction_hint=True, example="40 %",
)  # fmt: skip
_WIDTH = Kind(
    "spread of needs", "decades", {"decades": linear(1.0)}, "decades", 0.0, 20.0, low_open=True, least=1e-3,
    aliases={"decade": "decades"}, example="0.6 decades",
)  # fmt: skip
_SLOPE = Kind(
    "slope of a share", "/decade", {"/decade": linear(1.0)}, "/decade", 0.0, 100.0, example="2 /decade",
)  # fmt: skip
_PACE = Kind(
    "pace of the frontier", "decades/year", {"decades/year": linear(1.0)}, "decades/year", 0.0, 10.0,
    aliases={"decade/year": "decades/year"}, example="1.1 decades/year",
)  # fmt: skip
# A fall of 90 % by one decade is as far from any measurement as a rise to tenfold.
FALL = Kind(
    "fall of churn", "ln/decade",
    {
        "%/decade": Unit(lambda x: -np.log1p(-x * PERCENT), lambda x: -np.expm1(-x) / PERCENT),
        "ln/decade": linear(1.0),
    },
    "%/decade", -_MOST_GAIN_LOG, _MOST_GAIN_LOG, fraction_hint=True, example="12 %/decade",
)  # fmt: skip
_RISE = Kind(
    "rise", "ln/decade",
    {
        "%/decade": Unit(lambda x: np.log1p(x * PERCENT), lambda x: np.expm1(x) / PERCENT),
        "ln/decade": linear(1.0),
    },
    "%/decade", -_MOST_GAIN_LOG, _MOST_GAIN_LOG, fraction_hint=True, example="3 %/decade",
)  # fmt: skip
_STEP = Kind(
    "step of quality", "decades", {"decades": linear(1.0)}, "decades", 0.0, 20.0, low_open=True, least=0.05,
    aliases={"decade": "decades"}, example="0.6 decades",
)  # fmt: skip

GainPerDecade = Annotated[Quantity, QuantityOf(_GAIN)]
PassThrough = Annotated[Quantity, QuantityOf(_PASS_THROUGH)]
OpenShare = Annotated[Quantity, QuantityOf(_OPEN_SHARE)]
Width = Annotated[Quantity, QuantityOf(_WIDTH)]
Slope = Annotated[Quantity, QuantityOf(_SLOPE)]
Pace = Annotated[Quantity, QuantityOf(_PACE)]
FallPerDecade = Annotated[Quantity, QuantityOf(FALL)]
RisePerDecade = Annotated[Quantity, QuantityOf(_RISE)]
Step = Annotated[Quantity, QuantityOf(_STEP)]

_GAIN_WORDS = "gain of users' value for ten times the effective compute, e.g. 16.1 %/decade"
_PASS_WORDS = "how much of users' value becomes revenue; above 1 only where it is taken from rivals"
_PACE_WORDS = "effective compute that the frontier gains, e.g. 1.1 decades/year"


class ElasticityOfValue(Strict):
    """Value that follows the relative fall of the loss."""

    ltv_per_loss: ElasticityNumber = Field(description="per cent of lifetime value per per cent of loss")
    form: Literal["linear", "constant"] = Field(
        default="linear", description="linear: e (L0 - L)/L0; constant: (L0/L)**e - 1"
    )


class PerDecadeOfValue(Strict):
    """Value that every decade of effective compute multiplies alike."""

    gain: GainPerDecade | None = Field(default=None, description=_GAIN_WORDS)
    pass_through: PassThrough | None = Field(default=None, description=_PASS_WORDS)


class ThresholdOfValue(Strict):
    """Value that comes use case by use case, each when its need is met."""

    met_today: OpenShare = Field(
        description="share of the use cases that today's model serves well enough, as measured"
    )
    width: Width | None = Field(
        default=None, description="spread of the needs, e.g. 0.6 decades: the scale of a logistic curve"
    )


class ShareOfMarket(Strict):
    """Share of a market against a frontier that moves on and copies."""

    held_today: OpenShare = Field(description="share of the market that today's model holds")
    slope: Slope | None = Field(default=None, description="log-odds of the share per decade of lead")
    frontier: Pace | None = Field(default=None, description=_PACE_WORDS)
    copied_after: PositiveDuration | None = Field(
        default=None, description="time from launch until rivals have the like of a better model"
    )


class ChurnCounted(Strict):
    """Customers who left, and the months in which they could have."""

    left: int = Field(description="customers who left, at least 1")
    customer_months: int = Field(description="months that customers spent at risk of leaving, more than left")


class ControlGroup(Strict):
    """The same two periods for customers who kept the old model."""

    before: ChurnCounted = Field(description="those who kept the old model, in the first period")
    after: ChurnCounted = Field(description="those who kept the old model, in the second period")


class MeasuredChurn(Strict):
    """What an upgrade did to churn: customers counted before and after it."""

    gained: Step = Field(
        description="quality of the new model above the old one, in decades of effective compute: one number"
    )
    before: ChurnCounted = Field(description="customers under the old model")
    after: ChurnCounted = Field(description="customers under the new model")
    control: ControlGroup | None = Field(
        default=None,
        description="customers who kept the old model; without them the season counts as quality",
    )


class RetentionByQuality(Strict):
    """Churn that rises as today's model ages, and that an upgrade resets."""

    gain: GainPerDecade | None = Field(default=None, description=_GAIN_WORDS)
    pass_through: PassThrough | None = Field(default=None, description=_PASS_WORDS)
    frontier: Pace | None = Field(default=None, description=_PACE_WORDS)
    involuntary: Share | None = Field(
        default=None, description="share of churn that quality cannot cure: failed payments"
    )
    churn: FallPerDecade | None = Field(
        default=None,
        description="fall of all churn for ten times the effective compute, in place of gain, pass_through",
    )
    measured: MeasuredChurn | None = Field(
        default=None, description="the same from counts before and after an upgrade, in place of churn"
    )
    conversion: RisePerDecade | None = Field(
        default=None, description="rise of those who come, for ten times the effective compute; absent: none"
    )
    expansion: RisePerDecade | None = Field(
        default=None, description="rise of use by one customer at equal prices, price and cost alike"
    )
    price: RisePerDecade | None = Field(
        default=None, description="rise of the price at equal use, which falls into margin as a whole"
    )

    @property
    def states_churn(self) -> bool:
        """Whether churn itself is stated or measured, so that no gain of users' value stands for it."""
        return self.churn is not None or self.measured is not None


class ValueOfQuality(Strict):
    """How a better model becomes money: one of five forms, and how its value is booked."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in FORMS]})

    elasticity: ElasticityOfValue | None = Field(
        default=None, description="value follows the relative fall of the loss"
    )
    per_decade: PerDecadeOfValue | None = Field(
        default=None, description="every decade of effective compute multiplies value alike"
    )
    threshold: ThresholdOfValue | None = Field(
        default=None, description="value comes use case by use case, each when its need is met"
    )
    share: ShareOfMarket | None = Field(
        default=None, description="share of a market against a frontier that moves on and copies"
    )
    retention: RetentionByQuality | None = Field(
        default=None, description="churn rises as today's model ages; an upgrade resets it"
    )
    progress: Pace | None = Field(
        default=None,
        description=(
            "algorithmic progress, e.g. 0.45 decades/year: what the same training is worth more by beginning "
            "later; counts for candidates that are launched later than they could be trained from now"
        ),
    )
    version_life: PositiveDuration | None = Field(
        default=None, description="how long a new version earns what it gained; absent: to the horizon"
    )
    booked_as: Literal["monthly margin", "lifetime value"] = Field(
        default="monthly margin",
        description=(
            "monthly margin: more margin from each customer while they stay, within the horizon; "
            "lifetime value: the rise of total lifetime value, spread evenly over the horizon"
        ),
    )

    @property
    def stated_forms(self) -> tuple[str, ...]:
        """The forms that are stated: one, in a scenario that has been checked."""
        return tuple(name for name in FORMS if getattr(self, name) is not None)

    @property
    def form(self) -> str:
        """The form that decides."""
        return self.stated_forms[0]
