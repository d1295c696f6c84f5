"""The law that a decision rests on: by name, by file, or from runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nextdollar.errors import FitError, RunsError
from nextdollar.research.chosen_law import chosen_law, disagreement
from nextdollar.research.reading import read_runs

RUNS = Path(__file__).resolve().parents[2] / "examples" / "gadre-c4-runs.csv"


def test_runs_give_a_law_with_as_many_draws_as_asked_for():
    found = chosen_law(RUNS, n_draws=256)
    assert found.n_draws == 256
    assert np.shape(found.law.loss(1e9, 2e10)) == (256,)
    assert found.files[0][0].endswith("gadre-c4-runs.csv")


def test_a_table_and_its_path_give_the_same_draws():
    one, other = chosen_law(RUNS, n_draws=128), chosen_law(read_runs(RUNS), n_draws=128)
    np.testing.assert_array_equal(one.law.loss(1e10, 2e11), other.law.loss(1e10, 2e11))


def test_the_seed_makes_the_draws():
    one, other = (chosen_law(RUNS, n_draws=128, seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.law.loss(1e10, 2e11), other.law.loss(1e10, 2e11))


def test_a_published_law_goes_before_the_runs_and_says_that_it_has_no_range():
    found = chosen_law(RUNS, "hoffmann-2022")
    assert found.name == "hoffmann-2022"
    assert found.table is not None
    assert "best coefficients alone" in found.warnings[0]


def test_rows_can_be_chosen():
    assert len(chosen_law(RUNS, where="flops <= 1e19", n_draws=128).table.runs) < len(read_runs(RUNS).runs)


def test_one_run_is_no_study(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("params,tokens,loss\n1e8,2e9,3.4\n", encoding="utf-8")
    with pytest.raises(FitError, match="needs 2 separate runs"):
        chosen_law(file)


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RunsError):
        chosen_law(tmp_path / "none.csv")


def test_laws_agree_inside_the_runs():
    assert disagreement(chosen_law(RUNS, n_draws=128).law, 1e9, 2e10) == ()


def test_laws_that_part_far_beyond_a_short_ladder_are_said_to(tmp_path):
    file = tmp_path / "short.csv"
    file.write_text("params,tokens,loss\n1e7,2e8,5.2\n2e7,4e8,4.7\n", encoding="utf-8")
    words = disagreement(chosen_law(file, n_draws=128).law, 1e12, 2e13)
    assert "part by" in words[0]
    assert "10 % is the most" in words[0]


def test_a_published_law_has_no_rivals():
    assert disagreement(chosen_law(None, "hoffmann-2022").law, 1e12, 2e13) == ()


def test_a_saved_fit_says_that_its_ranges_are_of_the_coefficients_alone(tmp_path, capsys):
    from nextdollar.cli.entry import run

    file = tmp_path / "FIT.json"
    assert run(["fit", str(RUNS), "--law", "chinchilla", "--draws", "128", "--save", str(file)]) == 0
    capsys.readouterr()
    found = chosen_law(None, str(file))
    assert found.n_draws > 100
    assert found.warnings[0].startswith("ranges are of the coefficients alone")
