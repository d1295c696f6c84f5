"""Hours, days, dollars, energy and memory of training runs of which nobody knows the utilisation yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from nextdollar.catalogue.training_bill import bill_range
from nextdollar.catalogue.training_calibration import DevelopmentMultiple, training_constant
from nextdollar.catalogue.training_calibration import development_multiple as published_multiple
from nextdollar.errors import require
from nextdollar.sizing.calibration import SavedCalibration, read_calibration
from nextdollar.sizing.cells import Chips
from nextdollar.sizing.rows_file import read_rows
from nextdollar.sizing.spread import Spread
from nextdollar.sizing.training.answers import TrainingEstimate, TrainingQuestion, answers_of
from nextdollar.sizing.training.bill import WORLD, Grid, HourPrice, grid_given, grid_of, price_given
from nextdollar.sizing.training.rows import NEEDED, training_row
from nextdollar.sizing.training.shapes import RunShapes
from nextdollar.sources import Source

_ABOVE_0 = float(np.nextafter(0.0, 1.0))


@dataclass(frozen=True, slots=True)
class TrainingEstimates:
    """All rows of a table, in its order.

    `development` is what a project takes over its final runs as published, `multiple` the range of it in
    the figures of a project; `files` are the other files that were read, with their digests.
    """

    file: str
    sha256: str
    rows: tuple[TrainingEstimate, ...]
    development: DevelopmentMultiple
    multiple: Spread
    grid: Grid
    as_of: date | None
    deadline_days: float | None
    saved: SavedCalibration | None
    files: tuple[tuple[str, str], ...]

    @property
    def answered(self) -> tuple[TrainingEstimate, ...]:
        """Rows that were estimated."""
        return tuple(item for item in self.rows if item.ladder is not None)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where constants, shapes, rents, power, carbon and the ranges between them come from."""
        return tuple(dict.fromkeys(_sources(self)))


def estimate_training(
    path: Path | str,
    *,
    usd_per_gpu_hour: float | tuple[float, float] | None = None,
    as_of: date | None = None,
    deadline_days: float | None = None,
    development_multiple: float | tuple[float, float] | None = None,
    grid: str | float | tuple[float, float] = WORLD,
    shapes: Path | str | None = None,
    calibration: SavedCalibration | Path | str | None = None,
) -> TrainingEstimates:
    """Estimate GPU-hours, days, cost, energy, carbon and memory of the training runs of a table.

    Parameters
    ----------
    path : Path or str
        A CSV file with columns `tokens`, `hardware` and `params_total` or `params_active` (or `shape`);
        `accel_count`, `seq_len`, `train_dtype`, `arch`, `model`, `shape` and `date` sharpen the answer. What
        a run is reported to have taken is no input.
    usd_per_gpu_hour : float or (float, float), optional
        Price of an hour, or its 5 % and 95 % quantiles, above 0; None takes the catalogue's list prices.
    as_of : date, optional
        List prices as of this day: later ones are left out, old ones say so. None takes the newest.
    deadline_days : float, optional
        Days in which each run is to finish, above 0: the accelerators that do it are then worked out.
    development_multiple : float or (float, float), optional
        All compute of a project over its final run, at least 1, or its quantiles; None takes the
        published range.
    grid : str, float or (float, float)
        A region of the catalogue, or kg of CO2 equivalent per kWh, above 0, or its quantiles.
    shapes : Path or str, optional
        A table of shapes (`model`, `layers`, `d_model`, `heads`, ...), or a config.json for every row.
    calibration : SavedCalibration, Path or str, optional
        What `nextdollar calibrate --save` wrote: logs of steps are weighed in where they speak of a row.

    Returns
    -------
    TrainingEstimates
        Every row, estimated or refused with its reasons.

    Raises
    ------
    RowsError, LogsError
        With every fault of the form of the table, and of the calibration.
    CatalogueError
        If the grid is none of the catalogue, or the shapes cannot be read.
    DomainError
        If a number leaves its domain, or the ends of a range are the wrong way round.

    Notes
    -----
    hours = FLOP / peak / MFU / goodput / calendar; cost = hours x price; energy = hours x rated power x share
    of the system x PUE; carbon = energy x grid. The logs of the factors are independent and normal, so their
    variances add.
    """
    saved = read_calibration(calibration) if isinstance(calibration, (str, Path)) else calibration
    published = published_multiple()
    question = TrainingQuestion(
        price=None if usd_per_gpu_hour is None else _price(usd_per_gpu_hour),
        as_of=as_of,
        deadline_days=deadline_days,
        development=_multiple(development_multiple, published),
        grid=_grid(grid),
        saved=saved,
    )
    if deadline_days is not None:
        is_time = bool(np.isfinite(deadline_days)) and deadline_days > 0
        require(is_time, "deadline_days", "above 0", deadline_days)
    known = RunShapes(shapes)
    table = read_rows(path, NEEDED)
    chips: Chips = {}
    rows = answers_of([training_row(row, known, chips) for row in table.rows], question)
    files = [*known.files, *([(saved.file, saved.sha256)] if saved is not None and saved.file else [])]
    return TrainingEstimates(
        file=table.file,
        sha256=table.sha256,
        rows=rows,
        development=published,
        multiple=question.development,
        grid=question.grid,
        as_of=as_of,
        deadline_days=deadline_days,
        saved=saved,
        files=tuple(files),
    )


def _ends(value: float | tuple[float, float], name: str, *, low: float, rule: str) -> tuple[float, float]:
    """Return both ends of what may be one number; DomainError if they are not in order or below `low`."""
    ends = value if isinstance(value, tuple) else (value,) * 2
    first, last = float(ends[0]), float(ends[1])
    require(np.isfinite((first, last)).all() and first >= low, name, rule, first)
    require(last >= first, name, "from low to high", value)
    return first, last


def _price(usd_per_gpu_hour: float | tuple[float, float]) -> HourPrice:
    return price_given(*_ends(usd_per_gpu_hour, "usd_per_gpu_hour", low=_ABOVE_0, rule="above 0"))


def _multiple(given: float | tuple[float, float] | None, published: DevelopmentMultiple) -> Spread:
    if given is None:
        return Spread(published.low_multiple, published.high_multiple)
    return Spread(*_ends(given, "development_multiple", low=1.0, rule="at least 1"))


def _grid(given: str | float | tuple[float, float]) -> Grid:
    if isinstance(given, str):
        return grid_of(given)
    return grid_given(*_ends(given, "grid", low=_ABOVE_0, rule="above 0 kg per kWh, or a region"))


def _sources(found: TrainingEstimates) -> Iterator[Source]:
    """Yield what an answer rests on; each accelerator and price once."""
    if not found.answered:
        return
    yield training_constant("mfu.base").source
    yield training_constant("failures.gpu_hours").source
    chips = dict.fromkeys(item.row.accelerator for item in found.answered)
    yield from (chip.source for chip in chips if chip is not None)
    # A price is one object for all rows of an accelerator.
    prices = {id(item.price): item.price for item in found.answered if item.price is not None}
    for price in prices.values():
        yield from price.sources[:1]
    shapes = {id(item.row.shape.model.shape): item.row.shape for item in found.answered if item.row.shape}
    for shape in shapes.values():
        if shape.model.source is not None:
            yield shape.model.source
    if any(item.energy_mwh is not None for item in found.answered):
        yield from (bill_range("system_share").source, bill_range("pue").source, *found.grid.sources)
    yield from found.development.sources
    if found.saved is not None:
        yield from found.saved.sources
