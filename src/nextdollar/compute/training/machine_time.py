"""Machine time of a training run: GPU-seconds, GPUs for a deadline, wall clock."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import SECONDS_PER_HOUR, Floats

_WHOLE = 1e-9
"""A GPU count this close above a whole number is that number: 8.000000001 GPUs is 8."""


def gpu_seconds(flop: Floats, peak_flop_per_s: Floats, *, mfu: Floats, goodput_share: Floats = 1.0) -> Floats:
    """Machine time that a piece of work takes, in GPU-seconds.

    Parameters
    ----------
    flop : float or array (...)
        Work, at least 0, without recomputed activations.
    peak_flop_per_s : float or array (...)
        Dense peak of one GPU at the precision of the run, above 0.
    mfu : float or array (...)
        Model FLOP utilisation while the run steps, in (0, 1].
    goodput_share : float or array (...)
        Share of the billed time in which the run makes steps that last, in (0, 1].

    Returns
    -------
    float or array (...)
        GPU-seconds that are billed.

    Raises
    ------
    DomainError
        If an argument leaves its domain; an MFU above 1 would be faster than the data sheet.

    Notes
    -----
    C / (P * mfu * goodput). Published MFU is the speed while stepping; over billed hours runs got
    0.66 to 0.91 of it, for restarts, checkpoints and long-context stages. An MFU taken from billed
    hours already holds that: leave `goodput_share` at 1 then. Over billed hours the median of 28
    published runs is 0.32 (0.25 to 0.46 for the middle 80 %).
    """
    require(np.greater_equal(flop, 0), "flop", "at least 0", flop)
    require(np.greater(peak_flop_per_s, 0), "peak_flop_per_s", "above 0", peak_flop_per_s)
    require_share(mfu, "mfu")
    require_share(goodput_share, "goodput_share")
    return flop / (peak_flop_per_s * mfu * goodput_share)


def gpu_hours(gpu_s: Floats) -> Floats:
    """GPU-hours in a number of GPU-seconds."""
    return gpu_s / SECONDS_PER_HOUR


def gpus_for_deadline(gpu_s: Floats, deadline_s: Floats) -> Floats:
    """GPUs that finish a number of GPU-seconds within a deadline in seconds above 0, fractions kept.

    Assumes that the MFU holds at that number of GPUs; at tens of thousands it falls.
    """
    require(np.greater_equal(gpu_s, 0), "gpu_s", "at least 0", gpu_s)
    require(np.greater(deadline_s, 0), "deadline_s", "above 0", deadline_s)
    return gpu_s / deadline_s


def whole_gpus_for_deadline(gpu_s: Floats, deadline_s: Floats) -> Floats:
    """Whole GPUs that finish within a deadline: `gpus_for_deadline`, rounded up."""
    return round_up(gpus_for_deadline(gpu_s, deadline_s))


def wall_clock_s(gpu_s: Floats, gpus: Floats) -> Floats:
    """Seconds that a number of GPU-seconds (at least 0) takes on a number of GPUs (above 0)."""
    require(np.greater_equal(gpu_s, 0), "gpu_s", "at least 0", gpu_s)
    require(np.greater(gpus, 0), "gpus", "above 0", gpus)
    return gpu_s / gpus


def round_up(count: Floats) -> Floats:
    """Smallest whole number that is not less than a count, forgiving one part in 1e9 of rounding."""
    return np.ceil(count - _WHOLE * np.abs(count))


def require_share(share: Floats, name: str) -> None:
    """Raise DomainError unless a share lies above 0 and at most at 1."""
    require(np.greater(share, 0) & np.less_equal(share, 1), name, "above 0 and at most 1", share)
