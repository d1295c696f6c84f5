"""Cost of served tokens, and room for weights."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute import gpus_to_hold, inference_flop_per_token, serving_usd_per_token, usd_per_flop
from nextdollar.errors import DomainError

H100_FLOP_PER_S = 989.4e12


def test_a_token_costs_its_work_at_the_price_of_work():
    # shared/facts/evidence.md section 5: serving at 2.25e-18 USD per FLOP is 2 USD an hour at 25 %.
    price = usd_per_flop(H100_FLOP_PER_S, 2.0, mfu=0.25)
    assert price == pytest.approx(2.25e-18, abs=5e-21)
    token = serving_usd_per_token(70e9, H100_FLOP_PER_S, mfu=0.25, usd_per_gpu_hour=2.0)
    assert token == pytest.approx(inference_flop_per_token(70e9) * price, rel=1e-14)


def test_the_mfu_of_each_point_of_a_frontier_gives_its_price(shared_data):
    # 46 points of 7 models on an H100 at 2.10 USD an hour (Epoch, inference economics), which takes
    # its peak as 1e15 FLOP/s in bf16 and 2e15 in fp8. MFU and price are printed to six digits.
    path = shared_data / "evidence" / "inference_frontier_reference.csv"
    with path.open(newline="", encoding="utf-8") as file:
        points = list(csv.DictReader(file))
    for point in points:
        price = serving_usd_per_token(
            float(point["active_params"]),
            {"8": 2e15, "16": 1e15}[point["weight_bits"]],
            mfu=float(point["mfu"]),
            usd_per_gpu_hour=float(point["usd_per_gpu_hour"]),
        )
        assert price * 1e6 == pytest.approx(float(point["usd_per_million_output_tokens"]), rel=1.1e-5)
    assert len(points) == 46


@given(st.floats(1e8, 1e13), st.floats(0.01, 1.0), st.floats(0.05, 1.0))
def test_half_the_load_doubles_the_cost_of_a_token(params, mfu, load):
    case = {"mfu": mfu, "usd_per_gpu_hour": 2.0}
    full = serving_usd_per_token(params, H100_FLOP_PER_S, load_share=load, **case)
    half = serving_usd_per_token(params, H100_FLOP_PER_S, load_share=load / 2, **case)
    assert half == pytest.approx(2 * full, rel=1e-13)


@pytest.mark.parametrize(("load", "multiple"), [(0.05, 20.0), (0.30, 3.3)])
def test_low_load_multiplies_the_cost_as_the_facts_say(load, multiple):
    # shared/facts/compute.md section 5: at 5 to 30 % average load 3 to 20 times the benchmark figure.
    case = {"mfu": 0.4, "usd_per_gpu_hour": 2.0}
    full = serving_usd_per_token(70e9, H100_FLOP_PER_S, **case)
    low = serving_usd_per_token(70e9, H100_FLOP_PER_S, load_share=load, **case)
    assert low / full == pytest.approx(multiple, rel=0.02)


@pytest.mark.parametrize(
    ("params", "bytes_per_param", "gpus"),
    [
        # 405 B in bf16 is 811 GB: two nodes of 8 H100 80 GB, 11 by weights alone. In fp8 one node
        # holds it (Llama 3, arXiv:2407.21783, section 6).
        (405.9e9, 2.0, 11),
        (405.9e9, 1.0, 6),
        (7e9, 2.0, 1),
        (40e9, 2.0, 1),
        (40.1e9, 2.0, 2),
    ],
)
def test_weights_fit_on_the_least_number_of_gpus(params, bytes_per_param, gpus):
    assert gpus_to_hold(params, bytes_per_param, memory_bytes=80e9) == gpus


@given(st.floats(1e6, 1e13), st.sampled_from([0.5, 1.0, 2.0, 16.0]), st.floats(0.1, 1.0))
def test_that_many_gpus_hold_the_weights_and_one_less_does_not(params, bytes_per_param, usable):
    gpus = gpus_to_hold(params, bytes_per_param, memory_bytes=80e9, usable_share=usable)
    weights, room = params * bytes_per_param, 80e9 * usable
    assert weights <= gpus * room * (1 + 1.1e-9)
    assert gpus == 1 or weights > (gpus - 1) * room


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    params = np.geomspace(1e9, 1e13, 7)
    together = serving_usd_per_token(params, H100_FLOP_PER_S, mfu=0.4, usd_per_gpu_hour=2.0)
    singles = [
        serving_usd_per_token(size, H100_FLOP_PER_S, mfu=0.4, usd_per_gpu_hour=2.0)
        for size in params.tolist()
    ]
    np.testing.assert_array_equal(together, singles)
    held = [gpus_to_hold(size, 2.0, memory_bytes=80e9) for size in params.tolist()]
    np.testing.assert_array_equal(gpus_to_hold(params, 2.0, memory_bytes=80e9), held)


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"mfu must be above 0 and at most 1, got 2\.0"):
        serving_usd_per_token(7e9, 1e15, mfu=2.0, usd_per_gpu_hour=2.0)
    with pytest.raises(DomainError, match=r"load_share must be above 0 and at most 1, got 0\.0"):
        serving_usd_per_token(7e9, 1e15, mfu=0.4, usd_per_gpu_hour=2.0, load_share=0.0)
    with pytest.raises(DomainError, match=r"params must be above 0, got 0\.0"):
        gpus_to_hold(0.0, 2.0, memory_bytes=80e9)
    with pytest.raises(DomainError, match=r"bytes_per_param must be above 0, got -2\.0"):
        gpus_to_hold(1e9, -2.0, memory_bytes=80e9)
    with pytest.raises(DomainError, match=r"memory_bytes must be above 0, got 0\.0"):
        gpus_to_hold(1e9, 2.0, memory_bytes=0.0)
    with pytest.raises(DomainError, match=r"usable_share must be above 0 and at most 1, got 1\.5"):
        gpus_to_hold(1e9, 2.0, memory_bytes=80e9, usable_share=1.5)
