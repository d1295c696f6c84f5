"""The eight Megatron points whose layout is published, and the three constants fitted to them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from nextdollar.compute.shapes.activation_memory import Recompute
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch, StepCalibration, StepMachine, step_time
from nextdollar.units import FloatArray

# A100 with 80 GB, NVLink 300 GB/s and 200 Gbit/s per GPU, each way.
SELENE = StepMachine(312e12, 2.039e12, 300e9, 25e9)
PRIOR_LOG = np.log([0.75, 3.0, 0.7])
PRIOR_SD_LOG = np.array([0.15, 0.4, 0.3])
NOISE_LOG = 0.03


@dataclass(frozen=True, slots=True)
class Point:
    """A measured step."""

    model: str
    shape: Transformer
    layout: Layout
    batch: StepBatch
    recompute: Recompute
    step_s: float

    def seconds(self, calibration: StepCalibration) -> float:
        """Predicted seconds."""
        parts = step_time(
            self.shape,
            self.layout,
            batch=self.batch,
            machine=SELENE,
            calibration=calibration,
            recompute=self.recompute,
        )
        return float(parts.step_s)


def points() -> list[Point]:
    """The eight points."""
    with (Path(__file__).parent / "megatron.csv").open() as file:
        return [_point(row) for row in csv.DictReader(file)]


def _point(row: dict[str, str]) -> Point:
    width, heads = int(row["width"]), int(row["n_heads"])
    shape = Transformer(
        *(int(row["n_layers"]), width, heads, heads, width // heads, 4 * width, 51_200),
        n_ffn_matrices=2,
        tied_embeddings=True,
    )
    recompute: Recompute = "full" if row["recompute"] == "full" else "selective"
    cut = (int(row["tensor"]), int(row["pipeline"]), 1, int(row["interleaved"]))
    layout = Layout(*cut, sequence_parallel=recompute == "selective")
    batch = StepBatch(int(row["batch"]), 2048, int(row["microbatch"]))
    return Point(row["model"], shape, layout, batch, recompute, float(row["step_s"]))


def fit(measured: Sequence[Point]) -> StepCalibration:
    """Three constants that explain measured steps best, held near their prior."""

    def misfit(theta: FloatArray) -> FloatArray:
        logs = [np.log(point.seconds(_calibration(theta)) / point.step_s) for point in measured]
        return np.concatenate([np.array(logs) / NOISE_LOG, (theta - PRIOR_LOG) / PRIOR_SD_LOG])

    return _calibration(least_squares(misfit, PRIOR_LOG).x)


def _calibration(theta: FloatArray) -> StepCalibration:
    matrix, traffic, link = np.exp(theta)
    return StepCalibration(min(float(matrix), 1.0), max(float(traffic), 1.0), min(float(link), 1.0))


def held_out(measured: Sequence[Point]) -> FloatArray:
    """Predicted over measured seconds, each size predicted from the others."""
    return np.array(
        [
            point.seconds(fit([other for other in measured if other.model != point.model])) / point.step_s
            for point in measured
        ]
    )
