from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.retention.retention import retention
from nextdollar.audience.transactions.customers import customers_ahead
from nextdollar.audience.transactions.log import read_transactions
from nextdollar.audience.transactions.segment_fit import FitQuestion, fit_segments
from nextdollar.audience.transactions.transactions import transactions_retention
from nextdollar.catalogue.error_codes import error_codes
from nextdollar.cli.entry import run
from nextdollar.customers.pay_as_you_go import score
from nextdollar.errors import FitError, RowsError
from nextdollar.report.audience.transactions.schema import TransactionsShape
from nextdollar.report.audience.transactions.view import transactions_view

START = datetime.date(2025, 1, 1)


def dealt_rows(segment: str, n_customers: int, *, mean_days: float, seed: int) -> list[str]:
    """Rows of customers of one segment who buy at random until they leave, over 200 days."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(n_customers):
        day, per_day = float(rng.integers(0, 60)), rng.gamma(1.0, 1 / mean_days)
        while day <= 200:
            date = START + datetime.timedelta(days=int(day))
            rows.append(f"{segment}{number},{date},{rng.gamma(6, 5):.2f},{segment}")
            if rng.random() < 0.2:
                break
            day += 1 + rng.exponential() / per_day
    return rows


def log_file(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("\n".join(("customer,date,spend_usd,plan", *rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def two_plans(tmp_path_factory) -> Path:
    """Return a log of 90 customers who buy often and 120 who buy rarely, mixed."""
    rows = dealt_rows("often", 90, mean_days=10, seed=1) + dealt_rows("rare", 120, mean_days=40, seed=2)
    order = np.random.default_rng(3).permutation(len(rows))
    return log_file(tmp_path_factory.mktemp("plans"), *(rows[place] for place in order))


@pytest.fixture(scope="module")
def by_plan(two_plans):
    return transactions_retention(read_transactions(two_plans, by="plan"), n_periods=8, n_draws=256)


def rows_of_plan(path: Path, plan: str) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith(f",{plan}")]


def test_a_segment_is_fitted_as_if_it_stood_alone(two_plans, by_plan, tmp_path):
    last_day = read_transactions(two_plans).last_day
    for segment in by_plan.segments:
        alone = log_file(tmp_path, *rows_of_plan(two_plans, segment.segment))
        fitted = transactions_retention(
            read_transactions(alone), n_periods=8, n_draws=256, until=last_day
        ).segments[0]
        assert fitted.parameters == pytest.approx(segment.parameters, rel=1e-9)
        assert fitted.log_likelihood == pytest.approx(segment.log_likelihood, abs=1e-9)
        assert fitted.observed == segment.observed


def test_all_segments_are_observed_to_the_last_day_of_the_whole_log(tmp_path):
    early = dealt_rows("early", 80, mean_days=10, seed=4)
    cut = str(START + datetime.timedelta(days=120))
    early = [row for row in early if row.split(",")[1] <= cut]
    path = log_file(tmp_path, *early, *dealt_rows("late", 80, mean_days=10, seed=5))
    log = read_transactions(path, by="plan")
    fits, _ = fit_segments(log, FitQuestion(n_draws=128))
    assert len({fit.history.end_days for fit in fits}) == 1
    assert max(fits[0].log.at_days) < fits[0].history.end_days == log.at_days.max()


def test_totals_are_the_sums_of_the_segments(by_plan):
    parts = by_plan.segments
    assert by_plan.n_customers == sum(part.n_customers for part in parts)
    assert by_plan.n_repeat_purchases == sum(part.n_repeat_purchases for part in parts)
    for name in ("purchases_ahead", "alive_now_customers"):
        whole, summed = getattr(by_plan, name), sum(getattr(part, name).mean for part in parts)
        assert whole.mean == pytest.approx(summed, rel=0.01)
        # Errors of segments that know nothing of each other partly cancel.
        width = sum(getattr(part, name).p95 - getattr(part, name).p5 for part in parts)
        assert whole.p95 - whole.p5 <= width * (1 + 1e-9)


def test_the_segment_that_buys_often_is_told_from_the_other(by_plan):
    rates = {part.segment: part.parameters["r"] / part.parameters["alpha"] for part in by_plan.segments}
    # Dealt with a mean of a day in 10 and in 40.
    assert rates["often"] > 2 * rates["rare"]


def test_the_order_of_rows_does_not_change_what_a_segment_says(two_plans, by_plan, tmp_path):
    lines = two_plans.read_text(encoding="utf-8").splitlines()[1:]
    turned = transactions_retention(
        read_transactions(log_file(tmp_path, *sorted(lines)), by="plan"), n_periods=8, n_draws=256
    )
    before = {part.segment: part.parameters for part in by_plan.segments}
    for part in turned.segments:
        assert part.parameters == pytest.approx(before[part.segment], rel=1e-9)


def test_a_segment_with_too_few_who_came_back_is_left_out_and_named(two_plans, tmp_path):
    lines = two_plans.read_text(encoding="utf-8").splitlines()[1:]
    path = log_file(tmp_path, *lines, "x1,2025-01-03,5,tiny", "x1,2025-02-03,5,tiny", "x2,2025-01-09,5,tiny")
    answer = transactions_retention(read_transactions(path, by="plan"), n_periods=8, n_draws=128)
    assert [part.segment for part in answer.segments] != [] and "tiny" not in [
        part.segment for part in answer.segments
    ]
    (left,) = answer.left_out
    assert (left.segment, left.n_customers) == ("tiny", 2)
    assert answer.warnings[0].startswith(
        "nothing can be said of tiny, and totals leave its 2 customers out: only 1 of the customers bought"
    )
    assert answer.n_customers == sum(part.n_customers for part in answer.segments)


def test_where_no_segment_can_be_fitted_there_is_no_answer(tmp_path):
    path = log_file(tmp_path, "a,2025-01-03,5,one", "b,2025-03-03,5,two")
    with pytest.raises(FitError, match="none of the customers bought twice"):
        transactions_retention(read_transactions(path, by="plan"))


def test_a_customer_in_two_segments_is_refused_with_the_line_and_both(tmp_path):
    path = log_file(tmp_path, "a,2025-01-03,5,basic", "b,2025-01-04,5,pro", "a,2025-02-03,5,pro")
    with pytest.raises(RowsError) as caught:
        read_transactions(path, by="plan")
    (fault,) = caught.value.faults
    assert (fault.code, fault.line, fault.where) == ("ND1727", 4, "plan")
    assert '"a" was in "basic"' in fault.rule and fault.value == '"pro"' and fault.hint


def test_a_row_without_a_segment_is_refused_with_its_line(tmp_path):
    path = log_file(tmp_path, "a,2025-01-03,5,basic", "b,2025-01-04,5,")
    with pytest.raises(RowsError) as caught:
        read_transactions(path, by="plan")
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("ND1728", 3)]


def test_a_column_that_tells_every_customer_apart_is_refused(tmp_path):
    path = log_file(tmp_path, *(f"c{i},2025-01-03,5,p{i}" for i in range(101)))
    with pytest.raises(RowsError, match="at most 100 different contents") as caught:
        read_transactions(path, by="plan")
    assert [fault.code for fault in caught.value.faults] == ["ND1729"]


def test_a_column_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(RowsError, match='the table must have the column "tier"'):
        read_transactions(log_file(tmp_path, "a,2025-01-03,5,basic"), by="tier")


def test_the_codes_of_segments_are_explained():
    assert {"ND1727", "ND1728", "ND1729"} <= set(error_codes())


def test_the_view_of_several_segments_has_its_shape_and_says_each(by_plan):
    view = transactions_view(by_plan)
    assert TransactionsShape.model_validate(view).model_dump() == view
    assert {part["segment"] for part in view["by_segment"]} == {"often", "rare"}
    assert (view["laws"], view["holdout"], view["spend"]) == ([], None, None)


class TestCustomersAhead:
    @pytest.fixture
    def scored(self, by_plan):
        return customers_ahead(by_plan.fits, n_periods=8)

    def test_scores_are_those_of_the_laws_by_weight(self, by_plan, scored):
        for fit, found in zip(by_plan.fits, scored, strict=True):
            want = sum(
                law.weight_share * score(law.fitted.law, fit.history.histories, 8).n_purchases
                for law in fit.laws
            )
            np.testing.assert_allclose(found.purchases.expected, want, rtol=1e-12)

    def test_scores_add_up_to_the_forecast_of_the_segment(self, by_plan, scored):
        for part, found in zip(by_plan.segments, scored, strict=True):
            total = found.purchases.expected.sum()
            assert part.purchases_ahead.p5 < total < part.purchases_ahead.p95

    def test_ranges_hold_their_expected_number_or_begin_at_nothing(self, scored):
        for found in scored:
            for ranged in (found.purchases, found.spend_usd):
                low, high = ranged.ends
                assert (low <= ranged.expected).all() and (low >= 0).all() and (high >= low).all()
            assert (found.alive_share.ends >= 0).all() and (found.alive_share.ends <= 1).all()

    def test_the_same_seed_gives_the_same_ranges(self, by_plan, scored):
        again = customers_ahead(by_plan.fits, n_periods=8)
        np.testing.assert_array_equal(again[0].spend_usd.ends, scored[0].spend_usd.ends)

    def test_a_log_without_spend_has_no_spend(self, tmp_path):
        rows = [",".join(row.split(",")[:2]) for row in dealt_rows("a", 60, mean_days=10, seed=6)]
        path = tmp_path / "log.csv"
        path.write_text("\n".join(("customer,date", *rows)) + "\n", encoding="utf-8")
        fits, _ = fit_segments(read_transactions(path), FitQuestion(n_draws=128))
        (found,) = customers_ahead(fits, n_periods=4)
        assert found.spend_usd is None and found.spend_usd_per_purchase is None


class TestCommand:
    def test_segments_are_told_and_every_customer_lies_beside_the_page(self, two_plans, tmp_path, capsys):
        out = tmp_path / "r"
        arguments = ["retention", str(two_plans), "--by", "plan", "--periods", "8", "--out", str(out)]
        assert run(arguments) == 0
        text = capsys.readouterr().out
        assert text.startswith("Of 210 customers in 2 segments, ")
        assert "spend of one customer" in text and "\n  often " in text and "\n  rare " in text
        lines = (out / "data" / "customers.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("customer,segment,repeats,recency_periods,age_periods,alive_share,")
        assert len(lines) == 1 + 210

    def test_the_twin_takes_the_column_of_segments(self, two_plans):
        answer = retention(two_plans, by="plan", n_periods=4)
        assert {part.segment for part in answer.transactions.segments} == {"often", "rare"}

    def test_json_has_every_segment(self, two_plans, capsys):
        assert run(["retention", str(two_plans), "--by", "plan", "--periods", "4", "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert [item["segment"] for item in shown["segments"]] == [
            item["segment"] for item in shown["transactions"]["by_segment"]
        ]
