"""Requests that come one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.fleet.open_arrivals import (
    ServingNeed,
    ServingSpeed,
    least_stay_s,
    open_point,
    stay_draws_s,
)
from nextdollar.compute.serving.bound import tpot_bound_s
from nextdollar.compute.serving.calibration import IDEAL, ErrorBand
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import Deployment, Layout, ServingLoad
from nextdollar.compute.serving.speculative import Speculation
from nextdollar.errors import DomainError

NEED = ServingNeed(np.ones(24), 1000.0, 300.0)
SCORES = np.linspace(-4, 4, 41)


def an_instance(cases, **layout) -> Deployment:
    return Deployment(cases.LLAMA_70B, cases.H100, Layout(4.0, **layout))


def test_the_least_stay_is_work_over_peak(cases):
    # 16 requests of 1,299 tokens, 2 x 70.55 B FLOP each, on four H100 at 1,979 TFLOP/s in fp8.
    expected = 16 * 1299 * 2 * 70.55e9 / (4 * 1979e12)
    assert least_stay_s(NEED, an_instance(cases), n_concurrent=16.0) == pytest.approx(expected, rel=1e-12)


def test_what_is_cached_is_not_worked_on(cases):
    half = replace(NEED, cached_prompt_share=0.5)
    ratio = least_stay_s(half, an_instance(cases), n_concurrent=16.0) / least_stay_s(
        NEED, an_instance(cases), n_concurrent=16.0
    )
    assert ratio == pytest.approx((500 + 299) / (1000 + 299), rel=1e-12)


def test_no_point_of_a_hundred_thousand_random_configurations_is_faster_than_its_arithmetic(cases):
    deployment, load = cases.random_configurations(100_000)
    speed = ServingSpeed(cases.random_calibration(100_000), ErrorBand(1.0, 1.0), ErrorBand(1.0, 1.0))
    n = load.n_concurrent
    for prompt, answer in ((1.0, 1.0), (1000.0, 1.0), (1.0, 1000.0), (3000.0, 300.0)):
        need = replace(NEED, n_prompt_tokens=prompt, n_output_tokens=answer)
        point = open_point(need, deployment, n_concurrent=n, speed=speed)
        stay_s = point.ttft_s + (answer - 1.0) * point.tpot_s
        assert (stay_s >= least_stay_s(need, deployment, n_concurrent=n) * (1 - 1e-9)).all()


def test_open_arrivals_have_no_first_rush(cases):
    speed = ServingSpeed(cases.CALIBRATION, ErrorBand(0.7, 1.4), ErrorBand(0.5, 2.0))
    batches = np.array([2.0, 16.0, 128.0])
    closed = serve(an_instance(cases), ServingLoad(batches, 1000.0, 300.0), calibration=cases.CALIBRATION)
    found = open_point(NEED, an_instance(cases), n_concurrent=batches, speed=speed)
    assert (found.ttft_s < closed.ttft_s).all()
    np.testing.assert_allclose(found.tpot_s, closed.tpot_s, rtol=1e-12)


@pytest.mark.parametrize("speculation", [Speculation(), Speculation(2.0, 0.7, 0.05)])
def test_no_draw_beats_the_data_sheet(cases, speculation):
    deployment = an_instance(cases)
    speed = ServingSpeed(IDEAL, ErrorBand(0.2, 1.4), ErrorBand(0.1, 2.0), speculation)
    tpot_s, _ = stay_draws_s(
        NEED, deployment, n_concurrent=16.0, speed=speed, tpot_scores=SCORES, ttft_scores=SCORES
    )
    bound_s = tpot_bound_s(deployment, ServingLoad(16.0, 1000.0, 300.0), n_decoding=1.0)
    assert (tpot_s >= bound_s / (float(speculation.n_drafts) + 1.0)).all()


@pytest.mark.parametrize("answer", [1.0, 2.0, 300.0])
def test_no_draw_does_more_work_than_the_peak(cases, answer):
    speed = ServingSpeed(IDEAL, ErrorBand(0.01, 1.4), ErrorBand(0.01, 2.0))
    need = replace(NEED, n_output_tokens=answer)
    tpot_s, ttft_s = stay_draws_s(
        need, an_instance(cases), n_concurrent=256.0, speed=speed, tpot_scores=SCORES, ttft_scores=SCORES
    )
    stay_s = ttft_s + (answer - 1.0) * tpot_s
    assert (stay_s >= least_stay_s(need, an_instance(cases), n_concurrent=256.0) * (1 - 1e-9)).all()


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be above 0 in some hour"):
        replace(NEED, requests_per_s_by_hour=np.zeros(24))
    with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be at least 0, got -1\.0"):
        replace(NEED, requests_per_s_by_hour=np.array([1.0, -1.0]))
    with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be one number an hour"):
        replace(NEED, requests_per_s_by_hour=np.ones((2, 24)))
    with pytest.raises(DomainError, match=r"n_prompt_tokens must be at least 1, got 0"):
        replace(NEED, n_prompt_tokens=0.0)
    with pytest.raises(DomainError, match=r"tpot_limit_s must be above 0, or not given, got 0"):
        replace(NEED, tpot_limit_s=0.0)
    with pytest.raises(DomainError, match=r"cached_prompt_share must be at least 0 and at most 1, got 1\.5"):
        replace(NEED, cached_prompt_share=1.5)
