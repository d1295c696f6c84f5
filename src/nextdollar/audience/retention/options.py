"""What a table of customers is, and which options go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.retention.answer import Kind
from nextdollar.audience.retention.cohorts import is_cohort_table
from nextdollar.audience.retention.tenure import TenureColumns, TenureDates
from nextdollar.audience.retention.wide_columns import ONE_CUSTOMER
from nextdollar.audience.transactions.log import looks_like_transactions
from nextdollar.audience.transactions.summary_table import looks_like_summary
from nextdollar.errors import Fault, OptionsError

MOST_PERIODS = 1200
Tenure: TypeAlias = str | TenureColumns | TenureDates
_BY_COLUMNS = ("--tenure", "--churned", "--entered", "--flag")
_BY_DATES = ("--start", "--cancelled", "--customer", "--watched-since")
_OF: dict[Kind, tuple[str, ...]] = {
    "cohort": ("--by",),
    "customers": (*_BY_COLUMNS, *_BY_DATES, "--by", "--until"),
    "transactions": ("--by", "--until"),
    "summary": ("--by",),
}
_CALENDAR = re.compile(r"(?:19|20)\d\d(?:[-/.](?:0?[1-9]|1[0-2]))?")
_STARTS, _ENDS = ("start", "started", "start_date", "started_at"), ("cancelled", "canceled", "ended")


def said_options(tenure: Tenure | None, others: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return every option by its name, those that tell a tenure among them; None is not given."""
    said: dict[str, str | None] = dict.fromkeys((*_BY_COLUMNS, *_BY_DATES, "--by", "--until"))
    said |= others
    if isinstance(tenure, TenureDates):
        stated = (tenure.start or None, tenure.cancelled or None, tenure.customer, tenure.watched_since)
        return said | dict(zip(_BY_DATES, stated, strict=True))
    if isinstance(tenure, TenureColumns):
        return said | {"--tenure": tenure.tenure or None, "--entered": tenure.entered}
    return said | {"--tenure": tenure}


def chosen_kind(table: CustomerTable, kind: Kind | None, said: Mapping[str, str | None]) -> Kind:
    """Return the kind of a table: as given, else as the options or its columns say.

    Raises OptionsError where neither tells.
    """
    if kind is not None:
        return kind
    if any(said[option] is not None for option in (*_BY_COLUMNS, *_BY_DATES)):
        return "customers"
    if is_cohort_table(table.columns):
        return "cohort"
    if looks_like_transactions(table.columns):
        return "transactions"
    if looks_like_summary(table.columns):
        return "summary"
    rule = (
        "must have columns of cohorts (survivors or survival_pct, or one for each period: m0, m1 ...) or of "
        "purchases (customer, date)"
    )
    named = ", ".join(table.columns[:8])
    raise OptionsError([Fault("ND1700", "the table", rule, named, _kind_hint(table), table.file)])


def _kind_hint(table: CustomerTable) -> str:
    """Return which options a table of customers would need."""
    by_name = {name.casefold(): name for name in table.columns}
    start, end = (
        next((by_name[name] for name in names if name in by_name), "") for names in (_STARTS, _ENDS)
    )
    if start and end:
        return f"where each row is a contract: --start {start} --cancelled {end}"
    n_of_calendar = sum(_CALENDAR.fullmatch(name) is not None for name in table.columns)
    if n_of_calendar > 1 and not by_name.keys() & set(ONE_CUSTOMER):
        return (
            "columns of cohorts count periods from the start of each (0, 1, 2 ...), not by the calendar: "
            "shift each row to the left"
        )
    return (
        "where each row is a customer, name its columns with --tenure and --churned, or those of its days "
        "with --start and --cancelled"
    )


def check_options(
    table: CustomerTable, kind: Kind, said: Mapping[str, str | None], *, n_periods: int
) -> None:
    """Raise OptionsError with everything that is wrong with the options."""
    faults = [
        Fault("ND1707", option, f"is of no use for a table of {kind}", value, "leave it out")
        for option, value in said.items()
        if value is not None and option not in _OF[kind]
    ]
    if kind == "customers":
        faults += [*_form_faults(said), *_column_faults(table, said)]
    if not 1 <= n_periods <= MOST_PERIODS:
        faults.append(Fault("ND1707", "--periods", f"must be from 1 to {MOST_PERIODS:,}", str(n_periods)))
    if kind == "cohort":
        faults += _by_faults(table, said["--by"])
    if kind == "cohort" and not is_cohort_table(table.columns):
        rule = (
            "must have a column survivors or survival_pct, or one for each period, where it is one of cohorts"
        )
        faults.append(Fault("ND1704", "the table", rule, ", ".join(table.columns[:8]), "", table.file))
    if faults:
        raise OptionsError(faults)


def _by_faults(table: CustomerTable, by: str | None) -> Iterator[Fault]:
    """Yield that a table of cohorts has no such column to split it; small and capital letters are one."""
    if by is not None and by.casefold() not in (name.casefold() for name in table.columns):
        named = ", ".join(table.columns[:24])
        yield Fault("ND1704", "--by", "must name a column of the table", f'"{by}"', f"one of {named}")


def _has_dates(said: Mapping[str, str | None]) -> bool:
    return any(said[option] is not None for option in _BY_DATES)


def _form_faults(said: Mapping[str, str | None]) -> Iterator[Fault]:
    """Yield options that say the same thing in two ways, or belong to the other way of saying it."""
    if _has_dates(said):
        for option in _BY_COLUMNS:
            if said[option] is not None:
                rule = "is of no use beside --start: days say how long, and who left"
                yield Fault("ND1707", option, rule, str(said[option]), "leave it out")
    elif said["--until"] is not None:
        rule = "goes with --start and --cancelled where each row is a customer"
        yield Fault("ND1707", "--until", rule, str(said["--until"]), "leave it out")
    if said["--entered"] is not None and said["--flag"] == "last-period":
        rule = "must be ever beside --entered"
        hint = "left in the last period: --entered would be one period less than --tenure for everybody"
        yield Fault("ND1707", "--flag", rule, "last-period", hint)


def _column_faults(table: CustomerTable, said: Mapping[str, str | None]) -> Iterator[Fault]:
    """Yield what is wrong with the columns that are named."""
    named = ", ".join(table.columns[:24])
    needed = ("--start", "--cancelled") if _has_dates(said) else ("--tenure", "--churned")
    for option in (*needed, "--entered", "--customer", "--by"):
        column = said[option]
        if column is None and option in needed:
            yield Fault("ND1704", option, "must name a column of a table of customers", "", f"one of {named}")
        elif column is not None and column not in table.columns:
            yield Fault("ND1704", option, "must name a column of the table", f'"{column}"', f"one of {named}")
    if said["--flag"] not in (None, "ever", "last-period"):
        yield Fault("ND1701", "--flag", "must be ever or last-period", str(said["--flag"]))
