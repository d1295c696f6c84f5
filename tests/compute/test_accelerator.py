"""Data-sheet limits of accelerators."""

from __future__ import annotations

import pytest

from nextdollar.compute import Accelerator
from nextdollar.errors import DomainError

# NVIDIA Hopper architecture: 989.4 and 1978.9 dense TFLOP/s, 80 GB, 3.35 TB/s, 700 W.
H100 = Accelerator("H100-SXM", 989.4e12, 80e9, 3.35e12, 700.0, 1978.9e12)


def test_fp8_has_twice_the_peak_of_bf16_on_an_h100():
    assert H100.peak("fp8") / H100.peak() == pytest.approx(2, abs=2e-4)
    assert H100.peak("bf16") == H100.peak_flop_per_s


def test_a_precision_that_the_chip_lacks_is_refused():
    a100 = Accelerator("A100-SXM-80", 312e12, 80e9, 2.039e12, 400.0)
    with pytest.raises(
        DomainError, match="precision must be bf16 on A100-SXM-80, which has no fp8 peak, got fp8"
    ):
        a100.peak("fp8")


def test_the_precisions_that_a_chip_has_are_named_where_it_lacks_one():
    with pytest.raises(DomainError, match="precision must be bf16 or fp8 on H100-SXM, which has no fp4 peak"):
        H100.peak("fp4")
    with pytest.raises(DomainError, match=r"n_scale_up must be above 0 or not given, got 0\.0"):
        Accelerator("odd", 1e15, 80e9, 3e12, n_scale_up=0.0)


def test_an_own_accelerator_needs_no_power_and_says_that_it_was_given():
    own = Accelerator("ours", 1e15, 80e9, 3e12)
    assert own.power_watts is None
    assert own.source.work == "given by the user"


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0.0, 80e9, 3e12), r"peak_flop_per_s must be above 0, got 0\.0"),
        ((1e15, -1.0, 3e12), r"memory_bytes must be above 0, got -1\.0"),
        ((1e15, 80e9, 0.0), r"bandwidth_bytes_per_s must be above 0, got 0\.0"),
        ((1e15, 80e9, 3e12, 0.0), r"power_watts must be above 0 or not given, got 0\.0"),
        ((1e15, 80e9, 3e12, None, -1.0), r"fp8_peak_flop_per_s must be above 0 or not given, got -1\.0"),
    ],
)
def test_numbers_of_no_machine_are_refused_by_name(numbers, message):
    with pytest.raises(DomainError, match=message):
        Accelerator("odd", *numbers)
