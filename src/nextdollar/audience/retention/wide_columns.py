"""Which columns of a wide table of cohorts are its periods, its sizes and its names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import refuse
from nextdollar.errors import Fault

_PERIOD = re.compile(
    r"(?:(months?|weeks?|days?|quarters?|years?|periods?|renewals?|ages?|[mwdypt])[ _.-]*)?\+?(\d{1,3})"
)
_NAMED = {"m": "month", "w": "week", "d": "day", "y": "year"}
_WORDS = ("month", "week", "day", "quarter", "year")
_LETTERS = 2
_LONG = ("survivors", "survival_pct", "survival_share")
_SIZES = (
    *("size", "cohort_size", "customers", "users", "subscribers", "accounts", "members", "n", "count"),
    *("new_customers", "new_users", "new_subscribers", "total", "total_customers", "total_users"),
)
ONE_CUSTOMER = (
    "customer",
    "customer_id",
    "customerid",
    "user",
    "user_id",
    "userid",
    "account",
    "account_id",
)


@dataclass(frozen=True, slots=True)
class WideColumns:
    """Columns of a wide table of cohorts.

    `periods` are those of the periods from `first` on, 0 or 1, one after the other; `period` is the name of
    one. `size` has the number of customers that a cohort began with, `name` tells cohorts apart, `segment`
    is what splits the table, and `unread` are all others.
    """

    periods: tuple[str, ...]
    first: int
    period: str
    size: str | None
    name: str | None
    segment: str | None
    unread: tuple[str, ...]


def is_wide(columns: Sequence[str]) -> bool:
    """Whether two or more columns are periods, m0, m1 ..., of rows that are no single customers."""
    names = [name.casefold() for name in columns]
    if any(name in ONE_CUSTOMER for name in names):
        return False
    return sum(_PERIOD.fullmatch(name) is not None for name in names) > 1


def wide_columns(table: CustomerTable, by: str | None) -> WideColumns:
    """Tell the columns of a wide table of cohorts apart; names are in lower case.

    Parameters
    ----------
    table : CustomerTable
        Of which `is_wide` holds.
    by : str, optional
        Column whose contents are the segments; `segment` by default, where there is one.

    Raises
    ------
    RowsError
        With every fault of the header: periods of two kinds, one that is missing or comes twice, two
        columns of sizes, none or several that may tell cohorts apart, and columns of a long table.
    """
    found = {name: match for name in table.columns if (match := _PERIOD.fullmatch(name))}
    numbers = sorted((int(match.group(2)), name) for name, match in found.items())
    words = {_word(match.group(1)) for match in found.values()}
    others = [name for name in table.columns if name not in found]
    sizes = [name for name in others if name.replace(" ", "_") in _SIZES]
    segment = by if by is not None else next((name for name in others if name == "segment"), None)
    names = _names([name for name in others if name not in (*sizes, "segment")], by)
    rules = [*_period_rules(numbers, words), *_other_rules(table.columns, sizes, names)]
    if rules:
        refuse(
            [Fault("ND1706", column, rule, value, hint, table.file, 1) for column, rule, value, hint in rules]
        )
    name = names[0] if names else None
    used = {name, segment, *sizes}
    return WideColumns(
        tuple(column for _, column in numbers),
        numbers[0][0],
        words.pop(),
        sizes[0] if sizes else None,
        name,
        segment,
        tuple(column for column in others if column not in used),
    )


def _word(prefix: str | None) -> str:
    """Return the name of one period: "month" of m and months, "period" where it does not say."""
    word = (prefix or "").rstrip("s") if len(prefix or "") > _LETTERS else (prefix or "")
    word = _NAMED.get(word, word)
    return word if word in _WORDS else "period"


def _names(columns: Sequence[str], by: str | None) -> list[str]:
    """Return the columns that may tell cohorts apart: those that say so, else all but the segments'."""
    said = [name for name in columns if name == "cohort"] or [name for name in columns if "cohort" in name]
    rest = [name for name in columns if name != by]
    return said or rest or list(columns)


_Rule = tuple[str, str, str, str]


def _period_rules(numbers: Sequence[tuple[int, str]], words: set[str]) -> Iterator[_Rule]:
    """Yield what is wrong with the columns of periods."""
    hint = "columns count periods from each cohort's own start, one for each"
    if len(words) > 1:
        yield "", "the columns of periods must be of one kind", ", ".join(sorted(words)), hint
    first, column = numbers[0]
    if first > 1:
        yield column, "must be period 0 or 1, where a wide table begins", str(first), hint
    for (before, _), (number, column) in pairwise(numbers):
        if number != before + 1:
            yield column, f"must be period {before + 1} here", str(number), hint


def _other_rules(columns: Sequence[str], sizes: Sequence[str], names: Sequence[str]) -> Iterator[_Rule]:
    """Yield what is wrong with the other columns."""
    for column in _LONG:
        if column in columns:
            rule = "must not stand beside columns of periods: one row for each period, or one column for each"
            yield column, rule, "both", "leave one of the two out"
    if len(sizes) > 1:
        rule = "the table must have one column of what cohorts began with"
        yield "", rule, ", ".join(sizes), "leave the others out"
    if len(names) > 1:
        rule = "the table must have one column that tells cohorts apart"
        yield "", rule, ", ".join(names[:8]), "name it cohort; --by COLUMN makes segments of another"
