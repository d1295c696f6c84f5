"""The rise of the deviance along one coefficient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling.fitting import fit
from nextdollar.scaling.fitting.profile import profile
from nextdollar.scaling.runs import runs_of


def fitted(runs, form="chinchilla", **settings):
    return fit(runs, form, n_draws=50, generator=np.random.default_rng(0), **settings)


@pytest.mark.parametrize(
    "form", ["chinchilla", "kaplan", "over-training", "coupled", "power-tokens", "power-flop"]
)
def test_every_coefficient_has_limits_around_its_best_value(form, noisy_runs):
    found = fitted(noisy_runs, form)
    for name, value in found.parameters.items():
        along = profile(noisy_runs, found, name)
        assert along.interval_95[0] < value < along.interval_95[1]
        assert (along.rise > -1e-6).all()
        assert (np.diff(along.values) >= 0).all()


def test_limits_of_a_nearly_linear_model_are_those_of_linear_regression():
    # With both exponents and the floor known to nature only alpha and A are loose; in tokens alone and
    # the floor pinned, ln(L - E) is linear in ln D, and Student's limits are near the chi squared ones.
    D = np.geomspace(1e9, 1e12, 400)
    noise = np.random.default_rng(4).normal(0, 1e-4, 400)
    runs = runs_of(np.full(400, 1e9), D, 2.0 + 600 / D**0.3 + noise)
    along = profile(runs, fitted(runs, "power-tokens", objective="squares", pinned_E_nats=2.0), "alpha")
    slopes = np.stack([D**-0.3, -600 * np.log(D) * D**-0.3])
    error = 1e-4 * np.sqrt(np.linalg.inv(slopes @ slopes.T)[1, 1])
    half_width = (along.interval_95[1] - along.interval_95[0]) / 2
    assert half_width == pytest.approx(1.96 * error, rel=0.1)


def test_a_floor_that_the_runs_do_not_bound_is_open_below():
    generator = np.random.default_rng(2)
    N, D = np.exp(generator.uniform(17, 23, 60)), np.exp(generator.uniform(20, 26, 60))
    runs = runs_of(N, D, (400 / N**0.2 + 600 / D**0.2 - 2.0) * np.exp(generator.normal(0, 0.002, 60)))
    along = profile(runs, fitted(runs), "E")
    assert along.open_low
    assert along.interval_95[0] == 0.0
    assert not along.open_high


@pytest.mark.parametrize(("form", "name"), [("chinchilla", "gamma"), ("routed-moe", "E_start")])
def test_a_coefficient_that_cannot_be_held_is_refused_by_name(form, name, noisy_runs):
    found = fitted(noisy_runs)
    with pytest.raises(DomainError, match=f"coefficient must be one of .*, got {name}"):
        profile(noisy_runs, replace(found, form=form), name)


def test_a_pinned_floor_has_no_profile(noisy_runs):
    with pytest.raises(DomainError, match="coefficient must be one of A, alpha, B, beta, got E"):
        profile(noisy_runs, fitted(noisy_runs, pinned_E_nats=1.7), "E")


def test_limits_inside_the_first_step_are_found_and_widen_with_the_root_of_the_sum(noisy_runs):
    # One run five times off: the fit ignores it, but the first guess of the limits is far too wide. The
    # deviance 2 n ln(1 + rise / sum) reaches 3.84 at a rise in proportion to the sum, which grows with
    # the square of the distance near the best value.
    loss = noisy_runs.loss_nats.copy()
    loss[7] *= 5
    spoilt = replace(noisy_runs, loss_nats=loss)
    widths, sums = [], []
    for runs in (noisy_runs, spoilt):
        found = fitted(runs)
        along = profile(runs, found, "alpha")
        assert not along.open_low and not along.open_high
        widths.append(along.interval_95[1] - along.interval_95[0])
        sums.append(found.objective)
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(sums[1] / sums[0]), rel=0.1)
