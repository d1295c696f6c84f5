"""The tables of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import power
from nextdollar.report.research.envelope import View
from nextdollar.report.tables import Cell, Column, Table


def coefficient_table(view: View) -> Table:
    """Return the coefficients with their errors, and their 95 % ranges found in two ways."""
    columns = (
        Column("coefficient", "coefficient", "code"),
        Column("value", "value", "number"),
        Column("standard_error", "standard error", "number"),
        Column("low_95", "95 % from, by resampling runs", "number"),
        Column("high_95", "to", "number"),
        Column("profile_low_95", "95 % from, by profile", "number"),
        Column("profile_high_95", "to", "number"),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, value in view["parameters"].items():
        found = view["profile_95"].get(name)
        profile = (None, None) if found is None else (found["low"], found["high"])
        ends = view["interval_95"][name]
        rows.append((name, value, view["standard_errors"][name], *ends, *profile))
    rows += [(name, value, *[None] * 5) for name, value in view["settings"].items()]
    return Table("coefficients", "Coefficients of the law", columns, tuple(rows))


def best_table(view: View) -> Table:
    """Return the best split of a few budgets."""
    columns = (
        Column("flop", "budget, FLOP", "power"),
        Column("params", "best size", "count"),
        Column("params_range", "median and 90 % of draws", "count"),
        Column("tokens", "tokens", "count"),
        Column("tokens_range", "median and 90 % of draws", "count"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("decades_beyond", "decades beyond your largest run", "number"),
    )
    rows = _rows(view["best_at"], columns)
    return Table("best-split", "What the law says is best", columns, rows)


def sensitivity_table(view: View) -> Table:
    """Return the coefficients by each objective, and what follows from them at the largest budget."""
    names = list(view["parameters"])
    columns = (
        Column("objective", "what is made least", "code"),
        *(Column(name, name, "number") for name in names),
        Column("params", "best size", "count"),
    )
    rows = [
        (item["objective"], *(item["parameters"].get(name) for name in names), item["params"])
        for item in view["sensitivity"]
    ]
    at = f"; best size at {power(view['best_at'][-1]['flop'], 2)} FLOP" if view["best_at"] else ""
    return Table("sensitivity", f"The same runs by other objectives{at}", columns, tuple(rows))


def influence_table(view: View) -> Table:
    """Return the runs that the fit rests on most."""
    columns = (
        Column("label", "run left out"),
        Column("row", "line of the file", "count"),
        Column("shift_standard_errors", "largest move of a coefficient, standard errors", "number"),
        Column("best_params_change_share", "change of the best size", "change"),
    )
    return Table("influence", "What leaving out one run changes", columns, _rows(view["influence"], columns))


def flag_table(view: View) -> Table:
    """Return what the reader of the table noticed."""
    columns = (
        Column("code", "code", "code"),
        Column("row", "line", "count"),
        Column("column", "column", "code"),
        Column("words", "what was found"),
        Column("action", "what was done"),
    )
    return Table("flags", "What was noticed in the table", columns, _rows(view["flagged"], columns))


def left_out_table(view: View) -> Table:
    """Return where rows went that are not among the runs."""
    columns = (Column("reason", "left out because"), Column("n_rows", "rows", "count"))
    return Table("left-out", "Rows that are not among the runs", columns, _rows(view["left_out"], columns))


def compared_table(view: View) -> Table:
    """Return the forms that were tried."""
    columns = (
        Column("law", "form", "code"),
        Column("error_share", "mean error on larger runs held out", "share"),
    )
    return Table("forms", "Forms that were compared", columns, _rows(view["choice"]["compared"], columns))


def point_table(view: View) -> Table:
    """Return the runs with what the law leaves over."""
    columns = (
        Column("label", "run"),
        Column("row", "line", "count"),
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("flop", "work, FLOP", "power"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("residual_share", "loss above the law", "change"),
    )
    return Table("runs", "The runs", columns, _rows(view["points"], columns))


def curve_table(name: str, caption: str, curves: Sequence[Mapping[str, Any]]) -> Table:
    """Return the lines of a chart, with the quantiles of the loss."""
    columns = (
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("flop", "work, FLOP", "power"),
        *(
            Column(f"loss_nats_{key}", f"loss, {key.upper()}", "nats")
            for key in ("p5", "p25", "p50", "p75", "p95")
        ),
    )
    rows = [
        row
        for item in curves
        for row in zip(
            item["params"],
            item["tokens"],
            item["flop"],
            *(item["loss_nats"][key] for key in ("p5", "p25", "p50", "p75", "p95")),
            strict=True,
        )
    ]
    return Table(name, caption, columns, tuple(rows))


def _rows(items: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(item[column.key] for column in columns) for item in items)
