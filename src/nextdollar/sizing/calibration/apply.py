"""What estimates take from a calibration: constants and bands of serving, and measured speed of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.serving_calibration import (
    UNKNOWN_ENGINE,
    serving_calibration,
    serving_engines,
    serving_error_band,
)
from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.fit import calibration_of
from nextdollar.compute.training.ladder import TrainingLadder
from nextdollar.compute.training.mfu_model import TrainingRun, mfu_ceiling, step_mfu
from nextdollar.sizing.calibration.saved import MachineRefit, MeasuredTraining, SavedCalibration, ServingScope
from nextdollar.units import Floats

Names = str | Sequence[str] | NDArray[np.str_]

SAME_SIZE_FACTOR, SAME_SCALE_FACTOR, SAME_LENGTH_FACTOR = 1.5, 2.0, 2.0
"""How far parameters, GPUs and length of sequences of a run may lie from those of a log to be like it."""
LIKE_SD_LOG = 0.1
"""Standard deviation of the log of a utilisation around that of a run like it. With it the 90 % range held 90
to 94 % of 318 such pairs of llm-foundry's table, whose batches and recomputation differ too."""
_EXACT_FACTOR = 1.02

_LEAST_SHARED = 1e-6
_USUAL_TOKENS = 4096.0
_ROUNDING = 1e-9


def calibration_for(
    saved: SavedCalibration | None, *, engines: Names, accelerators: Names, models: Names
) -> ServingCalibration:
    """Constants of serving for rows: of a calibration where it measured just that, else shipped ones.

    Parameters
    ----------
    saved : SavedCalibration or None
        None, or one without serving, takes the constants of the catalogue everywhere.
    engines : str or array (n,)
        Engine of each row in lower case; one that the catalogue lacks stands for the mean of those it has.
    accelerators : str or array (n,)
        Accelerator of each row, by its name in the catalogue.
    models : str or array (n,)
        Model of each row (`NamedModel.name`). Constants refitted to one model do not help another on the same
        machine: over 16 such pairs of inference_points.csv the error of TPOT went from 10.1 to 10.8 %.

    Returns
    -------
    ServingCalibration
        Floats for one row, arrays (n,) where the rows differ.
    """
    known = (*serving_engines(), UNKNOWN_ENGINE)
    names = np.asarray(engines, dtype=np.str_)
    shipped = serving_calibration(np.where(np.isin(names, known), names, UNKNOWN_ENGINE))
    if saved is None or saved.serving is None:
        return shipped
    rows = _rows(engines, accelerators, models)
    names = rows[0]
    found = shipped
    for machine in saved.serving.machines:
        here = _is_of(machine, rows)
        if here.any():
            own = calibration_of(dict(machine.constants), names)
            found = own if here.all() else _chosen(here, own, found)
    return found


def _chosen(
    here: NDArray[np.bool_], own: ServingCalibration, others: ServingCalibration
) -> ServingCalibration:
    """Return constants of each row: its own where there are some."""
    parts = {
        field.name: np.where(here, getattr(own, field.name), getattr(others, field.name))
        for field in fields(ServingCalibration)
    }
    return ServingCalibration(**parts)


def error_band_for(
    saved: SavedCalibration | None,
    quantity: str,
    *,
    engines: Names,
    accelerators: Names,
    models: Names,
) -> ErrorBand:
    """How far answers on rows are off: the measured band where model, accelerator and engine were measured.

    Parameters
    ----------
    saved : SavedCalibration or None
        A calibration.
    quantity : str
        "tpot", "ttft", "offline" or another of `serving_error_band`; only the first three are calibrated.
    engines, accelerators, models : str or array (n,)
        Of each row: engine in lower case, name of the accelerator, name of the model (`NamedModel.name`).

    Returns
    -------
    ErrorBand
        Floats where the band of the catalogue holds for all rows, else arrays (n,).
    """
    shipped = serving_error_band(quantity)
    scopes = () if saved is None or saved.serving is None else saved.serving.scopes
    rows = _rows(engines, accelerators, models)
    low = np.full(rows[0].shape, float(shipped.p5_factor))
    high = np.full(rows[0].shape, float(shipped.p95_factor))
    for scope in scopes:
        band = scope.bands.get(quantity)
        if band is not None:
            here = _is_of(scope, rows)
            low = np.where(here, band.p5_factor, low)
            high = np.where(here, band.p95_factor, high)
    if (low == shipped.p5_factor).all() and (high == shipped.p95_factor).all():
        return shipped
    return ErrorBand(low[()], high[()])


