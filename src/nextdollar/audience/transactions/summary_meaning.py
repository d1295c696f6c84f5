"""What the columns of a table of summaries mean: recency, and when customers may buy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.transactions.summary_table import SummaryRows
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import FloatArray

Recency = Literal["age-at-last", "since-last"]
Buys = Literal["any-time", "once-a-period"]

_OTHER: dict[str, str] = {"age-at-last": "since-last", "since-last": "age-at-last"}
_WORDS = {
    "age-at-last": "the age of a customer at the last purchase",
    "since-last": "the time since the last purchase",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the rows of a table are to be read.

    `n_periods_to_last` (n,) is the age at the last purchase, whatever the table has; `buys` whether a
    customer may buy at any moment or has one chance a period; `notes` say how that was told.
    """

    n_periods_to_last: FloatArray
    recency: Recency
    buys: Buys
    notes: tuple[str, ...]


def meaning_of(rows: SummaryRows, *, recency: Recency | None = None, buys: Buys | None = None) -> Meaning:
    """Tell what the columns mean: as stated, else as their names or the numbers in them say.

    Parameters
    ----------
    rows : SummaryRows
        From `read_summary_rows`.
    recency : "age-at-last" or "since-last", optional
        Whether recency runs from the first purchase to the last, or from the last to the end.
    buys : "any-time" or "once-a-period", optional
        Whether customers buy at any moment, or have one chance in each period.

    Raises
    ------
    OptionsError
        If nothing tells, or an option is none of its words.
    RowsError
        With every row that contradicts the others, or what is stated.

    Notes
    -----
    Who never came back bought last at age 0, which is T before the end: such rows tell the meanings of
    recency apart, and so does who came back with a recency of 0 or T.
    """
    _check(recency, buys)
    _refuse_first_counted(rows)
    told, how = _recency(rows, recency)
    at_last = (
        rows.recency_periods if told == "age-at-last" else rows.n_periods_observed - rows.recency_periods
    )
    at_last = np.where(rows.n_repeats == 0, 0.0, at_last)
    bought, how_bought = _buys(rows, at_last, buys)
    return Meaning(at_last, told, bought, (how, how_bought))


def _check(recency: str | None, buys: str | None) -> None:
    faults = [
        Fault("ND1764", option, f"must be {' or '.join(words)}", str(value))
        for option, value, words in (
            ("--recency", recency, get_args(Recency)),
            ("--buys", buys, get_args(Buys)),
        )
        if value is not None and value not in words
    ]
    if faults:
        raise OptionsError(faults)


