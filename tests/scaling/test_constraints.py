"""Splits under limits of time, memory and data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.compute import gpu_seconds, gpus_to_hold
from nextdollar.errors import DomainError
from nextdollar.scaling import compute_optimal
from nextdollar.scaling.constraints import (
    Limits,
    flop_by_deadline,
    limited_least_total,
    limited_optimal,
    limited_within_total,
    params_in_memory,
)
from nextdollar.scaling.inference_aware import best_within_total, least_total, lifetime_flop

FACTORS = st.floats(0.01, 100)


def test_work_by_a_deadline_is_the_machine_time_read_backwards():
    # 2 048 H100 at an MFU of 40 % for 38 days.
    flop = flop_by_deadline(2048, 38 * 86_400, peak_flop_per_s=989.4e12, mfu=0.4)
    assert flop == pytest.approx(2.661e24, rel=1e-3)
    assert gpu_seconds(flop, 989.4e12, mfu=0.4) == pytest.approx(2048 * 38 * 86_400, rel=1e-12)


def test_parameters_in_memory_are_those_that_the_machines_hold():
    # 8 H100 of 80 GB hold the Adam state of 40 B parameters at 16 bytes each.
    assert params_in_memory(8 * 80e9) == pytest.approx(40e9)
    assert gpus_to_hold(params_in_memory(8 * 80e9), 16.0, memory_bytes=80e9) == 8
    assert params_in_memory(80e9, bytes_per_param=2.0, usable_share=0.8) == pytest.approx(32e9)


@settings(max_examples=40)
@given(st.floats(1e19, 1e26), FACTORS, FACTORS)
def test_no_allowed_split_is_better(hoffmann, budget, params_factor, tokens_factor):
    free = compute_optimal(hoffmann, budget)
    limits = Limits(free.params * params_factor, free.tokens * tokens_factor, budget)
    best = limited_optimal(hoffmann, limits).split
    assert best.params <= limits.params * (1 + 1e-12)
    assert best.tokens <= limits.tokens * (1 + 1e-12)
    assert 6 * best.params * best.tokens <= budget * (1 + 1e-12)
    others = np.minimum(free.params * np.geomspace(1e-4, 1e4, 400), limits.params)
    tokens = np.minimum(budget / (6 * others), limits.tokens)
    assert best.loss_nats <= hoffmann.loss(others, tokens).min() * (1 + 1e-12)


@settings(max_examples=40)
@given(st.floats(1e19, 1e26), FACTORS, FACTORS)
def test_what_a_limit_costs_is_the_slope_of_the_loss_in_it(hoffmann, budget, params_factor, tokens_factor):
    free = compute_optimal(hoffmann, budget)
    limits = {"params": free.params * params_factor, "tokens": free.tokens * tokens_factor, "flop": budget}
    found = limited_optimal(hoffmann, Limits(**limits))
    step = 1e-4
    for name in limits:
        more, less = (
            limited_optimal(hoffmann, Limits(**{**limits, name: limits[name] * np.exp(side * step)}))
            for side in (1, -1)
        )
        if getattr(more, f"per_{name}_nats") == 0 or getattr(less, f"per_{name}_nats") == 0:
            continue
        slope = (less.split.loss_nats - more.split.loss_nats) / (2 * step)
        assert getattr(found, f"per_{name}_nats") == pytest.approx(slope, rel=1e-3, abs=1e-9)


def test_limits_that_do_not_bind_change_nothing_and_are_worth_nothing(hoffmann):
    free = compute_optimal(hoffmann, 1e23)
    found = limited_optimal(hoffmann, Limits(free.params * 2, free.tokens * 2, 1e23))
    assert found.split.params == pytest.approx(free.params, rel=1e-12)
    assert found.per_params_nats == found.per_tokens_nats == 0
    assert found.per_flop_nats > 0


def test_where_both_limits_bind_the_budget_is_worth_nothing(hoffmann):
    found = limited_optimal(hoffmann, Limits(1e9, 1e10, 1e23))
    assert (found.split.params, found.split.tokens) == (1e9, 1e10)
    assert found.per_flop_nats == 0
    assert found.per_params_nats > 0
    assert found.per_tokens_nats > 0


class TestServing:
    def test_without_limits_it_is_the_split_of_sardana(self, hoffmann):
        loss = hoffmann.frontier().loss(1e23)
        free = least_total(hoffmann, loss, inference_tokens=1e13)
        found = limited_least_total(hoffmann, Limits(), 1e23, inference_tokens=1e13)
        assert found.params == pytest.approx(free.params, rel=1e-9)
        whole = best_within_total(hoffmann, 1e23, inference_tokens=1e12)
        found = limited_within_total(hoffmann, Limits(), 1e23, inference_tokens=1e12)
        assert found.params == pytest.approx(whole.params, rel=1e-12)
        assert found.loss_nats == pytest.approx(whole.loss_nats, rel=1e-12)

    @pytest.mark.parametrize("factor", [1.0, 1.02, 1.2])
    def test_a_deadline_keeps_the_model_large_enough_to_be_done_in_time(self, hoffmann, factor):
        found = limited_least_total(hoffmann, Limits(flop=factor * 1e23), 1e23, inference_tokens=1e14)
        free = least_total(hoffmann, hoffmann.frontier().loss(1e23), inference_tokens=1e14)
        assert found.params > free.params
        assert 6 * found.params * found.tokens == pytest.approx(factor * 1e23, rel=1e-5)
        assert found.loss_nats == pytest.approx(hoffmann.loss(found.params, found.tokens), rel=1e-9)

    def test_memory_holds_the_model_down(self, hoffmann):
        found = limited_least_total(hoffmann, Limits(params=5e9), 1e23, inference_tokens=1e12)
        assert found.params == 5e9
        assert found.loss_nats == pytest.approx(hoffmann.loss(5e9, 1e23 / 3e10), rel=1e-9)
        whole = limited_within_total(hoffmann, Limits(params=1e9), 1e23, inference_tokens=1e12)
        assert whole.params == 1e9
        assert lifetime_flop(whole.params, whole.tokens, 1e12) == pytest.approx(1e23, rel=1e-12)

    @pytest.mark.parametrize("served", [1e10, 1e11, 1e12, 1e13])
    @pytest.mark.parametrize(
        "limits", [Limits(flop=5e22), Limits(params=5e9, flop=9e22), Limits(flop=9.9e22)]
    )
    def test_no_allowed_split_of_a_whole_budget_is_better(self, hoffmann, limits, served):
        found = limited_within_total(hoffmann, limits, 1e23, inference_tokens=served)
        sizes = np.geomspace(1e7, min(1e12, limits.params), 2000)
        training = np.minimum(1e23 - 2 * sizes * served, limits.flop)
        sizes, training = sizes[training > 0], training[training > 0]
        losses = hoffmann.loss(sizes, training / (6 * sizes))
        assert found.loss_nats <= losses.min() * (1 + 1e-12)
        assert 6 * found.params * found.tokens <= limits.flop * (1 + 1e-12)
        assert lifetime_flop(found.params, found.tokens, served) <= 1e23 * (1 + 1e-12)
        assert found.params <= limits.params


def test_draws_agree_with_one_call_each(hoffmann):
    budgets = np.array([1e21, 1e23, 1e25])
    together = limited_optimal(hoffmann, Limits(params=1e10, tokens=1e12, flop=budgets))
    for i, budget in enumerate(budgets):
        single = limited_optimal(hoffmann, Limits(params=1e10, tokens=1e12, flop=budget))
        assert together.split.params[i] == pytest.approx(single.split.params, rel=1e-13)
        assert together.per_params_nats[i] == pytest.approx(single.per_params_nats, rel=1e-12)


def test_runs_without_an_end_and_limits_of_zero_are_refused_by_name(hoffmann):
    with pytest.raises(DomainError, match="limits must be on work, or on both parameters and tokens"):
        limited_optimal(hoffmann, Limits(params=1e9))
    with pytest.raises(DomainError, match=r"limit on params must be above 0, got 0\.0"):
        Limits(params=0.0)
    with pytest.raises(DomainError, match=r"mfu must be above 0 and at most 1, got 1\.2"):
        flop_by_deadline(8, 3600.0, peak_flop_per_s=1e15, mfu=1.2)
    with pytest.raises(DomainError, match=r"memory_bytes must be above 0, got 0\.0"):
        params_in_memory(0.0)
