"""The sum that a fit makes least, and its slope and curvature."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.problem import Problem, QuadraticPrior, local_model

FORM = FORMS["chinchilla"]
KINDS = ("huber-log", "squares-log", "squares")


@pytest.fixture
def surface(noisy_runs):
    return FORM.surface(noisy_runs, True)


def at(problem, theta, delta=3e-3):
    return local_model(problem, theta, items=np.arange(len(theta)), delta=np.full(len(theta), delta))


def near_the_fit(surface, noisy_runs):
    return FORM.starts(surface, noisy_runs.loss_nats, None)[:3]


@pytest.mark.parametrize("kind", KINDS)
def test_the_value_is_the_sum_as_written(kind, surface, noisy_runs):
    theta = near_the_fit(surface, noisy_runs)
    weights = np.random.default_rng(1).integers(0, 4, len(noisy_runs)).astype(float)
    found = at(Problem(surface, np.log(noisy_runs.loss_nats), weights, kind), theta).value
    law = np.exp(surface.at(theta).value)
    residual = noisy_runs.loss_nats - law if kind == "squares" else np.log(noisy_runs.loss_nats / law)
    rho = residual**2 / 2
    if kind == "huber-log":
        rho = np.where(np.abs(residual) <= 3e-3, rho, 3e-3 * (np.abs(residual) - 3e-3 / 2))
    np.testing.assert_allclose(found, (weights * rho).sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_and_hessian_are_those_of_the_value(kind, surface, noisy_runs):
    theta = near_the_fit(surface, noisy_runs)
    prior = QuadraticPrior(theta[0] + 0.1, np.diag([1.0, 2.0, 3.0, 4.0, 5.0]))
    problem = Problem(surface, np.log(noisy_runs.loss_nats), kind=kind, prior=prior)
    local = at(problem, theta)
    for k in range(5):
        step = 1e-6 * np.eye(5)[k]
        ahead, behind = at(problem, theta + step), at(problem, theta - step)
        slope = (ahead.value - behind.value) / 2e-6
        np.testing.assert_allclose(local.gradient[:, k], slope, rtol=1e-5, atol=1e-7)
        if kind != "huber-log":  # whose second derivative jumps at delta
            rows = (ahead.gradient - behind.gradient) / 2e-6
            np.testing.assert_allclose(local.hessian[:, k], rows, rtol=1e-5, atol=1e-6)


def test_the_metric_is_never_indefinite(surface, noisy_runs):
    theta = near_the_fit(surface, noisy_runs) + np.random.default_rng(2).normal(0, 0.5, (3, 5))
    metric = at(Problem(surface, np.log(noisy_runs.loss_nats)), theta).metric
    assert (np.linalg.eigvalsh(metric) >= -1e-12).all()


def test_a_weight_is_worth_as_many_copies_of_a_run(surface, noisy_runs):
    theta = near_the_fit(surface, noisy_runs)
    counts = np.random.default_rng(4).integers(0, 5, len(noisy_runs))
    copies = noisy_runs.take(np.repeat(np.arange(len(noisy_runs)), counts))
    copied = type(surface)(np.log(copies.params), np.log(copies.tokens), surface.centre)
    weighted = at(Problem(surface, np.log(noisy_runs.loss_nats), counts.astype(float)), theta)
    repeated = at(Problem(copied, np.log(copies.loss_nats)), theta)
    np.testing.assert_allclose(weighted.value, repeated.value, rtol=1e-12)
    np.testing.assert_allclose(weighted.gradient, repeated.gradient, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weighted.hessian, repeated.hessian, rtol=1e-9, atol=1e-9)
