"""A fitted law written to a file, whole and with every digit: reading it gives the same floats back."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from nextdollar.errors import OutputError
from nextdollar.research.fitted import FittedRuns
from nextdollar.research.foreign_runs import forecast_of_runs, repeated_runs, routed_runs
from nextdollar.research.saved_fit_shape import SAVED_FIT_SCHEMA
from nextdollar.research.saved_forecast import forecast_fields
from nextdollar.scaling import LAWS, Domain, Law
from nextdollar.scaling.fitting.result import Fit
from nextdollar.scaling.forecasting.forecast_law import LEAST_RUNS


def saved_fields(found: FittedRuns) -> dict[str, Any]:
    """Return what a saved fit has in common with what is printed: law, coefficients, errors, origin."""
    fit = found.fit
    return {
        "law": form_of(fit.law),
        "form": fit.form,
        "parameters": dict(fit.parameters),
        "standard_errors": dict(fit.standard_errors),
        "interval_95": {name: list(ends) for name, ends in fit.interval_95.items()},
        "settings": _settings(fit),
        "objective": fit.objective,
        "objective_kind": fit.objective_kind,
        "huber_delta": fit.huber_delta,
        "n_runs": fit.n_runs,
        "n_clusters": fit.n_clusters,
        "n_starts": fit.n_starts,
        "starts_agreeing": fit.starts_agreeing,
        "domain": saved_domain(fit.law.domain),
    }


def _settings(fit: Fit) -> dict[str, float | str]:
    """Return the fields of the law that were not fitted; infinite ones, which mean none, are left out."""
    given = {name: value for name, value in law_fields(fit.law).items() if name not in fit.parameters}
    return {
        name: value if isinstance(value, str) else float(value)
        for name, value in given.items()
        if isinstance(value, str) or math.isfinite(value)
    }


def save_fit(found: FittedRuns, path: Path) -> None:
    """Write a fit with its draws, for `named_law` to read; the same runs and seed give the same bytes.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    table = found.table
    wide = None
    if table.runs.n_clusters >= LEAST_RUNS and not repeated_runs(table.runs) and not routed_runs(table.runs):
        generator = np.random.default_rng([found.seed, 1])
        wide = forecast_of_runs(table.runs, n_draws=found.n_draws, generator=generator)
    written = {
        "schema": SAVED_FIT_SCHEMA,
        **saved_fields(found),
        "conventions": {
            item.name: getattr(table.conventions, item.name) for item in fields(table.conventions)
        },
        "where": table.where,
        "files": [{"file": table.file, "sha256": table.sha256}],
        "draws": found.n_draws,
        "seed": found.seed,
        "versions": {name: version(name) for name in ("nextdollar", "numpy", "scipy")},
        "parameter_draws": {name: values.tolist() for name, values in found.fit.draws.items()},
        "forecast": None if wide is None else forecast_fields(wide),
    }
    text = json.dumps(written, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None


def law_fields(law: Law) -> dict[str, Any]:
    """Return the coefficients and settings of a law by name, without its domain."""
    return {item.name: getattr(law, item.name) for item in fields(law) if item.name != "domain"}  # type: ignore[arg-type]


def form_of(law: Law) -> str:
    """Return the name of a law's form.

    Raises
    ------
    LookupError
        If the form is not in `LAWS`.
    """
    return next(name for name, kind in LAWS.items() if type(law) is kind)


def saved_domain(domain: Domain) -> dict[str, float | None]:
    """Return a domain as plain data, without infinities."""
    ends = {item.name: float(getattr(domain, item.name)) for item in fields(domain)}
    return {name: end if math.isfinite(end) else None for name, end in ends.items()}
