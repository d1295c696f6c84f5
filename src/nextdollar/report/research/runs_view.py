"""A table of runs as plain data: what was read, what was left out, what was flagged."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.report.research.envelope import Shape
from nextdollar.research.reading import RunTable
from nextdollar.units import FloatArray

MAX_POINTS = 600
"""Points of a chart; of more runs, every so manyth is shown."""


class FlagShape(Shape):
    """Something to know about the table; `row` is the line of the file, 0 for the table as a whole."""

    code: str
    row: int
    column: str
    words: str
    action: str


class LeftOutShape(Shape):
    """How many rows are not among the runs for one reason."""

    reason: str
    n_rows: int


class ConventionsShape(Shape):
    """What the numbers of the table mean."""

    columns: dict[str, str]
    loss_unit: str
    params_counted: str
    flop_from: str
    flop_per_param_token: list[float]
    tokenizer: str


class PointShape(Shape):
    """One run; `residual_share` is how far its loss lies above (+) the law, None where no law was fitted."""

    row: int
    label: str
    params: float
    tokens: float
    flop: float
    loss_nats: float
    residual_share: float | None


def table_view(table: RunTable) -> dict[str, Any]:
    """Return what was read, and where every other row went."""
    conventions = table.conventions
    return {
        "n_rows": table.n_rows,
        "where": table.where,
        "left_out": [
            {"reason": reason, "n_rows": number} for reason, number in table.left_out_counts().items()
        ],
        "flagged": [
            {
                "code": flag.code,
                "row": flag.row,
                "column": flag.column,
                "words": flag.words,
                "action": flag.action,
            }
            for flag in table.flags
        ],
        "conventions": {
            "columns": dict(conventions.columns),
            "loss_unit": conventions.loss_unit,
            "params_counted": conventions.params_counted,
            "flop_from": conventions.flop_from,
            "flop_per_param_token": list(conventions.flop_per_param_token),
            "tokenizer": conventions.tokenizer,
        },
    }


def points_view(table: RunTable, residuals_log: FloatArray | None) -> list[dict[str, Any]]:
    """Return the runs, or evenly chosen `MAX_POINTS` of them; residuals are ln(loss) - ln(law)."""
    runs = table.runs
    chosen = np.arange(len(runs))
    if chosen.size > MAX_POINTS:
        chosen = np.unique(np.linspace(0, len(runs) - 1, MAX_POINTS).round().astype(np.int64))
    return [
        {
            "row": table.rows[i],
            "label": table.labels[i],
            "params": float(runs.params[i]),
            "tokens": float(runs.tokens[i]),
            "flop": float(runs.flop[i]),
            "loss_nats": float(runs.loss_nats[i]),
            "residual_share": None if residuals_log is None else float(np.expm1(residuals_log[i])),
        }
        for i in chosen
    ]
