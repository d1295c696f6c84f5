"""The fit without each run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.scaling.fitting import fit
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.influence import influence
from nextdollar.scaling.fitting.solve import Criterion, solve


def fitted(runs, **settings):
    return fit(runs, n_draws=100, generator=np.random.default_rng(0), **settings)


def test_leaving_a_run_out_is_the_fit_to_the_rest(noisy_runs):
    found = influence(noisy_runs, fitted(noisy_runs))
    for place in (0, 30, 59):
        rest = noisy_runs.take(noisy_runs.run != found.run[place])
        alone = solve(rest, FORMS["chinchilla"], Criterion()).coefficients
        assert {name: values[place] for name, values in found.coefficients.items()} == pytest.approx(
            alone, rel=1e-6
        )
    assert found.determined.all()


def test_under_least_squares_a_run_that_went_wrong_comes_first(noisy_runs):
    largest = int(noisy_runs.params.argmax())
    loss = noisy_runs.loss_nats.copy()
    loss[largest] *= 1.3
    spoilt = replace(noisy_runs, loss_nats=loss)
    found = influence(spoilt, fitted(spoilt, objective="squares-log"))
    assert found.run[0] == largest
    assert (np.diff(found.shift) <= 0).all()


def test_all_checkpoints_of_a_run_are_left_out_together(noisy_runs):
    clustered = replace(noisy_runs, run=np.arange(60) // 6 + 100)
    found = influence(clustered, fitted(clustered))
    assert sorted(found.run) == list(range(100, 110))


def test_huber_s_loss_keeps_a_run_that_went_wrong_from_moving_the_law_much(noisy_runs):
    worst = int(noisy_runs.params.argmax())
    loss = noisy_runs.loss_nats.copy()
    loss[worst] *= 1.3
    spoilt = replace(noisy_runs, loss_nats=loss)
    by_squares, by_huber = (
        influence(spoilt, fitted(spoilt, objective=kind)) for kind in ("squares-log", "huber-log")
    )
    assert by_huber.shift[by_huber.run == worst] < 0.5 * by_squares.shift[by_squares.run == worst]
