"""Numbers as people read them: at most three significant digits, with their unit."""

from __future__ import annotations

import math

_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
MINUS = "-"
_PAST_LETTERS = 1e15


def scaled(value: float, digits: int = 3) -> tuple[str, str]:
    """Return (number, magnitude letter): 4.1e9 becomes ("4.1", "B")."""
    size = abs(value)
    for scale, letter in _SCALES:
        if size >= scale * (1 - 0.5 * 10**-digits):
            return significant(value / scale, digits), letter
    return significant(value, digits), ""


def significant(value: float, digits: int = 3) -> str:
    """Return a number with at most so many significant digits and no exponent."""
    if not math.isfinite(value):
        return "none" if math.isnan(value) else ("-" if value < 0 else "") + "endless"
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    rounded = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{rounded:,.{min(places, 12)}f}".replace(",", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(usd: float, digits: int = 3) -> str:
    """Return an amount: "12.9 B USD"."""
    number, letter = scaled(usd, digits)
    return f"{number} {letter} USD" if letter else f"{number} USD"


def count(value: float, digits: int = 3) -> str:
    """Return a count: "650 B"."""
    number, letter = scaled(value, digits)
    return f"{number} {letter}".strip()


def power(value: float, digits: int = 3) -> str:
    """Return a number with a power of ten where letters end: "5.76e23"."""
    if abs(value) < _PAST_LETTERS:
        return count(value, digits)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def percent(share: float, digits: int = 2) -> str:
    """Return a share as per cent, never rounding a possible outcome to 0 % or 100 %."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    if 0.9995 < share < 1:
        return "over 99.9 %"
    return f"{significant(100 * share, 3 if share > 0.99 else digits)} %"


def months(value: float) -> str:
    """Return a number of months, or "never"."""
    return "never" if not math.isfinite(value) else f"{significant(value)} months"
