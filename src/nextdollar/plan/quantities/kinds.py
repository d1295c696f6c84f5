"""Which units a field of the scenario takes, what they convert to, and its domain.

A kind knows its units by their written form. Counts and money also take a magnitude in front
(`650 B`, `4 BUSD`, `0.4 Mtok/month`). Conversions are monotone, so a range is sampled in the unit it
was written in and converted draw by draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nextdollar.units import (
    DAYS_PER_MONTH,
    HOURS_PER_DAY,
    MONTHS_PER_YEAR,
    PERCENT,
    TOKENS_PER_MTOK,
    Floats,
    leaving_per_month_from_per_year,
    per_month_from_per_year,
    per_year_from_per_month,
)

MAGNITUDES = {"K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12}
MONTHS_PER_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """How a number in one written unit becomes the unit used inside, and back."""

    inward: Callable[[Floats], Floats]
    outward: Callable[[Floats], Floats]


def linear(factor: float) -> Unit:
    """Return a unit that is `factor` of the inner one."""
    return Unit(lambda x: x * factor, lambda x: x / factor)


def rescaled(unit: Unit, factor: float) -> Unit:
    """Return a unit that is `factor` times another."""
    return Unit(lambda x: unit.inward(x * factor), lambda x: unit.outward(x) / factor)


def _leaving_per_year(factor: float) -> Unit:
    return Unit(
        lambda x: leaving_per_month_from_per_year(x * factor),
        lambda x: -np.expm1(np.log1p(-x) * MONTHS_PER_YEAR) / factor,
    )


def _compound_per_year(factor: float) -> Unit:
    return Unit(
        lambda x: per_month_from_per_year(x * factor),
        lambda x: per_year_from_per_month(x) / factor,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of quantity: its units, its domain (in the unit used inside) and how to write one.

    `low` and `high` bound the inner value; an open end is excluded. `least` is the smallest size that
    is told from nothing: below it a number is a slip, and later quotients would leave the range of
    floats. `plain_unit` is what a number without a unit means; `None` means that the unit has to be
    written, and `usual_unit` is then what the hint proposes. `in_place_of_zero` is what to write where
    the domain leaves nothing out, if there is such a thing.
    """

    name: str
    inner: str
    units: Mapping[str, Unit]
    usual_unit: str
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    least: float = 0.0
    plain_unit: str | None = None
    magnitudes: bool = False
    fraction_hint: bool = False
    in_place_of_zero: tuple[str, str] = ("", "")
    aliases: Mapping[str, str] = field(default_factory=dict)

    def unit(self, text: str) -> Unit | None:
        """Return the unit written as `text`, magnitudes included, or None."""
        key = self.aliases.get(text, text)
        if key in self.units:
            return self.units[key]
        if self.magnitudes and text[:1] in MAGNITUDES:
            rest = text[1:].strip()
            rest = self.aliases.get(rest, rest)
            if rest in self.units:
                return rescaled(self.units[rest], MAGNITUDES[text[0]])
        return None

    def contains(self, value: float) -> bool:
        """Whether an inner value lies in the domain."""
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below and (value == 0 or abs(value) >= self.least)

    def domain_words(self, unit_text: str, unit: Unit, value: float = 0.0) -> str:
        """Return the domain in the written unit, as words that follow "must be", for an inner `value`."""
        suffix = f" {unit_text}" if unit_text else ""
        ends = []
        if 0 < value < self.least:
            size = f"at least {_short(unit.outward(self.least))}{suffix}"
            return size if self.low_open else f"0{suffix} or {size}"
        if np.isfinite(self.low):
            word = "above" if self.low_open else "at least"
            ends.append(f"{word} {_short(unit.outward(self.low))}{suffix}")
        if np.isfinite(self.high):
            word = "below" if self.high_open else "at most"
            ends.append(f"{word} {_short(unit.outward(self.high))}{suffix}")
        return " and ".join(ends) or "a number"


def _short(value: Floats) -> str:
    return f"{float(value):.6g}".replace("e+", "e").replace("e-0", "e-")


_COUNT = {"": linear(1.0)}
_DURATION_MONTHS = {
    "months": linear(1.0),
    "years": linear(MONTHS_PER_YEAR),
    "days": linear(1 / DAYS_PER_MONTH),
    "weeks": linear(7 / DAYS_PER_MONTH),
    "hours": linear(1 / (DAYS_PER_MONTH * HOURS_PER_DAY)),
}
_DURATION_ALIASES = {"month": "months", "year": "years", "day": "days", "week": "weeks", "hour": "hours"}
_SHARE = {"%": linear(PERCENT), "": linear(1.0)}
_LEAST_SHARE = 1e-6
_LEAST_USD = 1e-6

