"""The shapes of what the verbs on machine time print, by verb; each is version 1.0."""

from __future__ import annotations

from nextdollar.report.research.envelope import Envelope
from nextdollar.report.sizing.calibration.schema import CalibrateShape
from nextdollar.report.sizing.catalogue.schema import (
    CatalogueDiffShape,
    CatalogueListShape,
    CatalogueShowShape,
)
from nextdollar.report.sizing.fleet.schema import ServePlanShape
from nextdollar.report.sizing.own.schema import OwnShape
from nextdollar.report.sizing.serving.schema import EstimateServingShape
from nextdollar.report.sizing.throughput.schema import EstimateThroughputShape
from nextdollar.report.sizing.training.schema import EstimateTrainingShape

SIZING_SHAPES: dict[str, type[Envelope]] = {
    "estimate-training": EstimateTrainingShape,
    "estimate-throughput": EstimateThroughputShape,
    "estimate-serving": EstimateServingShape,
    "serve-plan": ServePlanShape,
    "calibrate": CalibrateShape,
    "own": OwnShape,
    "catalogue-list": CatalogueListShape,
    "catalogue-show": CatalogueShowShape,
    "catalogue-diff": CatalogueDiffShape,
}
