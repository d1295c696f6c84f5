"""The loop where joiners follow quality, and where it stalls, against worked examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.learning import (
    ChurnByQuality,
    Flywheel,
    JoinersByQuality,
    LearningCurve,
    Start,
    Terms,
    gain_by_joining,
    gain_by_staying,
    loop_gain,
    one_more_user,
    plateau_users,
    stall_examples,
    stall_period,
    turn,
    update_worth,
)
from nextdollar.errors import DomainError

HELD = Flywheel(
    LearningCurve(0.05, 0.3, 0.4, 1e5),
    ChurnByQuality(0.01, 0.03, 6.0, 0.65),
    joiners_per_period=500.0,
    examples_per_user=1.0,
    decay_lag_periods=2.0,
    decay_per_period=0.01,
)
FOLLOWING = replace(HELD, joiners_follow=JoinersByQuality(3.0, 0.65))
START = Start(10_000.0, 2e5, 1e5)
TERMS = Terms(60, 8, margin_usd_per_period=4.0, discount_per_period=0.002, update_cost_usd=1_000.0)


class TestTheTurns:
    @given(lag=st.integers(0, 9), at=st.floats(0, 1), every=st.integers(1, 20))
    def test_a_response_of_0_gives_the_same_numbers_to_the_last_bit(self, lag, at, every):
        still = replace(HELD, joiners_follow=JoinersByQuality(0.0, at, lag))
        terms = replace(TERMS, n_between_updates=every, n_periods=25)
        held, followed = one_more_user(HELD, START, terms), one_more_user(still, START, terms)
        assert (held.alone_usd, held.through_learning_usd) == (
            followed.alone_usd,
            followed.through_learning_usd,
        )
        assert loop_gain(HELD, 3e5) == loop_gain(still, 3e5)
        assert plateau_users(HELD, quality_share=0.8) == plateau_users(still, quality_share=0.8)
        assert stall_examples(HELD, 1e5) == stall_examples(still, 1e5)

    def test_two_turns_by_hand(self):
        # Quality 0.65 for the two weeks of the lag, then 0.64; churn 0.01 + 0.03 exp(0.06) = 0.041855.
        # Joiners are 500 at 0.65 and 500 exp(-0.03) = 485.2228 at 0.64.
        path = turn(FOLLOWING, START, n_periods=5, n_between_updates=None)
        np.testing.assert_allclose(path.n_users[:4], [10_000, 10_100, 10_196, 10_288.16], rtol=1e-12)
        assert path.quality_share[3] == pytest.approx(0.64, rel=1e-12)
        assert path.n_users[4] == pytest.approx(10_288.16 * (1 - 0.0418550964) + 485.222767, rel=1e-9)

    def test_a_lag_looks_back_into_what_was_met_before(self):
        # Joiners of the first two periods follow 0.55 and 0.60: 500 exp(-0.3) and 500 exp(-0.15).
        wheel = replace(HELD, joiners_follow=JoinersByQuality(3.0, 0.65, 2))
        start = replace(START, quality_before_share=np.array([0.5, 0.55, 0.6]))
        path = turn(wheel, start, n_periods=4, n_between_updates=None)
        joiners = np.diff(path.n_users) + path.n_users[:-1] * path.churn_share[:-1]
        np.testing.assert_allclose(joiners, 500 * np.exp([-0.3, -0.15, 0.0]), rtol=1e-9)

    def test_many_draws_at_once_agree_with_one_turn_per_draw(self):
        responses, lags, at = np.array([0.0, 2.0, 5.0]), np.array([0, 3, 1]), np.array([0.6, 0.65, 0.7])
        start = replace(START, quality_before_share=np.array([0.6, 0.62]))
        many = turn(
            replace(HELD, joiners_follow=JoinersByQuality(responses, at, lags)),
            start,
            n_periods=20,
            n_between_updates=5,
        )
        for column in range(3):
            law = JoinersByQuality(float(responses[column]), float(at[column]), int(lags[column]))
            one = turn(replace(HELD, joiners_follow=law), start, n_periods=20, n_between_updates=5)
            np.testing.assert_allclose(many.n_users[:, column], one.n_users, rtol=1e-13)

    @given(response=st.floats(0, 10), lag=st.integers(0, 8))
    def test_learning_never_loses_users_where_quality_keeps_and_draws_them(self, response, lag):
        wheel = replace(HELD, joiners_follow=JoinersByQuality(response, 0.65, lag))
        learning = turn(wheel, START, n_periods=30, n_between_updates=5)
        copies = turn(wheel, START, n_periods=30, n_between_updates=5, learns=False)
        assert (learning.n_users >= copies.n_users - 1e-9).all()

    def test_a_quality_before_that_is_no_share_is_refused(self):
        with pytest.raises(DomainError, match="quality_before_share must be from 0 to 1"):
            replace(START, quality_before_share=np.array([0.5, 1.5]))


class TestTheWorth:
    def test_one_more_user_through_learning_is_the_slope_of_worth_in_data(self):
        # A version each period. In period 2 users are u1 (1 - c(q1)) + J(q1) with q1 = f(D + e u0), so
        # their slope in u0 by way of data is (J k - u1 c') f' e, and nothing reaches an earlier period.
        wheel = replace(FOLLOWING, decay_per_period=0.0, examples_per_user=7.0)
        found = one_more_user(wheel, START, Terms(3, 1))
        data = 2e5 + 7.0 * 10_000
        quality = 1 - 0.05 - 0.3 * (data / 1e5) ** -0.4
        voluntary = 0.03 * np.exp(-6.0 * (quality - 0.65))
        joiners = 500 * np.exp(3.0 * (quality - 0.65))
        users = 10_000 * 0.96 + 500
        slope = (3.0 * joiners + users * 6.0 * voluntary) * 0.4 * 0.3 * (data / 1e5) ** -0.4 / data * 7.0
        assert found.through_learning_usd == pytest.approx(slope, rel=1e-3)

    def test_joiners_who_follow_do_not_change_what_a_user_alone_is_worth(self):
        # They come for the quality, not for the user: it is held in that part.
        held, followed = one_more_user(HELD, START, TERMS), one_more_user(FOLLOWING, START, TERMS)
        still = replace(TERMS, n_between_updates=None)
        assert one_more_user(FOLLOWING, START, still).alone_usd == pytest.approx(
            one_more_user(HELD, START, still).alone_usd, rel=1e-12
        )
        assert followed.through_learning_usd > held.through_learning_usd

    @given(response=st.floats(0.1, 10))
    def test_versions_bring_more_where_they_also_draw_users(self, response):
        wheel = replace(HELD, joiners_follow=JoinersByQuality(response, 0.65))
        held, followed = update_worth(HELD, START, TERMS), update_worth(wheel, START, TERMS)
        assert followed.over_none_usd > held.over_none_usd
        assert followed.from_data_usd > held.from_data_usd


class TestTheLoop:
    def test_the_gain_is_the_elasticity_of_users_in_the_end_to_data(self):
        step = 1e-5
        data = 3e5 * np.exp(np.array([-step, step]))
        settled = plateau_users(FOLLOWING, quality_share=FOLLOWING.curve.quality_share(data))
        expected = np.diff(np.log(settled))[0] / (2 * step)
        assert loop_gain(FOLLOWING, 3e5) == pytest.approx(expected, rel=1e-6)

    def test_users_in_the_end_are_where_a_long_path_goes(self):
        still = replace(FOLLOWING, decay_per_period=0.0)
        path = turn(still, replace(START, n_version_examples=3e5), n_periods=2000, n_between_updates=None)
        quality = still.curve.quality_share(3e5)
        assert path.n_users[-1] == pytest.approx(plateau_users(still, quality_share=quality), rel=1e-9)

    @given(data=st.floats(1e3, 1e9), response=st.floats(-5, 5))
    def test_the_gain_is_that_of_staying_and_that_of_joining(self, data, response):
        wheel = replace(HELD, joiners_follow=JoinersByQuality(response, 0.65, 4))
        parts = gain_by_staying(wheel, data) + gain_by_joining(wheel, data)
        assert loop_gain(wheel, data) == pytest.approx(parts, rel=1e-12, abs=1e-15)

    def test_where_it_stalls_is_what_a_pencil_says(self):
        # All churn voluntary: the gain is e s (b + k) (D / D0)**-e, so with e 0.5, s 0.3 and b 8 it is 0.1
        # at D0 (1.2 / 0.1)**2 = 144 D0, and with joiners that follow by k = 4 at D0 (1.8 / 0.1)**2 = 324 D0.
        wheel = replace(
            HELD, curve=LearningCurve(0.1, 0.3, 0.5, 1e3), churn=ChurnByQuality(0, 0.03, 8.0, 0.6)
        )
        assert stall_examples(wheel, 2e3) == pytest.approx(144e3, rel=1e-9)
        followed = replace(wheel, joiners_follow=JoinersByQuality(4.0, 0.6))
        assert stall_examples(followed, 2e3) == pytest.approx(324e3, rel=1e-9)

    def test_it_stalls_with_the_version_that_is_trained_on_enough_not_when_the_data_come(self):
        # Nobody leaves or joins: 1 000 users leave 1 000 examples a week, 100 K + 1 K t, and 144 K are
        # there in week 44. Versions come in weeks 8, 16, ... 48: the one of week 48 is the first.
        wheel = replace(
            HELD,
            curve=LearningCurve(0.1, 0.3, 0.5, 1e3),
            churn=ChurnByQuality(0, 1e-15, 8.0, 0.6),
            joiners_per_period=0.0,
        )
        start = Start(1_000.0, 100e3, 50e3)
        assert stall_period(wheel, start, n_periods=60, n_between_updates=8) == 48
        assert stall_period(wheel, start, n_periods=48, n_between_updates=8) == np.inf
        assert stall_period(wheel, start, n_periods=60, n_between_updates=None) == np.inf
        past = Start(1_000.0, 200e3, 150e3)
        assert stall_period(wheel, past, n_periods=60, n_between_updates=8) == 0
        waiting = Start(1_000.0, 200e3, 50e3, version_age_periods=5.0)
        assert stall_period(wheel, waiting, n_periods=60, n_between_updates=8) == 3

    def test_quality_that_drives_joiners_away_lowers_the_gain(self):
        fewer = replace(HELD, joiners_follow=JoinersByQuality(-3.0, 0.65))
        assert loop_gain(fewer, 3e5) < loop_gain(HELD, 3e5)
        assert stall_examples(fewer, 1e3) < stall_examples(HELD, 1e3)
