"""Ledgers of recurring revenue: what is read, what is taken for granted, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nextdollar.audience.recurring_revenue.mrr import mrr
from nextdollar.errors import RowsError

HEAD = "account,month,mrr_usd"
USD = 1_000_000


def faults_of(path, **stated):
    with pytest.raises(RowsError) as caught:
        mrr(path, **stated)
    return {(fault.code, fault.line): fault for fault in caught.value.faults}


def test_the_reference_ledger_has_the_published_movements(shared_data):
    import csv

    found = mrr(shared_data / "customers" / "saas_mrr_ledger.csv", n_draws=128)
    with (shared_data / "customers" / "saas_expected.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert found.months == tuple(f"2026-{month:02d}" for month in range(1, 9))
    for place, row in enumerate(expected):
        assert found.months[place + 1] == row["month"]
        assert found.moved.end_micro_usd[place] == int(row["end_mrr"]) * USD
        assert found.moved.churn_micro_usd[place] == int(row["churn"]) * USD
        nrr = found.rates.nrr_with_reactivation_share[place]
        assert nrr == pytest.approx(float(row["nrr_with_reactivation"]), abs=5e-10)


def test_amounts_are_exact_where_floating_point_is_not(table_file):
    rows = [f"{name},2026-{month},0.1" for month in ("01", "02") for name in "abc"]
    found = mrr(table_file(HEAD, *rows), n_draws=128)
    assert found.moved.start_micro_usd.tolist() == [300_000]
    assert 0.1 + 0.1 + 0.1 != 0.3


def test_the_order_of_rows_and_the_day_of_a_month_do_not_matter(table_file):
    lines = ["a,2026-01,10", "b,2026-01,5", "a,2026-02,12", "b,2026-02,0"]
    days = [line.replace("-01,", "-01-31,").replace("-02,", "-02-28,") for line in reversed(lines)]
    found = [
        mrr(table_file(HEAD, *rows, name=f"{i}.csv"), n_draws=128) for i, rows in enumerate((lines, days))
    ]
    np.testing.assert_array_equal(found[0].moved.churn_micro_usd, found[1].moved.churn_micro_usd)
    np.testing.assert_array_equal(found[0].moved.expansion_micro_usd, found[1].moved.expansion_micro_usd)


def test_a_month_without_a_row_counts_as_nothing_paid_and_is_said(table_file):
    path = table_file(HEAD, "a,2026-01,10", "b,2026-01,5", "b,2026-02,5", "a,2026-03,10", "b,2026-03,5")
    found = mrr(path, n_draws=128)
    assert found.moved.churn_micro_usd.tolist() == [10 * USD, 0]
    assert found.moved.reactivation_micro_usd.tolist() == [0, 10 * USD]
    assert any("1 month of 1 account that had paid before without a row" in note for note in found.notes)


def test_a_month_of_which_nobody_has_a_row_is_refused(table_file):
    faults = faults_of(table_file(HEAD, "a,2026-01,10", "a,2026-04,10"))
    assert faults["ND1734", 1].value == "none of 2026-02, 2026-03"


def test_an_account_twice_in_a_month_is_refused_unless_something_tells_the_rows_apart(table_file):
    rows = ["a,2026-01,10", "a,2026-01,5", "a,2026-02,15"]
    assert faults_of(table_file(HEAD, *rows))["ND1733", 3].where == '"a"'
    told = table_file(HEAD + ",plan", *(f"{row},p{i}" for i, row in enumerate(rows)))
    assert mrr(told, n_draws=128).moved.start_micro_usd.tolist() == [15 * USD]


def test_every_cell_that_cannot_be_read_is_named_at_once(table_file):
    path = table_file(
        HEAD,
        "a,2026-13,10",
        "a,2026-01,-5",
        'a,2026-02,"1,200"',
        "a,2026-02,$7",
        "a,January,1",
        "a,2026-02-30,1",
    )
    faults = faults_of(path)
    assert {place: fault.value for place, fault in faults.items()} == {
        ("ND1732", 2): '"2026-13"',
        ("ND1731", 3): '"-5"',
        ("ND1731", 4): '"1,200"',
        ("ND1731", 5): '"$7"',
        ("ND1732", 6): '"January"',
        ("ND1732", 7): '"2026-02-30"',
    }


def test_a_row_without_an_account_is_refused(table_file):
    assert ("ND1741", 3) in faults_of(table_file(HEAD, "a,2026-01,1", ",2026-02,1"))


def test_other_currencies_need_a_rate(table_file):
    path = table_file(
        "account,month,mrr,currency",
        "a,2026-01,100,eur",
        "a,2026-02,100,EUR",
        "b,2026-01,1,GBP",
        "b,2026-02,1,usd",
    )
    faults = faults_of(path)
    assert {fault.value for fault in faults.values()} == {'"EUR" in 2 rows', '"GBP" in 1 row'}
    found = mrr(path, usd_per_unit={"EUR": "1.1", "gbp": 1.25, "SEK": 0.1}, n_draws=128)
    assert found.moved.start_micro_usd.tolist() == [110 * USD + 1_250_000]
    assert found.moved.end_micro_usd.tolist() == [111 * USD]
    assert any("EUR at 1.1 USD (2 rows), GBP at 1.25 USD (1 row)" in note for note in found.notes)
    assert any("no amount is in SEK" in note for note in found.notes)


def test_amounts_without_a_currency_are_refused(table_file):
    (fault,) = faults_of(table_file("account,month,mrr", "a,2026-01,1", "a,2026-02,1")).values()
    assert (fault.code, fault.hint) == ("ND1735", "or name the amounts mrr_usd if they are")


def test_months_that_were_not_over_are_left_out(table_file):
    path = table_file(HEAD, "a,2026-01,1", "a,2026-02,2", "a,2026-03,9")
    found = mrr(path, as_of=date(2026, 3, 30), n_draws=128)
    assert found.months == ("2026-01", "2026-02")
    assert "left out, as not over on 2026-03-30: 2026-03" in found.notes
    assert mrr(path, as_of=date(2026, 3, 31), n_draws=128).months[-1] == "2026-03"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((HEAD, "a,2026-01,1", "b,2026-01,1"), "ND1739"),
        ((HEAD, "a,2026-01,0", "a,2026-02,0"), "ND1739"),
        ((HEAD, "a,2026-01,1e5", "a,2026-02,1"), "ND1731"),
        ((HEAD, "a,2026-01,999999999999999", "a,2026-02,1"), "ND1731"),
        (("account,month,amount", "a,2026-01,1"), "ND1730"),
        (("who,what", "a,b"), "ND1730"),
    ],
)
def test_what_is_no_ledger_of_revenue_is_refused(table_file, lines, code):
    assert {place[0] for place in faults_of(table_file(*lines))} == {code}


def test_a_day_far_off_does_not_make_a_table_of_millions_of_months(table_file):
    lines = [f"a{i},2026-01,1" for i in range(5_000)]
    assert ("ND1742", 1) in faults_of(table_file(HEAD, *lines, "a0,2199-01,1"))
