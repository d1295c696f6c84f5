"""Quantities that options on serving state: requests, times, lengths, factors, carbon."""

from __future__ import annotations

from dataclasses import replace

from nextdollar.cli.option_quantities import OptionReader
from nextdollar.plan.quantities.kind import Kind, linear
from nextdollar.plan.quantities.kinds import COUNT, POSITIVE, TOKENS
from nextdollar.units import DAYS_PER_MONTH, HOURS_PER_DAY, SECONDS_PER_HOUR

_LOW, _HIGH = 0.05, 0.95
_DAYS_PER_WEEK = 7.0
_PER_DAY = {
    "s": float(HOURS_PER_DAY * SECONDS_PER_HOUR),
    "min": HOURS_PER_DAY * 60.0,
    "hour": float(HOURS_PER_DAY),
    "day": 1.0,
    "week": 1.0 / _DAYS_PER_WEEK,
    "month": 1.0 / DAYS_PER_MONTH,
}

REQUESTS = Kind(
    "number of requests",
    "requests/day",
    {f"requests/{period}": linear(factor) for period, factor in _PER_DAY.items()},
    "requests/day",
    0.0,
    1e14,
    low_open=True,
    least=1e-6,
    magnitudes=True,
    example="2 M requests/day",
    aliases={
        **{f"request/{period}": f"requests/{period}" for period in _PER_DAY},
        **{f"req/{period}": f"requests/{period}" for period in _PER_DAY},
        "rps": "requests/s",
    },
)
TIME = Kind(
    "time",
    "s",
    {"s": linear(1.0), "ms": linear(1e-3)},
    "s",
    0.0,
    1e5,
    low_open=True,
    least=1e-6,
    example="2 s",
)
LENGTH = replace(TOKENS, name="length in tokens", low=1.0, high=1e7, example="900")
FACTOR = replace(POSITIVE, name="peak over mean", low=1.0, high=20.0, low_open=False, example="2.5")
SEATS = replace(COUNT, example="5000")
CARBON = Kind(
    "carbon of electricity",
    "kg/kWh",
    {"kg/kWh": linear(1.0), "g/kWh": linear(1e-3)},
    "kg/kWh",
    0.0,
    5.0,
    example="0.4 kg/kWh",
)


def ends_of(reader: OptionReader, option: str, text: str | None, kind: Kind) -> tuple[float, float] | None:
    """Return the 5 % and 95 % quantiles that an option states, equal for one number; None if not given.

    An end that is not above 0 is refused: what it is a price or an intensity of is never free.
    """
    found = reader.quantity(option, text, kind)
    if found is None:
        return None
    low, high = (found.inner_quantile(share) for share in (_LOW, _HIGH))
    if low <= 0:
        reader.refuse(option, "must be above 0", text or "", f"for example {kind.example}")
        return None
    return low, high


def is_quantity(text: str) -> bool:
    """Whether an option that takes a number or a name was given a number."""
    return text.strip()[:1] in "0123456789.+-"
