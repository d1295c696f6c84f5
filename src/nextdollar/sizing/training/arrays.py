"""Rows of a table of training runs as the arrays that the model takes: all of a table in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute import Accelerator
from nextdollar.compute.training.mfu_model import TrainingRun, run_flop, usual_gpus
from nextdollar.sizing.spread import column
from nextdollar.sizing.training.groups import ShapeGroup, attention_ratios, shape_groups, tokens_or_usual
from nextdollar.sizing.training.rows import StatedRun, TrainingRow


@dataclass(frozen=True, slots=True)
class RunTable:
    """Runs of a table, arrays (n_runs,), in the order of its rows that can be estimated.

    `run.gpus` is what a row states; where `is_count_assumed`, what is usual for its work.
    """

    rows: tuple[TrainingRow, ...]
    chips: tuple[Accelerator, ...]
    run: TrainingRun
    is_count_assumed: NDArray[np.bool_]
    groups: tuple[ShapeGroup, ...]

    def with_gpus(self, gpus: NDArray[np.float64]) -> RunTable:
        """Return the same runs on other numbers of accelerators."""
        return replace(self, run=replace(self.run, gpus=gpus))


def run_table(rows: Sequence[TrainingRow]) -> RunTable:
    """Return the rows that can be estimated as arrays."""
    kept = [row for row in rows if row.run is not None]
    chips = tuple(row.accelerator for row in kept if row.accelerator is not None)
    stated = [row.run for row in kept if row.run is not None]
    params = np.array([run.params for run in stated], dtype=np.float64)
    active = np.array([run.params_active for run in stated], dtype=np.float64)
    tokens_per_sequence = np.array(
        [tokens_or_usual(run.tokens_per_sequence) for run in stated], dtype=np.float64
    )
    groups = shape_groups([row.shape for row in kept], params, active)
    gpus = column(run.gpus for run in stated)
    run = TrainingRun(
        params_active=active,
        params=params,
        tokens=np.array([run.tokens for run in stated], dtype=np.float64),
        peak_flop_per_s=np.array([chip.peak_flop_per_s for chip in chips], dtype=np.float64),
        bandwidth_bytes_per_s=np.array([chip.bandwidth_bytes_per_s for chip in chips], dtype=np.float64),
        tokens_per_sequence=tokens_per_sequence,
        fp8_peak_flop_per_s=np.array(
            [_fp8_peak(run, chip) for run, chip in zip(stated, chips, strict=True)], dtype=np.float64
        ),
        old_software=np.array([run.is_old_software for run in stated], dtype=np.float64),
        attention_multiple=attention_ratios(groups, active, tokens_per_sequence),
    )
    is_assumed = np.isnan(gpus)
    counts = np.where(is_assumed, usual_gpus(run_flop(run)), gpus)
    return RunTable(tuple(kept), chips, replace(run, gpus=counts), is_assumed, groups)


def _fp8_peak(run: StatedRun, chip: Accelerator) -> float:
    """Return the fp8 peak of a run in fp8, 0 of another."""
    return chip.fp8_peak_flop_per_s or 0.0 if run.is_fp8 else 0.0
