"""How a table of runs is refused: every fault with its place, at most so many of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from nextdollar.errors import Fault, RunsError

MAX_FAULTS = 20
MAX_SHOWN_CHARACTERS = 60


def refuse(faults: Iterable[Fault]) -> NoReturn:
    """Raise the faults as one RunsError in the order of the file, at most `MAX_FAULTS` of them."""
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code))
    left_out = len(ordered) - MAX_FAULTS
    if left_out > 0:
        more = Fault(
            code="ND1249",
            where="",
            rule=f"{left_out:,} more faults are not shown",
            hint="repair these first: the others are often of the same kind",
            file=ordered[0].file,
        )
        ordered = [*ordered[:MAX_FAULTS], more]
    raise RunsError(ordered)


def shown(text: str) -> str:
    """Return a text of the file in double quotes, cut to `MAX_SHOWN_CHARACTERS`."""
    cut = text[:MAX_SHOWN_CHARACTERS]
    return f'"{cut}..."' if len(text) > MAX_SHOWN_CHARACTERS else f'"{cut}"'


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return names in a row, the first `most` of them and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(name[:MAX_SHOWN_CHARACTERS] for name in every[:most]) + more


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 run", "2,000 runs"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
