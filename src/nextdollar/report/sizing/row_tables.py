"""Tables on rows that were refused, flagged or noted, which all estimates share."""

from __future__ import annotations

from nextdollar.report.page import Block, Part
from nextdollar.report.research.envelope import View
from nextdollar.report.tables import Column, Table

_PLACE = (Column("line", "line", "count"), Column("name", "row"))


def refused_part(view: View) -> list[Part]:
    """Return a part on what was refused, flagged or is to be known; none where there is nothing."""
    refused = tuple((row["line"], row["name"], reason) for row in view["rows"] for reason in row["refused"])
    flags = tuple(
        (row["line"], row["name"], flag["words"], flag["cause"])
        for row in view["rows"]
        for flag in row["flags"]
    )
    notes = tuple((row["line"], row["name"], note) for row in view["rows"] for note in row["notes"])
    columns = (*_PLACE, Column("reason", "why"))
    tables = [
        Table("refused", "Rows that cannot be estimated", columns, refused),
        Table("flags", "What no machine can reach", (*columns, Column("cause", "likely cause")), flags),
        Table("notes", "What was assumed", columns, notes),
    ]
    tables = [table for table in tables if table.rows]
    if not tables:
        return []
    numbers = (
        (len(refused), "reason to refuse", "reasons to refuse"),
        (len(flags), "flag", "flags"),
        (len(notes), "remark", "remarks"),
    )
    heading = ", ".join(f"{number:,} {one if number == 1 else many}" for number, one, many in numbers)
    return [Part(0, "The table", heading, blocks=[Block("", "", tables=tables)])]
