"""Cost of machine time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute import (
    gpu_hours,
    gpu_seconds,
    serving_cost_usd,
    serving_usd_per_token,
    training_cost_usd,
    training_flop,
    usd_per_flop,
)
from nextdollar.errors import DomainError

H100_FLOP_PER_S = 989.4e12
MONEY = st.floats(0.0, 1e4)


def test_a_flop_on_a_rented_h100_costs_what_the_facts_say():
    # shared/facts/evidence.md section 5: 1.40e-18 USD at 2 USD an hour and 40 %.
    assert usd_per_flop(H100_FLOP_PER_S, 2.0, mfu=0.4) == pytest.approx(1.40e-18, abs=5e-21)


def test_the_published_bill_of_mpt_7b_is_hours_times_price():
    # databricks.com/blog/mpt-7b: about 200 k USD; 100,320 A100 hours at 2 USD. Circular, so a check
    # of the product alone.
    assert training_cost_usd(100_320.0, 2.0) == pytest.approx(200_000, rel=0.01)


def test_the_largest_candidate_costs_about_ten_times_the_middle_one():
    # shared/design/case-study.md: serving 25 M tokens per customer and month for 1.4 M customers and
    # 36 months at 3 USD per million tokens is 3.8 B; v5 then costs about ten times v3. RunPod rented
    # an H100 at 2.99 USD in March 2025 (shared/data/compute/gpu_prices.csv). Within 2 %.
    tokens_served = 25e6 * 1.4e6 * 36
    usd_per_token_per_param = 3e-6 / 650e9
    serving_usd = [
        serving_cost_usd(tokens_served, size * usd_per_token_per_param) for size in (650e9, 5.4e12)
    ]
    assert serving_usd[0] == pytest.approx(3.8e9, rel=0.02)
    hours = [
        gpu_hours(gpu_seconds(training_flop(size, 20 * size), H100_FLOP_PER_S, mfu=0.4))
        for size in (650e9, 5.4e12)
    ]
    total_usd = [training_cost_usd(h, 2.99) + s for h, s in zip(hours, serving_usd, strict=True)]
    assert total_usd[1] / total_usd[0] == pytest.approx(10, rel=0.02)


def test_serving_by_arithmetic_is_near_the_price_that_the_case_study_reads():
    # shared/design/case-study.md: about 3 USD per million tokens for 650 B parameters, one digit.
    price = serving_usd_per_token(650e9, H100_FLOP_PER_S, mfu=0.4, usd_per_gpu_hour=2.99)
    assert 2.5e-6 < price < 3.5e-6


@given(st.floats(0.0, 1e9), MONEY, st.floats(1.0, 10.0))
def test_cost_is_linear_in_hours_and_in_price(hours, usd_per_hour, multiple):
    once = training_cost_usd(hours, usd_per_hour)
    assert training_cost_usd(2 * hours, usd_per_hour) == pytest.approx(2 * once, rel=1e-13)
    assert training_cost_usd(hours, 3 * usd_per_hour) == pytest.approx(3 * once, rel=1e-13)
    with_development = training_cost_usd(hours, usd_per_hour, development_multiple=multiple)
    assert with_development == pytest.approx(multiple * once, rel=1e-13)


@given(st.floats(1e15, 1e27), st.floats(0.01, 1.0), st.floats(0.01, 1.0), MONEY)
def test_work_at_its_price_is_hours_at_theirs(flop, mfu, goodput, usd_per_hour):
    by_work = flop * usd_per_flop(H100_FLOP_PER_S, usd_per_hour, mfu=mfu, goodput_share=goodput)
    hours = gpu_hours(gpu_seconds(flop, H100_FLOP_PER_S, mfu=mfu, goodput_share=goodput))
    assert by_work == pytest.approx(training_cost_usd(hours, usd_per_hour), rel=1e-12)


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    hours, price = np.geomspace(1e3, 1e7, 5), np.linspace(1.0, 5.0, 5)
    pairs = list(zip(hours.tolist(), price.tolist(), strict=True))
    np.testing.assert_array_equal(
        training_cost_usd(hours, price), [training_cost_usd(*pair) for pair in pairs]
    )
    np.testing.assert_array_equal(
        usd_per_flop(H100_FLOP_PER_S, price, mfu=0.4),
        [usd_per_flop(H100_FLOP_PER_S, p, mfu=0.4) for p in price.tolist()],
    )


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"gpu_hours must be at least 0, got -1\.0"):
        training_cost_usd(-1.0, 2.0)
    with pytest.raises(DomainError, match=r"usd_per_gpu_hour must be at least 0, got -2\.0"):
        training_cost_usd(1.0, -2.0)
    with pytest.raises(DomainError, match=r"development_multiple must be at least 1, got 0\.5"):
        training_cost_usd(1.0, 2.0, development_multiple=0.5)
    with pytest.raises(DomainError, match=r"usd_per_gpu_hour must be at least 0, got -2\.0"):
        usd_per_flop(1e15, -2.0, mfu=0.4)
    with pytest.raises(DomainError, match=r"tokens must be at least 0, got -1\.0"):
        serving_cost_usd(-1.0, 1e-6)
    with pytest.raises(DomainError, match=r"usd_per_token must be at least 0, got -1\.0"):
        serving_cost_usd(1.0, -1.0)
