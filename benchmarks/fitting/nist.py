"""Certified digits that the fitter finds on the nonlinear reference sets of NIST."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.scaling.fitting.least_squares import least_squares

SETS = Path(__file__).resolve().parents[2] / "tests" / "scaling" / "fitting" / "nist"
MOST_DIGITS = 11.0
"""The certified values have no more."""


@dataclass(frozen=True)
class Digits:
    """Right digits of the worst coefficient of a set from one start."""

    name: str
    start: int
    level: str
    digits: float
    converged: bool


def certified_digits() -> Iterator[Digits]:
    """Fit every set from both starts."""
    specification = importlib.util.spec_from_file_location("nist_models", SETS / "models.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    certified, data = (_by_set(file) for file in ("certified.csv", "data.csv"))
    for name, model in module.MODELS.items():
        table = certified[name]
        y, x1, x2 = ([row[key] for row in data[name]] for key in ("y", "x1", "x2"))
        observed, x = np.array(y, dtype=float), np.array(x1, dtype=float)
        if name == "Nelson":
            observed, x = np.log(observed), np.stack([x, np.array(x2, dtype=float)])
        values = np.array([float(row["certified"]) for row in table])
        for start in (1, 2):
            found = least_squares(
                lambda *b, model=model, x=x: model(x, *b),
                observed,
                start=np.array([float(row[f"start_{start}"]) for row in table]),
                generator=np.random.default_rng(0),
            )
            error = np.abs(found.coefficients / values - 1).max()
            digits = min(MOST_DIGITS, -np.log10(max(error, 1e-300)))
            yield Digits(name, start, table[0]["level"], digits, found.converged)


def _by_set(file: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of a file by set."""
    grouped: dict[str, list[dict[str, str]]] = {}
    with (SETS / file).open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            grouped.setdefault(row["set"], []).append(row)
    return grouped
