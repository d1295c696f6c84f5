from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.lifetime_value.value_density import ValueDensity, growth_of_stayers
from nextdollar.errors import DomainError

rates = st.floats(0.0, 0.3)
caps = st.floats(1.0, 10.0)


class TestTheMultiple:
    def test_two_percent_a_month_doubles_in_three_years_unless_capped(self):
        # The rule of 72 by arithmetic: 1.02**35 = 1.99989.
        assert ValueDensity(0.02, 10.0).multiple(36)[-1] == pytest.approx(1.02**35, rel=1e-12)
        assert ValueDensity(0.02, 1.5).multiple(36)[-1] == 1.5

    @given(growth=rates, cap=caps, decay=st.floats(0, 1), fresh=st.integers(0, 12), every=st.integers(1, 12))
    def test_it_starts_at_one_and_stays_between_nothing_and_the_cap(self, growth, cap, decay, fresh, every):
        density = ValueDensity(
            growth, cap, decay_per_month=decay, n_months_fresh=fresh, n_months_between_updates=every
        )
        by_month = density.multiple(40)
        assert by_month[0] == 1.0
        assert np.all((by_month >= 0) & (by_month <= cap))

    @given(growth=rates, more=st.floats(0.001, 0.2), cap=caps)
    def test_more_growth_is_never_worth_less(self, growth, more, cap):
        slower = ValueDensity(growth, cap).multiple(24)
        assert np.all(ValueDensity(growth + more, cap).multiple(24) >= slower)

    def test_it_decays_once_the_model_is_stale_and_grows_again_after_an_update(self):
        density = ValueDensity(0.10, 9.0, decay_per_month=0.20, n_months_fresh=2, n_months_between_updates=4)
        np.testing.assert_allclose(
            density.multiple(6), [1, 1.1, 1.21, 1.21 * 0.8, 1.21 * 0.64, 1.21 * 0.64 * 1.1], rtol=1e-14
        )

    def test_a_model_that_is_never_updated_only_decays_once_stale(self):
        by_month = ValueDensity(0.05, 3.0, decay_per_month=0.03, n_months_fresh=6).multiple(60)
        assert np.all(np.diff(by_month[:7]) > 0)
        assert np.all(np.diff(by_month[6:]) < 0)

    def test_updates_more_often_are_never_worth_less(self):
        def at(every: int) -> np.ndarray:
            return ValueDensity(
                0.04, 5.0, decay_per_month=0.05, n_months_fresh=3, n_months_between_updates=every
            ).multiple(48)

        assert np.all(at(3) >= at(6) - 1e-12)
        assert np.all(at(6)[::6] >= at(12)[::6] - 1e-12)

    def test_neither_growth_nor_decay_changes_nothing(self):
        np.testing.assert_array_equal(ValueDensity(0.0, 1.0).multiple(5), np.ones(5))

    def test_draws_agree_with_one_call_per_draw(self):
        growth, cap = np.array([0.0, 0.03, 0.2]), np.array([1.0, 2.0, 1.5])
        together = ValueDensity(growth, cap, decay_per_month=0.1, n_months_fresh=4).multiple(12)
        for i in range(3):
            one = ValueDensity(float(growth[i]), float(cap[i]), decay_per_month=0.1, n_months_fresh=4)
            np.testing.assert_array_equal(together[:, i], one.multiple(12))

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ({"growth_per_month": -1.0}, "growth_per_month must be above -1"),
            ({"cap_multiple": 0.9}, "cap_multiple must be 1 or more"),
            ({"decay_per_month": 1.1}, "decay_per_month must be a fraction from 0 to 1"),
            ({"n_months_fresh": -1}, "n_months_fresh must be 0 or more"),
            ({"n_months_between_updates": 0}, "n_months_between_updates must be 1 or more"),
        ],
    )
    def test_what_is_no_density_is_refused(self, change, rule):
        with pytest.raises(DomainError, match=rule):
            ValueDensity(**({"growth_per_month": 0.1, "cap_multiple": 2.0} | change))


class TestGrowthFromData:
    def test_two_accounts_by_hand(self):
        # 300 becomes 330: 10 %. Residuals -10 and 10: sqrt(2 x 200) / 300.
        found = growth_of_stayers(np.array([100.0, 200.0]), np.array([100.0, 230.0]))
        assert found.growth_per_month == pytest.approx(0.10)
        assert found.standard_error_per_month == pytest.approx(20 / 300)
        assert found.n_accounts == 2

    @given(st.lists(st.floats(1, 1e4), min_size=2, max_size=20), st.floats(-0.5, 0.5))
    def test_a_common_rate_is_found_without_error(self, before, rate):
        found = growth_of_stayers(np.array(before), np.array(before) * (1 + rate))
        assert found.growth_per_month == pytest.approx(rate, abs=1e-9)
        assert found.standard_error_per_month == pytest.approx(0.0, abs=1e-9)

    def test_intervals_of_90_percent_hold_the_truth_in_85_to_95_percent(self):
        generator = np.random.default_rng(11)
        covered = 0
        for _ in range(1_000):
            before = generator.lognormal(4.0, 0.6, 150)
            found = growth_of_stayers(before, before * generator.lognormal(np.log(1.03) - 0.02, 0.2, 150))
            covered += abs(found.growth_per_month - 0.03) <= 1.645 * found.standard_error_per_month
        assert 850 <= covered <= 950

    def test_one_account_has_no_error_and_none_is_refused(self):
        assert np.isnan(growth_of_stayers(np.array([1.0]), np.array([2.0])).standard_error_per_month)
        with pytest.raises(DomainError, match="before_usd must be of one account or more"):
            growth_of_stayers(np.array([]), np.array([]))
        with pytest.raises(DomainError, match=r"before_usd must be finite and above 0, got 0\.0"):
            growth_of_stayers(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
