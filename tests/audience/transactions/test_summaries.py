"""Tables of customers by frequency, recency and T: what they say, and what is asked or refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nextdollar
from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.transactions.customers import customers_ahead
from nextdollar.audience.transactions.history import history_of
from nextdollar.audience.transactions.log import read_transactions
from nextdollar.audience.transactions.summaries import SummaryQuestion, fit_summary, summary_retention
from nextdollar.audience.transactions.summary_meaning import meaning_of
from nextdollar.audience.transactions.summary_table import looks_like_summary, read_summary_rows
from nextdollar.audience.transactions.transactions import transactions_retention
from nextdollar.errors import OptionsError, RowsError

HEAD = "frequency,recency,T"


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, dict[str, tuple[float, float]]]:
    """Return published fits: by model and quantity, the value and how far off is still equal."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    with open(shared_data / "customers" / "clv_expected.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            value = (float(row["value"]), float(row["abs_tolerance"]))
            found.setdefault(row["model"], {})[row["quantity"]] = value
    return found


def holds(published, model, parameters, log_likelihood=None):
    for name, value in parameters.items():
        expected, tolerance = published[model][name]
        assert value == pytest.approx(expected, abs=tolerance), name
    if log_likelihood is not None:
        name = next(name for name in published[model] if name.startswith("loglik"))
        expected, tolerance = published[model][name]
        assert log_likelihood == pytest.approx(expected, abs=tolerance)


def meaning(path, **stated):
    return meaning_of(read_summary_rows(read_customer_table(path)), **stated)


def faults(path, **stated):
    with pytest.raises((RowsError, OptionsError)) as caught:
        meaning(path, **stated)
    return caught.value.faults


def test_the_donors_of_the_paper_give_its_fit_of_chances(shared_data, published):
    found = nextdollar.retention(shared_data / "customers" / "donations_bgbb.csv", n_periods=5)
    log = found.transactions
    assert found.kind == "summary" and log is not None and log.n_customers == 11_104
    assert [law.model for law in log.laws] == ["bg-bb"]
    holds(published, "bgbb", log.laws[0].parameters, log.laws[0].log_likelihood)


def test_the_cdnow_summary_gives_the_published_fits(shared_data, published):
    answer, period = summary_retention(
        shared_data / "customers" / "cdnow_gamma_gamma.csv", SummaryQuestion(n_draws=200), n_periods=12
    )
    by_law = {law.model: law for law in answer.laws}
    holds(published, "bgnbd", by_law["bg-nbd"].parameters, by_law["bg-nbd"].log_likelihood)
    holds(published, "pareto_nbd", by_law["pareto-nbd"].parameters)
    assert period == "week" and answer.spend is not None
    holds(published, "gamma_gamma", answer.spend.parameters, answer.spend.log_likelihood)


def test_time_since_the_last_purchase_gives_the_fit_of_age_at_it(shared_data, tmp_path):
    at_last = shared_data / "customers" / "cdnow_bgnbd_summary.csv"
    since = tmp_path / "since.csv"
    with open(at_last, encoding="utf-8", newline="") as file, open(since, "w", encoding="utf-8") as target:
        target.write(f"{HEAD}\n")
        for row in csv.DictReader(file):
            seen = float(row["T"])
            target.write(f"{row['frequency']},{seen - float(row['recency'])!r},{seen!r}\n")
    one, two = (fit_summary(path, SummaryQuestion(n_draws=100)) for path in (at_last, since))
    assert (one.meaning.recency, two.meaning.recency) == ("age-at-last", "since-last")
    for first, second in zip(one.fits[0].laws, two.fits[0].laws, strict=True):
        assert second.fitted.theta == pytest.approx(first.fitted.theta, abs=1e-6)


@pytest.fixture
def log(tmp_path):
    """Return a log of 200 customers, and their summary to full precision."""
    rng, rows = np.random.default_rng(3), ["customer,date,spend_usd"]
    for number in range(200):
        day, per_day = float(rng.integers(1, 60)), rng.gamma(1.0, 1 / 14)
        while day < 200:
            rows.append(f"c{number},{np.datetime64('2025-01-01') + int(day)},{rng.gamma(6, 5):.2f}")
            day += 1 + rng.exponential() / per_day
    path = tmp_path / "log.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    read = read_transactions(path)
    history = history_of(read, period_days=7)
    columns = (
        history.customers,
        history.histories.n_repeats.tolist(),
        history.histories.n_periods_to_last.tolist(),
        history.histories.n_periods_observed.tolist(),
        history.repeat_spend_usd.tolist(),
    )
    summary = tmp_path / "summary.csv"
    lines = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    head = "customer,repeats,recency_weeks,age_weeks,mean_spend_usd"
    summary.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read, summary


