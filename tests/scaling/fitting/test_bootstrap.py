"""Resamples of whole runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.scaling.fitting.bootstrap import bootstrap, resample_weights
from nextdollar.scaling.fitting.forms import FORMS, Need
from nextdollar.scaling.fitting.refusals import TooFewRunsError
from nextdollar.scaling.fitting.solve import Criterion, solve
from nextdollar.scaling.runs import runs_of


def test_rows_of_one_run_are_drawn_together_and_as_many_runs_as_there_are(noisy_runs):
    clustered = replace(noisy_runs, run=np.arange(60) // 4)
    weights = resample_weights(clustered, 50, np.random.default_rng(0))
    assert (weights.reshape(50, 15, 4) == weights.reshape(50, 15, 4)[:, :, :1]).all()
    np.testing.assert_array_equal(weights.sum(axis=1), 60)


def test_a_resample_with_too_few_sizes_is_drawn_again_and_counted():
    # Three sizes, one of which a single run holds: e**-1 of the resamples lack it.
    N = np.concatenate([np.full(10, 1e8), np.full(10, 1e9), [1e10]])
    D = np.geomspace(1e9, 1e12, 21)[np.argsort(np.random.default_rng(0).random(21))]
    noise = np.exp(np.random.default_rng(1).normal(0, 0.002, 21))
    runs = runs_of(N, D, (1.7 + 400 / N**0.34 + 600 / D**0.30) * noise)
    solution = solve(runs, FORMS["chinchilla"], Criterion())
    sampled = bootstrap(solution, runs, n_draws=400, generator=np.random.default_rng(2))
    assert sampled.unresolved_share == pytest.approx((20 / 21) ** 21, abs=0.08)
    assert all(len(draws) >= 360 and np.isfinite(draws).all() for draws in sampled.draws.values())


def test_a_table_whose_resamples_seldom_hold_the_sizes_is_refused(noisy_runs):
    solution = solve(noisy_runs, FORMS["chinchilla"], Criterion())
    # Eight runs of eight sizes to hold at once: 8! / 8**8, one resample in 416.
    form = replace(solution.form, needs=(Need("params", 8, ("alpha",)),))
    run = np.arange(60) % 8
    eight = replace(noisy_runs, run=run, params=np.geomspace(1e7, 1e10, 8)[run])
    with pytest.raises(TooFewRunsError, match="of 1000 resamples of the 8 runs only"):
        bootstrap(replace(solution, form=form), eight, n_draws=100, generator=np.random.default_rng(0))
