"""What a sort of quantity is: its units, what they convert to, and its domain.

A kind knows its units by their written form. Counts and money also take a magnitude in front
(`650 B`, `4 BUSD`, `0.4 Mtok/month`). Conversions are monotone, so a range is sampled in the unit it
was written in and converted draw by draw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nextdollar.units import Floats

# A bound in the written unit comes back a hair off.
_ROUNDED_DOWN = 1 - 1e-12
MAGNITUDES = {"K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12}


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


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of quantity: its units, its domain (in the unit used inside) and how to write one.

    `low` and `high` bound the inner value; an open end is excluded. `least` is the smallest size that
    is told from nothing: below it a number is a slip, and later quotients would leave the range of
    floats. `plain_unit` is what a number without a unit means; `None` means that the unit has to be
    written, and `usual_unit` is then what the hint proposes. `in_place_of_zero` is what to write where
    the domain leaves nothing out, if there is such a thing; `example` where no number is given.
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
    example: str = "1"
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
        return above and below and (value == 0 or abs(value) >= self.least * _ROUNDED_DOWN)

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
    """Return a number as people write it: 1e11, 1e-6."""
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].replace("+", ""), f"{float(value):.6g}")