def test_the_summary_of_a_log_says_what_the_log_says(log):
    read, summary = log
    of_log = transactions_retention(read, n_periods=10, n_draws=200)
    of_summary, _ = summary_retention(summary, SummaryQuestion(n_draws=200), n_periods=10)
    for one, two in zip(of_log.laws, of_summary.laws, strict=True):
        assert two.parameters == pytest.approx(dict(one.parameters), rel=1e-6)
        assert two.alive_now_customers == pytest.approx(one.alive_now_customers, rel=1e-6)
    assert of_summary.purchases_ahead.mean == pytest.approx(of_log.purchases_ahead.mean, rel=0.1)
    ahead = [customers_ahead(answer.fits, n_periods=10)[0] for answer in (of_log, of_summary)]
    assert ahead[1].customers == ahead[0].customers
    assert ahead[1].purchases.expected == pytest.approx(ahead[0].purchases.expected, rel=1e-5)


def test_the_value_of_a_summary_is_that_of_its_log(log):
    read, summary = log
    question = PurchaseValueQuestion(discount_per_month=0.01, gross_margin_share=0.5, n_draws=64)
    of_log = nextdollar.ltv_of_purchases(read, question)
    of_summary = nextdollar.ltv_of_summary(summary, question)
    values = [item.segments[0].values_usd.expected for item in (of_log, of_summary)]
    assert values[1] == pytest.approx(values[0], rel=1e-5)
    assert of_summary.segments[0].holdout is None and of_summary.last_day == ""


def test_rows_with_a_number_of_customers_equal_as_many_rows(table_file):
    rng = np.random.default_rng(5)
    rows = [f"{x},{rng.integers(max(x, 1), 7) if x else 0},6" for x in rng.integers(0, 4, 60).tolist()]
    counted = [f"{row},{rows.count(row)}" for row in dict.fromkeys(rows)]
    each = table_file("frequency,recency,n", *rows, name="each.csv")
    many = table_file("frequency,recency,n,customers", *counted, name="many.csv")
    one, two = (fit_summary(path, SummaryQuestion(n_draws=100)) for path in (each, many))
    assert two.fits[0].best.parameters == pytest.approx(one.fits[0].best.parameters, rel=1e-6)
    assert len(two.fits[0].history.customers) == 60
    assert len(two.row_fits[0].history.customers) == len(counted)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(0.01, 0.99), st.floats(1, 100)), min_size=1, max_size=12
    ).filter(lambda rows: any(x == 0 for x, _, _ in rows))
)
def test_one_who_never_came_back_tells_the_meanings_of_recency_apart(rows):
    x = np.array([row[0] for row in rows], dtype=float)
    seen = np.array([row[2] for row in rows])
    at_last = np.where(x > 0, seen * np.array([row[1] for row in rows]), 0.0)
    for told, recency in (("age-at-last", at_last), ("since-last", seen - at_last)):
        cells = {"frequency": x, "recency": recency, "T": seen}
        table = CustomerTable(
            "table.csv",
            "",
            range(2, len(x) + 2),
            {name: [repr(float(number)) for number in column] for name, column in cells.items()},
        )
        found = meaning_of(read_summary_rows(table), buys="any-time")
        assert found.recency == told
        assert found.n_periods_to_last == pytest.approx(at_last, abs=1e-9)


def test_where_no_row_tells_recency_is_asked_for(table_file):
    path = table_file(HEAD, "2,3.5,10", "1,4.5,10")
    (fault,) = faults(path)
    assert fault.code == "ND1764" and "--recency since-last" in fault.hint
    assert meaning(path, recency="since-last").n_periods_to_last.tolist() == [6.5, 5.5]


