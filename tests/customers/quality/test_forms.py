"""What holds for every form in which decades of effective compute become value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.quality import QUALITY_FORMS, FrontierShare, PerDecade, Threshold, log_per_decade
from nextdollar.errors import DomainError

qualities = st.floats(18.0, 28.0)
steps = st.floats(-6.0, 6.0)


def a_form(name: str, strength: float) -> PerDecade | Threshold | FrontierShare:
    """Return a form whose strength runs from weak (0) to strong (1)."""
    if name == "per_decade":
        return PerDecade(0.02 + 0.3 * strength, 0.1 + 2 * strength)
    if name == "threshold":
        return Threshold(0.9 - 0.8 * strength, 2.0 - 1.9 * strength)
    return FrontierShare(0.9 - 0.8 * strength, 0.5 + 5 * strength, 1.1, 4.0)


@pytest.mark.parametrize("name", QUALITY_FORMS)
class TestEveryForm:
    @given(strength=st.floats(0.0, 1.0), today=qualities)
    def test_the_same_quality_is_worth_nothing_more(self, name, strength, today):
        assert a_form(name, strength).uplift_share(today, today) == 0.0

    @given(strength=st.floats(0.0, 1.0), today=qualities, one=steps, other=steps)
    def test_a_better_model_is_never_worth_less(self, name, strength, today, one, other):
        form = a_form(name, strength)
        worse, better = sorted((today + one, today + other))
        low, high = form.uplift_share(today, worse), form.uplift_share(today, better)
        # Near the ceiling both are it, to the last digits of 1 + gain.
        assert high >= low - 4e-15 * (1 + abs(high))

    @given(strength=st.floats(0.0, 1.0), today=qualities, step=st.floats(-300.0, 300.0))
    def test_value_stays_between_nothing_and_the_ceiling(self, name, strength, today, step):
        form = a_form(name, strength)
        gain = form.uplift_share(today, today + step)
        assert -1 <= gain <= form.most_uplift_share() * (1 + 1e-12)

    def test_it_depends_on_the_step_and_not_on_the_level(self, name):
        form = a_form(name, 0.5)
        assert form.uplift_share(20.0, 21.0) == pytest.approx(form.uplift_share(25.0, 26.0), rel=1e-12)

    def test_draws_agree_with_one_call_per_draw(self, name):
        decades = np.array([22.0, 23.9, 24.0, 24.2, 30.0])
        form = a_form(name, 0.4)
        together = form.uplift_share(24.0, decades)
        np.testing.assert_array_equal(together, [form.uplift_share(24.0, q) for q in decades.tolist()])


class TestPerDecade:
    def test_the_measured_gain_of_a_decade_comes_back(self):
        # shared/data/evidence/effects.csv, row compute_translation_earnings: +16.1 % per tenfold compute.
        form = PerDecade(log_per_decade(0.161))
        assert form.uplift_share(23.0, 24.0) == pytest.approx(0.161, rel=1e-12)

    @given(first=steps, second=steps, gain=st.floats(0.0, 1.0))
    def test_steps_multiply(self, first, second, gain):
        form = PerDecade(gain)
        one, two = form.uplift_share(0.0, first), form.uplift_share(0.0, second)
        both = form.uplift_share(0.0, first + second)
        assert (1 + one) * (1 + two) == pytest.approx(1 + both, rel=1e-12)

    def test_half_passed_through_is_the_square_root_of_the_factor(self):
        whole, half = PerDecade(0.149), PerDecade(0.149, 0.5)
        assert (1 + half.uplift_share(0.0, 1.0)) ** 2 == pytest.approx(1 + whole.uplift_share(0.0, 1.0))

    def test_bad_coefficients_are_refused_by_name(self):
        with pytest.raises(DomainError, match="gain_log_per_decade must be finite and not negative"):
            PerDecade(-0.1)
        with pytest.raises(DomainError, match="pass_through_multiple must be finite and not negative"):
            PerDecade(0.1, float("nan"))
        with pytest.raises(DomainError, match=r"gain_share must be above -1, got -1\.0"):
            log_per_decade(-1.0)


class TestFrontierShare:
    def test_a_lead_of_three_tenths_moves_share_from_25_to_38_percent(self):
        # shared/data/evidence/priors.csv, note of row share_slope: slope 2 per decade.
        form = FrontierShare(0.25, 2.0)
        assert form.share_by_month(0.3, np.zeros(1))[0, 0] == pytest.approx(0.38, abs=0.005)

    def test_a_model_left_alone_loses_share_every_month(self):
        share = FrontierShare(0.25, 2.0, 1.1).share_by_month(0.0, np.arange(36.0))
        assert share[0, 0] == pytest.approx(0.25)
        assert (np.diff(share[:, 0]) < 0).all()

    def test_a_copy_takes_back_what_the_lead_had_won(self):
        form = FrontierShare(0.25, 2.0, 0.0, 4.0)
        share = form.share_by_month(0.3, np.arange(6.0), launch_months=1.0)[:, 0]
        np.testing.assert_allclose(share[:5], 0.3779, atol=5e-5)
        assert share[5] == pytest.approx(0.25)

    @given(gained=st.floats(0.0, 3.0), lag=st.floats(0.5, 24.0))
    def test_a_better_model_that_is_copied_is_still_worth_more_than_none(self, gained, lag):
        gain = FrontierShare(0.3, 2.0, 1.1, lag).uplift_by_month(gained, np.arange(36.0))
        assert (gain >= -1e-15).all()

    @given(gained=st.floats(0.0, 3.0), lag=st.floats(0.5, 24.0))
    def test_being_copied_later_is_never_worse(self, gained, lag):
        months = np.arange(36.0)
        early = FrontierShare(0.3, 2.0, 1.1, lag).uplift_by_month(gained, months)
        late = FrontierShare(0.3, 2.0, 1.1, lag + 3).uplift_by_month(gained, months)
        assert (late >= early - 1e-15).all()

    def test_without_a_slope_quality_moves_nothing(self):
        form = FrontierShare(0.3, np.array([0.0, 2.0]), 1.1, 4.0)
        assert form.uplift_share(24.0, 25.0)[0] == 0.0
        assert (form.uplift_by_month(1.0, np.arange(12.0))[:, 0] == 0).all()

    def test_in_the_first_month_it_is_the_gain_before_rivals_move(self):
        form = FrontierShare(0.3, 2.0, 1.1, 4.0)
        by_month = form.uplift_by_month(0.5, np.arange(3.0))
        assert by_month[0, 0] == pytest.approx(form.uplift_share(24.0, 24.5), rel=1e-12)

    def test_draws_over_time_agree_with_one_call_per_draw(self):
        slopes, gained = np.array([0.7, 2.0, 5.0]), np.array([0.1, 0.5, -0.2])
        together = FrontierShare(0.25, slopes, 1.1, 4.0).uplift_by_month(gained, np.arange(12.0))
        for at in range(3):
            alone = FrontierShare(0.25, float(slopes[at]), 1.1, 4.0).uplift_by_month(
                float(gained[at]), np.arange(12.0)
            )
            np.testing.assert_allclose(together[:, [at]], alone, rtol=1e-13, atol=1e-16)

    def test_bad_settings_are_refused_by_name(self):
        with pytest.raises(DomainError, match=r"held_today_share must be strictly between 0 and 1, got 1\.0"):
            FrontierShare(1.0, 2.0)
        with pytest.raises(DomainError, match="slope_log_per_decade must be finite and not negative"):
            FrontierShare(0.5, -2.0)
        with pytest.raises(DomainError, match="copied_after_months must be above 0"):
            FrontierShare(0.5, 2.0, 1.1, 0.0)


class TestThreshold:
    def test_half_of_the_needs_are_met_at_the_median_one(self):
        form = Threshold(0.2, 0.6)
        need = form.median_decades(24.0)
        assert need == pytest.approx(24.0 + 0.6 * np.log(4.0))
        assert form.met_share(24.0, need) == pytest.approx(0.5)

    def test_a_need_far_above_makes_a_small_step_worth_nothing_and_a_large_one_much(self):
        form = Threshold(0.001, 0.1)
        assert form.uplift_share(24.0, 24.05) < 1.0
        assert form.uplift_share(24.0, 25.0) > 800.0

    def test_all_needs_met_is_the_most_there_is(self):
        form = Threshold(0.2, 0.6)
        assert form.most_uplift_share() == pytest.approx(4.0)
        assert form.uplift_share(24.0, 60.0) == pytest.approx(4.0)

    @given(met=st.floats(0.05, 0.95), width=st.floats(0.1, 2.0))
    def test_a_small_step_is_worth_the_unmet_share_over_the_width(self, met, width):
        step = 1e-9
        gain = Threshold(met, width).uplift_share(0.0, step)
        assert gain == pytest.approx((1 - met) / width * step, rel=1e-7)

    def test_bad_settings_are_refused_by_name(self):
        with pytest.raises(DomainError, match="met_today_share must be strictly between 0 and 1"):
            Threshold(0.0, 0.6)
        with pytest.raises(DomainError, match=r"width_decades must be finite and above 0, got 0\.0"):
            Threshold(0.5, 0.0)
