from __future__ import annotations

import datetime
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.transactions.history import history_of
from nextdollar.audience.transactions.log import looks_like_transactions, read_transactions
from nextdollar.audience.transactions.scores import customer_scores
from nextdollar.audience.transactions.transactions import transactions_retention
from nextdollar.catalogue.error_codes import error_codes
from nextdollar.errors import FitError, OptionsError, RowsError
from nextdollar.report.audience.transactions.schema import TransactionsShape
from nextdollar.report.audience.transactions.view import transactions_view


def table(tmp_path: Path, *rows: str, header: str = "customer,date,spend_usd") -> Path:
    path = tmp_path / "log.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def dealt_rows(n_customers: int, *, n_days: int = 200, seed: int = 1, leave_share: float = 0.2) -> list[str]:
    """Rows of customers who buy at random, about every two weeks, until they leave."""
    rng = np.random.default_rng(seed)
    start, rows = datetime.date(2025, 1, 1), []
    for number in range(n_customers):
        day, rate = float(rng.integers(0, 60)), rng.gamma(1.0, 1 / 14)
        while day <= n_days:
            spent_usd = rng.gamma(6, 5)
            rows.append(f"c{number},{start + datetime.timedelta(days=int(day))},{spent_usd:.2f}")
            if rng.random() < leave_share:
                break
            day += 1 + rng.exponential() / rate
    return rows


@pytest.fixture(scope="module")
def cdnow_path(shared_data):
    return shared_data / "customers" / "cdnow_calibration_transactions.csv"


@pytest.fixture(scope="module")
def cdnow_answer(cdnow_path):
    return transactions_retention(read_transactions(cdnow_path), n_draws=1024)


class TestCdnow:
    def test_the_log_as_it_stands_gives_the_published_fit(self, cdnow_answer):
        segment = cdnow_answer.segments[0]
        assert segment.model == "bg-nbd"
        # Fader, Hardie and Lee (2005), table 2.
        assert segment.parameters == pytest.approx(
            {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, abs=3e-3
        )
        assert segment.log_likelihood == pytest.approx(-9582.4, abs=0.1)
        assert (cdnow_answer.n_customers, cdnow_answer.n_repeat_purchases) == (2357, 2457)

    def test_the_forecast_starts_with_everybody_and_falls(self, cdnow_answer):
        forecast = cdnow_answer.segments[0].forecast
        assert [row["period"] for row in forecast] == list(range(53))
        shares = [row["survival_share"] for row in forecast]
        assert shares[0].mean == 1.0
        assert all(one.mean >= other.mean for one, other in pairwise(shares))
        assert all(share.p5 <= share.p50 <= share.p95 for share in shares)

    def test_laws_that_say_something_else_are_said_with_their_numbers(self, cdnow_answer):
        words = " ".join(cdnow_answer.segments[0].warnings)
        assert re.search(r"active today are BG/NBD 1,9\d\d and Pareto/NBD 1,0\d\d", words)
        assert "after 52 periods BG/NBD 76% and Pareto/NBD 36% of new customers" in words
        assert "survival is inferred from silence" in words
        assert "periods 39 to 52 lie beyond what was watched" in words
        assert sum(law.weight_share for law in cdnow_answer.laws) == pytest.approx(1.0)

    def test_the_last_third_came_as_the_first_two_said(self, cdnow_answer):
        held = cdnow_answer.holdout
        assert held.is_within and held.known_to == "1997-07-08" and held.n_periods == 12
        assert held.came == pytest.approx(held.expected.mean, rel=0.12)

    def test_the_next_39_weeks_are_expected_within_an_eighth_of_what_came(self, cdnow_path):
        # 1,882 repeat purchases from 1997-10-01 to 1998-06-30: days with a purchase in the whole sample,
        # btyd/datasets/CDNOW_sample.txt of ColtAllen/btyd.
        expected = customer_scores(read_transactions(cdnow_path), n_periods=39).scores.n_purchases.sum()
        assert abs(expected / 1882 - 1) < 1 / 8

    def test_what_was_bought_is_counted_by_period(self, cdnow_answer):
        observed = cdnow_answer.segments[0].observed
        assert observed[0]["customers"] == 2357
        assert [row["customers"] for row in observed] == sorted(
            (row["customers"] for row in observed), reverse=True
        )
        assert all(0 <= row["bought_share"] <= 1 for row in observed)

    def test_spend_is_the_published_gamma_gamma(self, cdnow_answer):
        spend = cdnow_answer.spend
        # The log has cents where the published table of means is rounded to them.
        assert spend.parameters == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=0.01)
        assert spend.mean_usd.p5 < 6.25 * 15.44 / 2.74 < spend.mean_usd.p95

    def test_scores_add_up_to_the_purchases_ahead(self, cdnow_path, cdnow_answer):
        scores = customer_scores(read_transactions(cdnow_path))
        assert scores.model == "bg-nbd" and len(scores.customers) == 2357
        assert (
            cdnow_answer.purchases_ahead.p5
            < scores.scores.n_purchases.sum()
            < cdnow_answer.purchases_ahead.p95
        )
        assert scores.scores.value_usd.mean() == pytest.approx(cdnow_answer.spend.value_usd.mean, rel=0.1)

    def test_the_view_has_its_shape(self, cdnow_answer):
        view = transactions_view(cdnow_answer)
        assert TransactionsShape.model_validate(view).model_dump() == view


