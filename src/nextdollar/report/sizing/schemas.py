"""The shapes of what the verbs on machine time print, by verb; each is version 1.0."""

from __future__ import annotations

from nextdollar.report.research.envelope import Envelope
from nextdollar.report.sizing.throughput_schema import EstimateThroughputShape
from nextdollar.report.sizing.training_schema import EstimateTrainingShape

SIZING_SHAPES: dict[str, type[Envelope]] = {
    "estimate-training": EstimateTrainingShape,
    "estimate-throughput": EstimateThroughputShape,
}