def _rows(*columns: Names) -> tuple[NDArray[np.str_], ...]:
    """Return names of rows as arrays of one shape."""
    found: tuple[NDArray[np.str_], ...] = np.broadcast_arrays(
        *(np.asarray(names, dtype=np.str_) for names in columns)
    )
    return found


def _is_of(scope: ServingScope | MachineRefit, rows: Sequence[NDArray[np.str_]]) -> NDArray[np.bool_]:
    """Return which rows are of a scope."""
    wanted = (scope.engine, scope.accelerator, scope.model)
    found: NDArray[np.bool_] = np.ones(rows[0].shape, dtype=np.bool_)
    for names, name in zip(rows, wanted, strict=True):
        found = found & (np.char.lower(names) == name.casefold())
    return found


@dataclass(frozen=True, slots=True)
class Sharpened:
    """A ladder once logs were weighed in, and for each run a note on what they did, empty where nothing."""

    ladder: TrainingLadder
    notes: tuple[str, ...]


def sharpened(
    ladder: TrainingLadder, run: TrainingRun, *, accelerators: Names, saved: SavedCalibration | None
) -> Sharpened:
    """Ladder of runs once the logs of a calibration are weighed in.

    Parameters
    ----------
    ladder : TrainingLadder
        Of the runs, as `training_ladder` gives it; one run, or arrays (n,) of them.
    run : TrainingRun
        The same runs.
    accelerators : str or array (n,)
        Name of the accelerator of each run in the catalogue.
    saved : SavedCalibration or None
        A calibration; without logs of training nothing changes.

    Returns
    -------
    Sharpened
        The ladder, and a note for each run.

    Notes
    -----
    A log says how far its run lies from what the constants expect: delta = ln(measured / expected). The run
    of the log lies as far, as surely as the log; a run like it (same accelerator and precision, size within a
    factor of 1.5, GPUs and length of 2) with a deviation of 10 % on top. Another run on the accelerator
    shares with it what a family of runs shares, and no more: of variances V of one run and r**2 within a
    family, delta (V - r**2) / (V + s**2) is expected, with the variance V - (V - r**2)**2 / (V + s**2), s
    that of the log. Of several logs the surest counts.
    """
    chips = np.atleast_1d(np.asarray(accelerators, dtype=np.str_))
    logs = () if saved is None else saved.training
    best_log = np.full(chips.shape, np.inf)
    mfu = np.broadcast_to(np.asarray(ladder.mfu.p50, dtype=np.float64), chips.shape).copy()
    notes = np.full(chips.shape, "", dtype=object)
    expected = np.broadcast_to(step_mfu(run, ladder.gpus, mfu_calibration()), chips.shape)
    highest = np.broadcast_to(mfu_ceiling(run), chips.shape)
    for log in logs:
        here = np.char.lower(chips) == log.accelerator.casefold()
        likeness = _likeness(log, run, ladder.gpus)
        same = here & np.broadcast_to(likeness.is_like, chips.shape)
        stretch, other_log = _of_another_run(log, ladder)
        like_log = np.where(likeness.is_exact, log.sd_log, np.hypot(log.sd_log, LIKE_SD_LOG))
        own_log = np.where(same, like_log, other_log)
        surer = here & (own_log < best_log)
        carried = np.minimum(expected * np.exp(delta_log(log) * np.where(same, 1.0, stretch)), highest)
        mfu = np.where(surer, carried, mfu)
        best_log = np.where(surer, own_log, best_log)
        words = f"logs of {log.hours:.3g} hours on {log.accelerator} show an MFU of {100 * log.mfu:.3g} %"
        notes[surer & same] = f"{words}: weighed in"
        notes[surer & ~same] = f"{words} in another run: weighed in as far as runs are alike"
    if not np.isfinite(best_log).any():
        return Sharpened(ladder, tuple(str(note) for note in notes))
    # A run that no log speaks of has an infinitely unsure measurement: its weight is 0.
    of_rows: tuple[Floats, Floats] = (mfu, best_log)
    if np.ndim(ladder.mfu.p50) == 0 and chips.size == 1:
        of_rows = (float(mfu[0]), float(best_log[0]))
    return Sharpened(ladder.with_measured_mfu(*of_rows), tuple(str(note) for note in notes))


