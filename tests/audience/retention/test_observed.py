"""Late entry: who was old already when watching began counts from then on, and from then on alone."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.audience.ltv.curves import segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.retention.observed import observed_curve
from nextdollar.audience.retention.retention import retention
from nextdollar.customers.contractual import (
    RiskTable,
    kaplan_meier,
    kaplan_meier_of_table,
    table_of_customers,
)

# The residents of Channing House, Palo Alto, 1964 to 1975, ages in months: Hyde 1980, as `channing` in the
# R package boot 1.3. One row cannot be (entered at 959, died at 912).
CHANNING = Path(__file__).parents[2] / "samples" / "customers" / "channing_house.csv"


def residents(sex: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ages at the end, whether it was a death, and ages at entry, of who was watched for a month."""
    rows = [row for row in csv.DictReader(CHANNING.read_text("utf-8").splitlines()) if row["sex"] == sex]
    ages, entered = (np.array([int(row[name]) for row in rows]) for name in ("age", "entered"))
    died = np.array([row["died"] == "1" for row in rows])
    seen = ages > entered
    return ages[seen], died[seen], entered[seen]


def table_of(n_at_risk, n_left) -> RiskTable:
    return RiskTable(np.array(n_at_risk, dtype=float), np.array(n_left, dtype=float))


class TestChanningHouse:
    @pytest.mark.parametrize(("sex", "n_seen", "n_died"), [("Male", 96, 46), ("Female", 361, 129)])
    def test_the_sample_is_the_published_one(self, sex, n_seen, n_died):
        # Without the five rows that were watched for no month, as the package survive has them in its example
        # on this house (artemmavrin/survive, doc/source/examples).
        ages, died, _ = residents(sex)
        assert (ages.size, died.sum()) == (n_seen, n_died)

    def test_from_the_start_on_the_curve_of_the_men_is_0_from_the_781st_month(self):
        # Klein & Moeschberger 2003, example 4.3: two early deaths of two and of one at risk.
        ages, died, entered = residents("Male")
        found = kaplan_meier(ages, died, ages_before=entered)
        assert found.survival_share[found.period == 777] == 0.5
        assert (found.survival_share[found.period >= 781] == 0).all()
        assert (ages > 781).sum() == 94

    @pytest.mark.parametrize(
        ("sex", "first", "shares"),
        [
            # lifelines 0.30.0, KaplanMeierFitter.fit(ages, died, entry=...) on those older than `first`,
            # entries half a month later so that who enters at an age is at risk beyond it.
            ("Male", 836, {869: 0.958333, 900: 0.804531, 1000: 0.500820, 1080: 0.222707, 1139: 0.050109}),
            ("Female", 777, {869: 0.858086, 900: 0.823275, 1000: 0.577334, 1080: 0.281622, 1139: 0.145949}),
        ],
    )
    def test_from_where_ten_are_at_risk_it_agrees_with_lifelines(self, sex, first, shares):
        ages, died, entered = residents(sex)
        found = observed_curve(table_of_customers(ages, died, n_periods_before=entered))
        assert found.first_period == first
        assert found.last_period == ages.max()
        assert np.isnan(found.curve.survival_share[:first]).all()
        for age, share in shares.items():
            assert found.curve.survival_share[age - 1] == pytest.approx(share, abs=5e-7)

    def test_the_range_agrees_with_lifelines_too(self):
        # lifelines 0.30.0, as above, alpha 0.1.
        ages, died, entered = residents("Male")
        curve = observed_curve(table_of_customers(ages, died, n_periods_before=entered)).curve
        assert curve.low_share[999] == pytest.approx(0.37586, abs=5e-6)
        assert curve.high_share[999] == pytest.approx(0.61344, abs=5e-6)

    def test_it_agrees_with_lifelines_run_here(self):
        lifelines = pytest.importorskip("lifelines", reason="lifelines, the oracle, is not installed")
        ages, died, entered = residents("Female")
        found = observed_curve(table_of_customers(ages, died, n_periods_before=entered))
        old = ages > found.first_period
        entry = np.maximum(entered[old], found.first_period) + 0.5
        theirs = lifelines.KaplanMeierFitter().fit(ages[old], died[old], entry=entry)
        theirs = theirs.survival_function_.iloc[:, 0]
        at = np.unique(ages[old])
        np.testing.assert_allclose(found.curve.survival_share[at - 1], theirs.reindex(at), atol=1e-12)


