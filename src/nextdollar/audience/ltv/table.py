"""A table with one row for each segment: who pays how much, how fast they leave, what they cost to win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.ltv import acquisition, density
from nextdollar.audience.ltv.acquisition import acquisition_of, paid_cac_of
from nextdollar.audience.ltv.cells import Field, LtvCells
from nextdollar.audience.ltv.density import density_of
from nextdollar.audience.ltv.question import ConstantChurn, LtvSegment
from nextdollar.audience.transactions.log import looks_like_transactions
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault
from nextdollar.uncertainty import Constant, Design, Distribution, draw
from nextdollar.units import MONTHS_PER_YEAR, Floats, leaving_per_month_from_per_year

_ENDLESS = float("inf")
_CHURN = (
    Field("churn_per_month", 0.0, 1.0, is_share=True),
    Field("churn_per_year", 0.0, 1.0, is_share=True),
)
_PRICE = (Field("price_usd_per_month", 0.0, _ENDLESS), Field("price_usd_per_year", 0.0, _ENDLESS))
_OTHERS = (Field("customers", 0.0, _ENDLESS), Field("gross_margin_share", -10.0, 1.0, is_share=True))
FIELDS = (
    *_CHURN,
    *_PRICE,
    *_OTHERS,
    *density.DENSITY_FIELDS,
    *acquisition.ACQUISITION_FIELDS,
)
_NEEDS = {**density.NEEDS, **acquisition.NEEDS}
GROUPS = ("tier", "cohort")
MOST_SEGMENTS = 2_000
_FEW = 6

Stated = Mapping[str, Floats]
"""What a row states by column: one number, or draws."""


@dataclass(frozen=True, slots=True)
class SegmentsRead:
    """Segments of a table, what to know about them, and the digest of the file."""

    segments: tuple[LtvSegment, ...]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def read_segments(path: Path | str, *, n_draws: int = 4096, seed: int = 7) -> SegmentsRead:
    """Read a table of segments.

    Parameters
    ----------
    path : Path or str
        CSV with `segment`, `price_usd_per_month` (or `_per_year`), `churn_per_month` (or `_per_year`), and
        where they are known `customers`, `gross_margin_share`, `tier`, `cohort`, and columns on
        acquisition and on the growth of value. A cell is a number, or a range: "3 to 5 %" holds 90 %.
    n_draws, seed : int
        Draws behind the ranges.

    Raises
    ------
    RowsError
        With every fault of the file and of its cells.
    """
    return segments_of(read_customer_table(path), n_draws=n_draws, seed=seed)


def segments_of(table: CustomerTable, *, n_draws: int, seed: int) -> SegmentsRead:
    """Return the segments of a table that has been read; as `read_segments`."""
    cells = LtvCells(table)
    cells.faults += _column_faults(table)
    if table.n_rows > MOST_SEGMENTS:
        rule = f"the table must have at most {MOST_SEGMENTS:,} segments"
        large = Fault("ND1759", "", rule, f"{table.n_rows:,}", "add small ones up", table.file)
        refuse(cells.faults or [large])
    names = _names(table, cells)
    stated = [_row(cells, row) for row in range(table.n_rows)]
    if cells.faults:
        refuse(cells.faults)
    drawn = _drawn(names, stated, n_draws=n_draws, seed=seed)
    segments = tuple(
        _segment(
            name, values, {column: cells.text(column, row) for column in GROUPS if column in table.columns}
        )
        for row, (name, values) in enumerate(zip(names, drawn, strict=True))
    )
    return SegmentsRead(segments, tuple(_notes(table, segments, drawn)), ((table.file, table.sha256),))


def _column_faults(table: CustomerTable) -> Iterator[Fault]:
    for one_of in (("segment",), *((a.column, b.column) for a, b in (_PRICE, _CHURN))):
        present = [name for name in one_of if name in table.columns]
        if not present:
            found = ", ".join(shown(name) for name in table.columns[:12])
            rule = f"the table must have a column {' or '.join(one_of)}"
            hint = _hint(table, one_of[0])
            yield Fault("ND1750", "", rule, found, hint, table.file, 1)
        elif len(present) == 2:
            rule = "must be stated once"
            yield Fault("ND1750", " and ".join(present), rule, "", "leave one out", table.file, 1)


def _hint(table: CustomerTable, column: str) -> str:
    """Return what to do about a column that is missing: other tables have a verb of their own."""
    if "mrr_usd" in table.columns:
        return "from a ledger, nextdollar mrr LEDGER --out DIR writes tenures.csv, which can be read here"
    if looks_like_transactions(table.columns):
        return "of a log of purchases, nextdollar retention says who is still a customer"
    return f"name the column {column}"


def _names(table: CustomerTable, cells: LtvCells) -> list[str]:
    field = Field("segment", 0, 0)
    names = [cells.text("segment", row) for row in range(table.n_rows)]
    for row, name in enumerate(names):
        if "segment" in table.columns and not name:
            cells.refuse(field, row, "must have a name", "", "ND1753")
        elif name in names[:row] and name:
            cells.refuse(field, row, "must be the name of one row", "add a tier or a cohort to it", "ND1753")
    return names


def _row(cells: LtvCells, row: int) -> dict[str, Distribution]:
    """Return what a row states, by column."""
    found: dict[str, Distribution] = {}
    for field in FIELDS:
        value = cells.value(field, row)
        if value is not None:
            found[field.column] = value
        elif field in (*_CHURN, *_PRICE) and cells.has(field.column) and not cells.text(field.column, row):
            cells.refuse(field, row, "must be stated", "", "ND1753")
    _check_together(cells, row)
    return found


def _check_together(cells: LtvCells, row: int) -> None:
    """Refuse columns of a row that say nothing without others, or that state one thing twice."""

    def states(column: str) -> bool:
        return bool(cells.text(column, row))

    for column, others in _NEEDS.items():
        missing = [name for name in others if not states(name)]
        if states(column) and missing:
            hint = f"state {' and '.join(missing)}"
            cells.refuse(
                Field(column, 0, 0), row, f"says nothing without {' and '.join(others)}", hint, "ND1754"
            )
    for first, second in acquisition.EITHER:
        if states(first) and states(second):
            rule = f"states what {second} states"
            cells.refuse(Field(first, 0, 0), row, rule, "leave one of the two empty", "ND1754")
    beyond = [column for column in acquisition.BEYOND_SALES if states(column)]
    if beyond and not any(states(column) for column in acquisition.SALES):
        rule = f"says nothing without {' or '.join(acquisition.SALES)}"
        cells.refuse(Field(beyond[0], 0, 0), row, rule, "write 0 where nothing is spent on sales", "ND1754")


def _notes(
    table: CustomerTable, segments: tuple[LtvSegment, ...], stated: list[dict[str, Floats]]
) -> Iterator[str]:
    known = {"segment", *GROUPS, *(field.column for field in FIELDS)}
    unread = [name for name in table.columns if name not in known]
    if unread:
        more = f" and {len(unread) - _FEW} others" if len(unread) > _FEW else ""
        yield f"columns that are not read: {', '.join(shown(name) for name in unread[:_FEW])}{more}"
    bare = [s.name for s, values in zip(segments, stated, strict=True) if "gross_margin_share" not in values]
    if bare:
        yield f"no gross margin is stated for {_listed(bare)}: the whole price counts as margin"
    alone = [s.name for s in segments if s.customers is None]
    if alone:
        yield f"customers of {_listed(alone)} are not counted: nothing can be added up"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _FEW} others" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _drawn(
    names: list[str], stated: list[dict[str, Distribution]], *, n_draws: int, seed: int
) -> list[dict[str, Floats]]:
    """Return what rows state as numbers, and as draws where it is uncertain."""
    uncertain = {
        f"{name}.{column}": value
        for name, row in zip(names, stated, strict=True)
        for column, value in row.items()
        if not isinstance(value, Constant)
    }
    draws = draw(uncertain, Design.rounded(n_draws, seed).balancing(uncertain)) if uncertain else {}
    return [
        {
            column: draws[f"{name}.{column}"] if not isinstance(value, Constant) else value.expectation()
            for column, value in row.items()
        }
        for name, row in zip(names, stated, strict=True)
    ]


def _segment(name: str, values: Stated, groups: Mapping[str, str]) -> LtvSegment:
    if "churn_per_month" in values:
        churn = values["churn_per_month"]
    else:
        churn = leaving_per_month_from_per_year(values["churn_per_year"])
    if "price_usd_per_month" in values:
        price = values["price_usd_per_month"]
    else:
        price = values["price_usd_per_year"] / MONTHS_PER_YEAR
    return LtvSegment(
        name=name,
        stays=ConstantChurn(churn),
        price_usd_per_month=price,
        gross_margin_share=values.get("gross_margin_share", 1.0),
        customers=values.get("customers"),
        acquisition=acquisition_of(values),
        paid_cac_usd=paid_cac_of(values),
        density=density_of(values),
        groups=groups,
    )
