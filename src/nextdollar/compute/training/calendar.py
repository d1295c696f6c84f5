"""From the hours of a run to the hours on the bill, the days on the wall, and the whole project."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.training.machine_time import require_share
from nextdollar.errors import require
from nextdollar.units import HOURS_PER_DAY, Floats


def billed_gpu_hours(stepping_gpu_hours: Floats, *, goodput_share: Floats, calendar_share: Floats) -> Floats:
    """GPU-hours that are paid for.

    Parameters
    ----------
    stepping_gpu_hours : float or array (...)
        GPU-hours of steps at the speed that logs show, at least 0.
    goodput_share : float or array (...)
        Share of the cluster's time left after checkpoints, failures and restarts, in (0, 1].
    calendar_share : float or array (...)
        Share of the billed time left after everything else (stages of long context, evaluation,
        slow nodes, idle days), in (0, 1].

    Returns
    -------
    float or array (...)
        GPU-hours.

    Raises
    ------
    DomainError
        If an argument leaves its domain.
    """
    require(np.greater_equal(stepping_gpu_hours, 0), "stepping_gpu_hours", "at least 0", stepping_gpu_hours)
    require_share(goodput_share, "goodput_share")
    require_share(calendar_share, "calendar_share")
    return stepping_gpu_hours / (goodput_share * calendar_share)


def wall_days(gpu_hours: Floats, gpus: Floats) -> Floats:
    """Days that a number of billed GPU-hours (at least 0) takes on a number of GPUs (above 0)."""
    require(np.greater_equal(gpu_hours, 0), "gpu_hours", "at least 0", gpu_hours)
    require(np.greater(gpus, 0), "gpus", "above 0", gpus)
    return gpu_hours / gpus / HOURS_PER_DAY


def development_gpu_hours(gpu_hours: Floats, development_multiple: Floats) -> Floats:
    """GPU-hours of a project, from those of its final run.

    Parameters
    ----------
    gpu_hours : float or array (...)
        Billed GPU-hours of the final run, at least 0.
    development_multiple : float or array (...)
        All training and experiments over the final run, at least 1.

    Returns
    -------
    float or array (...)
        GPU-hours of experiments, failed runs and the final run together.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Published accounts: development was 50 % of training for the OLMo models, a multiple of 1.5
    (arXiv:2503.05804), and 82.2 % of all compute for Olmo 3, 5.6 (arXiv:2605.01158).
    """
    require(np.greater_equal(gpu_hours, 0), "gpu_hours", "at least 0", gpu_hours)
    require(
        np.greater_equal(development_multiple, 1), "development_multiple", "at least 1", development_multiple
    )
    return gpu_hours * development_multiple
