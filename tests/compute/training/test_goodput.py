"""Time lost to checkpoints, failures and restarts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.training.goodput import (
    Failures,
    checkpoint_interval_s,
    expected_failures,
    failures_per_s,
    goodput_share,
)
from nextdollar.errors import DomainError

GPUS = st.floats(1, 1e6)
COSTS = st.builds(Failures, st.floats(1e2, 1e7), st.floats(0.1, 3600), st.floats(0, 36_000))


def test_the_cluster_of_llama_3_fails_every_three_hours_and_steps_for_over_nine_tenths_of_the_time():
    # arXiv:2407.21783, section 3.3.4: 16,384 GPUs, 54 days, 419 unexpected interruptions, "higher than
    # 90 % effective training time".
    assert 1 / failures_per_s(16_384, Failures()) / 3600 == pytest.approx(54 * 24 / 419, rel=2e-3)
    assert 0.90 < goodput_share(16_384, Failures()) < 0.93
    assert expected_failures(16_384 * 54 * 24, Failures()) == pytest.approx(419, rel=2e-3)


def test_agrees_with_youngs_first_order_where_little_is_lost():
    failures = Failures(1e6, 20.0, 100.0)
    rate_per_s, interval_s = failures_per_s(100, failures), checkpoint_interval_s(100, failures)
    lost = 20.0 / interval_s + rate_per_s * (interval_s / 2 + 100.0)
    assert goodput_share(100, failures) == pytest.approx(1 - lost, abs=2 * lost**2)


@given(GPUS, COSTS, st.floats(0.05, 20))
def test_no_other_interval_loses_less_than_youngs(gpus, failures, factor):
    interval_s = checkpoint_interval_s(gpus, failures)
    best = goodput_share(gpus, failures)
    assert goodput_share(gpus, failures, interval_s) == pytest.approx(best, rel=1e-12)
    assert goodput_share(gpus, failures, interval_s * factor) <= best * (1 + 1e-12)


@given(GPUS, COSTS, st.floats(1, 100))
def test_more_gpus_never_raise_it_and_it_stays_a_share(gpus, failures, factor):
    assert 0 < goodput_share(gpus * factor, failures) <= goodput_share(gpus, failures) <= 1


def test_many_at_once_agree_with_one_call_each():
    gpus = np.geomspace(1, 1e5, 7)
    many = goodput_share(gpus, Failures())
    np.testing.assert_array_equal(many, [goodput_share(one, Failures()) for one in gpus])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: goodput_share(0, Failures()), "gpus must be above 0"),
        (lambda: goodput_share(8, Failures(), 0.0), "interval_s must be above 0"),
        (lambda: Failures(0.0), "gpu_hours_per_failure must be above 0"),
        (lambda: Failures(checkpoint_s=0.0), "checkpoint_s must be above 0"),
        (lambda: Failures(restart_s=-1.0), "restart_s must be at least 0"),
        (lambda: expected_failures(-1.0, Failures()), "gpu_hours must be at least 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
