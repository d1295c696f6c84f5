"""What a word without quotes means: nothing, true, false, a number, or text.

The core schema of YAML 1.2, section 10.3.2, with single underscores allowed between digits
(1_274_000). Dates, `yes`, `no`, `on`, `off` and 1:30 are text.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

MAX_NUMBER_CHARACTERS = 400

_DIGITS = "[0-9]+(?:_[0-9]+)*"
_INTEGER = re.compile(rf"[-+]?{_DIGITS}")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(rf"[-+]?(?:\.{_DIGITS}|{_DIGITS}(?:\.(?:{_DIGITS})?)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_MAY_BE_A_NUMBER = frozenset("0123456789+-.")
_DIGITS_IN_TEXT = re.compile(r"[0-9_]+")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


def plain_scalar(text: str) -> Scalar:
    """Return the meaning of a word without quotes.

    `.inf` and 1e400 come back infinite and `.nan` as nan: whoever reads the number refuses them.
    Call `has_too_many_digits` first: a number of a million digits takes minutes to convert.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_BE_A_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", "").lower())
    if text in (".nan", ".NaN", ".NAN"):
        return float("nan")
    return text


def has_too_many_digits(text: str, *, plain: bool) -> bool:
    """Tell whether a scalar holds a number of more than `MAX_NUMBER_CHARACTERS` characters."""
    if len(text) <= MAX_NUMBER_CHARACTERS:
        return False
    if any(len(digits) > MAX_NUMBER_CHARACTERS for digits in _DIGITS_IN_TEXT.findall(text)):
        return True
    return plain and any(form.fullmatch(text) for form in (_FLOAT, _HEXADECIMAL, _OCTAL))
