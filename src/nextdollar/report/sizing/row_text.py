"""Lines on rows that were refused or flagged, and notes, which all estimates share."""

from __future__ import annotations

from nextdollar.report.research.envelope import View

MOST_NAME = 32
_MOST_LISTED = 8


def row_notes(view: View) -> list[str]:
    """Return lines on what was refused, what is impossible, and what to hold against the answer."""
    refused = [row for row in view["rows"] if row["refused"]]
    lines = [
        f"  refused: line {row['line']}, {row['name'][:MOST_NAME]}: {'; '.join(row['refused'])}"
        for row in refused[:_MOST_LISTED]
    ]
    flagged = [(row, flag) for row in view["rows"] for flag in row["flags"]]
    lines += [
        f"  impossible: line {row['line']}, {row['name'][:MOST_NAME]}: {flag['words']}; {flag['cause']}"
        for row, flag in flagged[:_MOST_LISTED]
    ]
    more = max(len(refused) - _MOST_LISTED, 0) + max(len(flagged) - _MOST_LISTED, 0)
    if more:
        lines.append(f"  and {more} more (--json has all)")
    return [*lines, *(f"  note: {warning}" for warning in view["warnings"])]


def counted(number: int, verb: str, verbs: str) -> str:
    """Return a number of rows and what they do: "1 row names", "3 rows name"."""
    return f"1 row {verb}" if number == 1 else f"{number:,} rows {verbs}"
