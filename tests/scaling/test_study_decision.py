"""The choices that a study serves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import knee_budget_flop
from nextdollar.scaling.study_decision import decision_between, decision_on_budget, decision_on_split

PRICE = 2e-18


@pytest.fixture
def drawn_law(golden_law):
    z = np.random.default_rng(0).standard_normal((3, 200))
    return replace(
        golden_law,
        E=golden_law.E + 0.02 * z[0],
        A=golden_law.A * np.exp(0.1 * z[1]),
        B=golden_law.B * np.exp(0.2 * z[2]),
    )


def test_an_option_is_worth_what_its_loss_saves_less_its_cost(golden_law):
    N, D = np.array([7e9, 70e9]), np.array([140e9, 1.4e12])
    found = decision_between(golden_law, N, D, value_usd_per_nat=1e7, usd_per_flop=PRICE)
    loss = golden_law.loss(N, D)
    np.testing.assert_allclose(found.value_usd[:, 0], -1e7 * loss - PRICE * 6 * N * D)


def test_training_nothing_costs_nothing_and_keeps_todays_loss(drawn_law):
    found = decision_between(
        drawn_law,
        np.array([7e9]),
        np.array([140e9]),
        value_usd_per_nat=1e6,
        usd_per_flop=PRICE,
        today_nats=2.2,
    )
    np.testing.assert_allclose(found.value_usd[1], -2.2e6)
    assert found.params[1] == 0


def test_the_best_split_is_the_compute_optimal_one(golden_law):
    found = decision_on_split(golden_law, 5.76e23, value_usd_per_nat=1e8, usd_per_flop=PRICE)
    # The sizes are 14 % apart.
    assert found.params[found.best] == pytest.approx(golden_law.optimal_params(5.76e23), rel=0.14)


def test_the_best_budget_is_the_knee(golden_law):
    knee_flop = float(knee_budget_flop(golden_law, 1e8, usd_per_flop=PRICE))
    found = decision_on_budget(golden_law, knee_flop * 2, value_usd_per_nat=1e8, usd_per_flop=PRICE)
    work = 6 * found.params * found.tokens
    # Budgets are 15 % apart.
    assert work[found.best] == pytest.approx(knee_flop, rel=0.16)


def test_chances_of_being_the_best_add_up_to_one(drawn_law):
    found = decision_on_split(drawn_law, 1e22, value_usd_per_nat=1e8, usd_per_flop=PRICE)
    assert found.chances_best().sum() == pytest.approx(1.0)


def test_many_draws_at_once_agree_with_one_call_per_draw(drawn_law):
    N, D = np.array([7e9, 70e9]), np.array([140e9, 1.4e12])
    all_at_once = decision_between(drawn_law, N, D, value_usd_per_nat=1e7, usd_per_flop=PRICE).value_usd
    one = replace(drawn_law, E=drawn_law.E[3], A=drawn_law.A[3], B=drawn_law.B[3])
    np.testing.assert_allclose(
        all_at_once[:, 3],
        decision_between(one, N, D, value_usd_per_nat=1e7, usd_per_flop=PRICE).value_usd[:, 0],
    )


def test_a_negative_value_is_refused_by_name(golden_law):
    with pytest.raises(DomainError, match="value_usd_per_nat must be at least 0, got -1"):
        decision_between(golden_law, np.ones(1), np.ones(1), value_usd_per_nat=-1.0, usd_per_flop=PRICE)
