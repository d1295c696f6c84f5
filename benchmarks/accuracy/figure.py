"""A figure with its goal, the best constant and the best peer beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What came out, in words, and whether the goal is met (None: there is none)."""

    name: str
    ours: str
    goal: str
    is_met: bool | None
    constant: str = ""
    peer: str = ""

    def cells(self) -> tuple[str, ...]:
        """One line of the table."""
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return self.name, self.ours, self.goal, verdict, self.constant, self.peer


FIGURE_HEADER = ("figure", "came out", "goal", "", "best constant", "best peer")


def print_table(rows: Sequence[Sequence[str]], markdown: bool) -> None:
    """Print rows, the first of which is the header."""
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
    else:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
    print("\n".join(line.rstrip() for line in lines))
