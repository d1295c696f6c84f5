"""Fits and forecasts worked out once for all tests of their texts, pages and shapes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nextdollar.report.research.fit_report import fit_story
from nextdollar.report.research.fit_view import fit_view
from nextdollar.report.research.forecast_report import forecast_story
from nextdollar.report.research.forecast_view import forecast_view
from nextdollar.report.research.write import made_research
from nextdollar.research import fit, forecast
from nextdollar.scaling import Chinchilla

GADRE = files("nextdollar.catalogue") / "scenarios" / "gadre-c4-runs.csv"
SURFACE = Chinchilla(E=1.8, A=420.0, alpha=0.34, B=1900.0, beta=0.36)
HOSTILE = "<script>alert(1)</script>"


def table(folder: Path, name: str, rows: list[str], head: str = "params,tokens,loss,score,run") -> Path:
    """Write a table."""
    (folder / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return folder / name


def surface_rows(params: Any, tokens: Any, label: str = "run") -> list[str]:
    """Return rows of runs near a known surface, with a score that follows the loss."""
    generator = np.random.default_rng(7)
    loss = SURFACE.loss(params, tokens) * np.exp(0.004 * generator.standard_normal(np.size(params)))
    score = 0.9 - 0.5 * np.exp(-2.0 / loss**2)
    return [
        f"{n:.6g},{d:.6g},{value:.6f},{s:.5f},{label} {i}"
        for i, (n, d, value, s) in enumerate(zip(params, tokens, loss, score, strict=True))
    ]


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with tables that a page could stumble over."""
    folder = tmp_path_factory.mktemp("runs")
    flop = np.repeat(np.geomspace(1e18, 1e21, 6), 5)
    params = np.sqrt(flop / 120) * np.tile(np.geomspace(0.3, 3, 5), 6)
    tokens = flop / (6 * params)
    table(folder, "isoflop.csv", surface_rows(params, tokens))
    table(folder, "hostile.csv", surface_rows(params, tokens, label=f'"=cmd()|{HOSTILE}"'.replace('"', "")))
    table(folder, "one-size.csv", surface_rows(np.full(9, 1e8), np.geomspace(1e9, 1e11, 9)))
    table(folder, "two.csv", surface_rows(np.array([1e8, 4e8]), np.array([2e9, 8e9])))
    large = np.geomspace(1e9, 2e10, 15)
    rows = surface_rows(large, 20 * large, label="large")
    table(folder, "targets.csv", [*rows, "3e11,6e12,,,<b>far</b>"], "params,tokens,loss,score,name")
    return folder


@pytest.fixture(scope="session")
def fit_views(runs_folder: Path) -> dict[str, dict[str, Any]]:
    """Return fits: of published runs, of an isoFLOP study, of one size, of hostile names."""
    return {
        "gadre": fit_view(fit(str(GADRE), n_draws=128)),
        "isoflop": fit_view(fit(runs_folder / "isoflop.csv", law="chinchilla", n_draws=128)),
        "one size": fit_view(fit(runs_folder / "one-size.csv", law="power-tokens", n_draws=128)),
        "hostile": fit_view(fit(runs_folder / "hostile.csv", law="kaplan", n_draws=128)),
    }


@pytest.fixture(scope="session")
def forecast_views(runs_folder: Path) -> dict[str, dict[str, Any]]:
    """Return forecasts: with what happened, of two runs, far out, with a metric."""
    runs = runs_folder / "isoflop.csv"
    return {
        "happened": forecast_view(forecast(runs, runs_folder / "targets.csv", n_draws=256)),
        "two runs": forecast_view(forecast(runs_folder / "two.csv", [(1e9, 2e10)], n_draws=256)),
        "far": forecast_view(forecast(runs_folder / "two.csv", [(1e14, 2e15)], n_draws=256)),
        "metric": forecast_view(forecast(runs, [(7e9, 1.4e11)], metric="score", n_draws=256)),
        "hostile": forecast_view(
            forecast(runs_folder / "hostile.csv", runs_folder / "targets.csv", n_draws=256)
        ),
    }


@pytest.fixture(scope="session")
def research_reports(
    fit_views: dict[str, dict[str, Any]], forecast_views: dict[str, dict[str, Any]]
) -> dict[str, dict[str, bytes]]:
    """Return the files of every report."""
    made = {f"fit {name}": made_research(view, fit_story) for name, view in fit_views.items()}
    return made | {
        f"forecast {name}": made_research(view, forecast_story) for name, view in forecast_views.items()
    }
