"""The minimiser, against another library and against its own promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from nextdollar.errors import DomainError
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.minimise import minimise
from nextdollar.scaling.fitting.problem import Problem, QuadraticPrior, local_model
from nextdollar.scaling.runs import runs_of

FORM = FORMS["chinchilla"]


@pytest.fixture
def surface(noisy_runs):
    return FORM.surface(noisy_runs, True)


@pytest.fixture
def starts(surface, noisy_runs):
    return FORM.starts(surface, noisy_runs.loss_nats, None)


@pytest.fixture
def problem(surface, noisy_runs):
    return Problem(surface, np.log(noisy_runs.loss_nats))


@pytest.mark.parametrize("kind", ["huber-log", "squares-log", "squares"])
def test_no_other_minimiser_finds_a_lower_sum(kind, problem, starts):
    problem = replace(problem, kind=kind)
    found = minimise(problem, starts, deltas=(1e-2,))
    assert found.converged.all()

    def value_and_slope(theta):
        local = local_model(problem, theta[None], items=np.zeros(1, int), delta=np.array([1e-3]))
        return 1e3 * local.value[0], 1e3 * local.gradient[0]

    for start in (found.theta[0] + 0.01, starts[3]):
        other = optimize.minimize(value_and_slope, start, jac=True, method="BFGS", options={"gtol": 1e-12})
        assert found.objective.min() <= other.fun / 1e3 * (1 + 1e-12)
        assert found.objective.min() == pytest.approx(other.fun / 1e3, rel=1e-7)


def test_an_item_does_not_depend_on_the_others_of_its_batch(problem, starts):
    together = minimise(problem, np.tile(starts, (40, 1)))
    alone = minimise(problem, starts[2:3])
    np.testing.assert_allclose(together.theta[2::12], np.tile(alone.theta, (40, 1)), rtol=1e-9)
    np.testing.assert_allclose(together.objective, together.objective[0], rtol=1e-12)


def test_a_resample_by_weights_is_the_fit_to_the_resampled_rows(problem, surface, starts, noisy_runs):
    counts = np.random.default_rng(8).multinomial(60, np.full(60, 1 / 60), size=5).astype(float)
    weighted = minimise(replace(problem, weights=counts), np.tile(starts[0], (5, 1)))
    for row, count in enumerate(counts):
        copies = noisy_runs.take(np.repeat(np.arange(60), count.astype(int)))
        copied = type(surface)(np.log(copies.params), np.log(copies.tokens), surface.centre)
        rows = minimise(Problem(copied, np.log(copies.loss_nats)), starts[:1])
        assert weighted.objective[row] == pytest.approx(rows.objective[0], rel=1e-9)


def test_a_fixed_coefficient_keeps_its_start_and_the_rest_do_their_best(problem, starts):
    fixed = np.array([False, False, True, False, False])
    held = minimise(replace(problem, fixed=fixed), starts)
    np.testing.assert_array_equal(held.theta[:, 2], starts[:, 2])
    free = minimise(problem, starts)
    assert held.converged.all()
    assert (held.objective >= free.objective.min() * (1 - 1e-12)).all()


def test_a_sharp_prior_wins_and_a_flat_one_changes_nothing(problem, starts):
    free = minimise(problem, starts[:1])
    mean = np.array([1.5, -1.0, 0.3, -1.0, 0.3])
    sharp = minimise(replace(problem, prior=QuadraticPrior(mean, 1e12 * np.eye(5))), starts[:1])
    flat = minimise(replace(problem, prior=QuadraticPrior(mean, 1e-12 * np.eye(5))), starts[:1])
    np.testing.assert_allclose(sharp.theta[0], mean, atol=1e-9)
    np.testing.assert_allclose(flat.theta, free.theta, rtol=1e-6)


def test_a_prior_per_item_is_that_item_s(problem, starts):
    means = np.array([[1.6, -1.0, 0.3, -1.0, 0.3], [1.8, -1.1, 0.4, -1.2, 0.4]])
    precision = np.array([10.0 * np.eye(5), 20.0 * np.eye(5)])
    both = minimise(replace(problem, prior=QuadraticPrior(means, precision)), starts[:2])
    for item in range(2):
        alone = replace(problem, prior=QuadraticPrior(means[item], precision[item]))
        np.testing.assert_allclose(both.theta[item], minimise(alone, starts[:1]).theta[0], rtol=1e-8)


def test_scaling_the_weights_scales_the_sum_and_leaves_the_minimum(problem, starts, noisy_runs):
    once = minimise(problem, starts)
    for factor in (1e-12, 1e12):
        scaled = minimise(replace(problem, weights=np.full(len(noisy_runs), factor)), starts)
        assert scaled.converged.all()
        np.testing.assert_allclose(scaled.objective, factor * once.objective, rtol=1e-9)
        np.testing.assert_allclose(scaled.theta, once.theta, rtol=1e-6)


def test_runs_that_want_less_than_no_floor_end_at_none_and_say_so(noisy_runs):
    N, D = noisy_runs.params, noisy_runs.tokens
    sunk = runs_of(N, D, 400 / N**0.2 + 600 / D**0.2 - 2.0)
    surface = FORM.surface(sunk, True)
    starts = FORM.starts(surface, sunk.loss_nats, None)
    found = minimise(Problem(surface, np.log(sunk.loss_nats), kind="squares-log"), starts)
    assert found.converged.all()
    assert (found.theta[:, 0] == 0.0).all()
    assert found.at_bound.tolist() == [[True, False, False, False, False]] * len(starts)


def test_too_few_steps_are_not_called_converged(problem, starts):
    assert not minimise(problem, starts[-1:], max_iterations=3).converged.any()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"weights": np.full(60, -1.0)}, "weights must be finite and at least 0"),
        ({"weights": np.full(60, np.nan)}, "weights must be finite and at least 0"),
        ({"log_loss": np.full(60, np.nan)}, "log_loss must be finite"),
    ],
    ids=["negative weight", "nan weight", "nan loss"],
)
def test_what_is_not_a_number_is_refused_by_name(change, named, problem, starts):
    with pytest.raises(DomainError, match=named):
        minimise(replace(problem, **change), starts)


def test_a_start_that_is_not_finite_is_refused(problem):
    with pytest.raises(DomainError, match="start must be finite"):
        minimise(problem, np.full((1, 5), np.inf))


def test_items_without_any_weight_are_not_called_converged_fits(problem, starts, noisy_runs):
    weights = np.stack([np.zeros(len(noisy_runs)), np.ones(len(noisy_runs))])
    found = minimise(replace(problem, weights=weights), starts[:2])
    assert found.converged.tolist() == [False, True]
    assert np.isfinite(found.theta).all()
