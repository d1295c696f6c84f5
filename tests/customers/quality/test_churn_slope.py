"""The slope of voluntary churn through a fall of all churn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nextdollar.customers.quality import (
    LEAST_LEFT_SHARE,
    Parts,
    churn_after,
    churn_slope_of,
    churn_slope_of_fall,
    voluntary_left_share,
)
from nextdollar.errors import DomainError

falls = st.floats(-1.0, 1.0)
steps = st.floats(0.05, 3.0) | st.floats(-3.0, -0.05)
involuntary = st.floats(0.0, 0.9)


def test_twelve_percent_less_churn_of_which_a_quarter_is_failed_payment_worked_by_hand():
    # 88 % of churn is left, 26 % of it untouched: of the voluntary 74 %, 62 points are left.
    left = voluntary_left_share(-math.log(0.88), involuntary_share=0.26)
    assert left == pytest.approx(0.62 / 0.74, rel=1e-12)
    slope = churn_slope_of_fall(-math.log(0.88), involuntary_share=0.26)
    assert slope == pytest.approx(0.176931, abs=5e-7)


@given(fall=falls, step=steps, share=involuntary)
def test_churn_falls_by_exactly_what_was_seen_over_the_step_that_was_seen(fall, step, share):
    assume(voluntary_left_share(fall, step_decades=step, involuntary_share=share) > LEAST_LEFT_SHARE)
    slope = churn_slope_of_fall(fall, step_decades=step, involuntary_share=share)
    after = churn_after(0.001, step, slope_log_per_decade=slope, involuntary_share=share)
    assert after == pytest.approx(0.001 * math.exp(-fall * step), rel=1e-9)


@given(fall=falls, step=st.floats(0.05, 3.0))
def test_where_all_churn_is_voluntary_the_slope_is_the_fall(fall, step):
    assume(math.exp(-fall * step) > LEAST_LEFT_SHARE)
    assert churn_slope_of_fall(fall, step_decades=step) == pytest.approx(fall, rel=1e-9, abs=1e-12)


@given(one=falls, other=falls, share=involuntary, step=st.floats(0.05, 3.0))
def test_a_larger_fall_never_has_a_smaller_slope(one, other, share, step):
    low, high = (
        churn_slope_of_fall(fall, step_decades=step, involuntary_share=share) for fall in sorted((one, other))
    )
    assert low <= high


@given(fall=st.floats(0.01, 0.3), one=involuntary, other=involuntary)
def test_the_more_churn_cannot_be_cured_the_steeper_the_rest_has_to_fall(fall, one, other):
    low, high = (churn_slope_of_fall(fall, involuntary_share=share) for share in sorted((one, other)))
    assert low <= high


def test_no_fall_is_no_slope():
    assert churn_slope_of_fall(0.0, step_decades=0.6, involuntary_share=0.26) == 0.0


def test_a_fall_beyond_what_is_voluntary_shows_as_less_than_nothing_left_and_is_held_to_nine_tenths():
    # 99 % less churn where a quarter is failed payment: 25 points more than quality can do.
    left = voluntary_left_share(-math.log(0.01), involuntary_share=0.26)
    assert left == pytest.approx(-0.25 / 0.74, rel=1e-9)
    slope = churn_slope_of_fall(-math.log(0.01), involuntary_share=0.26)
    assert slope == pytest.approx(math.log(10.0), rel=1e-12)


def test_draws_agree_with_one_call_per_draw():
    fall, share = np.array([-0.3, 0.0, 0.2, 3.0]), np.array([0.1, 0.2, 0.3, 0.4])
    together = churn_slope_of_fall(fall, step_decades=0.6, involuntary_share=share)
    alone = [
        churn_slope_of_fall(float(f), step_decades=0.6, involuntary_share=float(i))
        for f, i in zip(fall, share, strict=True)
    ]
    np.testing.assert_array_equal(together, alone)


@given(fall=falls, share=involuntary)
def test_a_small_step_is_worth_the_sum_of_the_slopes(fall, share):
    # The derivative of the lifetime value per prospect, against the value of a small step itself.
    parts = Parts(churn_slope_of(0.1, involuntary_share=share), fall, 0.02, 0.03, share)
    step = 1e-6
    slow = parts.gains(step, 0.04).total_log / step
    assert parts.worth_log_per_decade() == pytest.approx(slow, rel=1e-3, abs=1e-6)


def test_a_higher_price_is_worth_its_share_of_the_margin():
    # One per cent more on a price of 20 of which 4 are margin is five per cent more margin.
    parts = Parts(price_log_per_decade=0.01)
    assert parts.worth_log_per_decade(price_per_margin=5.0) == pytest.approx(0.05)


def test_parts_that_are_not_named_are_at_rest():
    parts = Parts(0.1, 0.2, 0.3, 0.4, involuntary_share=0.26)
    assert parts.only(("conversion", "price")) == Parts(0.0, 0.2, 0.0, 0.4, involuntary_share=0.26)


def test_bad_settings_are_refused_by_name():
    with pytest.raises(DomainError, match=r"step_decades must be finite and not 0, got 0\.0"):
        churn_slope_of_fall(0.1, step_decades=0.0)
    with pytest.raises(DomainError, match=r"involuntary_share must be below 1, got 1\.0"):
        churn_slope_of_fall(0.1, involuntary_share=1.0)
    with pytest.raises(DomainError, match="involuntary_share must be a fraction"):
        voluntary_left_share(0.1, involuntary_share=26.0)
