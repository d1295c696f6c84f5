"""The shape of what `nextdollar allocate --json` prints."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.research.ranges import Range

Assumed = Literal["price", "mfu", "serving_mfu"]


class AnswerRange(Range):
    """A range over the draws that have an answer."""

    none_share: float = Field(description="share of draws of the law that have no answer")


class AllocationRanges(Shape):
    """How far the answer moves with the draws of the law."""

    params: AnswerRange | None
    tokens: AnswerRange | None
    loss_nats: AnswerRange | None = Field(description="of the plan as it stands, under each draw")
    saving_share: AnswerRange | None
    regret_share: AnswerRange | None = Field(
        description="share of its cost that the plan wastes if a draw of the law is the truth"
    )


class CostShape(Shape):
    """What a plan costs; dollars and hours are null where no hardware is named."""

    training_flop: float
    serving_flop: float = Field(description="2 N T, times the price of serving work over that of training")
    total_flop: float
    training_gpu_hours: float | None
    training_usd: float | None
    serving_usd: float | None
    total_usd: float | None


class PlanOfLoss(Shape):
    """A plan beside the answer."""

    params: float
    tokens: float
    tokens_per_param: float
    loss_nats: float
    epochs: float | None = Field(description="how often each unique token is seen; null where not limited")
    cost: CostShape


class HardwareShape(Shape):
    """The machine that dollars are counted on."""

    accelerator: str
    usd_per_gpu_hour: float
    mfu: float
    serving_mfu: float
    assumed: list[Assumed] = Field(description="what was taken from the catalogue")


class BudgetShape(Shape):
    """What there is to spend."""

    flop: float
    usd: float | None
    covers: Literal["training", "lifetime"]


class DemandShape(Shape):
    """What else is asked; null is no limit."""

    inference_tokens: float
    unique_tokens: float | None
    params_most: float | None
    deadline_flop: float | None


class FlatShape(Shape):
    """The sizes that reach the same loss for at most `extra_share` more."""

    params_low: float | None
    params_high: float | None
    extra_share: float


class Split(Shape):
    """Parameters, tokens and the loss they reach."""

    params: float
    tokens: float
    loss_nats: float


class IsoflopRow(Split):
    """A size on an isoFLOP curve; P5 and P95 over the draws of the law."""

    p5: float | None
    p95: float | None


class IsoflopShape(Shape):
    """Loss along one training budget."""

    budget_flop: float
    best: Split
    rows: list[IsoflopRow]


class SizeShape(Shape):
    """What a size costs that reaches the loss of the plan; null where none of it does."""

    params: float
    tokens: float | None
    cost_flop: float | None
    cost_usd: float | None
    extra_share: float | None = Field(description="cost over that of the plan, less 1")


class AllocateShape(Envelope):
    """What `nextdollar allocate --json` prints."""

    schema_: Literal["nextdollar.allocate/1.0"] = Field(alias="schema")
    law: str
    law_note: str
    params: float
    tokens: float
    loss_nats: float
    saving_share: float | None = Field(
        description="share of the cost of `plain`, serving counted, that the plan saves for the same loss"
    )
    ranges: AllocationRanges | None = Field(description="null where the law has no draws")
    second_opinion: AllocationRanges | None = Field(
        description="the same by the forecast from the same runs and other studies; null where there is none"
    )
    tokens_per_param: float
    epochs: float | None
    budget: BudgetShape
    demand: DemandShape
    binding: list[Literal["budget", "deadline", "memory", "data"]]
    doubling_nats: dict[Literal["budget", "deadline", "memory"], float] = Field(
        description="nats that twice as much of a limit takes off the loss"
    )
    cost: CostShape
    saved_flop: float | None
    saved_usd: float | None
    plain: PlanOfLoss | None = Field(description="the compute-optimal plan of the same loss")
    hardware: HardwareShape | None
    flat: FlatShape
    isoflops: list[IsoflopShape]
    sizes: list[SizeShape] = Field(description="sizes that cost at most twice what the plan does")
    multiples: list[SizeShape] = Field(
        description="a quarter, half, twice and four times the size of the plan"
    )
