"""JSON objects of a text: one object, a list of them, or one a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_MOST_OBJECTS = 20_000


# A text is asked for by each format in turn, and parsed once.
@lru_cache(maxsize=1)
def objects_of(text: str) -> tuple[tuple[int, Mapping[str, Any]], ...]:
    """Return the objects of a text with the line each starts on; none where it is not JSON."""
    stripped = text.lstrip()
    if not stripped or stripped[0] not in "[{":
        return ()
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return tuple(_by_line(text))
    if isinstance(whole, dict):
        return ((1, whole),)
    if isinstance(whole, list):
        return tuple((1, item) for item in whole[:_MOST_OBJECTS] if isinstance(item, dict))
    return ()


def _by_line(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines()[:_MOST_OBJECTS], start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            # The last line of a log that was cut off; whoever reads it says how many are whole.
            continue
        if isinstance(item, dict):
            yield number, item


def number_in(item: Mapping[str, Any], *names: str) -> float | None:
    """Return the first of some keys that holds a finite number."""
    for name in names:
        value = item.get(name)
        if isinstance(value, bool) or value is None:
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None


def above_0(item: Mapping[str, Any], *names: str) -> float | None:
    """Return the first of some keys that holds a number above 0."""
    for name in names:
        value = number_in(item, name)
        if value is not None and value > 0:
            return value
    return None


def text_in(item: Mapping[str, Any], *names: str) -> str:
    """Return the first of some keys that holds a text, empty where none does."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""
