"""The shape of `nextdollar estimate serving --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import FlagShape, RangeShape


class ServingLoadShape(Shape):
    """For whom: requests at all instances together, and their lengths."""

    concurrency: float | None = Field(description="null where every request is queued at the start")
    prompt_tokens: float
    output_tokens: float
    cached_prompt_share: float
    draft_tokens: float = Field(description="drafted in each step; 0 is plain decoding")
    acceptance_share: float


class ServingLayoutShape(Shape):
    """One instance that writes answers, as its labels were read."""

    gpus: float
    labelled_gpus: float = Field(description="product of its degrees as the row states them")
    attention_replicas: float = Field(description="1 is tensor parallelism")
    stages: float
    total_gpus: float | None = Field(description="of all instances; null where their number is not stated")


class ServingMemoryShape(Shape):
    """Memory of such an instance as labelled."""

    usable_gib_per_gpu: float
    weights_gib_per_gpu: float
    cache_gib_per_request: float = Field(description="on average while it is served, held once")
    requests_that_fit: float = Field(description="beside the weights; 0 where these do not fit")


class ServingReportedShape(Shape):
    """What the row says was measured: no input."""

    tpot_ms: float | None
    ttft_ms: float | None
    out_tok_s_per_gpu: float | None


class MissingShape(Shape):
    """A figure that is null, and why."""

    figure: str
    reason: str


class ServingRowShape(Shape):
    """One row of the table; where it is refused its figures are null."""

    line: int
    name: str
    model: str
    shape_from: str | None = Field(description="catalogue, shapes, config.json or inferred")
    hardware: str
    accelerator: str | None
    mode: Literal["agg", "disagg", "offline"]
    precision: str | None
    engine: str | None = Field(description='"unknown" is the mean of those that were measured')
    load: ServingLoadShape | None
    layout: ServingLayoutShape | None
    tpot_ms: RangeShape | None = Field(description="mean time between tokens after the first")
    ttft_ms: RangeShape | None = Field(
        description="mean time from sending to the first token, queueing included"
    )
    out_tok_s_per_gpu: RangeShape | None = Field(description="of all GPUs, those that read prompts too")
    bound_by: Literal["weights", "kv", "compute", "overhead", "links"] | None = Field(
        description="what a token waits for most"
    )
    fits: bool | None = Field(description="whether weights and a request fit into memory as labelled")
    memory: ServingMemoryShape | None
    missing: list[MissingShape]
    reported: ServingReportedShape
    flags: list[FlagShape]
    notes: list[str]
    refused: list[str] = Field(description="why the row cannot be estimated; empty where it is")


class EstimateServingShape(Envelope):
    """Everything that `nextdollar estimate serving --json` prints."""

    schema_: Literal["nextdollar.estimate-serving/1.0"] = Field(alias="schema")
    rows: list[ServingRowShape]
    n_answered: int
