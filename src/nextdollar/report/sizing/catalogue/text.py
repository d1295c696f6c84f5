"""The catalogue for the terminal: the answer as a sentence, then rows, prices and their age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from nextdollar.catalogue.tables import TABLES
from nextdollar.plan.words import count, percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View

MOST_ROWS = 60
_MOST_CELL = 34
_OUTLOOK_MONTHS = (12, 24, 36)
_WIDTH = 108
_MOST_WHOLE = 2

Row = Mapping[str, Any]


def catalogue_list_text(view: View, *, next_command: str) -> str:
    """Return a listing for people to read."""
    if view["table"] is None:
        body = _tables(view)
    elif view["prices"]:
        body = prices_text(view["prices"], named=True)
    else:
        body = _rows(view)
    if view["columns"]:
        columns = f"columns: {', '.join(view['columns'])}"
        body += "\n\n" + fill(columns, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return _joined(list_headline(view), body, view, next_command)


def catalogue_show_text(view: View, *, next_command: str) -> str:
    """Return what the catalogue holds on a name for people to read."""
    blocks = _by_table(view["rows"])
    if view["model"] is not None:
        model = view["model"]
        lines = [
            ["counted from the shape", f"{count(model['params'])} parameters"],
            ["active for a token", f"{count(model['params_active'])} parameters"],
            ["KV cache, 16 bits", f"{count(model['kv_bytes_per_token'])} bytes per token"],
        ]
        blocks.append(aligned(lines))
    if view["prices"]:
        blocks.append(prices_text(view["prices"], named=False))
    if view["outlook"] is not None:
        blocks.append(_outlook(view["outlook"]))
    return _joined(show_headline(view), "\n\n".join(blocks), view, next_command)


def catalogue_diff_text(view: View, *, next_command: str) -> str:
    """Return what changed for people to read."""
    return _joined(diff_headline(view), _changes(view["changes"]), view, next_command)


def list_headline(view: View) -> str:
    """Return what a listing says as a sentence."""
    n_rows = sum(table["n_rows"] for table in view["tables"])
    n_own = sum(table["n_own"] for table in view["tables"])
    own = f", {counted(n_own, 'row')} of them yours" if n_own else ""
    if view["table"] is None:
        oldest = [table["name"] for table in view["tables"] if table["is_stale"]]
        stale = f"; stale on {view['as_of']}: {', '.join(oldest)}" if oldest else ""
        return f"{len(view['tables'])} tables hold {count(n_rows)} rows{own}{stale}."
    if view["prices"]:
        chips = len({price["accelerator"] for price in view["prices"]})
        newest = max(price["as_of"] for price in view["prices"])
        return f"{n_rows} prices of {counted(chips, 'accelerator')}{own}, the newest of {newest}."
    return f"{view['table']}: {counted(n_rows, 'row')}{own}, each {view['tables'][0]['says']}."


def show_headline(view: View) -> str:
    """Return what the catalogue holds on a name as a sentence."""
    rents = [price for price in view["prices"] if price["contract"] == "on_demand"]
    if rents:
        rent = rents[0]
        spread = f" ({significant(rent['low_usd'])} to {significant(rent['high_usd'])})"
        ends = spread if rent["n_rows"] > 1 else ""
        return (
            f"{view['name']} rents for {significant(rent['middle_usd'])} USD per GPU-hour{ends} on demand: "
            f"{counted(rent['n_rows'], 'offer')}, the newest of {rent['as_of']}, {rent['age_days']} days old."
        )
    if view["model"] is not None:
        return f"{view['name']} has {count(view['model']['params'])} parameters by its shape."
    tables = list(dict.fromkeys(row["table"] for row in view["rows"]))
    rent = " and no rent on demand" if "accelerators" in tables else ""
    return f"{view['name']}: {counted(len(view['rows']), 'row')} in {', '.join(tables)}{rent}."


def diff_headline(view: View) -> str:
    """Return what changed as a sentence."""
    where = f"{view['folder']}" if view["from"] is None else f"between {view['from']} and {view['to']}"
    changes = view["changes"]
    if not changes:
        return f"Nothing changed {where}." if view["from"] else f"{where} changes nothing."
    new = sum(change["before"] == "" for change in changes)
    said = f"{counted(len(changes), 'value')} {'changed' if view['from'] else 'are changed by'} {where}"
    said += f", {new} of them new" if new else ""
    moved = [change for change in changes if change["change_share"]]
    kinds = [[item for item in moved if item["column"] == name] for name in ("offer_usd", "median_usd")]
    priced = next((items for items in kinds if items), [])
    if not priced:
        return f"{said}."
    most = max(priced, key=lambda change: abs(change["change_share"]))
    move = f"{'+' if most['change_share'] > 0 else ''}{percent(most['change_share'])}"
    return f"{said}; most of all {key_words(most)}, {most['before']} to {most['after']} USD ({move})."


def key_words(change: Row) -> str:
    """Return what a change is about: "H100-SXM, on demand, RunPod"."""
    words = [part for part in change["key"] if part]
    if change["table"] == "gpu_prices":
        words[1] = words[1].replace("_", " ")
    return ", ".join(words)


def counted(number: int, thing: str) -> str:
    """Return a number of things: "1 row", "3 rows"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def prices_text(prices: Sequence[Row], *, named: bool) -> str:
    """Return prices as rows: USD per GPU-hour, or per GPU where they are of a purchase."""
    lines = [
        [
            *["accelerator"] * named,
            "contract",
            "USD",
            "median",
            "lowest to highest",
            "offers",
            "newest",
            "age",
        ]
    ]
    for price in prices[:MOST_ROWS] if not named else prices:
        unit = "per GPU" if price["contract"] == "purchase" else "per GPU-hour"
        ends = [significant(price["low_usd"]), significant(price["high_usd"])]
        lines.append(
            [
                *[price["accelerator"]] * named,
                price["contract"].replace("_", " ") + (" (yours)" if price["is_own"] else ""),
                unit,
                significant(price["median_usd"]),
                " to ".join(dict.fromkeys(ends)),
                str(price["n_rows"]),
                price["as_of"],
                f"{price['age_days']} days{' stale' if price['is_stale'] else ''}",
            ]
        )
    return aligned(lines)


