"""What a fit leaves unexplained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nextdollar.scaling.fitting import fit
from nextdollar.scaling.fitting.residuals import leftover
from nextdollar.scaling.runs import runs_of


def fitted(runs, form="chinchilla"):
    return fit(runs, form, n_draws=50, generator=np.random.default_rng(0))


def test_the_spread_is_that_of_the_noise_and_no_trend_is_seen():
    generator = np.random.default_rng(21)
    N, D = np.exp(generator.uniform(17, 23, 1000)), np.exp(generator.uniform(20, 26, 1000))
    noise = generator.normal(0, 0.005, 1000)
    runs = runs_of(N, D, (1.7 + 400 / N**0.34 + 600 / D**0.30) * np.exp(noise))
    found = leftover(runs, fitted(runs))
    # The median absolute deviation of 1,000 normal numbers has a standard error of 3.7 %.
    assert 0.005 * 0.89 < found.spread_log < 0.005 * 1.11
    for trend in found.trends:
        assert abs(trend.log_change_per_decade) < 3 * trend.standard_error


def test_a_form_without_tokens_leaves_a_trend_in_tokens(noisy_runs):
    found = leftover(noisy_runs, fitted(noisy_runs, "power-params"))
    trend = next(trend for trend in found.trends if trend.quantity == "tokens")
    assert trend.log_change_per_decade < -4 * trend.standard_error


def test_outliers_come_worst_first(noisy_runs):
    loss = noisy_runs.loss_nats.copy()
    loss[[4, 9]] *= [1.2, 1.5]
    spoilt = replace(noisy_runs, loss_nats=loss)
    assert leftover(spoilt, fitted(spoilt)).outliers[:2].tolist() == [9, 4]


def test_a_quantity_that_does_not_vary_has_no_trend(noisy_runs):
    D = noisy_runs.tokens
    noise = np.exp(np.random.default_rng(0).normal(0, 0.003, 60))
    one_size = runs_of(np.full(60, 1e9), D, (2 + 600 / D**0.3) * noise)
    found = leftover(one_size, fitted(one_size, "power-tokens"))
    assert [trend.quantity for trend in found.trends] == ["tokens", "flop"]