def test_a_name_tells_recency_and_numbers_that_contradict_it_are_refused(table_file):
    assert meaning(table_file("x,t_x,T", "2,3.5,10")).recency == "age-at-last"
    (fault,) = faults(table_file("x,t_x,T", "2,3.5,10", "0,10,10"))
    assert (fault.code, fault.where, fault.line) == ("ND1763", "t_x", 3)


def test_rows_that_contradict_each_other_are_refused_with_their_lines(table_file):
    found = faults(table_file(HEAD, "0,0,10", "0,0,9.5", "0,8,8", "0,3,7"))
    assert [fault.line for fault in found] == [4, 5]
    assert "--recency since-last" in found[0].hint and "is frequency right" in found[1].hint


def test_all_impossible_cells_are_told_at_once(table_file):
    path = table_file(f"ID,{HEAD}", "a,1.5,2,10", "b,1,11,10", "a,-1,0,10", "c,x,0,10", "d,1,0,0")
    found = faults(path)
    assert [(fault.line, fault.where) for fault in found] == [
        (2, "frequency"),
        (3, "recency"),
        (4, "frequency"),
        (4, "ID"),
        (5, "frequency"),
        (6, "frequency"),
    ]


def test_a_frequency_that_counts_the_first_purchase_is_refused(table_file):
    (fault,) = faults(table_file(HEAD, "1,0,10", "1,0,9.5", "3,4.5,10"))
    assert "repeat purchases" in fault.rule and "call the column purchases" in fault.hint
    found = meaning(table_file("purchases,recency,T", "1,0,10", "1,0,9.5", "3,4.5,10"))
    assert found.recency == "age-at-last"


def test_whole_numbers_are_asked_for_when_customers_may_buy(table_file):
    path = table_file(HEAD, "0,0,10", "2,4,10")
    (fault,) = faults(path)
    assert fault.code == "ND1764" and fault.where == "--buys"
    assert meaning(path, buys="once-a-period").buys == "once-a-period"
    assert meaning(table_file(HEAD, "0,0,10", "5,4,10")).buys == "any-time"
    (fault,) = faults(table_file(HEAD, "0,0,10", "5,4,10"), buys="once-a-period")
    assert fault.line == 3


def test_a_mean_spend_that_is_not_of_repeat_purchases_is_refused(table_file):
    head = f"{HEAD},mean_spend_usd"
    (fault,) = faults(table_file(head, "0,0,10,20", "2,4.5,10,20"))
    assert "counts the first purchase" in fault.hint and fault.line == 2
    (fault,) = faults(table_file(f"{head},customers", "0,0,10,,5", "2,4.5,10,20,3"))
    assert "must be of one customer" in fault.rule and fault.line == 3


def test_money_without_a_currency_and_a_table_of_repeaters_are_said(table_file):
    path = table_file(f"{HEAD},monetary_value", "1,10,10,20", "2,4.5,10,20")
    notes = " ".join(read_summary_rows(read_customer_table(path)).notes)
    assert "taken to be in USD" in notes and "everybody in the table came back" in notes


def test_missing_and_doubled_columns_are_named(table_file):
    with pytest.raises(RowsError) as caught:
        read_summary_rows(read_customer_table(table_file("frequency,x,recency_days,T_weeks", "1,1,1,1")))
    rules = [fault.rule for fault in caught.value.faults]
    assert rules == [
        "the table must have one column of purchases",
        "recency and age must count the same periods",
    ]


def test_only_a_table_with_all_three_columns_is_taken_for_a_summary():
    assert looks_like_summary(["ID", "Frequency", "Recency (weeks)".replace(" (", "_").rstrip(")"), "T"])
    assert not looks_like_summary(["customer", "date", "recency"])


def test_what_chances_are_worth_is_refused_and_a_period_is_asked_for(shared_data, table_file):
    with pytest.raises(RowsError, match="customers who buy at any moment"):
        nextdollar.ltv_of_summary(shared_data / "customers" / "donations_bgbb.csv")
    rows = [f"{k % 3},{(k % 3) * 2.5},{10 + k / 7:.3f},{20 * (k % 3 > 0)}" for k in range(40)]
    path = table_file("x,t_x,T,mean_spend_usd", *rows)
    with pytest.raises(OptionsError, match="nothing says what t_x and T count"):
        nextdollar.ltv_of_summary(path)