def test_the_same_seed_gives_the_same_answer(tmp_path):
    log = read_transactions(table(tmp_path, *dealt_rows(60)))
    one, other = (transactions_retention(log, n_periods=4, n_draws=200, seed=3) for _ in range(2))
    another = transactions_retention(log, n_periods=4, n_draws=200, seed=4)
    assert one.purchases_ahead.mean == other.purchases_ahead.mean != another.purchases_ahead.mean
    assert (
        one.segments[0].forecast[4]["survival_share"].mean
        == other.segments[0].forecast[4]["survival_share"].mean
    )


@pytest.mark.parametrize("model", ["bg-nbd", "pareto-nbd", "bg-bb"])
def test_every_law_can_be_asked_for(tmp_path, model):
    log = read_transactions(table(tmp_path, *dealt_rows(100)))
    answer = transactions_retention(log, n_periods=8, n_draws=200, model=model)
    assert answer.segments[0].model == model
    assert [law.model for law in answer.laws] == [model]
    assert answer.alive_now_customers.p95 <= answer.n_customers
    TransactionsShape.model_validate(transactions_view(answer))


def test_columns_of_other_names_and_dates_without_dashes_are_read(tmp_path):
    path = table(tmp_path, "7,20250101 10:30,x", "7,20250109,x", header="User_ID,Timestamp,note")
    log = read_transactions(path)
    assert log.customers == ("7",) and log.spend_usd is None
    assert (log.first_day, log.last_day) == ("2025-01-01", "2025-01-09")


def test_money_without_a_currency_is_not_read_and_that_is_said(tmp_path):
    log = read_transactions(table(tmp_path, "a,2025-01-01,5", header="customer,date,amount"))
    assert log.spend_usd is None
    assert log.notes == ('"amount" is not read: its name states no currency (name it amount_usd)',)


def test_refunds_are_set_aside_and_counted(tmp_path):
    rows = ["a,2025-01-01,5", "a,2025-01-09,-5", "b,2025-01-03,-1", "c,2025-02-01,2"]
    log = read_transactions(table(tmp_path, *rows))
    assert log.customers == ("a", "c") and len(log.at_days) == 2
    assert log.notes == ("2 rows with a negative amount are refunds, no purchases, and were set aside",)


def test_every_fault_of_a_log_is_said_at_once_with_its_line(tmp_path):
    rows = ["a,01/02/2025,5", ",2025-01-03,5", "b,2025-02-30,five"]
    with pytest.raises(RowsError) as caught:
        read_transactions(table(tmp_path, *rows))
    assert sorted((fault.code, fault.line) for fault in caught.value.faults) == [
        ("ND1721", 2),
        ("ND1721", 4),
        ("ND1722", 3),
        ("ND1723", 4),
    ]
    assert all(fault.hint for fault in caught.value.faults)


def test_every_code_of_a_fault_is_explained():
    assert {f"ND172{number}" for number in range(7)} <= set(error_codes())


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("who,date", "the log must have a column customer"),
        ("customer,when", "the log must have a column date"),
        ("customer,date,paid_usd,tax_usd", "the log must have one column of money"),
    ],
)
def test_a_column_that_is_missing_or_could_be_several_is_refused(tmp_path, header, words):
    row = ",".join(["1"] * len(header.split(",")))
    with pytest.raises(RowsError, match=words) as caught:
        read_transactions(table(tmp_path, row, header=header))
    assert {fault.code for fault in caught.value.faults} == {"ND1720"}


def test_a_column_that_is_named_is_taken(tmp_path):
    path = table(tmp_path, "a,2025-01-01,3,1", header="customer,date,paid_usd,tax_usd")
    assert read_transactions(path, spend="paid_usd").spend_column == "paid_usd"


