"""Billed GPU-hours of a training run as a ladder of named factors, with their ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.training.calendar import wall_days
from nextdollar.compute.training.goodput import Failures, goodput_share
from nextdollar.compute.training.mfu_model import (
    MfuCalibration,
    TrainingRun,
    mfu_ceiling,
    mfu_design,
    run_flop,
    usual_gpus,
)
from nextdollar.errors import require
from nextdollar.units import SCORE_OF_P95, SECONDS_PER_HOUR, FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Range:
    """A 90 % interval and its median, each a number or an array (...)."""

    p5: Floats
    p50: Floats
    p95: Floats


@dataclass(frozen=True, slots=True)
class TrainingLadder:
    """What a run takes, step by step: each factor leads from one line to the next.

    `flop` over the peak is `ideal_gpu_hours`; divided by `mfu` it is the hours of steps; by
    `goodput_share` those of a cluster that fails; by `calendar_share` the `gpu_hours` on the bill. The
    medians multiply exactly; the ranges of the factors do not (they are not extreme at once). `mfu` is a
    share of the bf16 peak. `gpus` is what was given, or assumed. `sd_log` is the standard deviation of
    the log of `gpu_hours`, `calendar_sd_log` the calendar's part of it. `least_gpu_hours` is the work at the
    peak in use: no run is faster.
    """

    flop: Floats
    ideal_gpu_hours: Floats
    mfu: Range
    goodput_share: Floats
    calendar_share: Range
    gpu_hours: Range
    wall_days: Range
    gpus: Floats
    least_gpu_hours: Floats
    sd_log: Floats
    calendar_sd_log: float

    def gpu_hours_at(self, scores: Floats) -> Floats:
        """GPU-hours on the bill at standard normal scores: the way to draws.

        Parameters
        ----------
        scores : float or array (n_draws,)
            Standard deviations above the median, one per draw. Give runs that are compared the same ones.

        Returns
        -------
        float or array (..., n_draws)
            Never below `least_gpu_hours`.
        """
        median = np.expand_dims(self.gpu_hours.p50, -1)
        hours = median * np.exp(np.expand_dims(self.sd_log, -1) * scores)
        floored: FloatArray = np.maximum(hours, np.expand_dims(self.least_gpu_hours, -1))
        return floored if np.ndim(scores) else floored[..., 0]

    def with_measured_mfu(self, mfu: Floats, measured_log: Floats = 0.05) -> TrainingLadder:
        """Ladder of the same run once its logs show a utilisation.

        Parameters
        ----------
        mfu : float or array (...)
            Share of the bf16 peak while stepping, without recomputed work, in (0, highest possible].
        measured_log : float or array (...)
            Standard deviation of its log against the mean of the whole run, above 0; an hour of logs is
            good for about 0.05.

        Returns
        -------
        TrainingLadder
            Both weighed by their precision. The spread of the calendar stays: no log of steps shows it.

        Raises
        ------
        DomainError
            If the utilisation is not positive or beats the peak in use.
        """
        highest = self.ideal_gpu_hours / self.least_gpu_hours
        possible = np.greater(mfu, 0) & np.less_equal(mfu, highest)
        require(possible, "mfu", "above 0 and at most the peak in use", mfu)
        require(np.greater(measured_log, 0), "measured_log", "above 0", measured_log)
        step_variance = self.sd_log**2 - self.calendar_sd_log**2
        weight = step_variance / (step_variance + np.square(measured_log))
        mixed = self.mfu.p50 * np.exp(weight * np.log(mfu / self.mfu.p50))
        step_sd_log = np.sqrt(step_variance * (1 - weight))
        sd_log = np.sqrt(step_sd_log**2 + self.calendar_sd_log**2)
        hours = _hours(self, mixed, sd_log)
        return replace(
            self,
            mfu=_range(mixed, step_sd_log, ceiling=highest),
            gpu_hours=hours,
            wall_days=_days(hours, self.gpus),
            sd_log=sd_log,
        )


def training_ladder(
    run: TrainingRun, calibration: MfuCalibration, failures: Failures | None = None
) -> TrainingLadder:
    """Billed GPU-hours of a run whose utilisation nobody knows yet.

    Parameters
    ----------
    run : TrainingRun
        The run or runs; arrays are evaluated elementwise.
    calibration : MfuCalibration
        Fitted constants.
    failures : Failures, optional
        Rates and costs of interruptions; None takes the defaults.

    Returns
    -------
    TrainingLadder
        Every factor, and the hours and days with a 90 % interval.

    Raises
    ------
    DomainError
        If a field leaves its domain.

    Notes
    -----
    hours = C / (P * mfu * goodput * calendar) / 3600, mfu and calendar log-normal. The variance of the
    log is that of the constants, x' S x, and that between and within families. No quantile is faster
    than C over the peak in use, and no utilisation above it.
    """
    flop = run_flop(run)
    gpus = usual_gpus(flop) if run.gpus is None else run.gpus
    design = mfu_design(run, gpus)
    flat = design.reshape(len(design), -1)
    root = np.linalg.cholesky(calibration.covariance_log).T @ flat
    own_log = calibration.family_log**2 + calibration.residual_log**2
    variance_log = (np.einsum("ij,ij->j", root, root) + own_log).reshape(design.shape[1:])[()]
    coefficients = calibration.coefficients
    step_log = (coefficients[:-1] @ flat[:-1]).reshape(design.shape[1:])[()]
    ceiling = mfu_ceiling(run)
    mfu = np.minimum(np.exp(step_log), ceiling)
    goodput = goodput_share(gpus, Failures() if failures is None else failures)
    ideal = flop / run.peak_flop_per_s / SECONDS_PER_HOUR
    calendar = float(np.minimum(np.exp(coefficients[-1]), 1.0))
    sd_log = np.sqrt(variance_log)
    # What is not the calendar's is the speed's: the two are told apart by runs that report both.
    step_sd_log = np.sqrt(np.maximum(variance_log - calibration.calendar_log**2, 0))
    calendar_share = _range(calendar, calibration.calendar_log, ceiling=1.0)
    rungs = _Rungs(ideal, goodput, calendar_share, ideal / ceiling)
    hours = _hours(rungs, mfu, sd_log)
    return TrainingLadder(
        flop=flop,
        ideal_gpu_hours=ideal,
        mfu=_range(mfu, step_sd_log, ceiling=ceiling),
        goodput_share=goodput,
        calendar_share=calendar_share,
        gpu_hours=hours,
        wall_days=_days(hours, gpus),
        gpus=gpus,
        least_gpu_hours=rungs.least_gpu_hours,
        sd_log=sd_log,
        calendar_sd_log=calibration.calendar_log,
    )


@dataclass(frozen=True, slots=True)
class _Rungs:
    """The factors of a ladder that do not depend on the utilisation."""

    ideal_gpu_hours: Floats
    goodput_share: Floats
    calendar_share: Range
    least_gpu_hours: Floats


def _hours(rungs: _Rungs | TrainingLadder, mfu: Floats, sd_log: Floats) -> Range:
    """GPU-hours on the bill, from a median utilisation and the spread of its log and the calendar's."""
    median = rungs.ideal_gpu_hours / (mfu * rungs.goodput_share * rungs.calendar_share.p50)
    return _range(median, sd_log, floor=rungs.least_gpu_hours)


def _days(hours: Range, gpus: Floats) -> Range:
    """Days on the wall, for GPU-hours on so many GPUs."""
    return Range(*(wall_days(value, gpus) for value in (hours.p5, hours.p50, hours.p95)))


def _range(
    median: Floats, sd_log: Floats, *, floor: Floats | None = None, ceiling: Floats | None = None
) -> Range:
    """Log-normal range around a median, kept within physical bounds."""
    factor = np.exp(SCORE_OF_P95 * sd_log)
    low, high = median / factor, median * factor
    if floor is not None:
        low = np.maximum(low, floor)
    if ceiling is not None:
        high = np.minimum(high, ceiling)
    return Range(low, median, high)
