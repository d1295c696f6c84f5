from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import discounted_ltv
from nextdollar.customers.learning import (
    ChurnByQuality,
    Flywheel,
    LearningCurve,
    Start,
    Terms,
    loop_gain,
    one_more_user,
    plateau_users,
    stall_examples,
    turn,
    update_worth,
    worth_by_cadence,
)
from nextdollar.errors import DomainError

WHEEL = Flywheel(
    LearningCurve(0.05, 0.3, 0.4, 1e5),
    ChurnByQuality(0.01, 0.03, 6.0, 0.65),
    joiners_per_period=500.0,
    examples_per_user=1.0,
    decay_lag_periods=2.0,
    decay_per_period=0.01,
)
START = Start(10_000.0, 2e5, 1e5)
TERMS = Terms(60, 8, margin_usd_per_period=4.0, discount_per_period=0.002, update_cost_usd=1_000.0)


class TestTheTurns:
    def test_two_turns_by_hand(self):
        # Quality 1 - 0.05 - 0.3 = 0.65, churn 0.01 + 0.03 = 0.04: 10 000 x 0.96 + 500, then again.
        path = turn(WHEEL, START, n_periods=3, n_between_updates=None)
        np.testing.assert_allclose(path.n_users, [10_000.0, 10_100.0, 10_196.0], rtol=1e-14)
        np.testing.assert_allclose(path.n_examples, [2e5, 2.1e5, 2.201e5], rtol=1e-14)
        np.testing.assert_allclose(path.churn_share, 0.04, rtol=1e-14)

    def test_quality_falls_after_the_lag_and_an_update_restores_it(self):
        path = turn(WHEEL, START, n_periods=6, n_between_updates=4, learns=False)
        np.testing.assert_allclose(path.quality_share, [0.65, 0.65, 0.65, 0.64, 0.65, 0.65], rtol=1e-12)

    def test_a_version_older_than_any_seen_loses_no_more(self):
        wheel = replace(WHEEL, decay_until_periods=4.0)
        path = turn(wheel, START, n_periods=8, n_between_updates=None)
        expected = [0.65, 0.65, 0.65, 0.64, 0.63, 0.63, 0.63, 0.63]
        np.testing.assert_allclose(path.quality_share, expected, rtol=1e-12)

    def test_a_new_version_is_trained_on_all_data_gathered_by_then(self):
        path = turn(WHEEL, START, n_periods=5, n_between_updates=4)
        assert path.quality_share[4] == pytest.approx(
            WHEEL.curve.quality_share(path.n_examples[4]), rel=1e-14
        )

    def test_users_settle_where_joiners_replace_leavers(self):
        still = replace(WHEEL, decay_per_period=0.0)
        path = turn(still, START, n_periods=1500, n_between_updates=None)
        assert path.n_users[-1] == pytest.approx(500 / 0.04, rel=1e-9)
        assert plateau_users(still, quality_share=0.65) == pytest.approx(12_500.0)

    def test_referrals_that_outrun_churn_have_no_plateau(self):
        assert np.isinf(plateau_users(replace(WHEEL, referrals_per_user=0.05), quality_share=0.65))

    @given(response=st.floats(0, 10), examples_per_user=st.floats(0, 50))
    def test_learning_never_loses_users_where_quality_keeps_them(self, response, examples_per_user):
        wheel = replace(
            WHEEL, churn=replace(WHEEL.churn, response=response), examples_per_user=examples_per_user
        )
        learning = turn(wheel, START, n_periods=30, n_between_updates=5)
        copies = turn(wheel, START, n_periods=30, n_between_updates=5, learns=False)
        assert (learning.n_users >= copies.n_users - 1e-9).all()

    def test_many_draws_at_once_agree_with_one_turn_per_draw(self):
        responses = np.array([0.0, 3.0, 9.0])
        many = turn(
            replace(WHEEL, churn=replace(WHEEL.churn, response=responses)),
            START,
            n_periods=20,
            n_between_updates=5,
        )
        for column, response in enumerate(responses):
            one = turn(
                replace(WHEEL, churn=replace(WHEEL.churn, response=response)),
                START,
                n_periods=20,
                n_between_updates=5,
            )
            np.testing.assert_allclose(many.n_users[:, column], one.n_users, rtol=1e-14)

    def test_a_start_without_data_is_refused(self):
        with pytest.raises(DomainError, match=r"n_version_examples must be above 0, got 0\.0"):
            Start(10.0, 1.0, 0.0)


