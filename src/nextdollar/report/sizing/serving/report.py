"""The page of an estimate of serving: latency, throughput, and what bounds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nextdollar.plan.words import count, significant
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.sizing.charts_estimate import Estimated, estimates_picture
from nextdollar.report.sizing.row_tables import refused_part
from nextdollar.report.sizing.serving.text import Row, answered, hardware, headline, short_name
from nextdollar.report.tables import Cell, Column, Table

_FIGURES = (
    Column("tpot_ms", "ms per token", "number"),
    Column("ttft_ms", "ms to the first token", "number"),
    Column("out_tok_s_per_gpu", "tokens per second and GPU", "count"),
)
_WAITS = {
    "weights": "reading weights",
    "kv": "reading the cache",
    "compute": "arithmetic, that of prompts included",
    "overhead": "starting kernels and the engine's own work",
    "links": "links between GPUs",
}
_SHOWN_ROWS = 200


def serving_story(view: View) -> Story:
    """Return the report on estimates of serving."""
    rows = answered(view)
    notes = [sentence(warning) for warning in view["warnings"]]
    parts = [answer_part("The estimate", headline(view), cards=_cards(rows), notes=notes)]
    whole: list[Table] = []
    if rows:
        table = _table(rows)
        shown = Table("serving", _caption(table), table.columns, table.rows[:_SHOWN_ROWS])
        if len(table.rows) > _SHOWN_ROWS:
            whole.append(Table("serving-all", "Every estimate", table.columns, table.rows))
        block = Block("", "", pictures=_pictures(view, rows), tables=[shown])
        parts.append(Part(0, "The rows", "How fast each configuration serves", blocks=[block]))
        parts.append(Part(0, "The bounds", _waits_most(rows), blocks=[_bounds(rows)]))
    parts += refused_part(view)
    return Story(f"How fast models are served, from {view['files'][0]['file']}", parts, tables=whole)


def _caption(table: Table) -> str:
    caption = "Estimates: the median, and P5 to P95"
    if len(table.rows) <= _SHOWN_ROWS:
        return caption
    return f"{caption}; the first {_SHOWN_ROWS} of {len(table.rows):,} rows, serving-all.csv has all"


def _pictures(view: View, rows: Sequence[Row]) -> list[Picture]:
    """Return a picture for each figure that some row has."""
    found = []
    for column, name in zip(_FIGURES, ("ms-per-token", "first-token", "tokens-per-second"), strict=True):
        items = [
            Estimated(short_name(row), row[column.key], _comparable(row, column.key))
            for row in rows
            if row[column.key] is not None
        ]
        if items:
            found.append(estimates_picture(name, items, view=view, what=column.head, is_spread=True))
    return found


def _comparable(row: Row, key: str) -> float | None:
    """Return what was measured, None where it was divided by another number of GPUs."""
    layout = row["layout"]
    if key == "out_tok_s_per_gpu" and layout["gpus"] != layout["labelled_gpus"]:
        return None
    measured: float | None = row["reported"][key]
    return measured


def _table(rows: Sequence[Row]) -> Table:
    """Return the table of all rows."""
    figures = [column for column in _FIGURES if any(row[column.key] is not None for row in rows)]
    measured = [column for column in _FIGURES if any(row["reported"][column.key] is not None for row in rows)]
    columns = (
        Column("name", "row"),
        Column("model", "model"),
        Column("hardware", "GPUs"),
        Column("precision", "precision"),
        *figures,
        Column("bound_by", "bound by"),
        Column("fits", "fits"),
        *(Column(f"reported_{column.key}", f"measured {column.head}", column.kind) for column in measured),
    )
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        named = (row["name"], row["model"], hardware(row), row["precision"])
        found = [row[column.key] for column in figures]
        seen = [row["reported"][column.key] for column in measured]
        cells.append((*named, *found, row["bound_by"], "yes" if row["fits"] else "no", *seen))
    return Table("serving", "", columns, tuple(cells))


def _waits_most(rows: Sequence[Row]) -> str:
    """Return what most rows wait for, as a heading."""
    (bound, number), *_ = Counter(row["bound_by"] for row in rows).most_common(1)
    if len(rows) == 1:
        return f"A token waits most for {_WAITS[bound]}"
    return f"In {number:,} of {len(rows):,} rows a token waits most for {_WAITS[bound]}"


def _bounds(rows: Sequence[Row]) -> Block:
    counts = Counter(row["bound_by"] for row in rows)
    cells = tuple((bound, _WAITS[bound], number) for bound, number in counts.most_common())
    columns = (
        Column("bound_by", "bound by"),
        Column("what", "a token waits for"),
        Column("rows", "rows", "count"),
    )
    return Block("", "", tables=[Table("bounds", "What a token waits for most", columns, cells)])


def _cards(rows: Sequence[Row]) -> list[Card]:
    """Return the figures of the row that writes most from a GPU."""
    with_speed = [row for row in rows if row["out_tok_s_per_gpu"] is not None]
    if not with_speed:
        return []
    row = max(with_speed, key=lambda item: float(item["out_tok_s_per_gpu"]["p50"]))
    speed, tpot, ttft = row["out_tok_s_per_gpu"], row["tpot_ms"], row["ttft_ms"]
    ends = f"Nine of ten: {count(speed['p5'])} to {count(speed['p95'])}."
    cards = [Card(f"Tokens per second and GPU of {short_name(row)}", count(speed["p50"]), ends)]
    if tpot is not None:
        ends = f"Nine of ten: {significant(tpot['p5'])} to {significant(tpot['p95'])} ms."
        cards.append(Card("Time per token", f"{significant(tpot['p50'])} ms", ends))
    if ttft is not None:
        ends = f"Nine of ten: {significant(ttft['p5'])} to {significant(ttft['p95'])} ms."
        cards.append(Card("Time to the first token", f"{significant(ttft['p50'])} ms", ends))
    return cards
