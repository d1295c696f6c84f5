"""Every figure on each run of a table, worked out for all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nextdollar.compute.training.ladder import Range, TrainingLadder
from nextdollar.compute.training.mfu_model import mfu_ceiling
from nextdollar.sizing.calibration import SavedCalibration
from nextdollar.sizing.spread import Spread, each
from nextdollar.sizing.training.arrays import RunTable, run_table
from nextdollar.sizing.training.bill import (
    Grid,
    HourPrice,
    carbon_tonnes,
    cost_usd,
    days,
    energy_mwh,
    list_price,
    project_hours,
    project_usd,
)
from nextdollar.sizing.training.bounds import BoundFlag, beyond_bounds
from nextdollar.sizing.training.deadlines import Deadline, deadlines_of, ladder_of
from nextdollar.sizing.training.layouts import RunMemory, layout_notes, on_gpus_that_hold
from nextdollar.sizing.training.rows import TrainingRow

_TPU = "TPU"


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """What is asked of every row; None is the catalogue's list prices, no deadline, no logs."""

    price: HourPrice | None
    as_of: date | None
    deadline_days: float | None
    development: Spread
    grid: Grid
    saved: SavedCalibration | None


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """One row: what it takes, or why that cannot be said (`row.refused`); each figure with its range.

    `accel_hours` are GPU-hours on the bill of the final run, `project_gpu_hours` and `project_cost_usd` those
    with the experiments before it. `is_calibrated` where logs of the user are weighed in. A figure is None
    where it cannot be said; `notes` say why.
    """

    row: TrainingRow
    ladder: TrainingLadder | None = None
    accel_hours: Range | None = None
    wall_days: Range | None = None
    cost_usd: Range | None = None
    energy_mwh: Range | None = None
    carbon_tonnes: Range | None = None
    project_gpu_hours: Range | None = None
    project_cost_usd: Range | None = None
    memory: RunMemory | None = None
    deadline: Deadline | None = None
    price: HourPrice | None = None
    is_count_assumed: bool = False
    is_calibrated: bool = False
    flags: tuple[BoundFlag, ...] = ()
    notes: tuple[str, ...] = ()


