"""What ails a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, PowerLaw, compute_optimal
from nextdollar.scaling.diagnose import AILMENTS, diagnose, training_gap
from nextdollar.scaling.inference_aware import lifetime_flop, tokens_that_justify
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.wrong_allocation import dead_weight

MUENNIGHOFF = DataConstrained(1.8691, 521.0, 0.3526596, 1488.0, 0.3526596, 15.387756, 5.309743)


@pytest.mark.parametrize(
    # Sizes and tokens as published; that GPT-3 and Gopher had too few tokens is the finding of
    # Hoffmann et al. 2022 (table 1), that small Llamas had many is said in their papers.
    ("name", "params", "tokens", "ailment"),
    [
        ("GPT-3", 175e9, 300e9, "under-trained"),
        ("Gopher", 280e9, 300e9, "under-trained"),
        ("Llama 7B", 7e9, 1.0e12, "compute-starved"),
        ("Llama 3 8B", 8e9, 15e12, "compute-starved"),
    ],
)
def test_known_models_are_told_apart(hoffmann, name, params, tokens, ailment):
    assert diagnose(hoffmann, params, tokens).ailment == ailment, name


def test_a_run_that_repeats_its_data_many_times_is_data_starved():
    law = replace(MUENNIGHOFF, unique_tokens=25e9)
    best = compute_optimal(law, 1e22)
    found = diagnose(law, best.params, best.tokens)
    assert found.ailment == "data-starved"
    assert found.allocation_share == pytest.approx(0, abs=1e-6)
    assert found.data_share > 0.3
    plenty = diagnose(replace(law, unique_tokens=np.inf), best.params, best.tokens)
    assert plenty.data_share == pytest.approx(0, abs=1e-12)


@settings(max_examples=40)
@given(st.floats(1e7, 1e12), st.floats(1e8, 1e14), st.floats(1e6, 1e14), st.floats(0, 1e14))
def test_waste_is_a_share_however_often_data_are_repeated(N, D, unique, served):
    found = diagnose(replace(MUENNIGHOFF, unique_tokens=unique), N, D, inference_tokens=served)
    assert 0 <= found.allocation_share <= 1
    assert 0 <= found.data_share <= 1
    assert 0 <= found.waste_share <= 1 + 1e-12


@settings(max_examples=25)
@given(st.floats(1e18, 1e26))
def test_the_best_split_is_balanced(budget):
    law = Chinchilla(1.82, 478.0, 0.347, 2143.0, 0.367)
    best = compute_optimal(law, budget)
    found = diagnose(law, best.params, best.tokens)
    assert found.ailment == "balanced"
    assert found.waste_share == pytest.approx(0, abs=1e-9)
    # At the best split a per cent of parameters is worth what a per cent of tokens is.
    assert found.params_elasticity == pytest.approx(found.tokens_elasticity, rel=1e-9)


@settings(max_examples=25)
@given(st.floats(1e8, 1e12), st.floats(1e9, 1e14))
def test_waste_without_serving_is_dead_weight_and_rebalancing_lowers_the_loss(N, D):
    law = Chinchilla(1.82, 478.0, 0.347, 2143.0, 0.367)
    found = diagnose(law, N, D)
    assert found.waste_share == pytest.approx(dead_weight(law, N, D).share, abs=1e-9)
    assert found.rebalanced.loss_nats <= found.loss_nats * (1 + 1e-12)
    assert 6 * found.rebalanced.params * found.rebalanced.tokens == pytest.approx(6 * N * D, rel=1e-9)
    assert found.best.loss_nats == found.loss_nats
    lacks_tokens = found.best.tokens_per_param > D / N
    expected = "under-trained" if lacks_tokens else "compute-starved"
    assert found.ailment == ("balanced" if found.waste_share <= 0.05 else expected)


def test_elasticities_are_relative_slopes_of_the_loss(hoffmann):
    found, step = diagnose(hoffmann, 7e9, 1e12), 1e-5
    for field, more, less in (
        ("params_elasticity", (7e9 * np.exp(step), 1e12), (7e9 * np.exp(-step), 1e12)),
        ("tokens_elasticity", (7e9, 1e12 * np.exp(step)), (7e9, 1e12 * np.exp(-step))),
    ):
        slope = np.log(hoffmann.loss(*less) / hoffmann.loss(*more)) / (2 * step)
        assert getattr(found, field) == pytest.approx(slope, rel=1e-6)


def test_serving_enough_makes_a_small_model_right(hoffmann):
    served = tokens_that_justify(hoffmann, 8e9, 15e12)
    found = diagnose(hoffmann, 8e9, 15e12, inference_tokens=served)
    assert found.ailment == "balanced"
    assert found.best.params == pytest.approx(8e9, rel=1e-6)
    assert lifetime_flop(found.best.params, found.best.tokens, served) == pytest.approx(
        lifetime_flop(8e9, 15e12, served), rel=1e-9
    )


def test_many_runs_at_once_agree_with_one_call_each(hoffmann):
    sizes = np.array([7e9, 70e9, 175e9])
    together = diagnose(hoffmann, sizes, 1e12)
    for i, size in enumerate(sizes):
        single = diagnose(hoffmann, size, 1e12)
        assert together.ailment[i] == single.ailment
        assert together.allocation_share[i] == pytest.approx(single.allocation_share, rel=1e-9, abs=1e-12)
    assert set(together.ailment.tolist()) <= set(AILMENTS)


class TestTheTrainingGap:
    def test_a_run_as_good_as_the_law_says_has_none(self, hoffmann):
        gap = training_gap(hoffmann, 7e9, 1e12, hoffmann.loss(7e9, 1e12))
        assert gap.share == pytest.approx(0, abs=1e-15)
        assert gap.lost_flop_share == pytest.approx(0, abs=1e-12)
        assert not gap.is_worse

    def test_a_run_worse_than_that_is_worth_less_work(self, hoffmann):
        expected = hoffmann.loss(7e9, 1e12)
        gap = training_gap(hoffmann, 7e9, 1e12, expected * np.array([1.01, 1.05, 0.97]))
        np.testing.assert_allclose(gap.share, [0.01, 0.05, -0.03], atol=1e-12)
        np.testing.assert_array_equal(gap.is_worse, [False, True, False])
        assert gap.lost_flop_share[1] > gap.lost_flop_share[0] > 0 > gap.lost_flop_share[2]
        assert np.isnan(training_gap(hoffmann, 7e9, 1e12, 1.0).lost_flop_share)


def test_wrong_numbers_are_refused_by_name(hoffmann):
    with pytest.raises(DomainError, match=r"N must be above 0, got 0\.0"):
        diagnose(hoffmann, 0.0, 1e12)
    with pytest.raises(DomainError, match=r"balanced_share must be at least 0 and below 1, got 1\.0"):
        diagnose(hoffmann, 1e9, 1e12, balanced_share=1.0)
    with pytest.raises(DomainError, match=r"observed_nats must be above 0, got -1\.0"):
        training_gap(hoffmann, 1e9, 1e12, -1.0)
    with pytest.raises(DomainError, match="fix the tokens per parameter instead"):
        diagnose(PowerLaw(1.75, 0.48, 0.1, "params"), 1e9, 1e12)
