"""Whether cohorts are alike: the log-rank test against published figures and its own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.customers.contractual import RiskTable, stacked, table_of_cohort, table_of_customers
from nextdollar.customers.contractual.homogeneity import log_rank
from nextdollar.errors import DomainError

# Weeks of remission of 42 patients, 6-MP and placebo (Freireich et al. 1963), with + for those censored.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def group(text: str) -> RiskTable:
    weeks = text.split()
    ages = np.array([int(week.rstrip("+")) for week in weeks])
    return table_of_customers(ages, np.array([not week.endswith("+") for week in weeks]))


@st.composite
def cohorts(draw):
    """Deal a few cohorts of counts, of different ages."""
    found = []
    for _ in range(draw(st.integers(2, 4))):
        left = [draw(st.integers(1, 500))]
        for _ in range(draw(st.integers(1, 6))):
            left.append(draw(st.integers(0, left[-1])))
        found.append(table_of_cohort(np.array(left, dtype=float)))
    return found


class TestPublished:
    def test_remission_has_the_published_statistic(self):
        # Kleinbaum & Klein 2012, Survival Analysis, chapter 2: 16.79; 9 left against 19.26, 21 against 10.74.
        found = log_rank(stacked([group(TREATED), group(PLACEBO)]))
        assert (found.n_freedom, round(found.misfit, 2)) == (1, 16.79)
        assert found.n_left.tolist() == [9, 21]
        np.testing.assert_allclose(found.n_expected, [19.26, 10.74], atol=0.01)
        assert found.chance_share == pytest.approx(4.17e-5, rel=1e-2)

    def test_two_cohorts_worked_by_hand(self):
        # One renewal: 40 of 100 and 20 of 100 left. E is 30 each, V 60 * 140 / 199 / 4, so that
        # chi-square is 10 * 10 / (2100 / 199).
        found = log_rank(
            stacked([table_of_cohort(np.array([100.0, 60])), table_of_cohort(np.array([100.0, 80]))])
        )
        assert found.n_expected.tolist() == [30, 30]
        assert found.misfit == pytest.approx(100 * 199 / 2100)


class TestLaws:
    @settings(max_examples=40, deadline=None)
    @given(cohorts())
    def test_as_many_are_expected_to_leave_as_left(self, tables):
        found = log_rank(stacked(tables))
        assert found.n_expected.sum() == pytest.approx(found.n_left.sum(), abs=1e-9)
        assert found.misfit >= -1e-9 and 0 <= found.chance_share <= 1

    @settings(max_examples=25, deadline=None)
    @given(cohorts())
    def test_the_order_of_cohorts_does_not_matter(self, tables):
        there, back = log_rank(stacked(tables)), log_rank(stacked(tables[::-1]))
        assert there.misfit == pytest.approx(back.misfit, rel=1e-6, abs=1e-9)
        assert there.n_freedom == back.n_freedom

    def test_cohorts_without_an_age_in_common_say_nothing(self):
        early = table_of_cohort(np.array([100.0, 60]))
        late = table_of_cohort(np.array([80.0, 8]), n_periods_before=1)
        found = log_rank(stacked([early, late]))
        assert (found.n_freedom, found.chance_share) == (0, 1.0)

    def test_of_very_many_cohorts_the_statistic_is_the_lower_one(self):
        rng = np.random.default_rng(5)
        dealt = [table_of_cohort(np.array([100.0, 100 - n])) for n in rng.binomial(100, 0.2, 301)]
        whole, few = log_rank(stacked(dealt)), log_rank(stacked(dealt[:300]))
        assert whole.n_freedom == 300 and few.n_freedom == 299
        # Of one renewal with a share of 0.2 leaving, it is 0.8 of the whole.
        assert whole.misfit == pytest.approx(0.8 * few.misfit, rel=0.05)

    def test_by_chance_alone_one_in_a_hundred_looks_different(self):
        rng = np.random.default_rng(11)
        n_below = 0
        for _ in range(600):
            dealt = []
            for n_ages in (9, 6, 3, 2):
                left = [200]
                for _ in range(n_ages):
                    left.append(rng.binomial(left[-1], 0.9))
                dealt.append(table_of_cohort(np.array(left, dtype=float)))
            n_below += log_rank(stacked(dealt)).chance_share < 0.1
        # A tenth of 600, give or take three standard errors.
        assert 38 <= n_below <= 82


def test_one_row_alone_is_no_table_of_cohorts():
    with pytest.raises(DomainError, match="n_cohorts"):
        log_rank(table_of_cohort(np.array([10.0, 5])))