POSITIVE = Kind(
    "ratio", "", _COUNT, "", 0.0, 1e9, low_open=True, least=1e-6, plain_unit="",
)  # fmt: skip
COEFFICIENT = Kind("law coefficient", "", _COUNT, "", 0.0, 1e30, least=1e-30, plain_unit="")
ELASTICITY = Kind("elasticity", "", _COUNT, "", 0.0, 1000.0, plain_unit="")
SHARE = Kind("share", "share", _SHARE, "%", 0.0, 1.0, fraction_hint=True)
POSITIVE_SHARE = Kind(
    "share", "share", _SHARE, "%", 0.0, 1.0, low_open=True, least=_LEAST_SHARE, fraction_hint=True
)
PARAMS = Kind(
    "number of parameters", "params", {"": linear(1.0), "params": linear(1.0)}, "B", 1.0, 1e18,
    plain_unit="", magnitudes=True,
)  # fmt: skip
TOKENS = Kind(
    "number of tokens", "tokens", {u: linear(1.0) for u in ("", "tokens", "tok")}, "T", 1.0, 1e21,
    plain_unit="", magnitudes=True,
)  # fmt: skip
COUNT = Kind(
    "number of customers", "customers", {"": linear(1.0), "customers": linear(1.0), "seats": linear(1.0)},
    "customers", 0.0, 1e11, low_open=True, least=1e-3, plain_unit="", magnitudes=True,
    in_place_of_zero=("1 customers", "leave a segment without customers out, or begin with one"),
)  # fmt: skip
MONEY = Kind("amount of money", "USD", {"USD": linear(1.0)}, "USD", 0.0, 1e16, least=_LEAST_USD,
             magnitudes=True)  # fmt: skip
PRICE_PER_MONTH = Kind(
    "price per customer", "USD/month",
    {
        "USD/month": linear(1.0),
        "USD/year": linear(1 / MONTHS_PER_YEAR),
        "USD/quarter": linear(1 / MONTHS_PER_QUARTER),
    },
    "USD/month", 0.0, 1e12, low_open=True, least=_LEAST_USD, magnitudes=True,
    in_place_of_zero=("0.01 USD/month", "leave customers who pay nothing out, or write a very small price"),
)  # fmt: skip
CHURN = Kind(
    "churn", "/month",
    {
        "%/month": linear(PERCENT),
        "/month": linear(1.0),
        "%/year": _leaving_per_year(PERCENT),
        "/year": _leaving_per_year(1.0),
    },
    "%/month", 0.0, 1.0, low_open=True, high_open=True, least=1e-9, fraction_hint=True,
    in_place_of_zero=(
        "0.1 %/month", "where nobody ever leaves a lifetime has no end; write a small churn and say why"
    ),
)  # fmt: skip
_RATES = {
    "%/month": linear(PERCENT),
    "/month": linear(1.0),
    "%/year": _compound_per_year(PERCENT),
    "/year": _compound_per_year(1.0),
}
DISCOUNT = Kind(
    "discount rate", "/month", _RATES, "%/year", 0.0, float(per_month_from_per_year(10.0)), fraction_hint=True
)
GROWTH = Kind("growth", "/month", _RATES, "%/month", -1.0, 1.0, low_open=True, fraction_hint=True)
TOKENS_PER_MONTH = Kind(
    "tokens per customer", "tokens/month",
    {
        "tok/month": linear(1.0),
        "tok/day": linear(DAYS_PER_MONTH),
        "tok/year": linear(1 / MONTHS_PER_YEAR),
    },
    "Mtok/month", 0.0, 1e18, least=1e-6, magnitudes=True,
    aliases={"tokens/month": "tok/month", "tokens/day": "tok/day", "tokens/year": "tok/year"},
)  # fmt: skip
GPU_HOUR_PRICE = Kind(
    "price of a GPU-hour", "USD/gpu-hour", {"USD/gpu-hour": linear(1.0)}, "USD/gpu-hour", 0.0, 1e5,
    low_open=True, least=_LEAST_USD,
)  # fmt: skip
GPU_PRICE = Kind(
    "price of a GPU", "USD/gpu", {"USD/gpu": linear(1.0)}, "USD/gpu", 0.0, 1e8, low_open=True,
    least=_LEAST_USD, magnitudes=True,
)  # fmt: skip
TOKEN_PRICE = Kind(
    "price of tokens", "USD/token",
    {"USD/Mtok": linear(1 / TOKENS_PER_MTOK), "USD/tok": linear(1.0)},
    "USD/Mtok", 0.0, 1.0, least=_LEAST_USD / TOKENS_PER_MTOK,
)  # fmt: skip
ELECTRICITY_PRICE = Kind(
    "price of electricity",
    "USD/kWh",
    {"USD/kWh": linear(1.0), "USD/MWh": linear(1e-3)},
    "USD/kWh",
    0.0,
    100.0,
)
PUE = Kind("power usage effectiveness", "", _COUNT, "", 1.0, 5.0, plain_unit="")
LOSS = Kind(
    "loss", "nats", {"nats": linear(1.0)}, "nats", 0.0, 100.0, low_open=True, least=1e-6, plain_unit="nats"
)
DURATION = Kind(
    "length of time", "months", _DURATION_MONTHS, "months", 0.0, 1200.0, aliases=_DURATION_ALIASES
)
POSITIVE_DURATION = Kind(
    "length of time", "months", _DURATION_MONTHS, "months", 0.0, 1200.0, low_open=True, least=1e-4,
    aliases=_DURATION_ALIASES,
)  # fmt: skip
