"""The shape of what `nextdollar diagnose --json` prints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nextdollar.report.research.allocate_schema import HardwareShape, Split
from nextdollar.report.research.envelope import Envelope, Shape

Verdict = Literal["balanced", "under-trained", "data-starved", "compute-starved"]


class SizeAndTokens(Shape):
    """A split."""

    params: float
    tokens: float


class RatioShape(Shape):
    """Best tokens per parameter for the loss of the run; P5 and P95 over the draws of the law."""

    value: float
    p5: float | None
    p95: float | None


class GapShape(Shape):
    """The observed loss beside that of the law."""

    share: float = Field(description="observed over expected, less 1")
    tolerated_share: float
    lost_flop_share: float | None = Field(description="share of the work that the excess is worth")
    is_worse: bool = Field(description="more than scatter: look at training, not at the size")


class DiagnosedRun(Shape):
    """A run and what ails it."""

    label: str
    params: float
    tokens: float
    tokens_per_param: float
    flop: float
    verdict: Verdict
    agreeing_share: float | None = Field(description="share of draws of the law with this verdict")
    is_sure: bool | None = Field(
        description="nine in ten draws agree, and so do most of the forecast of the same runs"
    )
    forecast_verdicts: dict[Verdict, float] | None = Field(
        description="shares of draws of the forecast from the same runs and other studies"
    )
    loss_nats: float = Field(description="by the law")
    params_elasticity: float = Field(description="per cent of the loss for a per cent more parameters")
    tokens_elasticity: float
    waste_share: float = Field(description="share of the cost that a better way to the same loss saves")
    allocation_share: float = Field(description="of that by the split")
    data_share: float = Field(description="of that by more unique tokens")
    cost_flop: float = Field(description="training and serving, at the price of training")
    cost_usd: float | None
    wasted_flop: float
    wasted_usd: float | None
    best: SizeAndTokens = Field(description="the cheapest split of the same loss")
    best_tokens_per_param: RatioShape
    rebalanced: Split = Field(description="the split of least loss at the same cost")
    gained_nats: float
    more_tokens_nats: float = Field(description="what a tenth more tokens would take off the loss")
    justified_tokens: float = Field(description="tokens served for which this split is the best one")
    epochs: float | None
    observed_nats: float | None
    gap: GapShape | None
    mfu: float | None = Field(description="share of the peak reached over the time of the GPUs")


class CorridorPoint(Shape):
    """A size on the path of the best splits, and the tokens that waste at most `balanced_share` there."""

    params: float
    tokens: float
    tokens_low: float | None
    tokens_high: float | None


class DiagnoseShape(Envelope):
    """What `nextdollar diagnose --json` prints."""

    schema_: Literal["nextdollar.diagnose/1.0"] = Field(alias="schema")
    law: str
    law_note: str
    balanced_share: float
    inference_tokens: float
    unique_tokens: float | None = Field(description="null for no limit, or one for each run of the table")
    counts: dict[Verdict, int]
    wasted_flop: float
    wasted_usd: float | None
    level_share: float = Field(
        description="by how much a table's losses lie above the law as a whole; gaps are judged beyond it"
    )
    spent_flop: float
    runs: list[DiagnosedRun]
    hardware: HardwareShape | None
    corridor: list[CorridorPoint]
    table: dict[str, Any] | None = Field(description="how the table was read; null without one")
