"""The shape of `nextdollar estimate throughput --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import FlagShape, RangeShape


class ThroughputRowShape(Shape):
    """One row of the table; where it is refused its figures are null."""

    line: int
    name: str
    hardware: str
    accelerator: str | None
    mfu_pct: RangeShape | None = Field(description="of the precision in use; attention counted in full")
    tokens_per_s_per_gpu: RangeShape | None
    peak_flop_per_s: float | None = Field(description="dense peak of the precision in use")
    flop_per_token: float | None = Field(description="6 N, and attention in full")
    highest_tokens_per_s_per_gpu: float | None = Field(
        description="at the peak, attention with a causal mask: the bound"
    )
    reported_tokens_per_s_per_gpu: float | None = Field(description="no input")
    flags: list[FlagShape]
    notes: list[str]
    refused: list[str] = Field(description="why the row cannot be estimated; empty where it is")


class EstimateThroughputShape(Envelope):
    """Everything that `nextdollar estimate throughput --json` prints."""

    schema_: Literal["nextdollar.estimate-throughput/1.0"] = Field(alias="schema")
    rows: list[ThroughputRowShape]
    n_answered: int
