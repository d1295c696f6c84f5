"""Runs written as the plain table that every reader of this package reads back."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from nextdollar.errors import OutputError
from nextdollar.research.reading.run_table import RunTable

_CANONICAL = ("params", "tokens", "flops", "loss", "family", "run", "unique_tokens", "experts")


def runs_as_csv(table: RunTable) -> str:
    """Return runs as CSV: params, tokens, flops, loss in nats per token, family, run, then measures.

    Numbers have as many digits as it takes to read the same number back.
    """
    runs = table.runs
    columns: dict[str, list[str]] = {
        "params": [_number(value) for value in runs.params],
        "tokens": [_number(value) for value in runs.tokens],
        "flops": [_number(value) for value in runs.flop],
        "loss": [_number(value) for value in runs.loss_nats],
    }
    if runs.family:
        columns["family"] = list(runs.family)
    columns["run"] = _names_of_runs(table)
    for name, values in (("unique_tokens", runs.unique_tokens), ("experts", runs.experts)):
        if values is not None:
            columns[name] = [_number(value) for value in values]
    columns |= {
        name if name not in _CANONICAL else f"{name}_measured": [_number(value) for value in values]
        for name, values in runs.metrics.items()
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def write_runs(table: RunTable, path: Path | str) -> Path:
    """Write runs as CSV, in place of a file that is there.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    try:
        path.write_text(runs_as_csv(table), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None
    return path


def _names_of_runs(table: RunTable) -> list[str]:
    """Return one name a run, the same for its checkpoints and for no other run."""
    first: dict[int, str] = {}
    taken: set[str] = set()
    for run, label in zip(table.runs.run.tolist(), table.labels, strict=True):
        if run not in first:
            first[run] = label if label not in taken else f"{label} ({run})"
            taken.add(first[run])
    return [first[run] for run in table.runs.run.tolist()]


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    text = repr(float(value))
    return text.removesuffix(".0")
