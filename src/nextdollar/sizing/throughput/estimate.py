"""Speed of training steps whose configuration is known: utilisation, and tokens per second and GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.training_calibration import framework_calibration, training_constant
from nextdollar.compute.flop import TRAINING_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.training.framework_mfu import framework_mfu
from nextdollar.compute.training.ladder import Range
from nextdollar.compute.training.mfu_model import attention_over_matrices
from nextdollar.sizing.cells import Chips
from nextdollar.sizing.rows_file import read_rows
from nextdollar.sizing.spread import each, product_range
from nextdollar.sizing.throughput.rows import NEEDED, ThroughputRow, framework_step, throughput_row
from nextdollar.sizing.training.bounds import BoundFlag
from nextdollar.sources import Source
from nextdollar.units import PERCENT

_CAUSE = "likely tokens per second of more than one GPU, a smaller model, or another precision or GPU"


@dataclass(frozen=True, slots=True)
class ThroughputEstimate:
    """One row: how fast it trains, or why that cannot be said (`row.refused`).

    `mfu_percent` is of `peak_in_use_flop_per_s`, that of the precision in use, attention counted in full as
    llm-foundry and PaLM count it; `flop_per_token` is counted so. `highest_tokens_per_s_per_gpu` is the
    physical bound.
    """

    row: ThroughputRow
    mfu_percent: Range | None
    tokens_per_s_per_gpu: Range | None
    peak_in_use_flop_per_s: float | None
    flop_per_token: float | None
    highest_tokens_per_s_per_gpu: float | None
    flags: tuple[BoundFlag, ...]


@dataclass(frozen=True, slots=True)
class ThroughputEstimates:
    """All rows of a table, in its order."""

    file: str
    sha256: str
    rows: tuple[ThroughputEstimate, ...]

    @property
    def answered(self) -> tuple[ThroughputEstimate, ...]:
        """Rows that were estimated."""
        return tuple(item for item in self.rows if item.mfu_percent is not None)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where constants and peaks come from."""
        chips = (item.row.accelerator for item in self.answered)
        found = [training_constant("framework.base").source] if self.answered else []
        return tuple(dict.fromkeys([*found, *(chip.source for chip in chips if chip is not None)]))


def estimate_throughput(path: Path | str) -> ThroughputEstimates:
    """Estimate utilisation and speed of the training steps of a table.

    Parameters
    ----------
    path : Path or str
        A CSV file with columns `params`, `seq_len`, `gpu` and `gpus`; `precision`, `micro_batch` and
        `act_ckpt` sharpen the answer. Measured speed and utilisation are no inputs.

    Returns
    -------
    ThroughputEstimates
        Every row, estimated or refused with its reasons.

    Raises
    ------
    RowsError
        With every fault of the file's form.
    """
    table = read_rows(path, NEEDED)
    chips: Chips = {}
    rows = [throughput_row(row, chips) for row in table.rows]
    answers = _answers([row for row in rows if row.step is not None])
    found = (next(answers) if row.step is not None else _refused(row) for row in rows)
    return ThroughputEstimates(table.file, table.sha256, tuple(found))


def _refused(row: ThroughputRow) -> ThroughputEstimate:
    return ThroughputEstimate(row, None, None, None, None, None, ())


def _answers(rows: Sequence[ThroughputRow]) -> Iterator[ThroughputEstimate]:
    """Yield the answers to rows that have a step, worked out all at once.

    A log-normal range, with no quantile above the causal work at the peak in use.
    """
    steps = [row.step for row in rows if row.step is not None]
    if not steps:
        return
    step, fitted = framework_step(steps), framework_calibration()
    peak = np.array([one.peak_in_use_flop_per_s for one in steps])
    causal = attention_over_matrices(step.params, step.tokens_per_sequence)
    flop_per_matrix_token = TRAINING_FLOP_PER_PARAM_TOKEN * step.params
    flop_per_token = flop_per_matrix_token * (1 + 2 * causal)
    highest = peak / (flop_per_matrix_token * (1 + causal))
    middle = framework_mfu(step, fitted.coefficients) * step.peak_flop_per_s / flop_per_token
    free = product_range(middle, fitted.residual_log)
    speed = Range(*(np.minimum(end, highest) for end in (free.p5, free.p50, free.p95)))
    to_percent = flop_per_token / peak / PERCENT
    mfu = Range(speed.p5 * to_percent, speed.p50 * to_percent, speed.p95 * to_percent)
    plain = (np.asarray(column).tolist() for column in (peak, flop_per_token, highest))
    columns = (each(mfu), each(speed), *plain)
    for row, share, tokens, row_peak, flop, most in zip(rows, *columns, strict=True):
        flags = _flags(row.reported_tokens_per_s_per_gpu, most)
        yield ThroughputEstimate(row, share, tokens, row_peak, flop, most, flags)


def _flags(reported: float | None, highest: float) -> tuple[BoundFlag, ...]:
    if reported is None or reported <= highest:
        return ()
    words = f"tokens_per_s_per_gpu of {reported:,.0f} are more than the {highest:,.0f} of the GPU's peak"
    return (BoundFlag("tokens_per_s_per_gpu", words, _CAUSE),)
