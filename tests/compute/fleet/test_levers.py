"""Arithmetic of the levers on serving cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.compute.fleet.levers import (
    cached_share_with,
    distillation_flop,
    off_peak_load,
    payback_months,
)
from nextdollar.errors import DomainError

loads = arrays(np.float64, st.integers(2, 48), elements=st.floats(0, 1e6)).filter(lambda load: load.sum() > 0)
shares = st.floats(0, 1)


class TestWorkThatWaits:
    def test_a_hand_worked_day_is_filled_to_its_level(self):
        # Half of 16 may wait: 8 poured onto 0.5, 2.5, 1 and 4. Up to 4 that takes 3.5 + 1.5 + 3 = 8.
        load = off_peak_load(np.array([1.0, 5.0, 2.0, 8.0]), 0.5)
        np.testing.assert_allclose(load, [4.0, 4.0, 4.0, 4.0])

    def test_a_peak_that_may_not_wait_stands_out_of_the_level(self):
        # A fifth of 16 is 3.2, onto 0.8, 4, 1.6, 6.4: the two lowest rise to (3.2 + 2.4) / 2.
        np.testing.assert_allclose(off_peak_load(np.array([1.0, 5.0, 2.0, 8.0]), 0.2), [2.8, 4.0, 2.8, 6.4])

    @given(loads, shares)
    def test_no_request_is_lost_and_no_hour_rises_above_the_peak(self, load, share):
        filled = off_peak_load(load, share)
        assert filled.sum() == pytest.approx(load.sum(), rel=1e-9, abs=1e-300)
        assert filled.max() <= load.max() * (1 + 1e-12)

    @given(loads, shares, shares)
    def test_more_that_may_wait_never_raises_the_peak(self, load, one, other):
        less, more = sorted((one, other))
        assert off_peak_load(load, more).max() <= off_peak_load(load, less).max() * (1 + 1e-9)

    @given(loads)
    def test_where_all_may_wait_every_hour_is_the_mean(self, load):
        np.testing.assert_allclose(off_peak_load(load, 1.0), load.mean(), rtol=1e-9)

    @given(loads)
    def test_where_nothing_may_wait_nothing_changes(self, load):
        np.testing.assert_array_equal(off_peak_load(load, 0.0), load)

    def test_many_shares_at_once_agree_with_one_call_each(self):
        load, many = np.array([1.0, 5.0, 2.0, 8.0]), np.array([0.0, 0.1, 0.5, 1.0])
        one_by_one = [off_peak_load(load, float(share)) for share in many]
        np.testing.assert_allclose(off_peak_load(load, many), np.stack(one_by_one, axis=1))

    @pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
    def test_a_share_outside_0_to_1_is_refused_by_name(self, share):
        with pytest.raises(DomainError, match="waiting_share must be at least 0 and at most 1"):
            off_peak_load(np.ones(24), share)

    def test_a_negative_load_is_refused_by_name(self):
        with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be at least 0, got -1\.0"):
            off_peak_load(np.array([1.0, -1.0]), 0.5)


class TestTwoCaches:
    def test_half_of_what_a_half_leaves_is_three_quarters(self):
        assert cached_share_with(0.5, 0.5) == 0.75

    @given(shares, shares)
    def test_their_order_does_not_matter_and_both_find_at_least_what_one_does(self, one, other):
        both = cached_share_with(one, other)
        assert both == pytest.approx(cached_share_with(other, one))
        assert max(one, other) - 1e-12 <= both <= 1

    def test_a_share_above_1_is_refused_by_name(self):
        with pytest.raises(DomainError, match="hit_share must be"):
            cached_share_with(0.5, 1.5)


class TestDistillation:
    def test_the_work_is_a_forward_pass_of_the_teacher_and_6_nd_of_the_student(self):
        # Kaplan et al. 2020, section 2.1: 2 N forward, 6 N forward and backward, per token.
        assert distillation_flop(8e9, 4.5e9, 94e9) == pytest.approx((2 * 8e9 + 6 * 4.5e9) * 94e9)

    def test_many_at_once_agree_with_one_each(self):
        sizes = np.array([1e9, 7e9])
        each = [distillation_flop(70e9, float(size), 1e11) for size in sizes]
        np.testing.assert_array_equal(distillation_flop(70e9, sizes, 1e11), each)

    @pytest.mark.parametrize(("teacher", "student", "tokens"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
    def test_no_size_and_negative_tokens_are_refused(self, teacher, student, tokens):
        with pytest.raises(DomainError):
            distillation_flop(teacher, student, tokens)


class TestPayback:
    def test_it_is_what_is_paid_once_over_what_is_saved(self):
        assert payback_months(12_000.0, 1_000.0) == 12

    def test_what_costs_more_never_pays_back(self):
        np.testing.assert_array_equal(payback_months(5.0, np.array([-1.0, 0.0, 5.0])), [np.inf, np.inf, 1.0])

    def test_what_is_free_and_saves_nothing_has_nothing_to_pay_back(self):
        assert payback_months(0.0, 0.0) == 0

    def test_a_negative_price_is_refused(self):
        with pytest.raises(DomainError, match="one_off_usd"):
            payback_months(-1.0, 1.0)
