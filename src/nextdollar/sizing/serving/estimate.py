"""Latency and throughput of serving, row by row of a table, each with its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_constants
from nextdollar.compute.serving.bound import Percentiles
from nextdollar.compute.training.ladder import Range
from nextdollar.sizing.calibration import SavedCalibration, read_calibration
from nextdollar.sizing.rows_file import read_rows
from nextdollar.sizing.serving.arrays import serving_arrays
from nextdollar.sizing.serving.ask import ServingRow
from nextdollar.sizing.serving.counts import with_counts
from nextdollar.sizing.serving.figures import calibration_of_rows, queued_figures, served_figures
from nextdollar.sizing.serving.limits import queued_flags, served_flags
from nextdollar.sizing.serving.memory import with_room
from nextdollar.sizing.serving.rows import NEEDED, serving_rows
from nextdollar.sizing.serving.said import (
    InstanceLayout,
    InstanceMemory,
    count_notes,
    instance_layouts,
    instance_memories,
    memory_notes,
    missing_figures,
)
from nextdollar.sizing.serving.shapes import serving_shapes
from nextdollar.sizing.serving.words import Mode
from nextdollar.sizing.training.bounds import BoundFlag
from nextdollar.sources import Source
from nextdollar.units import MS_PER_S


@dataclass(frozen=True, slots=True)
class ServingEstimate:
    """One row: how fast it is served, or why that cannot be said (`row.refused`).

    Times in milliseconds, throughput in output tokens per second and GPU. A figure that its mode does not
    have is None, and `missing` says why by its name.
    """

    row: ServingRow
    tpot_ms: Range | None = None
    ttft_ms: Range | None = None
    out_tok_s_per_gpu: Range | None = None
    bound_by: str | None = None
    memory: InstanceMemory | None = None
    layout: InstanceLayout | None = None
    missing: tuple[tuple[str, str], ...] = ()
    flags: tuple[BoundFlag, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServingEstimates:
    """All rows of a table, in its order; `shapes_file` is empty where the catalogue's shapes were taken."""

    file: str
    sha256: str
    rows: tuple[ServingEstimate, ...]
    shapes_file: str
    calibration: SavedCalibration | None

    @property
    def answered(self) -> tuple[ServingEstimate, ...]:
        """Rows that were estimated."""
        return tuple(item for item in self.rows if item.out_tok_s_per_gpu or item.tpot_ms or item.ttft_ms)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where constants, shapes and data sheets come from."""
        return tuple(dict.fromkeys(_sources(self)))


def estimate_serving(
    path: Path | str,
    *,
    shapes: Path | str | None = None,
    engine: str | None = None,
    calibration: SavedCalibration | Path | str | None = None,
) -> ServingEstimates:
    """Estimate time per token, time to the first token and throughput of the rows of a table.

    Parameters
    ----------
    path : Path or str
        A CSV file with columns `model`, `gpu`, `isl` and `osl` (tokens of a prompt and of an answer). Either
        `concurrency` with `tp`, `attn_dp`, `moe_ep`, `pp` or `gpus`, and `prefill_...` and `decode_...`
        where `mode` is "disagg"; or `parallel`, with every request queued. `precision` and `engine` sharpen
        the answer. Measured `tpot_ms`, `ttft_ms` and throughput are no inputs: they are held against the
        bound.
    shapes : Path or str, optional
        A CSV table of shapes, or a config.json that is that of every row; None takes the catalogue's.
    engine : str, optional
        Engine of rows that name none.
    calibration : SavedCalibration, Path or str, optional
        Constants and ranges from logs of one's own machines, or the file that they were saved to.

    Returns
    -------
    ServingEstimates
        Every row, estimated or refused with its reasons.

    Raises
    ------
    RowsError
        With every fault of the file's form.
    CatalogueError
        If the shapes cannot be read.
    LogsError
        If the calibration cannot be read.
    """
    saved = read_calibration(calibration) if isinstance(calibration, Path | str) else calibration
    table = read_rows(path, NEEDED)
    known = serving_shapes(shapes)
    rows = serving_rows(table, known, engine=engine)
    found = [ServingEstimate(row, notes=row.notes) for row in rows]
    for mode in ("agg", "disagg", "offline"):
        places = [place for place, row in enumerate(rows) if row.mode == mode and row.ask is not None]
        if places:
            answers = _answers([rows[place] for place in places], mode, saved)
            for place, answer in zip(places, answers, strict=True):
                found[place] = answer
    return ServingEstimates(table.file, table.sha256, tuple(found), known.file, saved)


def _answers(
    rows: Sequence[ServingRow], mode: Mode, calibration: SavedCalibration | None
) -> Iterator[ServingEstimate]:
    """Yield the answers to rows of one mode that can be answered: a few calls for all of them."""
    asks = [row.ask for row in rows if row.ask is not None]
    measured = [row.measured for row in rows]
    labelled = serving_arrays(asks)
    arrays = with_counts(with_room(labelled), calibration_of_rows(labelled, calibration))
    if mode == "offline":
        figures, flags = queued_figures(arrays, calibration), queued_flags(arrays, measured)
    else:
        figures, flags = served_figures(arrays, calibration), served_flags(arrays, measured)
    tpot_ms = _ranges(figures.tpot_s, len(rows), MS_PER_S)
    ttft_ms = _ranges(figures.ttft_s, len(rows), MS_PER_S)
    speeds = _ranges(figures.tokens_per_s_per_gpu, len(rows), 1.0)
    memories, layouts = instance_memories(labelled), instance_layouts(arrays, asks)
    bounds, counts = figures.bound_by.tolist(), list(count_notes(arrays))
    for place, (row, ask) in enumerate(zip(rows, asks, strict=True)):
        missing = tuple(missing_figures(ask, mode))
        names = {name for name, _ in missing}
        yield ServingEstimate(
            row=row,
            tpot_ms=None if "tpot_ms" in names else tpot_ms[place],
            ttft_ms=None if "ttft_ms" in names else ttft_ms[place],
            out_tok_s_per_gpu=None if "out_tok_s_per_gpu" in names else speeds[place],
            bound_by=bounds[place],
            memory=memories[place],
            layout=layouts[place],
            missing=missing,
            flags=tuple(flags[place]),
            notes=(
                *row.notes,
                *filter(None, (counts[place],)),
                *memory_notes(ask, memories[place], layouts[place], mode=mode),
            ),
        )


def _ranges(found: Percentiles | None, n_rows: int, factor: float) -> Sequence[Range | None]:
    """Return percentiles of many questions as a range for each, nothing where there are none."""
    if found is None:
        return [None] * n_rows
    columns = (found.p5, found.p50, found.p95)
    ends = (np.broadcast_to(np.multiply(column, factor), (n_rows,)).tolist() for column in columns)
    return [Range(low, middle, high) for low, middle, high in zip(*ends, strict=True)]


def _sources(found: ServingEstimates) -> Iterator[Source]:
    if not found.answered:
        return
    if found.calibration is not None:
        yield from found.calibration.sources
    yield serving_constants()[0].source
    for item in found.answered:
        ask = item.row.ask
        if ask is not None:
            yield ask.accelerator.source
            if ask.named.source is not None:
                yield ask.named.source
