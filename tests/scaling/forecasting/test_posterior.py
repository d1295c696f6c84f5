"""The most likely law, and draws about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.scaling.forecasting.anchored import K, coupled_of, surface_of
from nextdollar.scaling.forecasting.posterior import most_likely, posterior
from nextdollar.scaling.runs import runs_of


def sorted_runs(runs):
    """Return runs by size, as the weights of `most_likely` are."""
    return runs.take(np.lexsort((runs.loss_nats, runs.tokens, runs.params)))


def test_runs_of_the_prior_s_own_law_give_it_back(prior, ladder):
    theta = np.append(0.9, prior.mean)
    sizes = ladder(30)
    runs = runs_of(sizes.params, sizes.tokens, coupled_of(theta).loss(sizes.params, sizes.tokens))
    np.testing.assert_allclose(most_likely(runs, prior).theta, theta, atol=1e-6)


def test_runs_and_prior_pull_equally_at_the_most_likely_law(prior, ladder):
    runs = sorted_runs(ladder(40))
    likely = most_likely(runs, prior)
    jet = surface_of(runs).at(likely.theta[None])
    pull = jet.jacobian[0] @ (likely.weights * (np.log(runs.loss_nats) - jet.value[0]))
    prior_pull = np.append(0.0, (likely.theta[1:] - prior.mean) / prior.sd**2)
    # A step of 1e-6 in the coefficients, where the climb stops, times their information.
    information = (jet.jacobian[0] * likely.weights) @ jet.jacobian[0].T
    np.testing.assert_allclose(pull, prior_pull, atol=3e-6 * np.abs(information).max())


def test_the_noise_is_found_when_there_are_many_runs(prior, ladder):
    # Runs far above the best ones count for less, so the noise comes from a part of the 600.
    quiet, loud = (most_likely(ladder(600, noise_log=s), prior).noise_log for s in (0.004, 0.016))
    assert quiet == pytest.approx(0.004, rel=0.35)
    assert loud == pytest.approx(0.016, rel=0.35)


def test_one_wild_run_hardly_moves_the_law(prior, ladder):
    runs = ladder(40)
    wild = replace(runs, loss_nats=runs.loss_nats * np.where(np.arange(40) == 17, 1.6, 1.0))
    before, after = (coupled_of(most_likely(r, prior).theta).loss(7e9, 1.4e11) for r in (runs, wild))
    assert after == pytest.approx(before, rel=0.005)


def test_one_absurdly_good_run_hardly_moves_the_law(prior, ladder):
    runs = ladder(40)
    absurd = replace(runs, loss_nats=runs.loss_nats * np.where(np.arange(40) == 3, 0.1, 1.0))
    before, after = (coupled_of(most_likely(r, prior).theta).loss(7e9, 1.4e11) for r in (runs, absurd))
    assert after == pytest.approx(before, rel=0.005)


def test_a_held_coupling_stays_where_it_is_held(prior, ladder):
    assert most_likely(ladder(20), prior, k_log=0.0).theta[K] == 0.0


def test_without_a_floor_the_floor_is_a_thousandth_of_the_loss(prior, ladder):
    law = coupled_of(most_likely(ladder(20), prior, floor=False).theta)
    assert law.E < 0.01


def test_draws_are_mirrored_about_the_most_likely_law(prior, ladder):
    found = posterior(ladder(20), prior, n_draws=1000, generator=np.random.default_rng(5))
    np.testing.assert_allclose(np.median(found.draws, axis=0), found.theta, rtol=1e-12)
    np.testing.assert_array_equal(found.scores[:500], -found.scores[500:])


def test_an_odd_number_of_draws_is_given_as_asked(prior, ladder):
    found = posterior(ladder(20), prior, n_draws=7, generator=np.random.default_rng(5))
    assert found.draws.shape == (7, 6)
    assert found.scores.shape == (7,)


def test_draws_without_runs_to_speak_of_are_as_wide_as_the_prior(prior):
    # One run gives the level alone. Quartiles of a t with 4 degrees of freedom lie at 0.741 of its scale;
    # 20,000 mirrored draws put the quartile within 3 %.
    runs = runs_of(np.array([1e9]), np.array([2e10]), np.array([2.5]))
    draws = posterior(runs, prior, n_draws=20_000, generator=np.random.default_rng(0)).draws
    low, high = np.quantile(draws[:, 1:], [0.25, 0.75], axis=0)
    np.testing.assert_allclose((high - low) / 2, 0.741 * prior.sd, rtol=0.03)