def answers_of(rows: Sequence[TrainingRow], question: TrainingQuestion) -> tuple[TrainingEstimate, ...]:
    """Return an estimate of each row, in their order; all are worked out in a few calls on arrays."""
    if all(row.run is None for row in rows):
        return tuple(TrainingEstimate(row, notes=row.notes) for row in rows)
    answers = _answers(rows, question)
    places = iter(range(len(answers.table.rows)))
    return tuple(
        TrainingEstimate(row, notes=row.notes) if row.run is None else answers.at(next(places))
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """Figures of the rows that can be estimated, lists in their order."""

    table: RunTable
    ladders: list[TrainingLadder]
    highest_mfu: list[float]
    figures: tuple[list[Range | None], ...]
    memories: list[RunMemory]
    was_raised: list[bool]
    prices: list[HourPrice | None]
    deadlines: list[Deadline | None]
    log_notes: tuple[str, ...]

    def at(self, place: int) -> TrainingEstimate:
        """Return the estimate of one row."""
        row, ladder = self.table.rows[place], self.ladders[place]
        stated_gpus = None if row.run is None else row.run.gpus
        hours, wall_days, cost, energy, carbon, project, project_cost = (
            of_all[place] for of_all in self.figures
        )
        return TrainingEstimate(
            row,
            ladder=ladder,
            accel_hours=hours,
            wall_days=wall_days,
            cost_usd=cost,
            energy_mwh=energy,
            carbon_tonnes=carbon,
            project_gpu_hours=project,
            project_cost_usd=project_cost,
            memory=self.memories[place],
            deadline=self.deadlines[place],
            price=self.prices[place],
            is_count_assumed=stated_gpus is None,
            is_calibrated=bool(self.log_notes[place]),
            flags=self._flags(row, ladder, self.highest_mfu[place], stated_gpus),
            notes=tuple(self._notes(place, stated_gpus)),
        )

    def _flags(
        self, row: TrainingRow, ladder: TrainingLadder, highest_mfu: float, stated_gpus: float | None
    ) -> tuple[BoundFlag, ...]:
        """Return what the row reports and no machine can reach."""
        if row.reported.is_empty:
            return ()
        least = float(ladder.least_gpu_hours)
        return tuple(beyond_bounds(row.reported, least, highest_mfu=highest_mfu, gpus=stated_gpus))

    def _notes(self, place: int, stated_gpus: float | None) -> Iterator[str]:
        """Yield what to know of the answer on a row."""
        row, chip, price = self.table.rows[place], self.table.chips[place], self.prices[place]
        yield from row.notes
        if stated_gpus is None:
            gpus = f"accel_count is empty: {self.ladders[place].gpus:,.0f} GPUs are assumed"
            why = "the fewest that hold the model" if self.was_raised[place] else "usual for so much work"
            yield f"{gpus}, {why}"
        tokens_per_sequence = row.run.tokens_per_sequence if row.run is not None else None
        yield from layout_notes(self.memories[place], stated_gpus, tokens_per_sequence or 0.0)
        if price is None:
            yield f"no cost: the catalogue has no rent of {chip.name}, state one with --price"
        elif price.stale:
            yield price.stale
        if chip.power_watts is None:
            yield f"no energy: the vendor publishes no power of {chip.name}"
        elif chip.name.startswith(_TPU):
            yield "energy is at the system power of GPUs; TPUs took 0.64 to 1.97 of their rated power"
        if self.log_notes[place]:
            yield self.log_notes[place]


def _answers(rows: Sequence[TrainingRow], question: TrainingQuestion) -> _Answers:
    """Work every figure out: a few calls on the arrays of all rows."""
    table, layouts, raised = on_gpus_that_hold(run_table(rows))
    ladder, log_notes = ladder_of(table, question.saved)
    prices = _prices(table, question)
    cost, energy = cost_usd(ladder, prices), energy_mwh(ladder, table.chips)
    figures = (
        ladder.gpu_hours,
        days(ladder, table.is_count_assumed),
        cost,
        energy,
        carbon_tonnes(ladder, energy, question.grid),
        project_hours(ladder, question.development),
        project_usd(cost, ladder, prices, question.development),
    )
    deadlines: list[Deadline | None] = [None] * len(table.rows)
    if question.deadline_days is not None:
        limit, saved = question.deadline_days, question.saved
        deadlines = list(deadlines_of(table, ladder, days=limit, saved=saved, prices=prices))
    highest: list[float] = np.broadcast_to(mfu_ceiling(table.run), len(table.rows)).tolist()
    return _Answers(
        table=table,
        ladders=_ladders(ladder),
        highest_mfu=highest,
        figures=tuple(list(each(figure)) for figure in figures),
        memories=list(layouts.each()),
        was_raised=raised.tolist(),
        prices=prices,
        deadlines=deadlines,
        log_notes=log_notes,
    )


def _prices(table: RunTable, question: TrainingQuestion) -> list[HourPrice | None]:
    """Return the price of an hour of each run; that of an accelerator is looked up once."""
    if question.price is not None:
        return [question.price] * len(table.chips)
    by_name = {chip.name: list_price(chip, question.as_of) for chip in dict.fromkeys(table.chips)}
    return [by_name[chip.name] for chip in table.chips]


def _ladders(ladder: TrainingLadder) -> list[TrainingLadder]:
    """Return the ladder of each run."""
    n_runs = len(np.atleast_1d(ladder.flop))
    names = ("flop", "ideal_gpu_hours", "goodput_share", "gpus", "least_gpu_hours", "sd_log")
    numbers = [np.broadcast_to(getattr(ladder, name), n_runs).tolist() for name in names]
    ranges = [_each_of(found, n_runs) for found in (ladder.mfu, ladder.gpu_hours, ladder.wall_days)]
    return [
        TrainingLadder(
            flop=flop,
            ideal_gpu_hours=ideal,
            mfu=mfu,
            goodput_share=goodput,
            calendar_share=ladder.calendar_share,
            gpu_hours=hours,
            wall_days=wall_days,
            gpus=gpus,
            least_gpu_hours=least,
            sd_log=sd_log,
            calendar_sd_log=ladder.calendar_sd_log,
        )
        for flop, ideal, goodput, gpus, least, sd_log, mfu, hours, wall_days in zip(
            *numbers, *ranges, strict=True
        )
    ]


def _each_of(found: Range, n_runs: int) -> list[Range]:
    """Return the range of each run."""
    ends = [np.broadcast_to(end, n_runs).tolist() for end in (found.p5, found.p50, found.p95)]
    return [Range(low, middle, high) for low, middle, high in zip(*ends, strict=True)]
