"""Amounts, periods and ranges of a learning loop, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nextdollar.plan.words import count, money, significant

Spread = Mapping[str, float | None]

MANY_PERIODS = 520.0
_NOTHING = 1e-3


def ends(spread: Spread, words: Callable[[float], str]) -> str:
    """Return the 90 % range in words: "90 %: 2 to 3"."""
    low, high = (None if spread[name] is None else words(spread[name]) for name in ("p5", "p95"))  # type: ignore[arg-type]
    low, high = ("never" if end is None else end for end in (low, high))
    return f"90 %: {low} to {high}"


def amount(value: float | None, unit: str) -> str:
    """Return an amount in the unit of worth."""
    if value is None:
        return "endless"
    return money(value) if unit == "USD" else f"{count(value)} {unit}"


def periods(value: float | None) -> str:
    """Return a number of periods, "never" past ten years of weeks."""
    return "never" if value is None or value > MANY_PERIODS else significant(value, 2)


def small(value: float) -> str:
    """Return a number to two digits; what is below a thousandth is 0."""
    return "0" if abs(value) < _NOTHING else significant(value, 2)
