"""A fit as a whole: what it says, and when it says nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling.fitting import fit
from nextdollar.scaling.fitting.refusals import (
    EqualLossesError,
    NotIdentifiedError,
    TooFewRunsError,
)
from nextdollar.scaling.runs import runs_of


def fitted(runs, form="chinchilla", **settings):
    settings.setdefault("generator", np.random.default_rng(7))
    return fit(runs, form, n_draws=settings.pop("n_draws", 200), **settings)


def test_the_law_is_the_one_of_the_parameters(noisy_runs):
    found = fitted(noisy_runs)
    assert {name: getattr(found.law, name) for name in found.parameters} == dict(found.parameters)
    predicted = found.law.loss(noisy_runs.params, noisy_runs.tokens)
    np.testing.assert_allclose(found.residuals_log, np.log(noisy_runs.loss_nats / predicted), atol=1e-12)
    assert found.law.domain == noisy_runs.domain


def test_the_intervals_hold_the_law_that_made_the_runs(noisy_runs):
    found = fitted(noisy_runs, n_draws=1000)
    for name, value in {"E": 1.7, "A": 400, "alpha": 0.34, "B": 600, "beta": 0.30}.items():
        low, high = found.interval_95[name]
        assert low < value < high
        assert low < found.parameters[name] < high


@pytest.mark.slow
def test_95_percent_intervals_hold_the_truth_in_about_95_percent_of_studies():
    # 120 studies of 60 runs: 0.95 +- 2.6 standard errors is 0.90 to 1; the bootstrap is a little narrow.
    inside = []
    for seed in range(120):
        generator = np.random.default_rng(seed)
        N, D = np.exp(generator.uniform(17, 23, 60)), np.exp(generator.uniform(20, 26, 60))
        loss = (1.7 + 400 / N**0.34 + 600 / D**0.30) * np.exp(generator.normal(0, 0.005, 60))
        low, high = fitted(runs_of(N, D, loss), n_draws=200, generator=generator).interval_95["alpha"]
        inside.append(low < 0.34 < high)
    assert 0.87 <= np.mean(inside) <= 1.0


def test_the_same_seed_gives_the_same_draws_and_another_one_others(noisy_runs):
    once, again = fitted(noisy_runs), fitted(noisy_runs)
    other = fitted(noisy_runs, generator=np.random.default_rng(8))
    np.testing.assert_array_equal(once.draws["E"], again.draws["E"])
    assert not np.array_equal(once.draws["E"], other.draws["E"])
    assert other.parameters == once.parameters


def test_the_draws_make_a_law_of_as_many(noisy_runs):
    found = fitted(noisy_runs)
    loss = found.law_draws.loss(1e10, 1e12)
    assert loss.shape == (200,)
    assert loss.std() > 0


def test_checkpoints_of_one_run_do_not_count_as_runs():
    # Twelve runs of twelve sizes, six checkpoints each, and an error that a run's checkpoints share: drawn
    # one by one they would seem six times as many, and the error in alpha up to sqrt(6) too small.
    generator = np.random.default_rng(3)
    run = np.repeat(np.arange(12), 6)
    N, D = np.geomspace(3e7, 1e10, 12)[run], np.tile(np.geomspace(1e9, 1e12, 6), 12)
    noise = generator.normal(0, 0.01, 12)[run] + generator.normal(0, 0.001, 72)
    checkpoints = replace(runs_of(N, D, (1.7 + 400 / N**0.34 + 600 / D**0.30) * np.exp(noise)), run=run)
    clustered, apart = fitted(checkpoints), fitted(replace(checkpoints, run=np.arange(72)))
    assert (clustered.n_runs, clustered.n_clusters) == (72, 12)
    assert clustered.standard_errors["alpha"] > 1.5 * apart.standard_errors["alpha"]


def test_runs_in_another_order_give_the_same_fit(noisy_runs):
    order = np.random.default_rng(5).permutation(60)
    assert fitted(noisy_runs.take(order)).parameters == pytest.approx(fitted(noisy_runs).parameters, rel=1e-9)


def test_a_floor_of_zero_is_said():
    generator = np.random.default_rng(2)
    N, D = np.exp(generator.uniform(17, 23, 60)), np.exp(generator.uniform(20, 26, 60))
    sunk = (400 / N**0.2 + 600 / D**0.2 - 2.0) * np.exp(generator.normal(0, 0.002, 60))
    found = fitted(runs_of(N, D, sunk))
    assert found.parameters["E"] == 0.0
    assert any(note.startswith("E is 0") for note in found.notes)


def test_the_pinned_floor_is_recorded(noisy_runs):
    found = fitted(noisy_runs, "power-flop", pinned_E_nats=1.6)
    assert (found.pinned_E_nats, found.parameters["E"]) == (1.6, 1.6)
    assert found.standard_errors["E"] == 0.0


def test_auto_says_which_form_it_took_and_why(noisy_runs):
    found = fitted(noisy_runs, "auto")
    assert found.notes[0].startswith(f"{found.form} is chosen: mean error")
    assert "held out" in found.notes[0]


class TestRefusals:
    def test_one_size_only_leaves_its_coefficients_unknown(self, noisy_runs):
        one_size = runs_of(np.full(60, 1.2e9), noisy_runs.tokens, noisy_runs.loss_nats)
        with pytest.raises(
            NotIdentifiedError, match=r"E and A and alpha cannot be told.*one value of params"
        ):
            fitted(one_size)

    def test_one_size_only_is_enough_for_a_law_in_tokens(self, noisy_runs):
        D = noisy_runs.tokens
        one_size = runs_of(np.full(60, 1.2e9), D, (2 + 600 / D**0.3) * noisy_runs.loss_nats**0.001)
        assert fitted(one_size, "power-tokens").form == "power-tokens"

    def test_every_unknown_coefficient_is_named_at_once(self, noisy_runs):
        one = runs_of(np.full(60, 1e9), np.full(60, 1e11), noisy_runs.loss_nats)
        with pytest.raises(NotIdentifiedError, match=r"E and A and alpha .*; E and B and beta "):
            fitted(one)

    @pytest.mark.parametrize("n_runs", [1, 2, 5])
    def test_fewer_runs_than_coefficients_need_is_refused_with_the_count(self, n_runs, noisy_runs):
        few = noisy_runs.take(np.arange(n_runs))
        with pytest.raises(TooFewRunsError, match=f"{n_runs} separate runs for the 5 coefficients"):
            fitted(few)

    def test_many_checkpoints_of_few_runs_are_few_runs(self, noisy_runs):
        with pytest.raises(TooFewRunsError, match="3 separate runs"):
            fitted(replace(noisy_runs, run=np.arange(60) % 3))

    def test_equal_losses_are_refused(self, noisy_runs):
        with pytest.raises(EqualLossesError, match=r"all 60 losses are 2\.5 nats"):
            fitted(runs_of(noisy_runs.params, noisy_runs.tokens, np.full(60, 2.5)))

    def test_losses_without_any_slope_are_refused(self, noisy_runs):
        noise = np.exp(np.random.default_rng(0).normal(0, 0.01, 60))
        with pytest.raises(FitError, match="no trustworthy fit"):
            fitted(runs_of(noisy_runs.params, noisy_runs.tokens, 2.5 * noise))

    @pytest.mark.parametrize("form", ["chinchilla", "kaplan", "over-training", "coupled", "power-flop"])
    def test_losses_that_rise_with_size_are_refused_or_say_that_nothing_is_known(self, form, noisy_runs):
        rising = runs_of(noisy_runs.params, noisy_runs.tokens, 1 + noisy_runs.params**0.02)
        with pytest.raises(FitError, match="no trustworthy fit"):
            fitted(rising, form)

    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"form": "hoffman"}, "form must be one of auto, chinchilla"),
            ({"objective": "mae"}, "objective must be huber-log"),
            ({"huber_delta": 0.0}, "huber_delta must be above 0"),
            ({"n_draws": 1}, "n_draws must be above 1"),
        ],
    )
    def test_an_unknown_setting_is_refused_by_name(self, settings, named, noisy_runs):
        with pytest.raises(DomainError, match=named):
            fitted(noisy_runs, **settings)
