"""How a quantity is written: `8 to 12 %/month`, `pert(1, 2, 5) USD`, `650 B`.

Only notation lives here. A small parser splits a text into a distribution's name, its numbers and
the unit behind them; nothing is ever evaluated as code.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nextdollar.plan.quantities.kinds import MAGNITUDES

_NUMBER = r"[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?"
_SINGLE = re.compile(rf"^\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d\s].*?)?\s*$")
_RANGE = re.compile(
    rf"^\s*(?P<low>{_NUMBER})\s*(?P<low_unit>[^\d\s]\S*)?\s+to\s+(?P<high>{_NUMBER})\s*(?P<unit>[^\d\s].*?)?\s*$"
)
_CALL = re.compile(r"^\s*(?P<name>[A-Za-z][A-Za-z_-]*)\s*\((?P<arguments>[^()]*)\)\s*(?P<unit>.*?)\s*$")
_LONGEST_NUMBER = 60


class NotationError(ValueError):
    """A text that is not a quantity; `rule` reads after the name of the field."""

    def __init__(self, rule: str, hint: str = "", rewrite: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.hint = hint
        self.rewrite = rewrite


@dataclass(frozen=True, slots=True)
class Written:
    """A quantity as written: `form` is "number", "range" or a distribution's name."""

    form: str
    numbers: tuple[float, ...]
    names: tuple[str, ...]
    unit: str


def finite_number(text: str) -> float:
    """Return the number that a text of digits stands for; refuses NaN, infinity and absurd lengths."""
    digits = text.strip().replace("_", "")
    if len(digits) > _LONGEST_NUMBER:
        raise NotationError(f"has a number of {len(digits)} characters; at most {_LONGEST_NUMBER} are read")
    try:
        value = float(digits)
    except ValueError:
        raise NotationError("must be a number") from None
    if not math.isfinite(value):
        raise NotationError("must be a finite number")
    return value


def read_notation(text: str) -> Written:
    """Split a text into form, numbers and unit.

    Raises
    ------
    NotationError
        With the rule that is broken and, where one is obvious, the text rewritten.
    """
    text = text.strip().replace("\u2013", "-").replace("\u00a0", " ")
    if not text:
        raise NotationError("must not be empty", "give a number with its unit, or a range such as 8 to 12")
    call = _CALL.match(text)
    if call:
        return _read_call(call)
    two = _RANGE.match(text)
    if two:
        return _read_range(two)
    one = _SINGLE.match(text)
    if one:
        value = finite_number(one["number"])
        return Written("number", (value,), (), _clean_unit(one["unit"]))
    raise _unreadable(text)


def _read_range(match: re.Match[str]) -> Written:
    low, high = finite_number(match["low"]), finite_number(match["high"])
    unit = _clean_unit(match["unit"])
    low_unit = _clean_unit(match["low_unit"])
    if low_unit and low_unit != unit:
        # `800 M to 1.2 B USD`: the low end carries a magnitude of its own.
        own = MAGNITUDES.get(low_unit[0]) if low_unit[1:] in ("", unit[1:], unit) else None
        shared = MAGNITUDES.get(unit[:1])
        if own is None or shared is None:
            raise NotationError(
                f"has two units, {low_unit!r} and {unit!r}",
                "write both ends in one unit",
                f"{match['low']} to {match['high']} {unit}",
            )
        low *= own / shared
    return Written("range", (low, high), (), unit)


def _read_call(match: re.Match[str]) -> Written:
    numbers: list[float] = []
    names: list[str] = []
    for part in match["arguments"].split(","):
        name, equals, value = part.rpartition("=")
        if not equals:
            name, colon, rest = part.partition(":")
            if colon:
                numbers.append(finite_number(name))
                name, value = "", rest
            else:
                name, value = "", part
        if not value.strip():
            raise NotationError(f"has an empty argument in {match['name']}(...)")
        names.append(name.strip())
        numbers.append(finite_number(value))
    return Written(match["name"].lower(), tuple(numbers), tuple(names), _clean_unit(match["unit"]))


def _clean_unit(unit: str | None) -> str:
    if not unit:
        return ""
    text = re.sub(r"\s*/\s*", "/", unit.strip())
    text = re.sub(r"\s+per\s+", "/", text)
    text = re.sub(r"^per\s+", "/", text)
    return re.sub(r"\s+", " ", text)


def _unreadable(text: str) -> NotationError:
    dashes = re.match(rf"^\s*({_NUMBER})\s*(?:-|\.\.|\.\.\.|~)\s*({_NUMBER})\s*(.*)$", text)
    if dashes:
        rewrite = f"{dashes[1]} to {dashes[2]} {dashes[3]}".strip()
        return NotationError("must be a number or a range", "a range is written with `to`", rewrite)
    comma = re.match(r"^\s*(\d{1,3}(?:,\d{3})+)(\D.*)?$", text)
    if comma:
        rewrite = f"{comma[1].replace(',', '_')}{comma[2] or ''}"
        return NotationError("must be a number", "thousands are parted by _ , not by a comma", rewrite)
    decimal = re.match(r"^\s*(\d+),(\d+)(.*)$", text)
    if decimal:
        rewrite = f"{decimal[1]}.{decimal[2]}{decimal[3]}"
        return NotationError("must be a number", "the decimal mark is a point", rewrite)
    currency = re.match(r"^\s*\$\s*([\d_.]+)\s*([KMBT]?)\s*(.*)$", text)
    if currency:
        return NotationError(
            "must be a number with its unit behind it",
            "money is written as `20 USD`",
            f"{currency[1]} {currency[2]}USD{currency[3]}",
        )
    return NotationError(
        "must be a number, a range such as `8 to 12 %`, or a distribution such as `pert(1, 2, 5)`"
    )
