"""Lifetime values of tables of survival, and of customers one by one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nextdollar
from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSegment, LtvSetting, RetentionCurve
from nextdollar.audience.ltv.values import ltv
from nextdollar.customers.acquisition.cost import AcquisitionCost
from nextdollar.errors import OptionsError

SHARED = Path(__file__).parents[4] / "shared" / "data" / "customers"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared tables are not beside the checkout")
TEN_PERCENT = LtvSetting(discount_per_month=1.1 ** (1 / 12) - 1, horizon_months=84, n_draws=1024)


@pytest.fixture(scope="module")
def published():
    if not SHARED.exists():
        pytest.skip("the shared tables are not beside the checkout")
    return fitted_retention(SHARED / "sbg_survival.csv")


def test_the_published_law_alone_gives_the_published_lifetimes(published):
    # Fader & Hardie's seven years at 10 %: 5.92225 and 3.69491 discounted periods.
    read = segments_of_curves(published, TEN_PERCENT, margin_usd_per_month=100 / 12)
    found = {item.segment.name: item for item in ltv(read.segments, TEN_PERCENT).segments}
    assert found["high_end"].main_law_usd.p50 == pytest.approx(592.2, abs=0.3)
    assert found["regular"].main_law_usd.p50 == pytest.approx(369.5, abs=0.3)
    for item in found.values():
        assert item.value_usd.p5 < item.value_usd.p50 < item.value_usd.p95
        assert item.beyond_data_share == item.beyond_horizon_share
        assert item.segment.stays.n_observed == 7


def test_without_a_discount_there_is_no_whole_lifetime(published):
    setting = LtvSetting(n_draws=1024)
    read = segments_of_curves(published, setting, margin_usd_per_month=10.0)
    for item in ltv(read.segments, setting).segments:
        assert item.whole_usd is None and "lifetime has no end" in item.reasons["whole_usd"]


def test_a_period_is_what_the_table_says_or_is_asked_for(published, tmp_path):
    with pytest.raises(OptionsError, match="must be what the column of the table says, year"):
        segments_of_curves(published, TEN_PERCENT, margin_usd_per_month=1.0, period="month")
    table = tmp_path / "survival.csv"
    table.write_text("segment,period,survivors\na,0,1000\na,1,800\na,2,700\na,3,640\n", encoding="utf-8")
    unnamed = fitted_retention(table)
    with pytest.raises(OptionsError, match="does not say how long a period is"):
        segments_of_curves(unnamed, TEN_PERCENT, margin_usd_per_month=1.0)
    with pytest.raises(OptionsError, match="must be one of month, quarter, year, got fortnight"):
        segments_of_curves(unnamed, TEN_PERCENT, margin_usd_per_month=1.0, period="fortnight")
    read = segments_of_curves(unnamed, TEN_PERCENT, margin_usd_per_month=1.0, period="quarter")
    assert read.segments[0].stays.n_months_per_period == 3


@needs_shared
def test_a_meaning_of_the_flag_is_asked_for_and_changes_the_value():
    named = {"tenure": "tenure", "churned": "Churn"}
    worth = {}
    for flag in ("ever", "last-period"):
        found = fitted_retention(SHARED / "telco_churn.csv", **named, flag=flag)
        read = segments_of_curves(found, TEN_PERCENT, margin_usd_per_month=50.0, period="month")
        worth[flag] = ltv(read.segments, TEN_PERCENT).segments[0].value_usd.p50
    assert worth["ever"] > 5 * worth["last-period"]
    with pytest.raises(OptionsError):
        fitted_retention(SHARED / "telco_churn.csv", **named)


@needs_shared
def test_where_the_laws_miss_the_observed_curve_that_curve_is_followed():
    # Kaplan-Meier shares of all 4 981 rows, from telco_expected.csv.
    found = fitted_retention(SHARED / "telco_churn.csv", tenure="tenure", churned="Churn", flag="ever")
    read = segments_of_curves(found, TEN_PERCENT, margin_usd_per_month=50.0, period="month")
    stays = read.segments[0].stays
    published = {12: 0.8456544, 24: 0.7939427, 48: 0.71134449, 60: 0.66711713}
    for month, share in published.items():
        assert np.median(stays.survival_share[month]) == pytest.approx(share, abs=2e-4)
    assert 60 <= stays.n_followed <= 72
    # The 90 % range of a draw is that of the observed share, and nobody comes back at the change.
    low, high = np.quantile(stays.survival_share[24], [0.05, 0.95])
    seen = found.segments[0].observed
    assert (low, high) == (
        pytest.approx(float(seen.low_share[23]), abs=1e-3),
        pytest.approx(float(seen.high_share[23]), abs=1e-3),
    )
    assert np.all(np.diff(stays.survival_share, axis=0) <= 1e-12)


def test_laws_that_hold_are_kept_throughout(published):
    read = segments_of_curves(published, TEN_PERCENT, margin_usd_per_month=1.0)
    assert [segment.stays.n_followed for segment in read.segments] == [0, 0]


@needs_shared
def test_where_much_would_rest_on_laws_that_miss_the_value_is_that_within_the_data():
    # 50 USD x Kaplan-Meier of the two-year contracts, counted here, up to the last of 10 or more at risk.
    with (SHARED / "telco_churn.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Contract"] == "Two year"]
    came = np.array([int(row["tenure"]) for row in rows])
    left = np.array([row["Churn"] == "Yes" for row in rows])
    share, worth = 1.0, 0.0
    for month in range(72):
        worth += 50 * share * 1.1 ** (-month / 12)
        at_risk = came > month
        share *= 1 - np.count_nonzero(left & (came == month + 1)) / np.count_nonzero(at_risk)
    named = {"tenure": "tenure", "churned": "Churn", "flag": "ever", "by": "Contract"}
    found = fitted_retention(SHARED / "telco_churn.csv", **named)
    read = segments_of_curves(found, TEN_PERCENT, margin_usd_per_month=50.0, period="month")
    answer = ltv(read.segments, TEN_PERCENT)
    item = next(item for item in answer.segments if item.segment.name == "Two year")
    assert item.basis == "within the data" and item.segment.stays.n_followed == 72
    assert item.value_usd.mean == pytest.approx(worth, rel=2e-3)
    assert item.whole_usd is None and "laws that miss" in item.reasons["whole_usd"]
    assert item.residual_usd is None and "laws that miss" in item.reasons["residual_usd"]
    # What the laws would add is shown beside it: their share beyond the data of the whole.
    assert item.beyond_data_share.mean == pytest.approx(
        1 - item.value_usd.mean / item.by_laws_usd.mean, abs=2e-3
    )
    assert any("in Two year" in note and "cannot be relied on" in note for note in answer.notes)
    # More churn is held against the same months, and sums against the horizon alone.
    assert -0.4 < item.extra_churn.change_share.mean < -0.15
    assert not any("do not rely on the forecast" in note for note in (*read.notes, *answer.notes))


def test_within_a_horizon_that_was_watched_laws_that_miss_change_nothing():
    # 40 % leave at the 12th renewal of a yearly contract, whatever was dealt: no law keeps to it.
    left = np.minimum.accumulate(np.tile(np.where(np.arange(61) >= 12, 0.5, 0.9)[:, None], (1, 8)))
    left[0] = 1.0
    more = {"n_months_per_period": 1, "n_observed": 40, "law": "a law", "has_endless_mean": True}
    stays = RetentionCurve(survival_share=left, n_followed=40, **more)
    segment = LtvSegment(name="a", stays=stays, price_usd_per_month=10.0)
    within = ltv([segment], LtvSetting(horizon_months=36)).segments[0]
    assert within.basis == "within the horizon"
    assert within.value_usd.mean == pytest.approx(10 * (1 + 11 * 0.9 + 24 * 0.5))
    beyond = ltv([segment], LtvSetting(horizon_months=60)).segments[0]
    assert beyond.basis == "within the data"
    assert beyond.value_usd.mean == beyond.within_horizon_usd.mean == pytest.approx(10 * (1 + 9.9 + 28 * 0.5))


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    table = tmp_path_factory.mktemp("late") / "late.csv"
    counts = [1000, 930, 870, 820, 776, 738, 705, 676, 650]
    rows = "".join(f"a,{4 + i},{n}\n" for i, n in enumerate(counts))
    table.write_text(f"segment,month,survivors\n{rows}", encoding="utf-8")
    return fitted_retention(table)


class TestNobodyWatchedTheStart:
    def test_the_value_is_of_one_who_stays_until_watching_begins(self, late):
        read = segments_of_curves(late, TEN_PERCENT, margin_usd_per_month=10.0)
        answer = ltv(read.segments, TEN_PERCENT)
        item = answer.segments[0]
        assert item.segment.from_month == 4
        # The laws of those who are left at month 4, from then on: the first payment is certain.
        left = late.segments[0].fit.draws.survival(np.arange(4.0, 4001.0))
        v = 1.1 ** (-np.arange(3997) / 12)
        by_hand = 10 * (v[:, None] * left / left[0]).sum(axis=0)
        assert item.value_usd.mean == pytest.approx(by_hand.mean(), rel=1e-3)
        assert item.segment.stays.survival_share[1].mean() == pytest.approx(0.93, abs=0.01)
        assert item.segment.stays.n_observed == 8
        assert item.main_law_usd is None
        assert any("of one who stays 4 months, from then on" in note for note in answer.notes)

    def test_what_it_costs_to_win_one_has_nothing_to_stand_against(self, late):
        read = segments_of_curves(late, TEN_PERCENT, margin_usd_per_month=10.0)
        segment = replace(read.segments[0], acquisition=AcquisitionCost(sales_usd=40.0))
        item = ltv([segment], TEN_PERCENT).segments[0]
        assert item.winning is None and "who are won stay 4 months" in item.reasons["acquisition"]
        assert item.months[0].net_usd.mean == 0.0 and item.extra_churn.payback_months is None

    def test_the_rest_of_a_lifetime_begins_where_watching_does(self, late):
        read = segments_of_curves(late, TEN_PERCENT, margin_usd_per_month=10.0)
        young = ltv(read.segments, replace(TEN_PERCENT, age_months=3)).segments[0]
        assert young.residual_usd is None and "from month 4" in young.reasons["residual_usd"]
        # At month 5, just before its renewal: 93 % come to it, and are worth what is left from there on.
        rest = ltv(read.segments, replace(TEN_PERCENT, age_months=5)).segments[0].residual_usd
        whole = ltv(read.segments, TEN_PERCENT).segments[0].value_usd
        assert rest.mean == pytest.approx((whole.mean - 10) * 1.1 ** (1 / 12), rel=1e-6)


def test_late_entry_and_days_are_read_as_retention_reads_them(tmp_path):
    table = tmp_path / "c.csv"
    rows = [f"{3 + i % 9},{i % 3},{'yes' if i % 4 else 'no'}" for i in range(200)]
    table.write_text("months,before,left\n" + "\n".join(rows) + "\n", encoding="utf-8")
    columns = nextdollar.TenureColumns("months", entered="before")
    asked = nextdollar.CustomerValueQuestion(tenure=columns, churned="left", margin_usd_per_month=10.0)
    item = nextdollar.ltv_of_customers(table, asked).segments[0]
    seen = nextdollar.retention(table, tenure=columns, churned="left").segments[0]
    assert item.segment.stays.n_observed == seen.n_observed
    np.testing.assert_array_equal(item.segment.stays.survival_share[:12], np.minimum(seen.left(11)[0], 1.0))
