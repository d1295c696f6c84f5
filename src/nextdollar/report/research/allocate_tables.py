"""The tables of a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nextdollar.report.research.envelope import View
from nextdollar.report.tables import Cell, Column, Table


def plans_table(view: View) -> Table:
    """Return the plan beside the compute-optimal one of the same loss."""
    columns = (
        Column("plan", "plan"),
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("tokens_per_param", "tokens per parameter", "number"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("training_flop", "training, FLOP", "power"),
        Column("serving_flop", "serving, FLOP of training", "power"),
        Column("total_usd", "both", "usd"),
    )
    rows = [_row("this plan", view)]
    if view["plain"] is not None:
        rows.append(_row("compute-optimal, same loss", view["plain"]))
    return without_empty(Table("plans", "The plan and the compute-optimal one", columns, tuple(rows)))


def without_empty(table: Table) -> Table:
    """Return a table without the columns in which no row has anything."""
    kept = [i for i in range(len(table.columns)) if any(row[i] is not None for row in table.rows)]
    rows = tuple(tuple(row[i] for i in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[i] for i in kept), rows=rows)


def _row(name: str, plan: Mapping[str, Any]) -> tuple[Cell, ...]:
    cost = plan["cost"]
    return (
        name,
        *(plan[key] for key in ("params", "tokens", "tokens_per_param", "loss_nats")),
        *(cost[key] for key in ("training_flop", "serving_flop", "total_usd")),
    )


def isoflop_table(view: View) -> Table:
    """Return the isoFLOP curves."""
    columns = (
        Column("budget_flop", "budget, FLOP", "power"),
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("loss_p5_nats", "P5", "nats"),
        Column("loss_p95_nats", "P95", "nats"),
    )
    rows = [
        (item["budget_flop"], *(row[key] for key in ("params", "tokens", "loss_nats", "p5", "p95")))
        for item in view["isoflops"]
        for row in item["rows"]
    ]
    return Table("isoflop", "Loss at equal training work", columns, tuple(rows))


def sizes_table(view: View) -> Table:
    """Return what each size costs for the loss of the plan."""
    columns = (
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("cost_flop", "training and serving, FLOP", "power"),
        Column("cost_usd", "cost", "usd"),
        Column("extra_share", "more than the plan", "share"),
    )
    keys = [column.key for column in columns]
    return Table(
        "price-of-size",
        "What each size costs for the same loss",
        columns,
        tuple(tuple(row[key] for key in keys) for row in view["sizes"]),
    )
