"""The price of a wrong split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.compute import usd_per_flop
from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, Kaplan, PowerLaw, compute_optimal
from nextdollar.scaling.wrong_allocation import budget_for_loss, dead_weight, tokens_for_loss

# Open-Athena, scaling-law-analysis 3e0656e, experiment 11: surface through the digitised Llama 3 points.
LLAMA_3 = Chinchilla(E=0.6047, A=59.1, alpha=0.3100, B=155.1, beta=0.3136)
LLAMA_3_FLOP = 3.8e25


def test_the_llama_3_surface_splits_the_budget_as_published():
    # 621.6B parameters on 10.2T tokens; the coefficients are printed to three or four digits.
    best = compute_optimal(LLAMA_3, LLAMA_3_FLOP)
    assert best.params == pytest.approx(621.6e9, rel=5e-3)
    assert best.tokens == pytest.approx(10.2e12, rel=5e-3)


def test_approach_2_wastes_on_llama_3_what_was_published():
    # 393.3B parameters for 3.8e25 FLOP waste 2.39e24 FLOP, 6.3 % of the budget (same experiment).
    N = 393.3e9
    waste = dead_weight(LLAMA_3, N, LLAMA_3_FLOP / (6 * N))
    assert waste.spent_flop == pytest.approx(LLAMA_3_FLOP, rel=1e-12)
    assert waste.flop == pytest.approx(2.39e24, rel=0.01)
    assert waste.share == pytest.approx(0.063, abs=1e-3)


def test_the_published_price_of_that_waste_holds_at_the_fp8_peak():
    # "$1.3M" at 2 USD per H100-hour and an MFU of 50 %: right for a peak of 1979 TFLOP/s; at the dense
    # bf16 peak of 989.4 TFLOP/s, which an MFU is a share of here, it is twice that.
    price = {peak: usd_per_flop(peak, 2.0, mfu=0.5) for peak in (1979e12, 989.4e12)}
    assert 2.39e24 * price[1979e12] == pytest.approx(1.3e6, rel=0.04)
    assert 2.39e24 * price[989.4e12] == pytest.approx(2.68e6, rel=2e-3)


@settings(max_examples=30)
@given(st.floats(1e17, 1e28))
def test_the_budget_for_the_best_loss_of_a_budget_is_that_budget(budget):
    for law in (LLAMA_3, Kaplan(6.4e13, 1.8e13, 0.076, 0.103)):
        loss = compute_optimal(law, budget).loss_nats
        assert budget_for_loss(law, loss) == pytest.approx(budget, rel=1e-9)


@settings(max_examples=30)
@given(st.floats(1e7, 1e13), st.floats(1e8, 1e15))
def test_dead_weight_is_a_share_and_none_only_at_the_best_split(N, D):
    waste = dead_weight(LLAMA_3, N, D)
    assert 0 <= waste.share < 1
    best = compute_optimal(LLAMA_3, 6 * N * D)
    assert dead_weight(LLAMA_3, best.params, best.tokens).share == pytest.approx(0, abs=1e-9)
    if not 0.9 < N / best.params < 1.1:
        assert waste.share > 1e-5


@settings(max_examples=30)
@given(st.floats(1.1, 50), st.floats(1.01, 2))
def test_a_split_further_off_wastes_more(factor, further):
    best = compute_optimal(LLAMA_3, 1e23)
    for side in (1, -1):
        near, far = (
            dead_weight(LLAMA_3, best.params * f**side, best.tokens / f**side).share
            for f in (factor, factor * further)
        )
        assert far > near


def test_dearer_training_work_moves_no_share():
    one = dead_weight(LLAMA_3, 1e9, 1e12)
    other = dead_weight(LLAMA_3, 1e9, 1e12, flop_per_param_token=7.5)
    assert other.share == pytest.approx(one.share, rel=1e-9)
    assert other.flop == pytest.approx(one.flop * 7.5 / 6, rel=1e-9)


@settings(max_examples=30)
@given(st.floats(1e7, 1e12), st.floats(1e8, 1e14))
def test_the_tokens_for_a_loss_reach_it(N, D):
    assert tokens_for_loss(LLAMA_3, N, LLAMA_3.loss(N, D)) == pytest.approx(D, rel=1e-7)


def test_a_loss_at_or_below_the_floor_has_no_budget_and_no_tokens():
    assert np.isnan(budget_for_loss(LLAMA_3, 0.6047))
    assert np.isnan(budget_for_loss(LLAMA_3, 0.5))
    assert np.isnan(tokens_for_loss(LLAMA_3, 1e9, 0.65))


def test_draws_agree_with_one_call_each():
    law = Chinchilla(np.array([1.8, 1.7]), 480.0, np.array([0.35, 0.34]), np.array([2000.0, 410.0]), 0.36)
    together = dead_weight(law, 1e9, 1e12).needed_flop
    tokens = tokens_for_loss(law, 1e10, 2.2)
    for i in (0, 1):
        single = Chinchilla(law.E[i], 480.0, law.alpha[i], law.B[i], 0.36)
        assert together[i] == pytest.approx(dead_weight(single, 1e9, 1e12).needed_flop, rel=1e-12)
        assert tokens[i] == pytest.approx(tokens_for_loss(single, 1e10, 2.2), rel=1e-12)


def test_losses_of_zero_and_laws_without_a_best_split_are_refused_by_name():
    with pytest.raises(DomainError, match=r"loss_nats must be above 0, got 0\.0"):
        budget_for_loss(LLAMA_3, 0.0)
    with pytest.raises(DomainError, match="fix the tokens per parameter instead"):
        dead_weight(PowerLaw(1.75, 0.48, 0.1, "params"), 1e9, 1e12)
