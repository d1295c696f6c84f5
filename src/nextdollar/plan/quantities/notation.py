"""How a quantity is written: `8 to 12 %/month`, `pert(1, 2, 5) USD`, `650 B`.

Only notation lives here. A small parser splits a text into a distribution's name, its numbers and
the unit behind them; nothing is ever evaluated as code.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nextdollar.plan.quantities.kind import MAGNITUDES

_DIGITS = "[0-9]+(?:_[0-9]+)*"
NUMBER = rf"[-+]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][-+]?[0-9]+)?"
_UNIT = r"(?!to\b)(?:[^\W\d_]|[%/$€£¥‰])[^0-9,;:!()]*"
_SINGLE = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>{_UNIT})?")
_RANGE = re.compile(
    rf"(?P<low>{NUMBER})\s*(?P<low_unit>{_UNIT}?)??\s+to\s+(?P<high>{NUMBER})\s*(?P<unit>{_UNIT})?"
)
_CALL = re.compile(r"(?P<name>[A-Za-z][A-Za-z_-]*)\s*\((?P<arguments>[^()]*)\)\s*(?P<unit>.*)")
_LONGEST_NUMBER = 60
_LONGEST_TEXT = 1000
_LONGEST_UNIT = 40


class NotationError(ValueError):
    """A text that is not a quantity; `rule` reads after the name of the field."""

    def __init__(self, rule: str, hint: str = "", rewrite: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.hint = hint
        self.rewrite = rewrite


@dataclass(frozen=True, slots=True)
class Written:
    """A quantity as written: `form` is "number", "range" or a distribution's name.

    `head` is the text without the unit behind it, so that another unit can be proposed.
    """

    form: str
    numbers: tuple[float, ...]
    names: tuple[str, ...]
    unit: str
    head: str = ""


def finite_number(text: str) -> float:
    """Return the number that a text of digits stands for; refuses NaN, infinity and absurd lengths."""
    digits = text.strip().replace("_", "")
    if len(digits) > _LONGEST_NUMBER:
        rule = f"has a number of {len(digits)} characters; at most {_LONGEST_NUMBER} are read"
        raise NotationError(rule, "round it, or write it with an exponent such as 2e21")
    try:
        value = float(digits) if digits.isascii() else math.nan
    except ValueError:
        raise NotationError("must be a number", "digits, with a point for decimals") from None
    if not math.isfinite(value):
        raise NotationError("must be a finite number", "a number that is not known is written as a range")
    return value


def read_notation(text: str) -> Written:
    """Split a text into form, numbers and unit.

    Raises
    ------
    NotationError
        With the rule that is broken. What else the text may have meant is for `slips.py` to say.
    """
    text = text.strip().replace("\u00a0", " ")
    if len(text) > _LONGEST_TEXT:
        rule = f"has {len(text):,} characters; a quantity has at most {_LONGEST_TEXT:,}"
        raise NotationError(rule, "a number, a range or a distribution, with its unit")
    call = _CALL.fullmatch(text)
    if call:
        return _read_call(call)
    two = _RANGE.fullmatch(text)
    if two:
        return _read_range(two)
    one = _SINGLE.fullmatch(text)
    if one:
        value = finite_number(one["number"])
        return Written("number", (value,), (), _clean_unit(one["unit"]), one["number"])
    raise NotationError(
        "must be a number or a range",
        "for example `10 %`, `8 to 12 %` for a 90 % interval, or `pert(1, 2, 5)`",
    )


def _read_range(match: re.Match[str]) -> Written:
    low, high = finite_number(match["low"]), finite_number(match["high"])
    unit = _clean_unit(match["unit"])
    low_unit = _clean_unit(match["low_unit"])
    head = f"{match['low']} to {match['high']}"
    if low_unit and not unit:
        raise NotationError(
            "must carry its unit at the end", "one unit, behind the second end", f"{head} {low_unit}"
        )
    if low_unit and low_unit != unit:
        # `800 M to 1.2 B USD`: the low end carries a magnitude of its own.
        own = MAGNITUDES.get(low_unit[0]) if low_unit[1:].strip() in ("", unit[1:].strip(), unit) else None
        shared = MAGNITUDES.get(unit[:1])
        if own is None or shared is None:
            rule = f"has two units, {low_unit!r} and {unit!r}"
            raise NotationError(rule, "both ends are in the unit behind the second", f"{head} {unit}")
        low *= own / shared
        head = f"{low:.12g} to {match['high']}"
    return Written("range", (low, high), (), unit, head)


def _read_call(match: re.Match[str]) -> Written:
    numbers: list[float] = []
    names: list[str] = []
    for part in match["arguments"].split(","):
        name, equals, value = part.rpartition("=")
        if not equals:
            name, colon, rest = part.partition(":")
            if colon:
                numbers.append(finite_number(name))
                name, value = "", _as_fraction(rest)
            else:
                name, value = "", part
        if not value.strip():
            rule = f"has an empty argument in {match['name']}(...)"
            raise NotationError(rule, "numbers with commas between them, such as pert(1, 2, 5)")
        names.append(name.strip())
        numbers.append(finite_number(value))
    head = f"{match['name']}({match['arguments']})"
    return Written(match["name"].lower(), tuple(numbers), tuple(names), _clean_unit(match["unit"]), head)


def _as_fraction(text: str) -> str:
    """Return a share written as `30 %` as the fraction 0.3."""
    share = text.strip()
    return repr(finite_number(share[:-1]) / 100) if share.endswith("%") else text


def _clean_unit(unit: str | None) -> str:
    if not unit:
        return ""
    text = re.sub(r"\s*/\s*", "/", unit.strip())
    text = re.sub(r"\s+per\s+", "/", text)
    text = re.sub(r"^per\s+", "/", text)
    text = re.sub(r"\s+", " ", text)
    if len(text) > _LONGEST_UNIT:
        raise NotationError("must end with its unit", f"the words behind it have {len(text)} characters")
    return text