def _joined(headline: str, body: str, view: View, next_command: str) -> str:
    notes = "\n".join(f"  note: {warning}" for warning in view["warnings"])
    return "\n\n".join([block for block in (headline, body, notes) if block] + [f"next: {next_command}"])


def _tables(view: View) -> str:
    has_own = any(table["n_own"] for table in view["tables"])
    lines = [["table", "rows", *["yours"] * has_own, "newest or checked", "age", "a row says"]]
    for table in view["tables"]:
        age = "" if table["age_days"] is None else f"{table['age_days']} days"
        own = [str(table["n_own"] or "")] * has_own
        stale = " stale" if table["is_stale"] else ""
        lines.append(
            [table["name"], str(table["n_rows"]), *own, table["newest"] or "", age + stale, table["says"]]
        )
    width = max(len(line[-1]) for line in lines)
    return aligned([[*line[:-1], f"{line[-1]:<{width}}"] for line in lines])


def _rows(view: View) -> str:
    return _compact(view["table"], view["rows"])


def _by_table(rows: Sequence[Row]) -> list[str]:
    """Return few rows of a table with all their cells, many in short."""
    blocks: list[str] = []
    for name in dict.fromkeys(row["table"] for row in rows):
        of_table = [row for row in rows if row["table"] == name]
        if len(of_table) > _MOST_WHOLE:
            blocks.append(f"  {counted(len(of_table), 'row')} of {name}\n{_compact(name, of_table)}")
        else:
            blocks += [_cells(row) for row in of_table]
    return blocks


def _compact(name: str, rows: Sequence[Row]) -> str:
    """Return rows of one table by their key, day and main columns."""
    table = TABLES[name]
    columns = [*table.keys, *([table.day] if table.day else []), *table.shown]
    lines = [columns]
    for row in rows[:MOST_ROWS]:
        cells = [_short(row["cells"].get(column, "")) for column in columns]
        lines.append([cells[0] + (" (yours)" if row["is_own"] else ""), *cells[1:]])
    more = len(rows) - MOST_ROWS
    return "\n".join([aligned(lines), *([f"  and {more} more rows (--json has all)"] if more > 0 else [])])


def _cells(row: Row) -> str:
    head = f"  {row['table']}, line {row['line']} of {row['file']}"
    lines = [[column, _short(cell, 70)] for column, cell in row["cells"].items()]
    width = max(len(line[1]) for line in lines)
    body = aligned([[line[0], f"{line[1]:<{width}}"] for line in lines])
    source = ", ".join(part for part in row["source"].values() if part)
    checked = f", checked on {row['checked_on']}" if row["checked_on"] else ""
    note = f"\n  {row['note']}" if row["note"] else ""
    return f"{head}\n{body}\n  source: {source} ({row['kind']}{checked}){note}"


def _outlook(outlook: Row) -> str:
    places = [outlook["months"].index(month) for month in _OUTLOOK_MONTHS]
    lines = [["on demand later, USD per GPU-hour", "median", "90 %"]]
    for month, place in zip(_OUTLOOK_MONTHS, places, strict=True):
        ends = f"{significant(outlook['p5'][place])} to {significant(outlook['p95'][place])}"
        lines.append([f"in {month} months", significant(outlook["p50"][place]), ends])
    risen = f"  {percent(outlook['risen_share'])} of the paths end above where they start"
    return f"{aligned(lines)}\n{risen}"


def _changes(changes: Sequence[Row]) -> str:
    if not changes:
        return ""
    lines = [["what", "column", "before", "after", "change", "since"]]
    for change in changes[:MOST_ROWS]:
        share = change["change_share"]
        sign = "+" if share is not None and share > 0 else ""
        lines.append(
            [
                key_words(change),
                change["column"],
                _short(change["before"]) or "(new)",
                _short(change["after"]),
                "" if share is None else f"{sign}{percent(share)}",
                change["day"] or "",
            ]
        )
    more = len(changes) - MOST_ROWS
    return "\n".join([aligned(lines), *([f"  and {more} more (--json has all)"] if more > 0 else [])])


def _short(text: str, most: int = _MOST_CELL) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
