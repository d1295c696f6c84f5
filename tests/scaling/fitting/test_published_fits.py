"""Fits and intervals that others have published, reproduced.

Sources: Besiroglu et al. 2024, Chinchilla Scaling: A Replication Attempt (arXiv:2404.10102), with its
notebook (github.com/epoch-research/analyzing-chinchilla, cells as named), and Open Athena's
scaling-law-analysis (github.com/Open-Athena/scaling-law-analysis, experiment 0). Both fit the points
that the former read off a figure of Hoffmann et al. 2022.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from nextdollar.scaling.fitting.bootstrap import refits
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.likelihood import deviance
from nextdollar.scaling.fitting.problem import Problem, local_model
from nextdollar.scaling.fitting.solve import Criterion, solve

FORM = FORMS["chinchilla"]
HOFFMANN_ROUNDED = (1.69, 406.4, 0.34, 410.7, 0.28)
HOFFMANN = (math.exp(0.5267228), math.exp(6.0073404), 0.33917084, math.exp(6.0179186), 0.2849083)
PUBLISHED_REFIT = {"E": 1.8172, "A": 482.01, "alpha": 0.3478, "B": 2085.43, "beta": 0.3658}


@pytest.fixture(scope="module")
def solution(hoffmann_runs):
    return solve(hoffmann_runs, FORM, Criterion())


@pytest.fixture(scope="module")
def draws(solution):
    # The notebook's resamples: 4,000 of 240 rows with replacement, seed 42 (cells 15 and 21).
    source = np.random.RandomState(42)
    rows = (source.choice(240, 240, replace=True) for _ in range(4000))
    weights = np.array([np.bincount(chosen, minlength=240) for chosen in rows], dtype=float)
    coefficients, converged = refits(solution, weights)
    assert converged.all()
    return coefficients


def sum_at(coefficients, runs):
    """Return the sum that the fit makes least, at coefficients E, A, alpha, B, beta."""
    E, A, alpha, B, beta = coefficients
    surface = FORM.surface(runs, False)
    theta = np.array([[E, math.log(A), alpha, math.log(B), beta]])
    problem = Problem(surface, np.log(runs.loss_nats))
    return float(local_model(problem, theta, items=np.zeros(1, int), delta=np.array([1e-3])).value[0])


def test_the_sum_is_the_least_that_is_known(solution):
    # Three implementations agree on it to 1e-10 relative (shared/facts/scaling.md section 0).
    assert solution.objective <= 1.0182740178006e-3 * (1 + 1e-9)


def test_twelve_starts_from_all_over_the_plane_end_there(solution):
    assert (solution.starts_agreeing, solution.n_starts) == (12, 12)


def test_the_best_coefficients_are_those_of_the_exact_optimum(solution):
    found = solution.coefficients
    assert found["A"] == pytest.approx(477.8259, rel=1e-4)
    assert found["B"] == pytest.approx(2143.417, rel=1e-4)
    assert found["E"] == pytest.approx(1.8172181, rel=1e-6)
    assert found["alpha"] == pytest.approx(0.3473105, rel=1e-6)
    assert found["beta"] == pytest.approx(0.3671724, rel=1e-6)


def test_the_coefficients_of_hoffmann_score_as_reported(hoffmann_runs):
    assert sum_at(HOFFMANN_ROUNDED, hoffmann_runs) == pytest.approx(4.12101e-3, abs=5e-9)
    assert sum_at(HOFFMANN, hoffmann_runs) == pytest.approx(1.23116e-3, abs=5e-9)


@pytest.mark.parametrize(
    ("name", "error", "low", "high"),
    [
        ("A", 124.5, 285, 744),
        ("B", 1293, 1042, 5810),
        ("E", 0.0257, 1.769, 1.871),
        ("alpha", 0.0154, 0.317, 0.373),
        ("beta", 0.0206, 0.331, 0.415),
    ],
)
def test_bootstrap_errors_and_intervals_are_those_of_the_notebook(name, error, low, high, draws):
    # Cells 25 and 26.
    assert draws[name].std() == pytest.approx(error, rel=0.03)
    np.testing.assert_allclose(np.percentile(draws[name], [2.5, 97.5]), [low, high], rtol=0.03)


def test_the_exponent_of_the_best_size_is_as_sure_as_the_notebook_says(draws):
    # Cell 59: standard error 0.020 and an 80 % interval 0.051 wide.
    exponent = draws["beta"] / (draws["alpha"] + draws["beta"])
    assert exponent.std() == pytest.approx(0.020, rel=0.03)
    assert np.ptp(np.percentile(exponent, [10, 90])) == pytest.approx(0.051, rel=0.03)


def test_the_published_refit_lies_inside_every_interval(draws):
    for name, value in PUBLISHED_REFIT.items():
        low, high = np.percentile(draws[name], [2.5, 97.5])
        assert low < value < high


def test_the_likelihood_ratio_against_hoffmann_is_that_of_the_notebook(hoffmann_runs, solution):
    # Cell 49: 84.00, from a density with Huber's loss and a fitted scale.
    sums = np.array([sum_at(HOFFMANN, hoffmann_runs), solution.objective])
    levels = deviance(sums, n_runs=240, kind="huber-log", huber_delta=1e-3)
    assert levels[0] - levels[1] == pytest.approx(84.00, rel=0.01)


def test_that_likelihood_is_largest_at_the_coefficients_that_were_published(hoffmann_runs):
    # With its scale fitted, Huber's loss at 1e-3 of the scale is the absolute value: the published A
    # and B are its optimum to all their digits, and the likelihood ratio comes out as printed.
    limit = solve(hoffmann_runs, FORM, Criterion(huber_delta=4e-9))
    assert limit.coefficients["A"] == pytest.approx(482.01, abs=0.005)
    assert limit.coefficients["B"] == pytest.approx(2085.43, abs=0.005)
    assert limit.coefficients["alpha"] == pytest.approx(0.3478, abs=5e-5)
    law = FORM.law(dict(zip(FORM.coefficients, HOFFMANN, strict=True)), hoffmann_runs)
    worse = np.abs(np.log(hoffmann_runs.loss_nats / law.loss(hoffmann_runs.params, hoffmann_runs.tokens)))
    better = limit.objective / 4e-9
    assert 2 * 240 * math.log(worse.sum() / better) == pytest.approx(84.00, abs=0.01)


def test_the_distance_to_hoffmann_is_that_of_the_notebook(solution, draws):
    # Cell 34: 238.4 by the covariance of the bootstrap, in the logs of E, A and B that it fits.
    def fitted(values):
        return np.array(
            [values[k] if k in ("alpha", "beta") else np.log(values[k]) for k in FORM.coefficients]
        )

    away = fitted(solution.coefficients) - fitted(dict(zip(FORM.coefficients, HOFFMANN, strict=True)))
    assert away @ np.linalg.solve(np.cov(fitted(draws)), away) == pytest.approx(238.4, rel=0.1)


def test_least_squares_in_nats_agrees_with_variable_projection(study):
    # Experiment 0: E, A in millions of parameters, B in billions of tokens, and the residual sum.
    runs = study(
        "chinchilla_epoch.csv", lambda row: row["epoch_outlier"] != "1" and float(row["flops"]) < 1e21
    )
    assert len(runs) == 217
    found = solve(runs, FORM, Criterion("squares"))
    values = found.coefficients
    assert values["E"] == pytest.approx(1.9051, abs=1e-4)
    assert values["A"] / 1e6 ** values["alpha"] == pytest.approx(4.0005, abs=1e-4)
    assert values["B"] / 1e9 ** values["beta"] == pytest.approx(1.0509, abs=1e-4)
    assert values["alpha"] == pytest.approx(0.3511, abs=1e-4)
    assert values["beta"] == pytest.approx(0.4587, abs=1e-4)
    assert 2 * found.objective == pytest.approx(0.062414, abs=1e-6)
