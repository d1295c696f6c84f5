"""From a file of runs to `Runs`: read, checked, sifted, and every row accounted for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.columns import Columns, columns_of
from nextdollar.research.reading.draft import Draft, TableCells, draft_of
from nextdollar.research.reading.measures import measures_of
from nextdollar.research.reading.oddities import work_ratio
from nextdollar.research.reading.open_table import open_table
from nextdollar.research.reading.pooling import equals, pooled
from nextdollar.research.reading.refusal import refuse, shown
from nextdollar.research.reading.run_table import Conventions, Keep, LossUnit, RunTable
from nextdollar.research.reading.runs_of_rows import run_keys
from nextdollar.research.reading.sift import Sieve, check_any, sift
from nextdollar.research.reading.units_of_loss import loss_in_nats
from nextdollar.research.reading.where import Choice, Mask, chosen
from nextdollar.scaling.runs import Runs

_KEEPS = ("best", "checkpoints", "all")


def read_runs(
    path: Path | str,
    *,
    where: str | None = None,
    metric: str | None = None,
    keep: Keep = "best",
    columns: Mapping[str, str] | None = None,
    family: str | None = None,
    loss_unit: LossUnit | None = None,
    bytes_per_token: float | None = None,
) -> RunTable:
    """Return the runs of a table: CSV, Parquet, JSON lines, or a folder of MLflow.

    Parameters
    ----------
    path : path
        The file; at most 64 MiB and 200,000 rows.
    where : str, optional
        Which rows: "flops <= 1e21 and family == 'gadre_c4_original'".
    metric : str, optional
        A column of scores that every run must have; rows without it are set aside.
    keep : "best", "checkpoints" or "all"
        Of rows of one run its last checkpoint, and of a sweep its best loss; or every checkpoint of the
        best; or every row.
    columns : mapping, optional
        Which column is what ({"loss": "val_loss"}), or one number for all rows ({"params": "1.3e9"}).
    family : str, optional
        Short for a `where` that asks for one family.
    loss_unit : str, optional
        "nats per token" unless the name of the column says otherwise; others are converted.
    bytes_per_token : float, optional
        For a loss in bits per byte, above 0.

    Returns
    -------
    RunTable
        The runs, with every flag, and every row that was left out.

    Raises
    ------
    RunsError
        With every fault found: a file that is no table, columns that are missing or could be several
        things, cells that are no numbers, families that cannot be pooled, or no rows left.
    """
    sheet = open_table(Path(path))
    if keep not in _KEEPS:
        refuse([Fault("ND1222", "--keep", f"must be one of {', '.join(_KEEPS)}", shown(str(keep)))])
    found = columns_of(sheet, columns or {})
    draft = draft_of(sheet, found)
    unit, converted = loss_in_nats(draft, loss_unit, bytes_per_token)
    asked_for = _with_family(draft, where, family)
    choice = _choose(draft, asked_for)
    check_any(draft, choice.mask)
    asked = pooled(draft, choice, where)
    faults = [fault for row, items in draft.faults.items() if choice.mask[row] for fault in items]
    if faults:
        refuse(faults)
    sifted = Sieve(draft, choice.mask)
    sifted.apply(converted, asked)
    sift(draft, sifted, keep)
    measures, without = measures_of(draft, metric, sifted.kept)
    sifted.apply(without)
    return replace(_table(draft, sifted, measures, unit), where=asked_for or "")


def _with_family(draft: Draft, where: str | None, family: str | None) -> str | None:
    if family is None:
        return where
    name = draft.columns.names.get("family")
    if name is None:
        refuse([Fault("ND1222", "--family", "needs a column that names families", "", "", draft.sheet.file)])
    asked = equals(name, family)
    return asked if where is None else f"({where}) and {asked}"


def _choose(draft: Draft, where: str | None) -> Choice:
    if not draft.n_rows:
        refuse([draft.sheet.file_fault("ND1210", "the table must have rows", value="a header alone")])
    if where is None:
        return Choice(np.ones(draft.n_rows, dtype=bool), frozenset())
    choice = chosen(where, TableCells(draft), draft.n_rows)
    if not choice.mask.any():
        hint = "; ".join(_range(draft, name) for name in sorted(choice.columns))
        refuse([Fault("ND1242", "--where", "must choose rows, and chooses none", shown(where), hint)])
    return choice


def _range(draft: Draft, name: str) -> str:
    """Return what a column holds: "flops runs from 6e+18 to 1e+22" or "family is c4 or rpj"."""
    cells = TableCells(draft)[name]
    finite = cells.numbers[np.isfinite(cells.numbers)]
    if finite.size:
        return f"{name} runs from {finite.min():.4g} to {finite.max():.4g}"
    words = sorted(set(cells.text))
    return f"{name} is {' or '.join(str(word)[:40] for word in words[:8])}{' ...' if len(words) > 8 else ''}"


def _table(draft: Draft, sieve: Sieve, measures: Mapping[str, np.ndarray], unit: str) -> RunTable:
    kept = sieve.kept
    rows = np.flatnonzero(kept)
    if not rows.size:
        counts = "; ".join(sorted({item.reason for item in sieve.left_out}))
        refuse([draft.sheet.file_fault("ND1252", "the table must hold runs with a loss", value=counts)])
    keys = run_keys(draft)
    number_of: dict[Hashable, int] = {}
    runs = [number_of.setdefault(keys[row], len(number_of)) for row in rows.tolist()]
    values = draft.values
    optional = {role: values[role][rows] for role in ("unique_tokens", "experts") if role in values}
    families = tuple(draft.family[row] for row in rows) if "family" in draft.columns.names else ()
    return RunTable(
        runs=Runs(
            params=values["params"][rows],
            tokens=values["tokens"][rows],
            flop=values["flops"][rows],
            loss_nats=values["loss"][rows],
            run=np.array(runs, dtype=np.int64),
            family=families,
            unique_tokens=optional.get("unique_tokens"),
            experts=optional.get("experts"),
            metrics={name: found[rows] for name, found in measures.items()},
        ),
        labels=tuple(_labels(draft, rows.tolist())),
        rows=tuple(draft.line(int(row)) for row in rows),
        flags=tuple(sieve.flags),
        conventions=_conventions(draft, kept, unit),
        file=draft.sheet.file,
        sha256=draft.sheet.sha256,
        n_rows=draft.n_rows,
        left_out=tuple(sorted(sieve.left_out, key=lambda item: item.row)),
    )


def _labels(draft: Draft, rows: Sequence[int]) -> list[str]:
    words = draft.words("label")
    return [words[row] or f"line {draft.line(row)}" for row in rows]


def _conventions(draft: Draft, kept: Mask, unit: str) -> Conventions:
    columns: Columns = draft.columns
    names = dict(columns.names) | {role: f"{value:g}" for role, value in columns.constants.items()}
    ratio = 6.0 * work_ratio(draft, kept)
    counted = "not stated"
    used = names.get("params", "")
    if "embed" in used.lower():
        counted = "without embeddings"
    elif "params_no_embed" in draft.values:
        counted = "with embeddings"
    tokenizers = sorted({word for word in draft.words("tokenizer") if word})
    return Conventions(
        columns=names,
        loss_unit=unit,
        params_counted=counted,
        flop_from=f"column {names['flops']}" if "flops" in names else "6 N D",
        flop_per_param_token=(float(ratio.min()), float(np.median(ratio)), float(ratio.max())),
        tokenizer=", ".join(tokenizers[:3]) or "not stated",
    )
