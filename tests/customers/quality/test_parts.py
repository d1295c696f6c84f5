from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import simple_ltv
from nextdollar.customers.quality import Parts, churn_after, churn_factor, churn_slope_of
from nextdollar.errors import DomainError

churns = st.floats(0.001, 0.3)
gains = st.floats(-2.0, 4.0)
slopes = st.floats(-0.5, 1.5)
involuntary = st.floats(0.0, 0.9)


def test_no_quality_cures_failed_payments():
    # shared/data/evidence/retention_margins.csv, row recurly_involuntary_share: 26 % of churn is involuntary.
    # A model that keeps every customer who decides still loses that part.
    left = churn_after(0.04, 1000.0, slope_log_per_decade=1.0, involuntary_share=0.26)
    assert left == pytest.approx(0.26 * 0.04, rel=1e-12)
    assert Parts(1.0, involuntary_share=0.26).most_churn_multiple() == pytest.approx(3.85, abs=0.005)


@given(churn=churns, gain=gains, slope=slopes, share=involuntary)
def test_churn_stays_a_share_and_above_what_is_involuntary(churn, gain, slope, share):
    left = churn_after(churn, gain, slope_log_per_decade=slope, involuntary_share=share)
    assert share * churn * (1 - 1e-12) <= left <= 1


@given(churn=churns, share=involuntary, one=gains, other=gains)
def test_a_better_model_never_loses_more(churn, share, one, other):
    worse, better = sorted((one, other))
    after = [
        churn_after(churn, g, slope_log_per_decade=0.4, involuntary_share=share) for g in (better, worse)
    ]
    assert after[0] <= after[1]


@given(churn=churns, slope=slopes, share=involuntary)
def test_the_same_quality_leaves_churn_exactly_as_it_is(churn, slope, share):
    assert churn_after(churn, 0.0, slope_log_per_decade=slope, involuntary_share=share) == churn


@given(churn=churns, gain=gains)
def test_the_parts_multiply_to_the_lifetime_value_of_a_prospect(churn, gain):
    parts = Parts(0.3, 0.1, 0.05, 0.02, involuntary_share=0.25)
    after = churn_after(churn, gain, slope_log_per_decade=0.3, involuntary_share=0.25)
    today = simple_ltv(20.0, churn)
    then = np.exp(0.1 * gain) * simple_ltv(20.0 * np.exp(0.05 * gain) * np.exp(0.02 * gain), after)
    assert parts.gains(gain, churn).uplift_share == pytest.approx(then / today - 1, rel=1e-9, abs=1e-12)


@given(gain=st.floats(0.001, 0.5), share=st.floats(0.0, 0.9))
def test_a_slope_gives_the_stated_gain_for_a_small_step(gain, share):
    slope = churn_slope_of(gain, involuntary_share=share)
    step = 1e-7
    total = Parts(slope, involuntary_share=share).gains(step, 0.04).total_log
    assert total == pytest.approx(gain * step, rel=1e-4)


def test_the_cap_makes_a_large_step_worth_less_than_the_slope_says():
    slope = churn_slope_of(0.15, involuntary_share=0.26)
    total = Parts(slope, involuntary_share=0.26).gains(5.0, 0.04).total_log
    assert 0 < total < 0.15 * 5


def test_draws_agree_with_one_call_per_draw():
    slope, gain = np.array([0.1, 0.4, 0.0]), np.array([0.5, -1.0, 2.0])
    together = churn_after(0.04, gain, slope_log_per_decade=slope, involuntary_share=0.2)
    alone = [
        churn_after(0.04, g, slope_log_per_decade=s, involuntary_share=0.2)
        for g, s in zip(gain.tolist(), slope.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(together, alone)


def test_a_model_far_worse_loses_everybody_and_no_more():
    assert churn_after(0.04, -5000.0, slope_log_per_decade=1.0) == 1.0


def test_bad_settings_are_refused_by_name():
    with pytest.raises(DomainError, match=r"involuntary_share must be a fraction from 0 to 1, got 26"):
        Parts(0.1, involuntary_share=26.0)
    with pytest.raises(DomainError, match="price_log_per_decade must be finite"):
        Parts(price_log_per_decade=float("inf"))
    with pytest.raises(DomainError, match=r"churn_per_month must be above 0, got 0\.0"):
        Parts(0.1).gains(1.0, 0.0)
    with pytest.raises(DomainError, match=r"involuntary_share must be below 1, got 1\.0"):
        churn_slope_of(0.1, involuntary_share=1.0)
    with pytest.raises(DomainError, match="churn_per_month must be a fraction"):
        churn_after(4.0, 1.0, slope_log_per_decade=0.1)


class TestChurnFactor:
    @given(gain=st.floats(-4.0, 0.0), slope=st.floats(0.0, 1.5), share=involuntary)
    def test_churn_that_rises_does_so_as_lifetime_value_falls_by_small_steps(self, gain, slope, share):
        found = churn_factor(gain, slope_log_per_decade=slope, involuntary_share=share)
        assert np.log(found) == pytest.approx(-(1 - share) * slope * gain, rel=1e-9, abs=1e-12)

    @given(slope=st.floats(0.0, 1.5), share=involuntary)
    def test_it_falls_and_rises_alike_in_small_steps(self, slope, share):
        up, down = (
            churn_factor(gain, slope_log_per_decade=slope, involuntary_share=share) for gain in (1e-7, -1e-7)
        )
        assert up - 1 == pytest.approx(1 - down, rel=1e-5, abs=1e-14)

    @given(one=st.floats(0.0, 0.9), other=st.floats(0.0, 0.9), gain=gains)
    def test_the_less_quality_can_cure_the_less_a_better_model_keeps(self, one, other, gain):
        # For one stated gain per decade: falling churn falls less, rising churn rises as much.
        less, more = (
            churn_factor(
                gain,
                slope_log_per_decade=churn_slope_of(0.1, involuntary_share=share),
                involuntary_share=share,
            )
            for share in sorted((one, other))
        )
        assert more >= less - 1e-9
