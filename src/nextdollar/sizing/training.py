"""Hours, days, dollars and energy of training runs of which nobody knows the utilisation yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.training_bill import bill_range
from nextdollar.catalogue.training_calibration import (
    DevelopmentMultiple,
    development_multiple,
    failures,
    mfu_calibration,
    training_constant,
)
from nextdollar.compute.training_ladder import Range, TrainingLadder, training_ladder
from nextdollar.errors import require
from nextdollar.sizing.bounds import BoundFlag, beyond_bounds
from nextdollar.sizing.rows_file import read_rows
from nextdollar.sizing.training_bill import HourPrice, cost_usd, days, energy_mwh, list_price, price_given
from nextdollar.sizing.training_rows import NEEDED, TrainingRow, training_row
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """One row: what it takes, or why that cannot be said (`row.refused`); each figure with its range.

    `accel_hours` are GPU-hours on the bill. A figure is None where it cannot be said; `notes` say why.
    """

    row: TrainingRow
    ladder: TrainingLadder | None
    accel_hours: Range | None
    wall_days: Range | None
    cost_usd: Range | None
    energy_mwh: Range | None
    price: HourPrice | None
    is_count_assumed: bool
    flags: tuple[BoundFlag, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingEstimates:
    """All rows of a table, in its order; `development` is what a project takes over its final runs."""

    file: str
    sha256: str
    rows: tuple[TrainingEstimate, ...]
    development: DevelopmentMultiple

    @property
    def answered(self) -> tuple[TrainingEstimate, ...]:
        """Rows that were estimated."""
        return tuple(item for item in self.rows if item.ladder is not None)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where constants, rents, power and the ranges between them come from."""
        return tuple(dict.fromkeys(_sources(self)))


def estimate_training(
    path: Path | str, *, usd_per_gpu_hour: float | tuple[float, float] | None = None
) -> TrainingEstimates:
    """Estimate GPU-hours, days, cost and energy of the training runs of a table.

    Parameters
    ----------
    path : Path or str
        A CSV file with columns `tokens`, `hardware` and `params_total` or `params_active`; `accel_count`,
        `seq_len`, `train_dtype`, `arch` and `date` sharpen the answer. What a run is reported to have
        taken is no input.
    usd_per_gpu_hour : float or (float, float), optional
        Price of an hour, or its 5 % and 95 % quantiles, above 0; None takes the catalogue's list prices.

    Returns
    -------
    TrainingEstimates
        Every row, estimated or refused with its reasons.

    Raises
    ------
    RowsError
        With every fault of the file's form.
    DomainError
        If a price is not above 0, or its ends are the wrong way round.

    Notes
    -----
    hours = FLOP / peak / MFU / goodput / calendar; cost = hours x price; energy = hours x rated power x
    share of the system x PUE. The logs of the factors are independent and normal, so their variances add.
    """
    price = None if usd_per_gpu_hour is None else _checked_price(usd_per_gpu_hour)
    table = read_rows(path, NEEDED)
    rows = tuple(_estimate(training_row(row), price) for row in table.rows)
    return TrainingEstimates(table.file, table.sha256, rows, development_multiple())


def _checked_price(usd_per_gpu_hour: float | tuple[float, float]) -> HourPrice:
    ends = usd_per_gpu_hour if isinstance(usd_per_gpu_hour, tuple) else (usd_per_gpu_hour,) * 2
    low, high = float(ends[0]), float(ends[1])
    require(np.isfinite((low, high)).all() and low > 0, "usd_per_gpu_hour", "above 0", low)
    require(high >= low, "usd_per_gpu_hour", "from low to high", usd_per_gpu_hour)
    return price_given(low, high)


def _estimate(row: TrainingRow, given: HourPrice | None) -> TrainingEstimate:
    """Estimate one row."""
    run, chip = row.run, row.accelerator
    if run is None or chip is None:
        return TrainingEstimate(row, None, None, None, None, None, None, False, (), row.notes)
    ladder = training_ladder(run, mfu_calibration(), failures())
    is_count_assumed = run.gpus is None
    notes = list(row.notes)
    if is_count_assumed:
        gpus = float(ladder.gpus)
        notes.append(f"accel_count is empty: {gpus:,.0f} GPUs are assumed, usual for so much work")
    price = list_price(chip) if given is None else given
    if price is None:
        notes.append(f"no cost: the catalogue has no rent of {chip.name}, state one with --price")
    energy = energy_mwh(ladder, chip)
    if energy is None:
        notes.append(f"no energy: the vendor publishes no power of {chip.name}")
    hours = ladder.gpu_hours
    stated = None if run.gpus is None else float(run.gpus)
    return TrainingEstimate(
        row=row,
        ladder=ladder,
        accel_hours=Range(float(hours.p5), float(hours.p50), float(hours.p95)),
        wall_days=days(ladder, is_count_assumed=is_count_assumed),
        cost_usd=None if price is None else cost_usd(ladder, price),
        energy_mwh=energy,
        price=price,
        is_count_assumed=is_count_assumed,
        flags=tuple(beyond_bounds(row.reported, ladder, stated)),
        notes=tuple(notes),
    )


def _sources(found: TrainingEstimates) -> Iterator[Source]:
    if not found.answered:
        return
    yield training_constant("mfu.base").source
    yield training_constant("failures.gpu_hours").source
    for item in found.answered:
        if item.row.accelerator is not None:
            yield item.row.accelerator.source
        if item.price is not None:
            yield from item.price.sources[:1]
    if any(item.energy_mwh is not None for item in found.answered):
        yield from (bill_range("system_share").source, bill_range("pue").source)
    yield from found.development.sources
