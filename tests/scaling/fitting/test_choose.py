"""The choice of a form by held-out larger runs."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.scaling.fitting.choose import choose_form
from nextdollar.scaling.fitting.refusals import NoHeldOutRunsError
from nextdollar.scaling.fitting.solve import Criterion
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.laws.over_training import OverTraining
from nextdollar.scaling.runs import runs_of


def many_runs(law, noise=0.001, n_runs=160):
    generator = np.random.default_rng(12)
    N, D = np.exp(generator.uniform(17, 23, n_runs)), np.exp(generator.uniform(20, 26, n_runs))
    return runs_of(N, D, law.loss(N, D) * np.exp(generator.normal(0, noise, n_runs)))


def test_the_form_that_made_the_runs_is_found():
    coupled = Coupled(E=1.7, A=400.0, alpha=0.34, B=600.0, beta=0.28, k=0.4)
    assert choose_form(many_runs(coupled), Criterion()).form == "coupled"


def test_a_tie_goes_to_the_simpler_form_with_the_reason_in_words():
    simple = OverTraining(E=1.7, a=141.0, b=190.0, eta=0.121)
    choice = choose_form(many_runs(simple), Criterion())
    assert choice.form == "over-training"
    assert "on larger runs held out, against" in choice.words
    assert choice.errors["over-training"] <= 1.05 * min(choice.errors.values())


def test_where_all_runs_have_one_size_a_law_in_one_quantity_is_taken(noisy_runs):
    D = noisy_runs.tokens
    noise = np.exp(np.random.default_rng(0).normal(0, 0.002, 60))
    choice = choose_form(runs_of(np.full(60, 1e9), D, (2 + 600 / D**0.3) * noise), Criterion())
    assert choice.form in ("power-flop", "power-tokens")
    assert "chinchilla" in choice.left_out


def test_runs_of_one_budget_leave_nothing_to_hold_out():
    N = np.geomspace(1e8, 1e10, 40)
    D = 1e20 / N / 6
    with pytest.raises(NoHeldOutRunsError, match="span too little training work"):
        choose_form(runs_of(N, D, 1.7 + 400 / N**0.34 + 600 / D**0.3), Criterion())


def test_a_pinned_floor_leaves_out_forms_without_one(noisy_runs):
    choice = choose_form(noisy_runs, Criterion(pinned_E_nats=1.7))
    assert "kaplan" in choice.left_out
    assert "kaplan" not in choice.errors
