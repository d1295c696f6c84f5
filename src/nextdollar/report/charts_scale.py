"""Where values stand on a picture: scales, ticks, windows, and labels kept apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Range = tuple[float, float]
Box = tuple[float, float, float, float]

_LEAST_LOG_SPAN = 0.5
_FAR_TIMES = 4.0
_FAR_ROOM_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `domain` drawn between `pixels`; `left_px` is how far an axis title reaches left.

    Ticks are round numbers, or multiples of `tick_step` where it is given.
    """

    domain: Range
    pixels: Range
    is_log: bool = False
    n_ticks: int = 5
    left_px: float = 0
    tick_step: float | None = None

    def px(self, value: float) -> float:
        """Return the pixel of a value; values outside stand at the nearer end."""
        low, high = (math.log10(end) for end in self.domain) if self.is_log else self.domain
        at = (math.log10(value) if value > 0 else low) if self.is_log else value
        share = min(max((at - low) / (high - low), 0.0), 1.0)
        return self.pixels[0] + share * (self.pixels[1] - self.pixels[0])

    @property
    def ticks(self) -> list[float]:
        """Round values along the scale."""
        if self.tick_step is not None:
            n_steps = int(self.domain[1] / self.tick_step + 1e-9)
            return [self.tick_step * i for i in range(n_steps + 1)]
        return (log_ticks if self.is_log else linear_ticks)(*self.domain, self.n_ticks)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the scale."""
        return self.domain[0] <= value <= self.domain[1]


def linear_ticks(low: float, high: float, n_ticks: int = 5) -> list[float]:
    """Return round values from low to high, zero among them if it lies between."""
    span = high - low
    if span <= 0:
        return [low]
    step = 10.0 ** math.floor(math.log10(span / n_ticks))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if span / (step * factor) <= n_ticks)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, 2 - math.floor(math.log10(step)))
    return [round(step * i, min(digits, 15)) for i in range(first, last + 1)]


def log_ticks(low: float, high: float, n_ticks: int = 6) -> list[float]:
    """Return powers of ten from low to high, with 2 and 5 where there is room, thinned where there is not."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    inside: list[float] = []
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [float(f"{factor}e{power}") for power in range(first, last + 1) for factor in factors]
        inside = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(inside) <= n_ticks:
            return inside
    every = math.ceil(len(inside) / n_ticks)
    return [tick for tick in inside if round(math.log10(tick)) % every == 0]


def padded(low: float, high: float, share: float = 0.08) -> Range:
    """Return a range with some room at both ends; a single value gets room of its own size."""
    room = (high - low) * share if high > low else abs(low) * 0.1 or 1.0
    return low - room, high + room


def padded_log(low: float, high: float, share: float = 0.08) -> Range:
    """Return a range of positive values with room at both ends on a log scale, half a decade or more."""
    bottom, top = math.log10(low), math.log10(high)
    missing = max(0.0, _LEAST_LOG_SPAN - (top - bottom))
    bottom, top = padded(bottom - missing / 2, top + missing / 2, share)
    return 10.0**bottom, 10.0**top


def with_zero(low: float, high: float, share: float = 0.06) -> Range:
    """Return a range that holds zero, with room at the ends that are not zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return -1.0, 1.0
    room = (high - low) * share
    return low - room if low < 0 else low, high + room if high > 0 else high


def window(intervals: Sequence[Range], focus: int | None) -> Range:
    """Return a range that shows the focus and all intervals that are not far larger than it.

    One candidate that loses hundreds of billions would otherwise press all others into a line. Without
    a focus, the interval that reaches least far from zero is taken for it.
    """
    reaches = [max(abs(low), abs(high)) for low, high in intervals]
    if not reaches:
        return -1.0, 1.0
    base = (
        reaches[focus] if focus is not None else min((reach for reach in reaches if reach > 0), default=0.0)
    )
    near = [ends for ends, reach in zip(intervals, reaches, strict=True) if reach <= _FAR_TIMES * base]
    near = near or list(intervals)
    low, high = with_zero(min(low for low, _ in near), max(high for _, high in near))
    room = _FAR_ROOM_SHARE * (high - low)
    far_low, far_high = any(end < low for end, _ in intervals), any(end > high for _, end in intervals)
    return low - room * far_low, high + room * far_high


def apart(positions_px: Sequence[float], gap_px: float) -> list[float]:
    """Return positions moved no more than needed to keep a gap between neighbours."""
    order = sorted(range(len(positions_px)), key=lambda i: positions_px[i])
    placed = list(positions_px)
    for _ in range(4 * len(order)):
        for before, after in pairwise(order):
            missing = gap_px - (placed[after] - placed[before])
            if missing > 1e-9:
                placed[before] -= missing / 2
                placed[after] += missing / 2
    return placed


def without_overlap(boxes_px: Sequence[Box], priority: Sequence[int]) -> set[int]:
    """Return which of several labels can be shown, the more important ones first.

    A box is (left, right, top, bottom).
    """
    shown: list[int] = []
    for index in sorted(range(len(boxes_px)), key=lambda i: priority[i]):
        if not any(_overlap(boxes_px[index], boxes_px[other]) for other in shown):
            shown.append(index)
    return set(shown)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
