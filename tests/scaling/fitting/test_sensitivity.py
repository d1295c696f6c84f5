"""The law under several objectives."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling.fitting import fit
from nextdollar.scaling.fitting.sensitivity import sensitivity
from nextdollar.scaling.runs import runs_of


def fitted(runs, form="chinchilla"):
    return fit(runs, form, n_draws=50, generator=np.random.default_rng(0))


def test_the_floor_of_the_digitised_study_moves_by_its_known_amount(hoffmann_runs):
    # shared/facts/scaling.md section 5: E moves from 1.82 to 1.88 and beta from .37 to .43.
    found = sensitivity(hoffmann_runs, fitted(hoffmann_runs), budget_flop=5.76e23)
    E = dict(zip(found.objectives, found.coefficients["E"], strict=True))
    beta = dict(zip(found.objectives, found.coefficients["beta"], strict=True))
    assert E["huber-log 0.001"] == pytest.approx(1.82, abs=0.005)
    assert E["squares"] == pytest.approx(1.88, abs=0.005)
    assert beta["huber-log 0.001"] == pytest.approx(0.37, abs=0.005)
    assert beta["squares"] == pytest.approx(0.43, abs=0.005)
    assert found.spread["E"] == pytest.approx(0.07, abs=0.01)


def test_noise_free_runs_of_the_form_do_not_care(noisy_runs):
    N, D = noisy_runs.params, noisy_runs.tokens
    exact = runs_of(N, D, 1.7 + 400 / N**0.34 + 600 / D**0.30)
    found = sensitivity(exact, fitted(exact), budget_flop=1e24)
    assert len(found.objectives) == 4
    assert max(found.spread.values()) < 1e-8
    np.testing.assert_allclose(found.optimal_params, found.optimal_params[0], rtol=1e-9)


def test_a_law_in_one_quantity_has_no_best_split(noisy_runs):
    found = sensitivity(noisy_runs, fitted(noisy_runs, "power-flop"), budget_flop=1e24)
    assert found.optimal_params is None
    assert found.optimal_tokens is None


def test_a_budget_of_nothing_is_refused(noisy_runs):
    with pytest.raises(DomainError, match="budget_flop must be above 0"):
        sensitivity(noisy_runs, fitted(noisy_runs), budget_flop=0.0)