class TestWorth:
    """What lifetime value makes of customers who were watched from a later age on."""

    LATE = "month,survivors\n3,900\n4,800\n5,750\n6,720\n"

    def worth(self, path):
        return segments_of_curves(
            retention(path), LtvSetting(discount_per_month=0.01), margin_usd_per_month=1.0
        )

    def test_a_start_that_nobody_watched_has_no_worth_but_that_of_those_who_stay(self, tmp_path):
        path = tmp_path / "late.csv"
        path.write_text(self.LATE, encoding="utf-8")
        (segment,) = self.worth(path).segments
        assert segment.from_month == 3
        # Counts from month 3 on: 800 of 900 are left after one month more.
        assert segment.stays.survival_share[1].mean() == pytest.approx(800 / 900, abs=0.01)

    def test_a_segment_that_began_late_stands_beside_one_watched_from_its_start(self, tmp_path):
        rows = "".join(f"old,{row}\n" for row in self.LATE.splitlines()[1:])
        path = tmp_path / "both.csv"
        text = "segment,month,survivors\n" + rows + "new,0,500\nnew,1,450\nnew,2,420\nnew,3,400\n"
        path.write_text(text, encoding="utf-8")
        assert {item.name: item.from_month for item in self.worth(path).segments} == {"old": 3, "new": 0}


def test_a_table_worked_by_hand():
    # Five customers: (entered, came, left). At risk at 1: a and b; at 2: a, c; at 3: a, c, d, e; at 4: d, e.
    entered, came = np.array([0, 0, 1, 2, 2]), np.array([3, 1, 3, 4, 4])
    has_left = np.array([True, True, False, False, True])
    table = table_of_customers(came, has_left, n_periods_before=entered)
    np.testing.assert_array_equal(table.n_at_risk, [2, 2, 4, 2])
    np.testing.assert_array_equal(table.n_left, [1, 0, 1, 1])
    # 1/2, then nobody leaves, then 3/4 of it, then half of it.
    np.testing.assert_allclose(
        kaplan_meier_of_table(table).survival_share, [1 / 2, 1 / 2, 3 / 8, 3 / 16], atol=1e-15
    )


counts = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12).filter(
    lambda rows: any(sum(row) for row in rows)
)


@given(counts)
def test_without_late_entry_the_curve_begins_with_everybody(rows):
    stayed_left = np.array(rows, dtype=float)
    # From the end: who is at risk came on, or left there.
    n_at_risk = np.cumsum(stayed_left.sum(axis=1)[::-1])[::-1]
    table = RiskTable(n_at_risk, stayed_left[:, 1])
    found = observed_curve(table)
    assert found.first_period == 0
    seen = n_at_risk > 0
    np.testing.assert_array_equal(
        found.curve.survival_share[seen], kaplan_meier_of_table(table).survival_share[seen]
    )


@given(counts)
def test_a_curve_is_read_where_it_falls_and_nowhere_else(rows):
    stayed_left = np.array(rows, dtype=float)
    found = observed_curve(RiskTable(stayed_left.sum(axis=1), stayed_left[:, 1]))
    share = found.curve.survival_share
    inside = share[found.first_period : found.last_period]
    assert np.isfinite(inside).all() and inside.size >= 1
    assert (np.diff(np.concatenate([[1.0], inside])) <= 0).all()
    assert np.isnan(share[: found.first_period]).all() and np.isnan(share[found.last_period :]).all()


def test_one_early_leaver_of_three_does_not_bring_the_curve_down():
    found = observed_curve(table_of([3, 30, 25], [3, 3, 5]))
    assert found.first_period == 1
    np.testing.assert_allclose(found.curve.survival_share[1:], [0.9, 0.72])


def test_a_curve_ends_where_nobody_is_watched_though_others_are_later():
    found = observed_curve(table_of([30, 20, 0, 12], [3, 2, 0, 1]))
    assert (found.first_period, found.last_period) == (0, 2)


def test_a_curve_ends_where_nobody_is_left_though_others_are_watched_later():
    found = observed_curve(table_of([30, 3, 12], [27, 3, 1]))
    np.testing.assert_allclose(found.curve.survival_share, [0.1, 0.0, np.nan])


def test_the_stretch_in_which_most_were_watched_is_the_one_that_is_read():
    assert observed_curve(table_of([15, 2, 90, 80], [1, 1, 5, 5])).first_period == 2
    assert observed_curve(table_of([300, 2, 90, 80], [200, 1, 5, 5])).first_period == 0
