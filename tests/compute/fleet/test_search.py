"""The cheapest configuration within limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, FleetPolicy
from nextdollar.compute.fleet.search import (
    ServingNeed,
    ServingOptions,
    ServingSpeed,
    cheapest_fleet,
    stay_draws_s,
)
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.inputs import Deployment, Layout
from nextdollar.errors import DomainError

DAY = 10.0 * (1.0 + 0.5 * np.cos(2 * np.pi * np.arange(24) / 24))
NEED = ServingNeed(DAY, 1000.0, 300.0, ttft_limit_s=2.0, tpot_limit_s=0.05)
POLICY = FleetPolicy()
GPUS = np.repeat([1.0, 2.0, 4.0, 8.0], 8)
BATCHES = np.tile(2.0 ** np.arange(1, 9), 4)


@pytest.fixture
def speed(cases):
    return ServingSpeed(cases.CALIBRATION, ErrorBand(0.7, 1.4), ErrorBand(0.5, 2.0))


@pytest.fixture
def options(cases):
    deployment = Deployment(cases.LLAMA_70B, cases.H100, Layout(GPUS))
    return ServingOptions(deployment, BATCHES, np.full(GPUS.size, 2.5))


def test_the_best_is_the_cheapest_of_those_that_may_be_chosen(options, speed):
    found = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    allowed = found.is_feasible
    assert allowed.any()
    assert not allowed.all()
    best = found.best()
    assert allowed[best]
    assert found.usd_per_month[best] == found.usd_per_month[allowed].min()


def test_of_equal_cost_the_fastest_is_chosen(options, speed):
    quiet = replace(NEED, requests_per_s_by_hour=np.full(24, 1e-3))
    found = cheapest_fleet(quiet, options, speed=speed, policy=POLICY)
    best = found.best()
    equal = found.is_feasible & (found.usd_per_month == found.usd_per_month[best])
    assert equal.sum() > 1
    assert found.point.tpot_s[best] == found.point.tpot_s[equal].min()


def test_without_error_cost_is_instances_times_gpus_times_hours_times_price(options, speed):
    exact = replace(speed, tpot_band=ErrorBand(1.0, 1.0), ttft_band=ErrorBand(1.0, 1.0))
    found = cheapest_fleet(NEED, options, speed=exact, policy=POLICY)
    expected = found.fleet.n_peak_instances * GPUS * HOURS_PER_MONTH * 2.5
    np.testing.assert_allclose(found.usd_per_month, expected, rtol=1e-12)


def test_the_less_is_known_of_the_speed_the_more_it_costs(options, speed):
    narrow = replace(speed, tpot_band=ErrorBand(0.9, 1 / 0.9), ttft_band=ErrorBand(0.9, 1 / 0.9))
    wide = replace(speed, tpot_band=ErrorBand(0.3, 1 / 0.3), ttft_band=ErrorBand(0.3, 1 / 0.3))
    low, high = (cheapest_fleet(NEED, options, speed=item, policy=POLICY) for item in (narrow, wide))
    assert high.usd_per_month.sum() > low.usd_per_month.sum()


def test_all_at_once_agree_with_one_configuration_at_a_time(options, speed, cases):
    together = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    for place in range(0, GPUS.size, 5):
        one = ServingOptions(
            Deployment(cases.LLAMA_70B, cases.H100, Layout(float(GPUS[place]))),
            BATCHES[place : place + 1],
            np.array([2.5]),
        )
        alone = cheapest_fleet(NEED, one, speed=speed, policy=POLICY)
        assert alone.usd_per_month[0] == pytest.approx(together.usd_per_month[place], rel=1e-12)
        assert alone.is_feasible[0] == together.is_feasible[place]


def test_limits_hold_with_the_chance_asked_for(options, speed):
    found = cheapest_fleet(NEED, options, speed=speed, policy=FleetPolicy(sure_share=0.95))
    best = found.best()
    assert found.point.tpot_s[best] * 1.4 <= NEED.tpot_limit_s
    assert found.point.ttft_s[best] * 2.0 <= NEED.ttft_limit_s
    careless = cheapest_fleet(NEED, options, speed=speed, policy=FleetPolicy(sure_share=0.5))
    np.testing.assert_allclose(careless.slow_tpot_s, careless.point.tpot_s, rtol=1e-9)
    assert careless.usd_per_month[careless.best()] <= found.usd_per_month[best]


@pytest.mark.parametrize(
    ("name", "limits"), [("tpot_limit_s", (0.03, 0.05, 0.2)), ("ttft_limit_s", (0.4, 1, 4))]
)
def test_a_tighter_limit_is_never_cheaper(options, speed, name, limits):
    costs = []
    for limit in limits:
        found = cheapest_fleet(replace(NEED, **{name: limit}), options, speed=speed, policy=POLICY)
        costs.append(found.usd_per_month[found.best()])
    assert costs == sorted(costs, reverse=True)


def test_no_limit_is_a_limit_that_everything_meets(options, speed):
    free = replace(NEED, ttft_limit_s=None, tpot_limit_s=None)
    found = cheapest_fleet(free, options, speed=speed, policy=POLICY)
    assert found.meets_ttft.all()
    assert found.meets_tpot.all()


def test_what_does_not_fit_is_never_chosen(options, speed):
    found = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    room = sequences_that_fit(options.deployment, 1150.0)
    np.testing.assert_array_equal(found.fits_in_memory, room >= BATCHES)
    # 70 GB of weights leave nearly no room in one H100.
    assert not found.fits_in_memory[GPUS == 1].all()


def test_a_request_of_full_length_must_fit(cases, speed):
    # 70.55 GB of weights leave 5.4 GB of an H100 at 95 %; a token takes 164 KB: 33,000 of them.
    one = ServingOptions(
        Deployment(cases.LLAMA_70B, cases.H100, Layout(1.0)), np.array([1.0]), np.array([2.5])
    )
    lengths = {"short": (20_000.0, 10_000.0), "long": (20_000.0, 20_000.0)}
    fits = {}
    for name, (prompt, answer) in lengths.items():
        need = ServingNeed(DAY, prompt, answer)
        fits[name] = bool(cheapest_fleet(need, one, speed=speed, policy=POLICY).fits_in_memory[0])
    # On average over its answer the long request would fit: 30,000 tokens.
    assert fits == {"short": True, "long": False}


def test_impossible_limits_leave_nothing(options, speed):
    found = cheapest_fleet(replace(NEED, tpot_limit_s=1e-6), options, speed=speed, policy=POLICY)
    assert found.best() is None


def test_among_leaves_out_the_others(options, speed):
    found = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    assert GPUS[found.best(GPUS == 8)] == 8
    assert found.best(np.zeros(GPUS.size, dtype=bool)) is None


def test_a_cached_prompt_is_never_dearer(options, speed):
    plain = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    cached = cheapest_fleet(replace(NEED, cached_prompt_share=0.8), options, speed=speed, policy=POLICY)
    assert (cached.usd_per_month <= plain.usd_per_month).all()


def test_a_median_score_gives_the_times_of_the_search(options, speed, cases):
    found = cheapest_fleet(NEED, options, speed=speed, policy=POLICY)
    deployment = Deployment(cases.LLAMA_70B, cases.H100, Layout(4.0))
    scores = np.array([0.0, 1.6448536269514722])
    tpot_s, ttft_s = stay_draws_s(
        NEED, deployment, n_concurrent=32.0, speed=speed, tpot_scores=scores, ttft_scores=scores
    )
    place = int(np.flatnonzero((GPUS == 4) & (BATCHES == 32))[0])
    np.testing.assert_allclose(tpot_s, found.point.tpot_s[place] * np.array([1.0, 1.4]), rtol=1e-9)
    np.testing.assert_allclose(ttft_s, found.point.ttft_s[place] * np.array([1.0, 2.0]), rtol=1e-9)


def test_numbers_outside_their_domain_are_refused_by_name(options):
    with pytest.raises(DomainError, match=r"n_concurrent must be at least 1, got 0\.5"):
        replace(options, n_concurrent=np.full(GPUS.size, 0.5))
    with pytest.raises(DomainError, match=r"usd_per_gpu_hour must be at least 0, got -1\.0"):
        replace(options, usd_per_gpu_hour=np.full(GPUS.size, -1.0))