def _extremes(rows: SummaryRows) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows of some age: those with no repeat, with a recency of 0, and with one of the whole age."""
    seen = rows.n_periods_observed
    has_age = seen > 0
    is_full = np.isclose(rows.recency_periods, seen, rtol=1e-9, atol=0.0) & has_age
    return (rows.n_repeats == 0) & has_age, (rows.recency_periods == 0) & has_age, is_full


def _refuse_first_counted(rows: SummaryRows) -> None:
    """Refuse a count that begins with the first purchase: one purchase, and none after it."""
    silent, is_zero, is_full = _extremes(rows)
    once = rows.n_repeats == 1
    if silent.any() or once.sum() < 2 or not (is_zero[once].all() or is_full[once].all()):
        return
    column, place = rows.columns[0], int(np.flatnonzero(once)[0])
    rule = "must count repeat purchases, 0 for who bought once"
    found = f"1 is the least, and all {int(once.sum()):,} with 1 last bought when they first did"
    hint = f"where {column} counts the first purchase too, call the column purchases"
    refuse([Fault("ND1763", column, rule, found, hint, rows.table.file, rows.table.lines[place])])


def _recency(rows: SummaryRows, stated: Recency | None) -> tuple[Recency, str]:
    silent, is_zero, is_full = _extremes(rows)
    says = {
        "age-at-last": (silent & is_zero) | (~silent & is_full),
        "since-last": (silent & is_full) | (~silent & is_zero),
    }
    neither = silent & ~is_zero & ~is_full
    chosen = stated or rows.told_recency
    counts = {name: int(said.sum()) for name, said in says.items()}
    if chosen is None and not any(counts.values()) and not neither.any():
        raise OptionsError([_ask(rows)])
    by_data = max(counts, key=lambda name: counts[name])
    told = chosen or by_data
    _refuse_rows(rows, says[_OTHER[told]] | neither, told, silent)
    if stated is not None:
        how = "as stated"
    elif chosen is not None:
        how = "as its name says"
    else:
        how = f"{counts[told]:,} rows can mean nothing else"
    column = shown(rows.columns[1])
    return cast(Recency, told), f"{column} is read as {_WORDS[told]}: {how}"


def _ask(rows: SummaryRows) -> Fault:
    column = rows.columns[1]
    rule = f"must be told: {shown(column)} may be {' or '.join(_WORDS.values())}, and no row tells which"
    hint = "--recency age-at-last, or --recency since-last"
    return Fault("ND1764", "--recency", rule, "", hint, rows.table.file)


def _refuse_rows(rows: SummaryRows, wrong: NDArray[np.bool_], told: str, silent: NDArray[np.bool_]) -> None:
    """Refuse rows that cannot be if recency means what it is taken to mean."""
    faults = [_row_fault(rows, place, told, bool(silent[place])) for place in np.flatnonzero(wrong).tolist()]
    if faults:
        refuse(faults)


def _row_fault(rows: SummaryRows, place: int, told: str, is_silent: bool) -> Fault:
    purchases, recency, seen = rows.columns
    is_at_last = told == "age-at-last"
    of_silent, of_others = ("0", f"as {seen}") if is_at_last else (f"the same as {seen}", "0")
    if is_silent:
        rule = f"must be {of_silent} without a repeat, where recency is {_WORDS[told]}"
    else:
        limit = "above 0" if is_at_last else f"below {seen}"
        rule = f"must be {limit} with a repeat, where recency is {_WORDS[told]}"
    hint = f"where it is {_WORDS[_OTHER[told]]}: --recency {_OTHER[told]}"
    if is_silent and rows.recency_periods[place] not in (0.0, rows.n_periods_observed[place]):
        hint = f"neither {of_silent} nor {of_others}: is {purchases} right?"
    found = f"{rows.recency_periods[place]:g}"
    return Fault("ND1763", recency, rule, found, hint, rows.table.file, rows.table.lines[place])


def _buys(rows: SummaryRows, at_last: FloatArray, stated: Buys | None) -> tuple[Buys, str]:
    cannot = np.zeros(len(at_last), dtype=bool)
    for numbers in (at_last, rows.n_periods_observed):
        cannot |= numbers % 1 > 0
    cannot |= rows.n_repeats > at_last
    if stated == "once-a-period" and cannot.any():
        refuse(list(_impossible(rows, np.flatnonzero(cannot).tolist())))
    if stated is not None:
        return stated, f"customers buy {_said(stated)}: as stated"
    if cannot.any():
        return (
            "any-time",
            f"customers buy {_said('any-time')}: {int(cannot.sum()):,} rows can mean nothing else",
        )
    if rows.counts_chances:
        how = f"{shown(rows.columns[2])} counts chances to buy, and all is whole"
        return "once-a-period", f"customers buy {_said('once-a-period')}: {how} (else: --buys any-time)"
    rule = (
        "must be told: all is whole, so that customers may have one chance to buy in each period (BG/BB), or "
        "buy at any moment of it (BG/NBD, Pareto/NBD)"
    )
    hint = "--buys once-a-period, or --buys any-time"
    raise OptionsError([Fault("ND1764", "--buys", rule, "", hint, rows.table.file)])


def _said(buys: str) -> str:
    return "at any moment" if buys == "any-time" else "at most once a period"


def _impossible(rows: SummaryRows, places: Sequence[int]) -> Iterator[Fault]:
    for place in places:
        found = f"{rows.n_repeats[place]:g} repeats, {rows.columns[1]} {rows.recency_periods[place]:g}"
        rule = "must be whole, with at most one purchase a period, where there is one chance in each"
        hint = "leave --buys once-a-period out"
        file, line = rows.table.file, rows.table.lines[place]
        yield Fault("ND1763", rows.columns[0], rule, found, hint, file, line)