@pytest.mark.parametrize(
    ("columns", "is_log"),
    [
        (("customer", "date", "spend_usd"), True),
        (("ID", "date"), True),
        (("segment", "year", "survival_pct"), False),
        (("customerID", "tenure", "Churn"), False),
        (("customer", "date", "cancelled"), False),
    ],
)
def test_a_log_is_told_from_other_tables_by_its_columns(columns, is_log):
    assert looks_like_transactions(columns) is is_log


def test_a_log_of_one_day_leaves_nothing_to_observe(tmp_path):
    log = read_transactions(table(tmp_path, "a,2025-01-01,5", "b,2025-01-01,5"))
    with pytest.raises(RowsError, match="must cover a time after a first purchase") as caught:
        transactions_retention(log)
    assert caught.value.faults[0].code == "ND1724"


def test_the_last_day_can_be_stated_and_not_before_the_last_purchase(tmp_path):
    log = read_transactions(table(tmp_path, "a,2025-01-01,5", "a,2025-01-08,5", "b,2025-01-08,5"))
    history = history_of(log, period_days=7, until="2025-01-22")
    assert history.histories.n_periods_observed.tolist() == [3.0, 2.0]
    assert not history.notes
    with pytest.raises(OptionsError, match=r"--until must be a date such as 2026-01-31 and not before"):
        history_of(log, period_days=7, until="2025-01-07")


def test_customers_who_began_on_the_last_day_are_left_out_and_counted(tmp_path):
    log = read_transactions(table(tmp_path, "a,2025-01-01,5", "a,2025-01-08,5", "b,2025-01-08,5"))
    history = history_of(log, period_days=7)
    assert history.customers == ("a",)
    assert any(
        "began within the last day say nothing yet and were left out: 1" in note for note in history.notes
    )


def test_every_option_out_of_its_domain_is_refused_at_once(tmp_path):
    log = read_transactions(table(tmp_path, *dealt_rows(20)))
    with pytest.raises(OptionsError) as caught:
        transactions_retention(log, n_periods=0, period_days=0, n_draws=3, seed=-1, model="weibull")
    assert [fault.where for fault in caught.value.faults] == [
        "--periods",
        "period_days",
        "draws",
        "seed",
        "model",
    ]
    assert {fault.code for fault in caught.value.faults} == {"ND1725"}


def test_too_few_customers_who_came_back_have_no_answer(tmp_path):
    rows = [f"c{number},2025-01-01,5" for number in range(40)]
    log = read_transactions(table(tmp_path, *rows, "c1,2025-02-01,5"))
    with pytest.raises(FitError, match="only 1 of the customers bought twice"):
        transactions_retention(log)


def test_spend_whose_mean_may_be_infinite_has_no_value(tmp_path):
    rng = np.random.default_rng(2)
    rows = [
        f"{row.rpartition(',')[0]},{5 / rng.random() ** 2:.2f}"
        for row in dealt_rows(60, leave_share=0.4, seed=3)
    ]
    answer = transactions_retention(read_transactions(table(tmp_path, *rows)), n_periods=4, n_draws=200)
    assert answer.spend.mean_usd is None and answer.spend.value_usd is None
    assert any(
        "the mean spend of all customers may be infinite" in words for words in answer.segments[0].warnings
    )
    assert customer_scores(read_transactions(table(tmp_path, *rows))).customers


def test_leaving_right_after_the_first_purchase_is_told_where_it_fits_clearly_better(tmp_path):
    rng, rows, n_there = np.random.default_rng(4), ["customer,date"], 0
    for number in range(400):
        day, per_day = rng.integers(0, 60), rng.gamma(1.0, 1 / 14)
        is_there = True
        while day <= 270:
            rows.append(f"c{number},{np.datetime64('2025-01-01') + int(day)}")
            rng.gamma(6, 5)
            if rng.random() < 0.2:
                is_there = False
                break
            day += 1 + rng.exponential() / per_day
        n_there += is_there
    path = tmp_path / "log.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    log = read_transactions(path)
    answer = transactions_retention(log, n_periods=26, n_draws=200)
    (words,) = [words for words in answer.segments[0].warnings if "MBG/NBD" in words]
    assert "fits clearly better" in words and 'model="mbg-nbd"' in words
    found = transactions_retention(log, n_periods=26, n_draws=200, model="mbg-nbd").alive_now_customers
    assert found.p5 <= n_there <= found.p95
    assert f"by it {found.mean:.0f}"[:7] == words[words.index("by it ") :][:7]
