from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.errors import FitError
from nextdollar.report.research.forecast_view import forecast_view
from nextdollar.research import forecast
from nextdollar.research.foreign_runs import forecast_runs, repeated_runs, routed_runs
from nextdollar.scaling.runs import runs_of

RUNS = runs_of(np.full(4, 1e8), np.full(4, 8e9), np.full(4, 3.0))


def test_a_second_pass_over_part_of_the_data_counts_as_none():
    assert repeated_runs(RUNS) == 0
    assert repeated_runs(replace(RUNS, unique_tokens=np.array([8e9, 6e9, 4e9, 1e9]))) == 2


def test_a_model_of_one_expert_is_dense():
    assert routed_runs(RUNS) == 0
    assert routed_runs(replace(RUNS, experts=np.array([1.0, 1.0, 8.0, 64.0]))) == 2


def test_mixtures_of_one_kind_are_a_study_of_their_own():
    alike = replace(RUNS, experts=np.full(4, 8.0))
    assert routed_runs(alike) == 0
    assert len(forecast_runs(alike)) == 4


def test_a_forecast_rests_on_dense_runs_that_saw_their_data_once():
    mixed = replace(
        RUNS, unique_tokens=np.array([8e9, 8e9, 1e9, 8e9]), experts=np.array([1.0, 1.0, 1.0, 8.0])
    )
    assert len(forecast_runs(mixed)) == 2


def test_a_table_of_repeats_alone_is_refused():
    with pytest.raises(FitError, match="every run repeats its data"):
        forecast_runs(replace(RUNS, unique_tokens=np.full(4, 1e9)))


def test_a_forecast_from_such_runs_says_so(tmp_path):
    file = tmp_path / "runs.csv"
    rows = [
        f"{n:g},{20 * n:g},{2 + 300 / n**0.3:.5f},{u * n:g},{e}"
        for n, u, e in ((1e8, 20, 1), (2e8, 20, 1), (3e8, 5, 1), (4e8, 20, 8), (5e8, 5, 8), (6e8, 5, 1))
    ]
    file.write_text("\n".join(["params,tokens,loss,unique_tokens,experts", *rows]) + "\n")
    warnings = " ".join(forecast_view(forecast(file, [(2e9, 4e10)], n_draws=128))["warnings"])
    assert "3 runs saw their data several times" in warnings
    assert "2 runs are mixtures of experts" in warnings
