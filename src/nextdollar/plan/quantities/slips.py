"""Slips of the pen in a quantity, and what the text most likely means: `$20`, `1,000`, `8-12 %`.

Nothing here is read silently: a slip is refused, with the text to write instead as a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from nextdollar.plan.quantities.notation import NUMBER, NotationError, read_notation

_CURRENCIES = {"US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_MAGNITUDE_WORDS = r"[KkMmBbTt]|mn|bn|tn|thousand|million|billion|trillion"
_SIGN_FIRST = re.compile(
    rf"(US\$|[$€£¥]|[A-Z]{{3}}(?![A-Za-z]))\s*({NUMBER})\s*((?:{_MAGNITUDE_WORDS})\b)?(?:(?<=[0-9]) )?"
)
_END = rf"({NUMBER}\s*[^0-9\s,;.~\u2013\u2014-]*)"
_BETWEEN = re.compile(
    rf"(?:between\s+|from\s+)?{_END}\s*(?:-{{1,2}}|[\u2013\u2014~…→]|\.{{2,3}}|\b(?i:to|and|bis|till|until|through)\b)\s*(?=[0-9.])"
)
_THOUSANDS = re.compile(
    r"(?<![0-9.,])[0-9]{1,3}(?:([, '\u2019\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?![0-9'\u2019]|,[0-9]{3})"
)
_LAKHS = re.compile(r"(?<![0-9.,])[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?![0-9,])")
_THOUSANDS_BY_POINTS = re.compile(
    r"(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3}){2,}(?![0-9.])|(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3})+(?=,)"
)
_DECIMAL_COMMA = re.compile(r"(?<![0-9,])([0-9_]+),([0-9]+)(?![0-9,])")
_ROUGHLY = re.compile(
    r"^(?:about|approximately|approx\.?|around|roughly|circa|ca\.?|c\.|some|≈|~)\s*(?=[0-9.$€£])", re.I
)
_THREE_POINTS = re.compile(rf"^({NUMBER})\s+to\s+({NUMBER})\s+to\s+({NUMBER})(?=\s|$)")
_ONE_END = re.compile(
    r"(?P<top>[<≤]=?|(?:up to|at most|max(?:imum|\.)?|under|below|less than)(?![a-z]))?"
    r"(?:[>≥]=?|(?:at least|min(?:imum|\.)?|over|above|more than)(?![a-z]))?\s*",
    re.I,
)
_PLUS_MINUS = re.compile(rf"({NUMBER})\s*(?:±|\+/-|\+-)\s*({NUMBER})")
_CALL = re.compile(r"([A-Za-z][A-Za-z_ -]*)\((.*)\)(.*)", re.S)
_NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                 "twelve"]  # fmt: skip
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.I)
_LONGEST_SLIP = 200


def unreadable(text: str, found: NotationError) -> NotationError:
    """Return why a text is no quantity; with what to write instead where it looks like a known slip."""
    if found.rewrite is not None or len(text) > _LONGEST_SLIP:
        return found
    said, tidy = "", text.strip()
    for change, hint in _SLIPS:
        changed = change(tidy)
        if changed != tidy:
            said, tidy = said or hint, changed
    if not said:
        return _half_a_range(tidy, found)
    try:
        read_notation(tidy)
    except NotationError as error:
        return NotationError(found.rule, said, error.rewrite)
    return NotationError(found.rule, said, tidy)


def _half_a_range(text: str, found: NotationError) -> NotationError:
    """Return the refusal of one end: what is at most 4 may lie anywhere from 0 to 4."""
    one_end = _ONE_END.match(text)
    if one_end is None or not one_end[0]:
        return found
    hint = "one end is half a range: give both, such as `8 to 12`"
    try:
        written = read_notation(text[one_end.end() :])
    except NotationError:
        return NotationError(found.rule, hint)
    if not one_end["top"] or written.form != "number":
        return NotationError(found.rule, hint)
    return NotationError(found.rule, hint, f"uniform(0, {written.head}) {written.unit}".strip())


def _plain_characters(text: str) -> str:
    """Replace look-alikes of the characters of a keyboard: full-width forms, other digits, other minuses."""
    text = re.sub("[\u2212\ufe63\uff0d]", "-", text)
    text = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _digits_for_words(text: str) -> str:
    return _NUMBER_WORD.sub(lambda found: str(_NUMBER_WORDS.index(found[0].lower()) + 1), text)


def _without_ending(text: str) -> str:
    return re.sub(r"\s*(?:\([^()]*\)|[.,;:!]+)$", "", text) if text[:1].isdigit() else text


def _without_roughly(text: str) -> str:
    return _ROUGHLY.sub("", text)


def _currency_behind(text: str) -> str:
    """`$5M/month` becomes `5 MUSD/month`; of a range only the last end keeps the currency."""
    found = list(_SIGN_FIRST.finditer(text))
    for match in reversed(found):
        code = _CURRENCIES.get(match[1], match[1])
        unit = f" {_letter(match[3])}{code}" if match is found[-1] or match[3] else ""
        rest = text[match.end() :]
        if match is not found[-1] and match[3]:
            unit = f" {_letter(match[3])}"
        text = f"{text[: match.start()]}{match[2]}{unit}{' ' if rest[:1].isalnum() else ''}{rest}"
    return text


def _letter(word: str | None) -> str:
    if not word:
        return ""
    letter = {"th": "K"}.get(word[:2].lower(), word[:1].upper())
    return letter


def _thousands(text: str) -> str:
    text = _LAKHS.sub(lambda m: m[0].replace(",", "_"), text)
    text = _THOUSANDS_BY_POINTS.sub(lambda m: m[0].replace(".", "_"), text)
    return _THOUSANDS.sub(lambda m: m[0] if m[0].startswith("0") else m[0].replace(m[1], "_"), text)


def _decimal_point(text: str) -> str:
    return _DECIMAL_COMMA.sub(r"\1.\2", text) if "(" not in text else text


def _three_points(text: str) -> str:
    return _THREE_POINTS.sub(r"pert(\1, \2, \3)", text)


def _two_ends(text: str) -> str:
    if "(" in text:
        return text
    match = _PLUS_MINUS.match(text)
    if match:
        middle, around = float(match[1].replace("_", "")), float(match[2].replace("_", ""))
        return f"{middle - around:.10g} to {middle + around:.10g}{text[match.end() :]}"
    return _BETWEEN.sub(lambda m: f"{m[1].strip()} to ", text, count=1)


def _known_name(text: str) -> str:
    call = _CALL.fullmatch(text)
    if call is None:
        return text
    arguments = call[2].replace(";", ",")
    return f"{call[1].replace(' ', '')}({arguments}){call[3]}"


_SLIPS: tuple[tuple[Callable[[str], str], str], ...] = (
    (_plain_characters, "digits and signs are those of the keyboard: 0 to 9, - and %"),
    (_digits_for_words, "numbers are written in digits"),
    (_without_ending, "nothing follows the unit"),
    (_without_roughly, "how sure a number is, is said by a range: `8 to 12`"),
    (_currency_behind, "the currency stands behind the number: `20 USD`"),
    (_thousands, "thousands are parted by _ : 1_000"),
    (_decimal_point, "the decimal mark is a point"),
    (_three_points, "lowest, most likely and highest are written as pert(8, 10, 15)"),
    (_two_ends, "a range is written with `to`: `8 to 12`"),
    (_known_name, "a distribution is written such as pert(1, 2, 5)"),
)
