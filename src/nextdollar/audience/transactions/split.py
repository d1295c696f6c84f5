"""Customers of a log of purchases by segment: each in one, or refused with the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault

ALL = "all"
"""Name of the one segment of a log that is not split."""
MOST_SEGMENTS = 100


@dataclass(frozen=True, slots=True)
class Split:
    """Names of segments, and for each customer the place of his among them; None where there is one."""

    segments: tuple[str, ...]
    segment_of: NDArray[np.intp] | None


def split_of(table: CustomerTable, by: str, customer_column: str, faults: list[Fault]) -> Split:
    """Return the segment of each customer, in the order of their first rows; what is wrong is noted.

    Each segment has laws of its own, so that a customer in two of them would be two customers, each with
    half of a history: that is refused, and so is a segment without a name, and more than 100 of them.
    """
    names: dict[str, int] = {}
    segment_of: dict[str, str] = {}
    faults.extend(_wrong_cells(table, by, customer_column, segment_of))
    places = [names.setdefault(segment, len(names)) for segment in segment_of.values()]
    if len(names) > MOST_SEGMENTS:
        rule = f"must have at most {MOST_SEGMENTS} different contents: each segment is fitted by itself"
        hint = "a column such as plan or channel"
        faults.append(Fault("ND1729", by, rule, f"{len(names):,}", hint, table.file, 1))
    return Split(tuple(names), np.array(places, dtype=np.intp))


def _wrong_cells(
    table: CustomerTable, by: str, customer_column: str, segment_of: dict[str, str]
) -> Iterator[Fault]:
    """Yield what is wrong with the segments of rows; fill in that of each customer."""
    rows = zip(table.lines, table.cells[customer_column], table.cells[by], strict=True)
    for line, customer, segment in rows:
        if not segment:
            yield Fault("ND1728", by, "must name a segment", "nothing", "", table.file, line)
        before = segment_of.setdefault(customer, segment)
        if segment and before and before != segment:
            rule = f"must be one segment for a customer, and {shown(customer)} was in {shown(before)}"
            hint = "take the segment at the first purchase, or the one today, for all rows of a customer"
            yield Fault("ND1727", by, rule, shown(segment), hint, table.file, line)
