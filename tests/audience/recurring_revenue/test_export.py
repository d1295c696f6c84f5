"""Exports of subscriptions: days, billing periods, currencies, states, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.audience.recurring_revenue.money import Billed, billed_months
from nextdollar.audience.recurring_revenue.mrr import mrr
from nextdollar.errors import OptionsError, RowsError

HEAD = "customer,plan,amount,currency,start,cancelled"
USD = 1_000_000


def faults_of(path, error=RowsError, **stated):
    with pytest.raises(error) as caught:
        mrr(path, **stated)
    return [(fault.code, fault.line) for fault in caught.value.faults]


def ends(path, **stated):
    """Return MRR at the end of each month from the second, in USD."""
    found = mrr(path, n_draws=128, **stated)
    return found, (found.moved.end_micro_usd / USD).tolist()


def test_a_month_counts_what_runs_on_its_last_day(table_file):
    path = table_file(
        HEAD,
        "a,p,10,USD,2026-01-31,2026-03-31",
        "b,p,7,USD,2026-01-01,2026-02-01",
        "c,p,5,USD,2026-02-10,2026-02-20",
        "d,p,1,USD,2026-01-15,",
    )
    found, mrr_usd = ends(path, as_of=date(2026, 4, 30))
    assert found.months == ("2026-01", "2026-02", "2026-03", "2026-04")
    assert found.moved.start_micro_usd[0] == 18 * USD
    assert mrr_usd == [11, 1, 1]
    assert any(
        "begun and ended within a month, and in no month's MRR: 1 subscription" in note
        for note in found.notes
    )


def test_a_change_of_plan_is_expansion_and_not_churn(table_file):
    path = table_file(
        HEAD,
        "a,starter,49,usd,2026-01-01,2026-02-15",
        "a,team,199,usd,2026-02-15,",
        "b,starter,49,usd,2026-01-01,",
    )
    found = mrr(path, n_draws=128)
    assert found.moved.expansion_micro_usd.tolist() == [150 * USD]
    assert (found.moved.churn_micro_usd == 0).all() and (found.moved.new_micro_usd == 0).all()


def test_a_yearly_amount_in_euro_with_seats_is_exact_to_a_millionth(table_file):
    head = "customer,plan,amount,currency,interval,quantity,start,cancelled"
    path = table_file(head, "a,p,100,EUR,year,3,2026-01-01,", "b,p,9.99,USD,month,1,2026-02-01,")
    found, mrr_usd = ends(path, usd_per_unit={"EUR": Decimal("1.085")})
    # 100 x 3 x 1.085 / 12 = 27.125
    assert found.moved.start_micro_usd.tolist() == [27_125_000]
    assert mrr_usd == [27.125 + 9.99]


@given(st.decimals(0, 10**9, places=4), st.decimals(Decimal("0.0001"), 1000, places=4), st.integers(0, 10**6))
def test_amounts_are_rounded_once_and_half_to_even(amount, rate, quantity):
    from fractions import Fraction

    found = Billed(amount, rate, quantity, Decimal(12)).micro_usd_per_month()
    exact = Fraction(amount) * Fraction(rate) * quantity * USD / 12
    assert abs(found - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("month", 1),
        ("Monthly", 1),
        ("year", 12),
        ("annual", 12),
        ("quarterly", 3),
        ("6 months", 6),
        ("every 2 years", 24),
    ],
)
def test_billing_periods_are_read_as_people_write_them(text, months):
    assert billed_months(text) == months


@pytest.mark.parametrize("text", ["", "fortnight", "0 months", "once", "monthyear"])
def test_other_words_are_no_billing_period(text):
    assert billed_months(text) is None


def test_a_week_is_seven_days_of_a_mean_month():
    assert float(billed_months("week")) == pytest.approx(7 / 30.4375)


class TestWhatNoColumnSays:
    ROWS = ("a,basic,120,USD,2026-01-01,", "b,basic,120,USD,2026-02-01,")

    def test_amounts_are_taken_as_monthly_and_that_is_said(self, table_file):
        found, mrr_usd = ends(table_file(HEAD, *self.ROWS))
        assert mrr_usd == [240]
        assert any("amounts are taken as those of a month" in note for note in found.notes)

    def test_a_stated_period_is_used_and_nothing_is_said(self, table_file):
        found, mrr_usd = ends(table_file(HEAD, *self.ROWS), billed="year")
        assert mrr_usd == [20]
        assert not any("taken as" in note for note in found.notes)

    def test_plans_that_speak_of_years_are_refused_until_it_is_stated(self, table_file):
        path = table_file(HEAD, *self.ROWS, "c,Basic Annual,1200,USD,2026-02-01,")
        assert faults_of(path) == [("ND1736", 4)]
        assert mrr(path, billed="month", n_draws=128).moved.end_micro_usd[-1] == 1440 * USD

    def test_the_last_month_is_that_of_the_last_event_and_that_is_said(self, table_file):
        found = mrr(table_file(HEAD, *self.ROWS), n_draws=128)
        assert any(
            note.startswith("2026-02 is the last month, that of the last start") for note in found.notes
        )

    def test_a_planned_cancellation_far_off_is_told(self, table_file):
        path = table_file(HEAD, *self.ROWS, "c,basic,1,USD,2026-01-01,2027-01-01")
        assert any("if it is only planned" in note for note in mrr(path, n_draws=128).notes)
        found = mrr(path, as_of=date(2026, 4, 30), n_draws=128)
        assert found.months[-1] == "2026-04" and found.moved.churn_micro_usd.sum() == 0


class TestOfTheTrade:
    def test_columns_of_a_dashboard_export_are_known(self, table_file):
        path = table_file(
            "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start (UTC),Trial End (UTC),"
            "Canceled At (UTC),Ended At (UTC)",
            "sub_1,cus_1,pro,2,usd,month,30.00,active,2026-01-05 10:11,,2026-02-20 00:00,",
            "sub_2,cus_2,pro,1,usd,month,30.00,canceled,2026-01-07 08:00,,2026-02-01 09:00,2026-02-07 08:00",
            "sub_3,cus_3,pro,1,usd,month,30.00,trialing,2026-02-01 08:00,,,",
            "sub_4,cus_4,pro,1,usd,month,30.00,past_due,2026-01-20 08:00,2026-02-03 08:00,,",
        )
        found, mrr_usd = ends(path, as_of=date(2026, 3, 31))
        # The first has asked to end but has not; the second ended; the trial of the fourth ends in February.
        assert found.moved.start_micro_usd[0] == 90 * USD
        assert mrr_usd == [90, 90]
        notes = " ".join(found.notes)
        for words in (
            "trialing and not counted: 1 subscription",
            "past due and counted as paid: 1 subscription",
            "paid from the end of a trial: 1 subscription",
            "the column Canceled At (UTC) is not read",
        ):
            assert words in notes

    def test_cents_are_hundredths(self, table_file):
        path = table_file(
            "customer,amount_cents,currency,start,cancelled", "a,4999,USD,2026-01-01,", "a,1,USD,2026-02-01,"
        )
        assert ends(path)[1] == [50.0]

    def test_what_costs_nothing_makes_no_customer(self, table_file):
        path = table_file(HEAD, "a,free,0,USD,2026-01-01,", "b,p,5,USD,2026-01-01,", "b,p,5,USD,2026-02-01,")
        found = mrr(path, n_draws=128)
        assert found.moved.customers_end.tolist() == [1]
        assert any(
            "at no cost, and no customer who has nothing else: 1 subscription" in note for note in found.notes
        )


def test_rows_that_repeat_another_are_counted_and_told(table_file):
    row = "a,p,10,USD,2026-01-01,"
    found = mrr(table_file(HEAD, row, row, "a,p,10,USD,2026-02-01,"), n_draws=128)
    assert found.moved.start_micro_usd.tolist() == [20 * USD]
    assert any(
        note.startswith("the same as another in every cell, and counted all the same: 1 row")
        for note in found.notes
    )


def test_everything_that_is_wrong_with_the_rows_comes_at_once(table_file):
    path = table_file(
        "customer,plan,amount,currency,interval,quantity,status,start,cancelled",
        "a,p,ten,USD,month,1,active,2026-01-01,",
        "a,p,10,USD,fortnight,1,active,2026-01-01,",
        "a,p,10,USD,month,1.5,active,2026-01-01,",
        "a,p,10,USD,month,1,dormant,2026-01-01,",
        "a,p,10,USD,month,1,active,01/02/2026,",
        "a,p,10,USD,month,1,canceled,2026-01-01,",
        "a,p,10,USD,month,1,active,2026-03-01,2026-01-01",
        "a,p,10,EUR,month,1,active,2026-01-01,",
        "a,p,10,euros,month,1,active,2026-01-01,",
    )
    assert sorted(faults_of(path), key=lambda fault: fault[1]) == [
        ("ND1731", 2),
        ("ND1736", 3),
        ("ND1731", 4),
        ("ND1743", 5),
        ("ND1732", 6),
        ("ND1737", 7),
        ("ND1737", 8),
        ("ND1735", 9),
        ("ND1735", 10),
    ]


def test_everything_that_is_wrong_with_what_is_stated_comes_at_once(table_file):
    path = table_file(HEAD, "a,p,1,USD,2026-01-01,")
    stated = {"EUR": 0, "USD": 2, "euro": 1, "GBP": "1.2.3"}
    found = faults_of(path, OptionsError, usd_per_unit=stated, billed="often", span_months=0, n_draws=3)
    assert found == [("ND1738", 0)] * 7


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 300), st.integers(0, 200)), min_size=2, max_size=10)
)
def test_every_export_closes_and_agrees_with_the_days_one_by_one(tmp_path_factory, rows):
    from datetime import timedelta

    day = date(2026, 1, 1)
    spans = [(who, day + timedelta(start), day + timedelta(start + length)) for who, start, length in rows]
    path = tmp_path_factory.mktemp("export") / "table.csv"
    lines = [f"c{who},p,{10 + i},USD,{start},{end}" for i, (who, start, end) in enumerate(spans)]
    # One that always runs, so that somebody pays in every month.
    lines.append(f"c9,p,1,USD,{day},")
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    found = mrr(path, as_of=date(2027, 6, 30), n_draws=128)
    moved = found.moved
    gained = moved.new_micro_usd + moved.expansion_micro_usd + moved.reactivation_micro_usd
    np.testing.assert_array_equal(
        moved.start_micro_usd + gained - moved.contraction_micro_usd - moved.churn_micro_usd,
        moved.end_micro_usd,
    )
    for month, end_usd in zip(found.months[1:], moved.end_micro_usd / USD, strict=True):
        year, number = (int(part) for part in month.split("-"))
        last = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
        running = sum(10 + i for i, (_, start, end) in enumerate(spans) if start <= last < end)
        assert end_usd == running + 1
