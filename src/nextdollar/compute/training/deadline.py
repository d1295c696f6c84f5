"""GPUs that finish a training run in time, when more of them are each a little slower."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.training.goodput import Failures
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.machine_time import round_up
from nextdollar.compute.training.mfu_model import MfuCalibration, TrainingRun
from nextdollar.errors import require
from nextdollar.units import HOURS_PER_DAY, Floats

MOST_GPUS = 1e6
"""More than any run has had: beyond, the answer is that there is none."""
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """What logs of the user say of a run; each a number or an array (...).

    `hours_multiple` is its GPU-hours with them over those without, above 0; `sd_log` the standard deviation
    of the log that is left, at least 0.
    """

    hours_multiple: Floats
    sd_log: Floats

    def __post_init__(self) -> None:
        require(np.greater(self.hours_multiple, 0), "hours_multiple", "above 0", self.hours_multiple)
        require(np.greater_equal(self.sd_log, 0), "sd_log", "at least 0", self.sd_log)


def gpus_to_finish(
    run: TrainingRun,
    deadline_days: Floats,
    *,
    calibration: MfuCalibration,
    failures: Failures | None = None,
    scores: Floats = 0.0,
    measured: MeasuredSpeed | None = None,
) -> Floats:
    """Least whole number of GPUs that finishes a run within a deadline.

    Parameters
    ----------
    run : TrainingRun
        The run or runs; its own number of GPUs is not used.
    deadline_days : float or array (...)
        Days on the wall, above 0.
    calibration : MfuCalibration
        Fitted constants.
    failures : Failures, optional
        Rates and costs of interruptions; None takes the defaults.
    scores : float or array (...)
        How sure, in standard deviations: 0 is even odds, 1.645 finishes in time with 95 %.
    measured : MeasuredSpeed, optional
        What logs say of the same run; None has none.

    Returns
    -------
    float or array (...)
        GPUs, at least 1; nan where a million do not suffice: restarts then eat what more GPUs bring.

    Raises
    ------
    DomainError
        If the deadline is not above 0.

    Notes
    -----
    The days fall with every GPU, but less than in proportion: utilisation falls with their number and
    failures come more often. Halved in the log of the number, 40 times.
    """
    require(np.greater(deadline_days, 0), "deadline_days", "above 0", deadline_days)

    def days_on(gpus: Floats) -> Floats:
        """Days on the wall on so many GPUs, as sure as asked."""
        ladder = training_ladder(replace(run, gpus=gpus), calibration, failures)
        multiple, sd_log = (
            (1.0, ladder.sd_log) if measured is None else (measured.hours_multiple, measured.sd_log)
        )
        hours = multiple * ladder.gpu_hours.p50 * np.exp(sd_log * scores)
        return np.maximum(hours, ladder.least_gpu_hours) / gpus / HOURS_PER_DAY

    most = np.full(np.shape(days_on(1.0) + deadline_days + scores), MOST_GPUS)
    low, high = np.zeros_like(most), np.log(most)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        enough = np.less_equal(days_on(np.exp(middle)), deadline_days)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    whole = np.maximum(round_up(np.exp(high)), 1.0)
    one = np.less_equal(days_on(np.ones_like(most)), deadline_days)
    possible = np.less_equal(days_on(most), deadline_days)
    return np.where(one, 1.0, np.where(possible, whole, np.nan))[()]
