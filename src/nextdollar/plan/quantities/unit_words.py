"""Units as people write them, and the unit of a field that they most likely mean: `usd / mo`, `mtok/month`.

Only proposals come from here; a field takes its own units and nothing else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from nextdollar.plan.quantities.kind import MAGNITUDES, Kind

_SYMBOLS = (("US$", "USD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"))
_ENDINGS = re.compile(r"[.;:!]+$")
_BEHIND = re.compile(
    r"\s*(?:/|\b(?:a|an|per|each|every)\s+)?\b(?P<word>[a-z]+)\.?$|(?P<short>\s*/?\bp\.?\s?[am]\.?)$", re.I
)
_PERIODS = {
    "month": ("month", "months", "monthly", "mo", "mth", "mon", "mnth", "pm", "mom", "m"),
    "year": ("year", "years", "yearly", "annual", "annually", "annum", "yr", "yrs", "y", "pa", "yoy"),
    "quarter": ("quarter", "quarters", "quarterly", "qtr", "q"),
    "day": ("day", "days", "daily", "d"),
    "week": ("week", "weeks", "weekly", "wk", "w"),
    "hour": ("hour", "hours", "hourly", "hr", "hrs", "h"),
}
_PERIOD_OF = {word: period for period, words in _PERIODS.items() for word in words}
_WORDS = {
    "percent": "%", "per cent": "%", "percentage": "%", "pct": "%", "pc": "%",
    "dollar": "USD", "dollars": "USD", "us dollars": "USD", "euro": "EUR", "euros": "EUR",
    "token": "tok", "tokens": "tok", "toks": "tok", "million tokens": "Mtok", "mtokens": "Mtok",
    "m tokens": "Mtok", "users": "customers", "user": "customers", "people": "customers",
    "accounts": "customers", "subscribers": "customers", "clients": "customers", "seat": "seats",
    "parameter": "params", "parameters": "params", "param": "params", "nats/token": "nats",
    "m": "months", "mo": "months", "mos": "months", "y": "years", "yr": "years", "yrs": "years", "d": "days",
    "w": "weeks", "wk": "weeks", "wks": "weeks", "h": "hours", "hr": "hours", "hrs": "hours",
    "kilowatt-hour": "kWh", "kilowatt hour": "kWh", "kw-h": "kWh", "kw h": "kWh",
}  # fmt: skip
_GPU_WORDS = dict.fromkeys(
    ("gpu-hr", "gpu-h", "gpuh", "gpuhour", "gpu hour", "gpu hours", "gpu-hours", "gpu hr", "gpu*h",
     "gpu*hour", "hour", "hours", "hr", "hrs", "h"), "gpu-hour"
)  # fmt: skip
_SPACED = ("customers", "params", "seats")
_PER_HEAD = re.compile(r"/(?:users?|customers?|seats?|accounts?|heads?|person)(?=/|$)", re.I)
_MAGNITUDE_WORDS = re.compile(
    r"^(?P<word>thousand|million|mio|mn|mm|billion|bn|trillion|tn|[kmbt](?=[\s/A-Z]|usd|eur|tok|$))s?\s*",
    re.I,
)
_MAGNITUDE_OF = {"t": "T", "th": "K", "m": "M", "b": "B", "k": "K", "tr": "T", "tn": "T"}


def likely_unit(unit_text: str, kind: Kind) -> str:
    """Return the unit of a kind that a text most likely means; empty if none is likely."""
    for spelling in _spellings(unit_text, kind):
        if kind.unit(spelling) is not None:
            return spelling
        written = _in_any_case(spelling, kind)
        if written:
            return written
    return _resembling(unit_text, kind)


def currency_of(unit_text: str) -> str:
    """Return the code of the currency that a unit begins with, such as EUR; empty if there is none."""
    spelled = with_codes(unit_text)
    found = re.match(r"(?:[KkMGBT]\s?)?([A-Z]{3})(?=/|$)", spelled)
    return found[1] if found else ""


def with_codes(unit_text: str) -> str:
    """Return a unit with the codes of currencies in place of their signs."""
    text = unit_text
    for symbol, code in _SYMBOLS:
        text = text.replace(symbol, code)
    return text


def _spellings(unit_text: str, kind: Kind) -> Iterator[str]:
    """Yield the text in the words of a kind: as a whole, with its period, and with the usual period."""
    text = re.sub(r"\s*/\s*", "/", _ENDINGS.sub("", with_codes(unit_text)).strip())
    yield text
    text = _PER_HEAD.sub("", text) or text
    magnitude, rest = _split_magnitude(text, kind)
    for body, period in _splits(rest):
        spelled = _body(body, kind)
        blank = " " if magnitude and spelled in _SPACED else ""
        joined = f"{magnitude}{blank}{spelled}{'/' + period if period else ''}"
        yield joined
        if not period:
            for usual in (kind.usual_unit, *kind.units):
                slash = usual.rfind("/")
                if slash >= 0:
                    yield f"{magnitude}{spelled}{usual[slash:]}"
            if not spelled and magnitude and kind.units:
                yield f"{magnitude}{next(iter(kind.units))}"


def _split_magnitude(text: str, kind: Kind) -> tuple[str, str]:
    found = _MAGNITUDE_WORDS.match(text)
    if not found or not kind.magnitudes:
        return "", text
    word = found["word"].lower()
    letter = _MAGNITUDE_OF.get(word[:2]) or _MAGNITUDE_OF[word[:1]]
    return letter, text[found.end() :]


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield (body, period): the whole text, and the text before a word for a period."""
    found = _BEHIND.search(text)
    if found:
        short = re.sub(r"[^a-z]", "", (found["short"] or "").lower())
        period = {"pa": "year", "pm": "month"}.get(short) or _PERIOD_OF.get((found["word"] or "").lower(), "")
        if period:
            yield text[: found.start()].strip(), period
    yield text, ""


def _body(body: str, kind: Kind) -> str:
    """Return the part of a unit before its period in the words of a kind."""
    if not body or body == "%":
        return body
    words = _WORDS | (_GPU_WORDS if any("gpu-hour" in unit for unit in kind.units) else {})
    if body.lower() in words:
        return words[body.lower()]
    return "/".join(words.get(part.strip().lower(), part.strip()) for part in body.split("/"))


def _in_any_case(text: str, kind: Kind) -> str:
    """Return the unit that differs from a text in capitals or a plural only."""
    folded = text.lower().rstrip("s")
    for unit in (*kind.units, *kind.aliases):
        if unit and unit.lower().rstrip("s") == folded:
            return unit
        for letter in MAGNITUDES if kind.magnitudes else ():
            for joined in (f"{letter}{unit}", f"{letter} {unit}"):
                if unit and joined.lower().rstrip("s") == folded and letter != "k":
                    return f"{letter}{unit}"
    return ""


def _resembling(unit_text: str, kind: Kind) -> str:
    """Return a unit spelled much alike, unless the text names a period or currency of its own."""
    found = _BEHIND.search(unit_text)
    period = _PERIOD_OF.get((found["word"] or "").lower(), "") if found else ""
    if period and not any(period in unit for unit in kind.units):
        return ""
    if currency_of(unit_text) not in ("", "USD"):
        return ""
    lowered = {known.lower(): known for known in (kind.usual_unit, *kind.units) if known}
    close = difflib.get_close_matches(unit_text.lower(), lowered, n=1, cutoff=0.7)
    return lowered[close[0]] if close else ""
