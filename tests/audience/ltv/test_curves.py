"""Lifetime values of tables of survival, and of customers one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.ltv.values import ltv
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
        assert item.whole_usd is None and "its mean is infinite" in item.reasons["whole_usd"]


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
