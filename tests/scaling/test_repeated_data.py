"""Budgets split over few unique tokens."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, compute_optimal
from nextdollar.scaling.inference_aware import least_total, lifetime_flop
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.repeated_data import best_with_repeats, unaware_split, without_limit
from nextdollar.scaling.wrong_allocation import tokens_for_loss

# Muennighoff et al. 2023 (arXiv:2305.16264); coefficients of huggingface/datablations, README.
MUENNIGHOFF = DataConstrained(
    math.exp(0.6254804), math.exp(6.255414), 0.3526596, math.exp(7.3049974), 0.3526596, 15.387756, 5.309743
)
SHORT = replace(MUENNIGHOFF, unique_tokens=25e9)


def test_finds_the_optimum_of_muennighoff_and_others():
    # Continuous optimum at 1e22 FLOP and 25e9 unique tokens (shared/facts/scaling.md, section 2b).
    best = best_with_repeats(SHORT, 1e22)
    assert best.split.tokens == pytest.approx(237.208e9, rel=1e-5)
    assert best.epochs == pytest.approx(9.4883, rel=1e-5)
    assert best.split.params == pytest.approx(7.02619e9, rel=1e-5)
    assert best.split.loss_nats == pytest.approx(2.22212927, abs=5e-9)
    # The grid of the authors' README: 7.02236e9 parameters, 237.337e9 tokens.
    assert best.split.loss_nats <= SHORT.loss(7.02236e9, 237.337e9)


@pytest.mark.parametrize(
    # Effective over total tokens by epochs (same section).
    ("epochs", "share"),
    [(1, 1.0), (2, 0.9841), (4, 0.9314), (8, 0.8280), (16, 0.6614), (40, 0.3792)],
)
def test_repeats_are_worth_what_they_are_worth(epochs, share):
    assert SHORT.effective_tokens(25e9 * epochs) / (25e9 * epochs) == pytest.approx(share, abs=5e-5)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e19, 1e25), st.floats(1e8, 1e13))
def test_no_other_split_has_a_lower_loss(budget, unique):
    law = replace(MUENNIGHOFF, unique_tokens=unique)
    best = best_with_repeats(law, budget).split

    def loss(x: float) -> float:
        return float(law.loss(np.exp(x), budget / (6 * np.exp(x))))

    x = np.log(best.params)
    found = minimize_scalar(loss, bounds=(x - 4, x + 4), method="bounded", options={"xatol": 1e-9})
    assert best.loss_nats <= found.fun * (1 + 1e-12)


def test_a_grid_as_fine_as_that_of_the_authors_is_never_better():
    for budget in np.geomspace(1e20, 1e24, 9):
        grid = np.geomspace(1e8, 1e12, 20_000)
        least = SHORT.loss(grid, budget / (6 * grid)).min()
        assert best_with_repeats(SHORT, budget).split.loss_nats <= least


def test_unlimited_data_give_the_split_of_hoffmann_and_others():
    law = replace(MUENNIGHOFF, unique_tokens=np.inf)
    found, plain = best_with_repeats(law, 1e22), compute_optimal(without_limit(law), 1e22)
    assert found.split.params == pytest.approx(plain.params, rel=1e-12)
    assert found.epochs == found.effective_share == 1
    assert found.dead_weight.share == pytest.approx(0, abs=1e-12)
    assert found.per_unique_nats == 0


def test_more_unique_tokens_never_raise_the_loss_and_fewer_are_repeated_more():
    found = best_with_repeats(replace(MUENNIGHOFF, unique_tokens=np.geomspace(1e9, 1e12, 60)), 1e22)
    assert (np.diff(found.split.loss_nats) <= 1e-15).all()
    assert (np.diff(found.epochs) <= 1e-12).all()
    assert (np.diff(found.dead_weight.share) <= 1e-9).all()


@settings(max_examples=25)
@given(st.floats(1e21, 1e24), st.floats(2e9, 2e10))
def test_the_worth_of_more_data_is_the_slope_of_the_best_loss(budget, unique):
    found = best_with_repeats(replace(MUENNIGHOFF, unique_tokens=unique), budget)
    step = 1e-4
    more, less = (
        best_with_repeats(replace(MUENNIGHOFF, unique_tokens=unique * np.exp(side * step)), budget)
        for side in (1, -1)
    )
    slope = (less.split.loss_nats - more.split.loss_nats) / (2 * step)
    assert found.per_unique_nats == pytest.approx(slope, rel=1e-4)


def test_the_unaware_split_reaches_the_same_loss_for_more():
    best = best_with_repeats(SHORT, 1e22).split
    unaware = unaware_split(SHORT, best.loss_nats)
    assert SHORT.loss(unaware.params, unaware.tokens) == pytest.approx(best.loss_nats, rel=1e-12)
    assert 6 * unaware.params * unaware.tokens > 1.01e22
    plain = compute_optimal(without_limit(SHORT), 6 * unaware.params * unaware.tokens)
    assert unaware.params == pytest.approx(plain.params, rel=1e-9)


def test_a_loss_that_repeats_cannot_reach_has_no_unaware_split():
    assert np.isnan(unaware_split(replace(MUENNIGHOFF, unique_tokens=1e9), 2.0).params)


@pytest.mark.parametrize("served", [1e9, 1e11, 1e13, 1e15])
# Hundreds of epochs flatten the loss so far that its last digit is worth a millionth of the budget.
@pytest.mark.parametrize("unique", [5e9, 25e9, 1e12])
def test_the_cheapest_way_to_a_loss_minds_repeats_and_serving_at_once(unique, served):
    law = replace(MUENNIGHOFF, unique_tokens=unique)
    loss = best_with_repeats(law, 1e22).split.loss_nats
    best = least_total(law, loss, inference_tokens=served)
    assert law.loss(best.params, best.tokens) == pytest.approx(loss, rel=1e-12)
    sizes = best.params * np.geomspace(1 / 20, 20, 801)
    tokens = tokens_for_loss(law, sizes, np.full(sizes.shape, loss))
    is_reached = np.isfinite(tokens)
    bills = lifetime_flop(sizes[is_reached], tokens[is_reached], served)
    assert lifetime_flop(best.params, best.tokens, served) <= bills.min() * (1 + 1e-9)


def test_budgets_at_once_agree_with_one_call_each():
    budgets = np.geomspace(1e19, 1e25, 7)
    together = best_with_repeats(SHORT, budgets)
    for i, budget in enumerate(budgets):
        single = best_with_repeats(SHORT, budget)
        assert together.split.params[i] == pytest.approx(single.split.params, rel=1e-12)
        assert together.dead_weight.share[i] == pytest.approx(single.dead_weight.share, abs=1e-12)


def test_a_budget_of_zero_is_refused_by_name():
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0\.0"):
        best_with_repeats(SHORT, 0.0)
    assert isinstance(without_limit(SHORT), Chinchilla)
