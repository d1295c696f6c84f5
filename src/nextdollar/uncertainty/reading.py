"""How a distribution is read aloud: three significant digits, and the same few words for each family."""

from __future__ import annotations

import math

_DIGITS = 3
_NOISE = 1e-12
_PLAIN_FROM, _PLAIN_TO = 1e-4, 1e15


def plain(value: float) -> str:
    """Number with three significant digits, thousands marked: 1234.5 is "1,230", 0.01234 is "0.0123"."""
    if value == 0:
        return "0"
    if not _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        return f"{value:.{_DIGITS}g}"
    decimals = _DIGITS - 1 - math.floor(math.log10(abs(float(f"{value:.{_DIGITS}g}"))))
    text = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """Share as a percentage: 0.05 is "5 %"."""
    return f"{plain(100 * share)} %"


def reading(family: str, points: tuple[float, float, float], mean: float) -> str:
    """Sentence on a distribution from its P5, P50 and P95 and its mean.

    A lognormal's mean lies above its median, which surprises people: both are always said.
    """
    # What is this small beside the interval is rounding, and reads as 0.
    noise = _NOISE * max(abs(point) for point in points)
    p5, p50, p95 = (plain(0.0 if abs(point) < noise else point) for point in points)
    return f"90 % interval {p5} to {p95}, {family}, median {p50}, mean {plain(mean)}"
