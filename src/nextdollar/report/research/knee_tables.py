"""The tables of a knee."""

from __future__ import annotations

from nextdollar.report.research.envelope import View
from nextdollar.report.tables import Cell, Column, Table

_BUDGET = (
    Column("budget_usd", "budget", "usd"),
    Column("budget_flop", "budget, FLOP", "power"),
    Column("params", "params", "count"),
    Column("tokens", "tokens", "count"),
)


def return_table(view: View, name: str, caption: str, key: str) -> Table:
    """Return what the next dollar brings back: `key` is "around" for few budgets, "curve" for all drawn."""
    few = key == "around"
    columns = (
        *(column for column in _BUDGET if not few or column.key != "budget_flop"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("returned_usd_per_usd", "next dollar returns, USD", "number"),
        *([] if few else [Column("elasticity", "% of loss per % of budget", "number")]),
        Column("beyond_data", "beyond the runs"),
    )
    rows: list[tuple[Cell, ...]] = [
        tuple(_spread(item[column.key]) for column in columns) for item in view["knee"][key]
    ]
    return Table(name, caption, columns, tuple(rows))


def size_table(view: View, name: str, caption: str, key: str) -> Table:
    """Return what each size scores: `key` is "sizes" for few sizes, "curve" for all drawn."""
    quality = view["quality"]
    columns = (
        *_BUDGET,
        Column("metric", quality["metric"], "share" if quality["is_share"] else "number"),
        Column("reach_share", "reaches it in", "share"),
        Column("beyond_data", "beyond the runs"),
    )
    rows: list[tuple[Cell, ...]] = [
        tuple(_spread(item[column.key]) for column in columns) for item in quality[key]
    ]
    return Table(name, caption, columns, tuple(rows))


def _spread(cell: Cell) -> Cell:
    """Return a summary of draws as a figure with a range, or as one number where it has none."""
    if not isinstance(cell, dict):
        return cell
    if cell["p5"] == cell["p95"]:
        middle: float | None = cell["p50"]
        return middle
    return {str(name): value for name, value in cell.items() if name != "never_share" or value}
