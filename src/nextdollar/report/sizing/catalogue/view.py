"""The catalogue as plain data: what `nextdollar catalogue list`, `show` and `diff` print with `--json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nextdollar.catalogue.changes import Change, Changes
from nextdollar.catalogue.contents import ListedTable, Listing, TableRow
from nextdollar.catalogue.dated_prices import DatedPrice
from nextdollar.report.research.envelope import enveloped
from nextdollar.sizing.catalogue_show import OUTLOOK_MONTHS, Shown
from nextdollar.sources import Source

LIST_SCHEMA = "nextdollar.catalogue-list/1.0"
SHOW_SCHEMA = "nextdollar.catalogue-show/1.0"
DIFF_SCHEMA = "nextdollar.catalogue-diff/1.0"

_UNLIKE = "a range of list prices spans unlike providers: it is not what one buyer would pay"


def catalogue_list_view(found: Listing) -> dict[str, Any]:
    """Return a listing as plain data."""
    answer = {
        "as_of": found.as_of.isoformat(),
        "table": None if found.table is None else found.table.name,
        "columns": list(found.columns),
        "tables": [_table(item) for item in found.tables],
        "rows": [_row(row) for row in found.rows],
        "prices": [_price(price) for price in found.prices],
    }
    sources = [row.source for row in found.rows]
    return enveloped(LIST_SCHEMA, answer, warnings=_list_warnings(found), sources=sources)


def catalogue_show_view(found: Shown) -> dict[str, Any]:
    """Return what the catalogue holds on a name as plain data."""
    history = [
        {
            "contract": row.contract,
            "usd": row.price_usd,
            "valid_from": row.valid_from.isoformat(),
            "provider": row.provider,
            "is_own": row.is_own,
        }
        for row in found.history
    ]
    answer = {
        "asked": found.asked,
        "name": found.name,
        "as_of": found.as_of.isoformat(),
        "rows": [_row(row) for row in found.rows],
        "model": _model(found),
        "prices": [_price(price) for price in found.prices],
        "history": history,
        "outlook": _outlook(found),
    }
    return enveloped(SHOW_SCHEMA, answer, warnings=_show_warnings(found), sources=found.sources)


def catalogue_diff_view(found: Changes) -> dict[str, Any]:
    """Return what changed as plain data."""
    answer = {
        "from": None if found.from_day is None else found.from_day.isoformat(),
        "to": None if found.to_day is None else found.to_day.isoformat(),
        "folder": None if found.folder is None else str(found.folder),
        "changes": [_change(change) for change in found.changes],
    }
    warnings = []
    if any(change.table == "gpu_prices" for change in found.changes):
        warnings.append(
            "the median of all offers also moves when other providers are quoted; "
            "an offer is one provider's own price"
        )
    sources = [change.source for change in found.changes]
    return enveloped(DIFF_SCHEMA, answer, warnings=warnings, sources=sources)


def _table(item: ListedTable) -> dict[str, Any]:
    return {
        "name": item.table.name,
        "says": item.table.says,
        "n_rows": item.n_rows,
        "n_own": item.n_own,
        "newest": None if item.newest is None else item.newest.isoformat(),
        "age_days": item.age_days,
        "is_stale": item.is_stale,
    }


def _row(row: TableRow) -> dict[str, Any]:
    return {
        "table": row.table.name,
        "key": list(row.key),
        "cells": dict(row.cells),
        "day": None if row.day is None else row.day.isoformat(),
        "is_own": row.place.is_own,
        "file": row.place.file,
        "line": row.place.line,
        "source": _source(row.source),
        "kind": row.kind,
        "checked_on": None if row.checked_on is None else row.checked_on.isoformat(),
        "note": row.note,
    }


def _price(price: DatedPrice) -> dict[str, Any]:
    return {
        "accelerator": price.accelerator,
        "contract": price.contract,
        "low_usd": price.low_usd,
        "median_usd": price.median_usd,
        "high_usd": price.high_usd,
        "middle_usd": (price.low_usd * price.high_usd) ** 0.5,
        "n_rows": price.n_rows,
        "as_of": price.as_of.isoformat(),
        "age_days": price.age_days,
        "is_stale": price.is_stale,
        "is_own": price.is_own,
    }


def _source(source: Source) -> dict[str, str]:
    return {"work": source.work, "place": source.place, "link": source.link}


def _model(found: Shown) -> dict[str, float] | None:
    if found.model is None:
        return None
    shape = found.model.shape
    return {
        "params": float(shape.params),
        "params_active": float(shape.params_active),
        "kv_bytes_per_token": float(shape.kv_bytes_per_token()),
    }


def _outlook(found: Shown) -> dict[str, Any] | None:
    band = found.outlook
    if band is None:
        return None
    return {
        "months": band.months.tolist(),
        "p5": band.p5_usd_per_gpu_hour.tolist(),
        "p50": band.p50_usd_per_gpu_hour.tolist(),
        "p95": band.p95_usd_per_gpu_hour.tolist(),
        "risen_share": band.risen_share,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "table": change.table,
        "key": list(change.key),
        "column": change.column,
        "before": change.before,
        "after": change.after,
        "change_share": change.change_share,
        "day": None if change.day is None else change.day.isoformat(),
        "n_new": change.n_new,
        "source": _source(change.source),
    }


def _list_warnings(found: Listing) -> Iterator[str]:
    for item in found.tables:
        if item.is_stale:
            age = f"{item.age_days} days before {item.as_of}"
            yield f"newest row of {item.table.name} is of {item.newest}, {age}"
    n_stale = sum(price.is_stale for price in found.prices)
    if n_stale:
        yield f"{n_stale} of {len(found.prices)} prices are more than half a year old on {found.as_of}"
    if found.prices:
        yield _UNLIKE


def _show_warnings(found: Shown) -> Iterator[str]:
    for price in found.prices:
        if price.is_stale:
            yield f"{price.staleness()} ({price.contract.replace('_', ' ')})"
    if any(price.n_rows > 1 and not price.is_own for price in found.prices):
        yield _UNLIKE
    if found.outlook is not None:
        yield (
            f"the next {OUTLOOK_MONTHS} months are draws of a fitted path from the middle of today's range: "
            "no forecast of news, and the record behind it is three years long"
        )
