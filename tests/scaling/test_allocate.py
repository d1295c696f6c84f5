"""Splits of a training budget."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, Kaplan, PowerLaw, compute_optimal, fixed_ratio, params_for_budget

LAWS = {
    "hoffmann unrounded": Chinchilla(
        math.exp(0.5267228), math.exp(6.0073404), 0.33917084, math.exp(6.0179186), 0.2849083
    ),
    "hoffmann rounded": Chinchilla(1.69, 406.4, 0.34, 410.7, 0.28),
    "epoch reported": Chinchilla(1.8172, 482.01, 0.3478, 2085.43, 0.3658),
    "epoch optimum": Chinchilla(1.8172181, 477.8259, 0.3473105, 2143.417, 0.3671724),
}
BUDGETS = st.floats(1e16, 1e30)


@pytest.mark.parametrize(
    # shared/facts/scaling.md, table 2b: C = 6 N D, six digits, tolerance 1e-5.
    ("name", "budget", "params", "tokens", "ratio", "loss"),
    [
        ("hoffmann unrounded", 1e21, 2.21695e9, 7.51782e10, 33.9106, 2.295491),
        ("hoffmann unrounded", 5.76e23, 4.03609e10, 2.37854e12, 58.9317, 1.918412),
        ("hoffmann rounded", 5.76e23, 3.21899e10, 2.98231e12, 92.6474, 1.930748),
        ("epoch reported", 5.76e23, 7.22487e10, 1.32874e12, 18.3912, 1.974441),
        ("epoch optimum", 1e21, 2.79174e9, 5.97000e10, 21.3845, 2.304455),
        ("epoch optimum", 5.76e23, 7.31904e10, 1.31165e12, 17.9210, 1.973912),
        ("epoch optimum", 3.8e25, 6.30120e11, 1.00510e13, 15.9509, 1.891405),
    ],
)
def test_splits_budgets_as_the_golden_table_does(name, budget, params, tokens, ratio, loss):
    best = compute_optimal(LAWS[name], budget)
    assert best.params == pytest.approx(params, rel=1e-5)
    assert best.tokens == pytest.approx(tokens, rel=1e-5)
    assert best.tokens_per_param == pytest.approx(ratio, rel=1e-5)
    assert best.loss_nats == pytest.approx(loss, rel=1e-5)


@given(BUDGETS, st.floats(1.001, 100.0))
def test_no_other_split_of_the_same_budget_has_a_lower_loss(budget, factor):
    for law in (*LAWS.values(), Kaplan(6.4e13, 1.8e13, 0.076, 0.103)):
        best = compute_optimal(law, budget)
        for other in (best.params * factor, best.params / factor):
            assert law.loss(other, budget / (6 * other)) >= best.loss_nats * (1 - 1e-14)


@given(BUDGETS)
def test_the_split_spends_the_budget_and_lies_on_the_frontier(budget):
    for law in (*LAWS.values(), Kaplan(6.4e13, 1.8e13, 0.076, 0.103)):
        best = compute_optimal(law, budget)
        assert 6 * best.params * best.tokens == pytest.approx(budget, rel=1e-13)
        assert best.loss_nats == pytest.approx(law.frontier().loss(budget), rel=1e-12)


def test_the_optimum_is_flat():
    # The loss of half and of twice the best size, found by search for the docstring.
    law = LAWS["hoffmann unrounded"]
    for budget, excess in ((1e21, 0.0062), (3.8e25, 0.0016)):
        best = compute_optimal(law, budget)
        for factor in (0.5, 2.0):
            other = law.loss(best.params * factor, best.tokens / factor)
            assert 0 < other / best.loss_nats - 1 < excess


def test_dearer_tokens_buy_what_a_smaller_budget_buys():
    law = LAWS["epoch optimum"]
    dear = compute_optimal(law, 2e23, flop_per_param_token=12.0)
    cheap = compute_optimal(law, 1e23)
    assert dear.params == pytest.approx(cheap.params, rel=1e-13)
    assert dear.tokens == pytest.approx(cheap.tokens, rel=1e-13)


def test_draws_of_the_law_and_of_the_budget_agree_with_one_call_per_draw():
    law = Chinchilla(np.array([1.8, 1.7]), 480.0, np.array([0.35, 0.34]), np.array([2000.0, 410.0]), 0.36)
    together = compute_optimal(law, np.array([1e22, 1e24]))
    for i, budget in enumerate((1e22, 1e24)):
        single = compute_optimal(Chinchilla(law.E[i], 480.0, law.alpha[i], law.B[i], 0.36), budget)
        assert together.params[i] == pytest.approx(single.params, rel=1e-14)
        assert together.tokens[i] == pytest.approx(single.tokens, rel=1e-14)
        assert together.loss_nats[i] == pytest.approx(single.loss_nats, rel=1e-14)


def test_a_law_in_one_quantity_is_refused_with_the_reason():
    with pytest.raises(DomainError, match="fix the tokens per parameter instead"):
        compute_optimal(PowerLaw(1.7506, 0.4766, 0.1, "params"), 1e23)
    with pytest.raises(DomainError, match="every split of a budget gives the same loss"):
        compute_optimal(PowerLaw(1.6, 95.0, 0.1, "flop"), 1e23)


def test_a_fixed_ratio_gives_the_size_of_the_case_study():
    # shared/design/case-study.md: 650 B parameters at 20 tokens each take 5.07e25 FLOP.
    assert params_for_budget(5.07e25, 20.0) == pytest.approx(650e9, rel=1e-4)


def test_a_fixed_ratio_gives_the_loss_step_of_the_case_study():
    # shared/design/case-study.md: at 20 tokens per parameter the step from 7 B to 650 B is 0.367,
    # 16.8 %. That is the rounded law; the unrounded one gives 0.345, 16.0 %.
    law = LAWS["hoffmann rounded"]
    small, large = law.loss(7e9, 20 * 7e9), law.loss(650e9, 20 * 650e9)
    assert small - large == pytest.approx(0.367, abs=5e-4)
    assert (small - large) / small == pytest.approx(0.168, abs=5e-4)


@given(BUDGETS, st.floats(0.1, 1e4))
def test_a_fixed_ratio_spends_the_budget_and_keeps_the_ratio(budget, ratio):
    split = fixed_ratio(PowerLaw(1.7506, 0.4766, 0.1, "params"), budget, tokens_per_param=ratio)
    assert 6 * split.params * split.tokens == pytest.approx(budget, rel=1e-13)
    assert split.tokens_per_param == pytest.approx(ratio, rel=1e-13)


def test_a_fixed_ratio_is_never_better_than_the_best_one(hoffmann):
    ratios = np.geomspace(1.0, 1000.0, 31)
    losses = fixed_ratio(hoffmann, 1e24, tokens_per_param=ratios).loss_nats
    assert (losses >= compute_optimal(hoffmann, 1e24).loss_nats).all()


def test_budgets_and_ratios_of_zero_are_refused_by_name(hoffmann):
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0\.0"):
        compute_optimal(hoffmann, 0.0)
    with pytest.raises(DomainError, match=r"tokens_per_param must be above 0, got -20\.0"):
        params_for_budget(1e24, np.array([20.0, -20.0]))
    with pytest.raises(DomainError, match=r"flop_per_param_token must be above 0, got 0\.0"):
        compute_optimal(hoffmann, 1e24, flop_per_param_token=0.0)
