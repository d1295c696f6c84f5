"""Accelerators that finish runs by a day, how sure that is, and what they cost then."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.catalogue.training_calibration import failures, mfu_calibration
from nextdollar.compute.training.deadline import MeasuredSpeed, gpus_to_finish
from nextdollar.compute.training.ladder import Range, TrainingLadder, training_ladder
from nextdollar.sizing.calibration import SavedCalibration, sharpened
from nextdollar.sizing.spread import each
from nextdollar.sizing.training.arrays import RunTable
from nextdollar.sizing.training.bill import HourPrice, cost_usd
from nextdollar.sizing.training.layouts import layouts_of
from nextdollar.units import SCORE_OF_P95, FloatArray


@dataclass(frozen=True, slots=True)
class Deadline:
    """What it takes to finish a run within some days.

    `gpus` are the accelerators that do it with 5, 50 and 95 %; None where none do, `reason` says why.
    `accel_hours` and `cost_usd` are those on the number that does it with 95 %, from what is left of it in
    whole servers. `in_time_share` is how likely the stated count is in time, None where none is stated.
    """

    days: float
    gpus: Range | None
    accel_hours: Range | None
    cost_usd: Range | None
    in_time_share: float | None
    reason: str


def ladder_of(table: RunTable, saved: SavedCalibration | None) -> tuple[TrainingLadder, tuple[str, ...]]:
    """Return the ladder of the runs of a table with what logs of the user say, and a note for each run."""
    ladder = training_ladder(table.run, mfu_calibration(), failures())
    names = np.array([chip.name for chip in table.chips], dtype=np.str_)
    found = sharpened(ladder, table.run, accelerators=names, saved=saved)
    return found.ladder, found.notes


def deadlines_of(
    table: RunTable,
    ladder: TrainingLadder,
    *,
    days: float,
    saved: SavedCalibration | None,
    prices: Sequence[HourPrice | None],
) -> Iterator[Deadline]:
    """Yield what each run of a table takes to finish within `days`.

    The number that holds with 95 % is at least the one that holds the model in memory.
    """
    plain = training_ladder(table.run, mfu_calibration(), failures())
    speed = MeasuredSpeed(ladder.gpu_hours.p50 / plain.gpu_hours.p50, ladder.sd_log)
    needed = [
        gpus_to_finish(
            table.run,
            days,
            calibration=mfu_calibration(),
            failures=failures(),
            scores=score,
            measured=None if saved is None else speed,
        )
        for score in (-SCORE_OF_P95, 0.0, SCORE_OF_P95)
    ]
    surest = np.asarray(needed[-1], dtype=np.float64)
    possible = ~np.isnan(surest)
    held = layouts_of(replace(table.with_gpus(np.where(possible, surest, 1.0)), is_count_assumed=possible))
    fewest = np.where(np.isnan(held.fewest), 1.0, held.fewest)
    counts = Range(*(np.maximum(count, fewest) for count in needed))
    then, _ = ladder_of(table.with_gpus(np.where(possible, counts.p95, 1.0)), saved)
    costs = cost_usd(then, prices)
    chances = _chances(ladder, days)
    assumed = table.is_count_assumed.tolist()
    answers = zip(each(counts), each(then.gpu_hours), each(costs), chances, assumed, strict=True)
    for gpus, hours, cost, chance, is_assumed in answers:
        chance_of_stated = None if is_assumed else chance
        if gpus is None or math.isnan(gpus.p95):
            yield Deadline(days, None, None, None, chance_of_stated, _cannot(gpus))
        else:
            yield Deadline(days, gpus, hours, cost, chance_of_stated, "")


def _cannot(gpus: Range | None) -> str:
    """Return why no number is given, and whether one has even odds."""
    odds = "" if gpus is None else f"; {gpus.p50:,.0f} have even odds"
    return f"no million accelerators finish in time with 95 %: failures eat what more of them bring{odds}"


def _chances(ladder: TrainingLadder, days: float) -> list[float]:
    """Return how likely each run is in time on its accelerators; 0 where not even the peak is."""
    score: FloatArray = np.log(days / ladder.wall_days.p50) / ladder.sd_log
    least_days = ladder.least_gpu_hours / ladder.gpu_hours.p50 * ladder.wall_days.p50
    chances = [0.5 * (1 + math.erf(value / math.sqrt(2))) for value in np.atleast_1d(score).tolist()]
    possible = np.atleast_1d(np.greater_equal(days, least_days)).tolist()
    return [chance if may else 0.0 for chance, may in zip(chances, possible, strict=True)]
