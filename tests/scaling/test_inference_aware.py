"""The best split of a model that is served."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, Kaplan, PowerLaw, compute_optimal
from nextdollar.scaling.inference_aware import (
    best_within_total,
    least_total,
    lifetime_flop,
    served_as_trained_tokens,
    tokens_that_justify,
)

# The exponents that reproduce figure 1 of Sardana et al. 2024 (arXiv:2401.00448).
SARDANA = Chinchilla(E=1.69, A=406.4, alpha=0.336, B=410.7, beta=0.283)
KAPLAN = Kaplan(6.4e13, 1.8e13, 0.076, 0.103)


def of_quality(params: float) -> tuple[float, float]:
    """Return (loss, budget) of the compute-optimal model of a size."""
    budget = 6 * params * tokens_beside(params)
    return float(SARDANA.loss(params, tokens_beside(params))), budget


def tokens_beside(params: float) -> float:
    """Return the tokens with which a size is compute-optimal: alpha A / N**alpha = beta B / D**beta."""
    return float((0.283 * 410.7 * params**0.336 / (0.336 * 406.4)) ** (1 / 0.283))


@pytest.mark.parametrize(
    # shared/facts/scaling.md, section 2b: Sardana; the first is printed as 7B, 17 %, 1.7e22 FLOP.
    ("quality", "served", "params", "tokens", "saving"),
    [
        (13e9, 2e12, 6.969e9, 1.248e12, 0.1745),
        (30e9, 1e13, 13.61e9, 4.426e12, 0.2798),
        (70e9, 2e12, 57.92e9, 5.203e12, 0.0131),
        (7e9, 1e12, 3.711e9, 0.6088e12, 0.1810),
    ],
)
def test_saves_what_sardana_and_others_found(quality, served, params, tokens, saving):
    loss, _ = of_quality(quality)
    best = least_total(SARDANA, loss, inference_tokens=served)
    assert best.params == pytest.approx(params, rel=1e-3)
    assert best.tokens == pytest.approx(tokens, rel=1e-3)
    plain_flop = lifetime_flop(quality, tokens_beside(quality), served)
    saved_flop = plain_flop - lifetime_flop(best.params, best.tokens, served)
    assert saved_flop / plain_flop == pytest.approx(saving, rel=0.01)
    if quality == 13e9:
        assert saved_flop == pytest.approx(1.7e22, rel=0.01)


@settings(max_examples=25)
@given(st.floats(1e8, 1e12), st.floats(0, 1e15), st.floats(0.1, 10))
def test_nothing_else_of_the_same_loss_costs_less(quality, served, price_multiple):
    loss, _ = of_quality(quality)
    best = least_total(SARDANA, loss, inference_tokens=served, price_multiple=price_multiple)
    assert SARDANA.loss(best.params, best.tokens) == pytest.approx(loss, rel=1e-12)

    others = best.params * np.exp(np.linspace(-1, 1, 201))
    left = loss - 1.69 - 406.4 / others**0.336
    others, left = others[left > 0], left[left > 0]
    bills = lifetime_flop(others, (410.7 / left) ** (1 / 0.283), served, price_multiple=price_multiple)
    least = lifetime_flop(best.params, best.tokens, served, price_multiple=price_multiple)
    assert least <= bills.min() * (1 + 1e-12)


@settings(max_examples=25)
@given(st.floats(1e18, 1e27), st.floats(0, 1e15), st.floats(1.01, 10))
def test_no_other_split_of_the_whole_budget_has_a_lower_loss(total, served, factor):
    for law in (SARDANA, KAPLAN):
        best = best_within_total(law, total, inference_tokens=served)
        assert lifetime_flop(best.params, best.tokens, served) == pytest.approx(total, rel=1e-11)
        for other in (best.params * factor, best.params / factor):
            tokens = total / (6 * other) - served_as_trained_tokens(served)
            if tokens > 0:
                assert law.loss(other, tokens) >= best.loss_nats * (1 - 1e-13)


@settings(max_examples=25)
@given(st.floats(1e9, 1e12), st.floats(1e10, 1e14), st.floats(1.1, 100))
def test_more_serving_means_a_smaller_model_on_more_tokens(quality, served, more):
    loss, _ = of_quality(quality)
    few, many = (least_total(SARDANA, loss, inference_tokens=t) for t in (served, served * more))
    assert many.params < few.params < quality
    assert many.tokens > few.tokens > tokens_beside(quality)


@settings(max_examples=25)
@given(st.floats(1e18, 1e27))
def test_without_serving_it_is_the_compute_optimal_split(budget):
    for law in (SARDANA, KAPLAN):
        plain = compute_optimal(law, budget)
        for best in (
            best_within_total(law, budget, inference_tokens=0.0),
            least_total(law, plain.loss_nats, inference_tokens=0.0),
        ):
            assert best.params == pytest.approx(plain.params, rel=1e-8)
            assert best.tokens == pytest.approx(plain.tokens, rel=1e-8)


def test_serving_at_twice_the_price_counts_like_twice_the_tokens():
    loss, _ = of_quality(13e9)
    dear = least_total(SARDANA, loss, inference_tokens=1e12, price_multiple=2.0)
    busy = least_total(SARDANA, loss, inference_tokens=2e12)
    assert dear.params == pytest.approx(busy.params, rel=1e-12)


@settings(max_examples=25)
@given(st.floats(1e9, 1e12), st.floats(1e10, 1e14))
def test_the_tokens_that_justify_a_split_are_those_it_is_best_for(quality, served):
    loss, _ = of_quality(quality)
    best = least_total(SARDANA, loss, inference_tokens=served)
    assert tokens_that_justify(SARDANA, best.params, best.tokens) == pytest.approx(served, rel=1e-6)


def test_no_serving_justifies_too_large_a_model():
    assert tokens_that_justify(SARDANA, 175e9, 300e9) == 0


def test_draws_agree_with_one_call_each_and_unreachable_losses_are_nan():
    law = Chinchilla(np.array([1.69, 1.6, 2.5]), 406.4, np.array([0.336, 0.34, 0.336]), 410.7, 0.283)
    together = least_total(law, 2.0, inference_tokens=2e12)
    for i in (0, 1):
        single = Chinchilla(law.E[i], 406.4, law.alpha[i], 410.7, 0.283)
        best = least_total(single, 2.0, inference_tokens=2e12)
        assert together.params[i] == pytest.approx(best.params, rel=1e-10)
        assert together.tokens[i] == pytest.approx(best.tokens, rel=1e-10)
    assert np.isnan([together.params[2], together.tokens[2], together.loss_nats[2]]).all()


def test_negative_tokens_and_laws_without_a_best_split_are_refused_by_name():
    with pytest.raises(DomainError, match=r"inference_tokens must be at least 0, got -1\.0"):
        least_total(SARDANA, 2.0, inference_tokens=-1.0)
    with pytest.raises(DomainError, match=r"price_multiple must be above 0, got 0\.0"):
        best_within_total(SARDANA, 1e22, inference_tokens=1e12, price_multiple=0.0)
    with pytest.raises(DomainError, match="every split of a budget gives the same loss"):
        best_within_total(PowerLaw(1.6, 95.0, 0.1, "flop"), 1e22, inference_tokens=1e12)