def _of_another_run(log: MeasuredTraining, ladder: TrainingLadder) -> tuple[Floats, Floats]:
    """Return the factor on a log's delta, and the deviation it counts with, that give another run its share.

    Weighed against the variance V of a run, a measurement of deviation m has the weight w = V / (V + m**2):
    here w = (V - r**2)**2 / (V (V + s**2)), and the factor is V / (V - r**2).
    """
    of_run = np.square(ladder.sd_log) - np.square(ladder.calendar_sd_log)
    shared = np.maximum(of_run - np.square(mfu_calibration().residual_log), _LEAST_SHARED)
    weight = np.square(shared) / (of_run * (of_run + np.square(log.sd_log)))
    deviation: Floats = np.sqrt(of_run * (1 - weight) / weight)
    return of_run / shared, deviation


def delta_log(log: MeasuredTraining) -> float:
    """Log of a measured utilisation over what the constants expect of that very run."""
    run = run_of(log)
    expected = float(np.asarray(step_mfu(run, log.gpus, mfu_calibration())))
    return float(np.log(log.mfu / expected))


def run_of(log: MeasuredTraining) -> TrainingRun:
    """Return the run of a log, for one token: utilisation does not depend on how many there are."""
    chip = accelerator(log.accelerator)
    return TrainingRun(
        params_active=log.params_active,
        params=log.params,
        tokens=1.0,
        peak_flop_per_s=chip.peak_flop_per_s,
        bandwidth_bytes_per_s=chip.bandwidth_bytes_per_s,
        gpus=log.gpus,
        tokens_per_sequence=log.tokens_per_sequence,
        fp8_peak_flop_per_s=chip.fp8_peak_flop_per_s if log.is_fp8 else None,
    )


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Which runs are that of a log, and which are like it."""

    is_exact: NDArray[np.bool_]
    is_like: NDArray[np.bool_]


def _likeness(log: MeasuredTraining, run: TrainingRun, gpus: Floats) -> _Likeness:
    """Return how runs compare with that of a log."""
    fp8 = 0.0 if run.fp8_peak_flop_per_s is None else run.fp8_peak_flop_per_s
    of_run = _USUAL_TOKENS if run.tokens_per_sequence is None else run.tokens_per_sequence
    of_log = _USUAL_TOKENS if log.tokens_per_sequence is None else log.tokens_per_sequence
    kind = (np.greater(fp8, 0) == log.is_fp8) & (
        np.greater(run.params, run.params_active) == (log.params > log.params_active)
    )
    is_exact, is_like = kind, kind
    for value, known, factor in (
        (run.params_active, log.params_active, SAME_SIZE_FACTOR),
        (gpus, log.gpus, SAME_SCALE_FACTOR),
        (of_run, of_log, SAME_LENGTH_FACTOR),
    ):
        distance = np.abs(np.log(np.asarray(value, dtype=np.float64) / known))
        is_exact = is_exact & (distance <= np.log(_EXACT_FACTOR))
        is_like = is_like & (distance <= np.log(factor) + _ROUNDING)
    return _Likeness(is_exact, is_like)
