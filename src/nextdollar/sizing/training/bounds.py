"""Measurements that beat the physical bound, named with the likely cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nextdollar.sizing.training.rows import Reported
from nextdollar.units import HOURS_PER_DAY

_HOURS_CAUSE = (
    "likely hours of one stage or per trillion tokens, a model pruned or distilled rather than trained on "
    "all these tokens, all parameters where only some are active, or another accelerator or fp8"
)
_MFU_CAUSE = "likely it counts recomputed work, or is a share of another peak"


@dataclass(frozen=True, slots=True)
class BoundFlag:
    """A measured value that cannot be: its column, what it breaks, and the likely cause."""

    column: str
    words: str
    cause: str


def beyond_bounds(
    reported: Reported, least: float, *, highest_mfu: float, gpus: float | None
) -> Iterator[BoundFlag]:
    """Yield what a row reports and no such run can reach.

    Parameters
    ----------
    reported : Reported
        What the row says was measured.
    least : float
        GPU-hours of its work at the peak of the precision in use, above 0.
    highest_mfu : float
        All of that peak, as a share of the bf16 peak.
    gpus : float, optional
        Accelerators as the row states them; days are held against the bound only with them.
    """
    bound = f"the {_plain(least)} that the work takes at the peak of the accelerator"
    if reported.accel_hours is not None and reported.accel_hours < least:
        words = f"accel_hours of {_plain(reported.accel_hours)} are less than {bound}"
        yield BoundFlag("accel_hours", words, _HOURS_CAUSE)
    if reported.wall_days is not None and gpus is not None:
        hours = reported.wall_days * HOURS_PER_DAY * gpus
        if hours < least:
            days = f"wall_days of {reported.wall_days:g} on {gpus:g} GPUs"
            words = f"{days} are {_plain(hours)} hours, less than {bound}"
            yield BoundFlag("wall_days", words, _HOURS_CAUSE)
    if reported.mfu_share is not None and reported.mfu_share > highest_mfu:
        words = f"mfu_reported of {reported.mfu_share:g} is above {highest_mfu:.3g}, all of the peak"
        yield BoundFlag("mfu_reported", words, _MFU_CAUSE)


def _plain(value: float) -> str:
    """Return a number to four digits, without an exponent."""
    return f"{float(f'{value:.4g}'):,.12g}"