class TestTheWorth:
    def test_a_user_alone_is_worth_the_discounted_lifetime_at_constant_churn(self):
        # No decay, no updates, 4 000 periods: m (1 + d) / (1 + d - r), which `discounted_ltv` gives.
        still = replace(WHEEL, decay_per_period=0.0)
        found = one_more_user(still, START, replace(TERMS, n_periods=4000, n_between_updates=None))
        expected = discounted_ltv(4.0, 0.04, discount_per_month=0.002)
        assert found.alone_usd == pytest.approx(expected, rel=1e-9)
        assert found.through_learning_usd == pytest.approx(0.0, abs=1e-6)

    def test_the_part_through_learning_is_the_slope_of_worth_in_data(self):
        # One more user leaves as much data as their own life holds; the loop adds a little on top.
        found = one_more_user(WHEEL, START, TERMS)
        assert found.through_learning_usd > 0
        silent = one_more_user(replace(WHEEL, examples_per_user=0.0), START, TERMS)
        assert silent.through_learning_usd == pytest.approx(0.0, abs=1e-6)

    @given(every=st.integers(1, 70))
    def test_what_comes_from_data_is_part_of_what_updates_bring(self, every):
        found = update_worth(WHEEL, START, replace(TERMS, n_between_updates=every))
        assert -1e-6 <= found.from_data_usd <= found.over_none_usd + 1e-6

    def test_versions_cost_what_they_cost_at_their_date(self):
        # Updates at periods 8, 16, ..., 56: seven of them.
        found = update_worth(WHEEL, START, replace(TERMS, discount_per_period=0.0))
        assert found.cost_usd == pytest.approx(7_000.0)
        assert found.roi == pytest.approx((found.over_none_usd - 7_000.0) / 7_000.0)
        assert found.learning_roi == pytest.approx((found.from_data_usd - 7_000.0) / 7_000.0)

    def test_free_versions_have_no_return_on_cost(self):
        assert np.isnan(update_worth(WHEEL, START, replace(TERMS, update_cost_usd=0.0)).roi)

    def test_free_versions_are_best_launched_every_period_and_dear_ones_seldom(self):
        cadences = (1, 4, 12, 30)
        free = worth_by_cadence(WHEEL, START, replace(TERMS, update_cost_usd=0.0), cadences=cadences)
        dear = worth_by_cadence(WHEEL, START, replace(TERMS, update_cost_usd=1e6), cadences=cadences)
        assert (np.diff(free) < 0).all()
        assert (np.diff(dear) > 0).all()


class TestTheLoop:
    def test_the_gain_is_the_elasticity_of_the_lifetime_to_data(self):
        step = 1e-5
        data = 3e5 * np.exp(np.array([-step, step]))
        lifetime = 1 / WHEEL.churn.churn_share(WHEEL.curve.quality_share(data))
        expected = np.diff(np.log(lifetime))[0] / (2 * step)
        assert loop_gain(WHEEL, 3e5) == pytest.approx(expected, rel=1e-6)

    @given(least=st.floats(0.01, 0.5))
    def test_at_the_stall_the_gain_is_the_least_one(self, least):
        found = stall_examples(WHEEL, 1e3, least_gain_share=least)
        assert loop_gain(WHEEL, found) == pytest.approx(least, rel=1e-6)

    def test_a_loop_without_response_has_stalled_already(self):
        silent = replace(WHEEL, churn=replace(WHEEL.churn, response=0.0))
        assert stall_examples(silent, 1e5) == 1e5

    def test_a_loop_that_never_weakens_has_no_stall(self):
        # A tiny exponent: a million times the data changes next to nothing.
        strong = replace(
            WHEEL,
            curve=LearningCurve(0.0, 0.9, 0.001, 1e5),
            churn=ChurnByQuality(0.0, 0.03, 300.0, 0.1),
        )
        assert np.isinf(stall_examples(strong, 1e5))

    def test_draws_agree_with_one_call_per_draw(self):
        exponents = np.array([0.2, 0.4, 0.8])
        many = stall_examples(replace(WHEEL, curve=LearningCurve(0.05, 0.3, exponents, 1e5)), 1e5)
        for found, exponent in zip(many, exponents, strict=True):
            one = stall_examples(replace(WHEEL, curve=LearningCurve(0.05, 0.3, exponent, 1e5)), 1e5)
            assert found == pytest.approx(one, rel=1e-12)

    def test_a_least_gain_of_nothing_is_refused(self):
        with pytest.raises(DomainError, match="least_gain_share must be above 0, got 0"):
            stall_examples(WHEEL, 1e5, least_gain_share=0.0)
