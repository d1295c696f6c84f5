"""The published studies of ../shared/data/scaling as tables of runs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from nextdollar.scaling.runs import Runs

STUDIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "scaling"
PORIAN_SET_UP = ("hparams", "warmup", "decay", "param_count", "loss_split")
HIGHEST_LOSS_NATS = 6.0
"""Datablations runs above it diverged (they reach 11 nats)."""
Row = dict[str, str]


def tables() -> Iterator[tuple[str, Runs]]:
    """Yield the name and the runs of every table with params, tokens and a loss that can be compared."""
    chinchilla = _rows("chinchilla_epoch.csv")
    yield "chinchilla 240", _runs(chinchilla, lambda row: row["epoch_outlier"] != "1")
    yield "chinchilla 245", _runs(chinchilla)
    llama = _rows("llama3_isoflop_digitised.csv")
    yield "llama3", _runs(llama, lambda row: row["condition"] == "raw_loss")
    yield "misfitting", _runs(_best_of_sweep(_rows("misfitting_final.csv")))
    yield "steplaw dense", _runs(_best_of_sweep(_rows("steplaw_dense_lr_bs.csv")))
    yield from _by_family("gadre_overtraining_runs.csv")
    yield from _by_family("xlstm_study_llama_isoflop.csv")
    data = _rows("datablations_runs.csv")
    yield (
        "datablations",
        _runs(
            data,
            lambda row: row["family"] == "datablations" and float(row["loss"]) < HIGHEST_LOSS_NATS,
        ),
    )
    yield from _porian()


def _rows(file: str) -> list[Row]:
    """Return the rows of a file."""
    with (STUDIES / file).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _runs(rows: list[Row], keep: Callable[[Row], bool] = lambda row: True) -> Runs:
    """Return the kept rows as separate runs."""
    kept = [row for row in rows if keep(row)]
    columns = {
        field: np.array([float(row[name]) for row in kept])
        for field, name in {
            "params": "params",
            "tokens": "tokens",
            "flop": "flops",
            "loss_nats": "loss",
        }.items()
    }
    return Runs(**columns, run=np.arange(len(kept)))


def _best_of_sweep(rows: list[Row]) -> list[Row]:
    """Return the row of the least loss for each size and number of tokens."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["params"], row["tokens"])
        if key not in best or float(row["loss"]) < float(best[key]["loss"]):
            best[key] = row
    return list(best.values())


def _by_family(file: str) -> Iterator[tuple[str, Runs]]:
    """Yield one table per family of a file."""
    rows = _rows(file)
    for family in sorted({row["family"] for row in rows}):
        yield family, _runs([row for row in rows if row["family"] == family])


def _porian() -> Iterator[tuple[str, Runs]]:
    """Yield one table per set-up of Porian et al."""
    rows = _rows("porian_isoflop.csv")
    set_ups = sorted({(row["family"], *(row[name] for name in PORIAN_SET_UP)) for row in rows})
    for set_up in set_ups:
        kept = [row for row in rows if (row["family"], *(row[name] for name in PORIAN_SET_UP)) == set_up]
        yield " ".join(set_up), _runs(kept)
