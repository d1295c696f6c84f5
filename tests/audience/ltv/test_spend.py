"""Lifetime values of customers one by one who pay different prices."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nextdollar
from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.ltv.spend import leavers, mean_spend, read_spend, segments_of_spend
from nextdollar.audience.ltv.values import ltv
from nextdollar.audience.retention.segment import SeenSegment, Stays
from nextdollar.customers.contractual import table_of_customers
from nextdollar.errors import DomainError, OptionsError, RowsError

SHARED = Path(__file__).parents[4] / "shared" / "data" / "customers"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared tables are not beside the checkout")
TEN_PERCENT = LtvSetting(discount_per_month=1.1 ** (1 / 12) - 1, n_draws=1024)


def written(folder: Path, *rows: str, header: str = "months,left,mrr") -> Path:
    path = folder / "customers.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def question(**more: object) -> nextdollar.CustomerValueQuestion:
    named = {"tenure": "months", "churned": "left", "flag": "ever", "price": "mrr", "setting": TEN_PERCENT}
    return nextdollar.CustomerValueQuestion(**{**named, **more})


class TestDollarsAtRisk:
    def test_by_hand_with_one_who_was_watched_late(self):
        # 10 USD leave at 1, 20 at 2 and 5, watched from 1 on, at 3; 30 stay to 2.
        came, left = np.array([1, 2, 2, 3]), np.array([True, True, False, True])
        found = table_of_customers(
            came, left, n_periods_before=np.array([0, 0, 0, 1]), weights=np.array([10.0, 20.0, 30.0, 5.0])
        )
        assert found.n_at_risk.tolist() == [60.0, 55.0, 5.0]
        assert found.n_left.tolist() == [10.0, 20.0, 5.0]

    def test_unequal_customers_count_as_fewer_equal_ones_at_each_renewal(self):
        # Of 10, 20 and 30 USD 20 leave at 1: 60**2 / 1400 customers, of whom a third; then 40**2 / 1000.
        stays = Stays(np.array([2, 1, 2]), np.array([False, True, True]), np.zeros(3, np.int64))
        seen = SeenSegment("a", 3.0, stays.table(), stays=stays).weighted(np.array([10.0, 20.0, 30.0]))
        np.testing.assert_allclose(seen.table.n_at_risk, [3600 / 1400, 1.6])
        np.testing.assert_allclose(seen.table.n_left / seen.table.n_at_risk, [1 / 3, 0.75])

    @given(
        st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 8)), min_size=1, max_size=30),
        st.floats(0.01, 1e6),
    )
    def test_equal_weights_count_every_customer_so_many_times(self, rows, weight):
        came = np.array([n for n, _, _ in rows])
        left, before = np.array([gone for _, gone, _ in rows]), np.array([min(b, n - 1) for n, _, b in rows])
        plain = table_of_customers(came, left, n_periods_before=before)
        found = table_of_customers(came, left, n_periods_before=before, weights=np.full(came.size, weight))
        np.testing.assert_allclose(found.n_at_risk, weight * plain.n_at_risk, rtol=1e-9)
        np.testing.assert_allclose(found.n_left, weight * plain.n_left, rtol=1e-9)

    def test_weights_below_0_or_of_another_length_are_refused(self):
        for weights in (np.array([-1.0]), np.array([1.0, 2.0]), np.array([np.nan])):
            with pytest.raises(DomainError, match="weights"):
                table_of_customers(np.array([1]), np.array([True]), weights=weights)


class TestWhatIsPaid:
    def test_the_mean_has_the_error_of_its_sample(self):
        paid = np.random.default_rng(2).gamma(3.0, 20.0, 900)
        draws = mean_spend(paid, "a", 4096)
        assert draws.mean() == pytest.approx(paid.mean(), rel=1e-3)
        assert draws.std() == pytest.approx(paid.std(ddof=1) / 30, rel=0.02)

    def test_of_two_customers_the_mean_is_known_as_badly_as_students_t_says(self):
        # t of one degree of freedom holds nine of ten within 6.314 standard errors; here 100 +- 1.
        low, high = np.quantile(mean_spend(np.array([99.0, 101.0]), "a", 4096), [0.05, 0.95])
        assert (low, high) == (pytest.approx(93.8, abs=0.3), pytest.approx(106.4, abs=0.3))

    def test_one_price_for_all_and_a_single_customer_are_one_number(self):
        assert mean_spend(np.full(9, 20.0), "a", 64) == 20.0
        assert mean_spend(np.array([35.0]), "a", 64) == 35.0

    def test_leavers_are_held_against_others_of_their_age(self):
        # Of 10, 20, 30 and 40 USD the last leaves: 15 above the mean, of a standard error of sqrt(125).
        stays = Stays(
            np.ones(4, dtype=np.int64), np.array([False, False, False, True]), np.zeros(4, np.int64)
        )
        found = leavers(stays, np.array([10.0, 20.0, 30.0, 40.0]))
        assert (found.left_usd_per_month, found.beside_usd_per_month) == (40.0, 25.0)
        assert found.score == pytest.approx(15 / 125**0.5)
        assert not found.is_telling

    def test_where_nobody_left_or_all_pay_alike_nothing_is_told(self):
        stays = Stays(np.ones(3, dtype=np.int64), np.zeros(3, dtype=bool), np.zeros(3, np.int64))
        assert leavers(stays, np.array([1.0, 2.0, 3.0])) is None
        gone = Stays(stays.n_periods, np.array([True, False, False]), stays.n_before)
        assert leavers(gone, np.full(3, 7.0)) is None


class TestRefusals:
    @pytest.mark.parametrize(
        "column", ["TotalCharges", "total_usd", "price_usd_per_year", "ARR", "annualFee"]
    )
    def test_a_column_that_names_another_span_than_a_month_is_refused(self, tmp_path, column):
        table = read_customer_table(written(tmp_path, "3,yes,20", header=f"months,left,{column}"))
        with pytest.raises(OptionsError, match="what each customer pays a month"):
            read_spend(table, column)

    def test_a_name_with_month_is_taken_at_its_word(self, tmp_path):
        table = read_customer_table(written(tmp_path, "3,yes,20", header="months,left,total_per_month"))
        assert read_spend(table, "total_per_month").tolist() == [20.0]

    def test_every_cell_that_is_no_amount_comes_at_once(self, tmp_path):
        table = read_customer_table(
            written(tmp_path, "3,yes,20", '3,no,"1,200"', "2,no,$5", "2,no,", "1,no,-3")
        )
        with pytest.raises(RowsError) as caught:
            read_spend(table, "mrr")
        assert [(fault.code, fault.line) for fault in caught.value.faults] == [
            ("ND1769", line) for line in (3, 4, 5, 6)
        ]

    def test_contracts_of_one_customer_have_no_one_price(self, tmp_path):
        rows = ["a,2025-01-05,2025-03-05,20", "a,2025-03-05,,30", "b,2025-01-05,,20", "c,2025-05-01,,20"]
        path = written(tmp_path, *rows, header="customer,start,end,mrr")
        days = nextdollar.TenureDates("start", "end", customer="customer")
        with pytest.raises(OptionsError, match="contracts of one customer may have several prices"):
            nextdollar.ltv_of_customers(
                path, question(tenure=days, churned=None, flag=None, until="2025-06-30")
            )

    def test_a_table_of_cohorts_has_no_prices(self, tmp_path):
        path = written(tmp_path, "0,1000", "1,800", "2,700", header="month,survivors")
        found = fitted_retention(path)
        with pytest.raises(OptionsError, match="customers one by one"):
            segments_of_spend(found, TEN_PERCENT, table=read_customer_table(path), price="survivors")

    def test_a_margin_and_a_price_say_one_thing_twice(self):
        with pytest.raises(DomainError, match="stated one of the two"):
            question(margin_usd_per_month=3.0)


def dealt(folder: Path, spend: object, *, seed: int, n: int, rho: float) -> Path:
    """Write customers who leave at 5 % a month x (spend / 60)**rho, watched for 1 to 48 months."""
    rng = np.random.default_rng(seed)
    churn = np.clip(0.05 * (spend / 60) ** rho, 0, 0.9)
    leaves, watched = rng.geometric(churn), rng.integers(1, 49, n)
    rows = [
        f"{min(a, b)},{'yes' if a <= b else 'no'},{usd:.4f}"
        for a, b, usd in zip(leaves, watched, spend, strict=True)
    ]
    return written(folder, *rows)


class TestValues:
    def test_one_price_for_all_is_the_same_margin_for_all(self, tmp_path):
        path = dealt(tmp_path, np.full(300, 60.0), seed=1, n=300, rho=0.0)
        found = fitted_retention(path, tenure="months", churned="left", flag="ever")
        plain = ltv(segments_of_curves(found, TEN_PERCENT, margin_usd_per_month=60.0).segments, TEN_PERCENT)
        priced = nextdollar.ltv_of_customers(path, question())
        assert priced.segments[0].value_usd.mean == pytest.approx(plain.segments[0].value_usd.mean, rel=1e-9)
        assert priced.segments[0].by_heads_usd.p95 == pytest.approx(plain.segments[0].value_usd.p95, rel=1e-9)

    @pytest.mark.parametrize("rho", [0.5, -0.5])
    def test_dollars_are_followed_where_those_who_pay_more_stay_less_or_longer(self, tmp_path, rho):
        n, v = 12_000, 1.1 ** (-1 / 12)
        spend = np.exp(np.random.default_rng(7).normal(np.log(60), 0.5, n))
        churn = np.clip(0.05 * (spend / 60) ** rho, 0, 0.9)
        # The mean over customers of spend x discounted months, each by its own churn.
        truth = np.mean(spend / (1 - (1 - churn) * v))
        found = nextdollar.ltv_of_customers(dealt(tmp_path, spend, seed=3, n=n, rho=rho), question())
        item = found.segments[0]
        assert item.value_usd.p5 < truth < item.value_usd.p95
        heads = item.by_heads_usd
        assert heads.p5 > truth if rho > 0 else heads.p95 < truth
        assert any("spend and staying go together" in note for note in found.notes)

    def test_ranges_hold_the_true_value_of_dealt_customers(self, tmp_path):
        # Spend spread by half around 60 USD, churn rising with its root; the truth over a million of them.
        v = 1.1 ** (-1 / 12)
        many = np.exp(np.random.default_rng(0).normal(np.log(60), 0.5, 1_000_000))
        truth = np.mean(many / (1 - (1 - np.clip(0.05 * (many / 60) ** 0.5, 0, 0.9)) * v))
        n_held, n_held_by_heads = 0, 0
        for seed in range(12):
            spend = np.exp(np.random.default_rng(seed).normal(np.log(60), 0.5, 800))
            found = nextdollar.ltv_of_customers(
                dealt(tmp_path, spend, seed=seed + 50, n=800, rho=0.5), question()
            )
            dollars, heads = found.segments[0].value_usd, found.segments[0].by_heads_usd
            n_held += dollars.p5 <= truth <= dollars.p95
            n_held_by_heads += heads.p5 <= truth <= heads.p95
        assert n_held >= 9 > n_held_by_heads

    @given(st.floats(0.01, 1e4), st.permutations(range(40)))
    @settings(max_examples=6, deadline=None)
    def test_a_value_is_in_the_currency_of_the_prices_and_rows_have_no_order(self, factor, order):
        rng = np.random.default_rng(5)
        came, gone = rng.integers(1, 9, 40), rng.random(40) < 0.6
        stays = Stays(came, gone, np.zeros(40, np.int64))
        paid = rng.gamma(2.0, 10.0, 40)
        plain = SeenSegment("a", 40.0, stays.table(), stays=stays).weighted(paid).table
        mixed = SeenSegment("a", 40.0, stays.table(), stays=stays.of(list(order))).weighted(
            factor * paid[list(order)]
        )
        np.testing.assert_allclose(mixed.table.n_at_risk, plain.n_at_risk, rtol=1e-9)
        np.testing.assert_allclose(mixed.table.n_left, plain.n_left, rtol=1e-9)
        np.testing.assert_allclose(
            mean_spend(factor * paid[list(order)], "a", 64), factor * mean_spend(paid, "a", 64), rtol=1e-9
        )

    def test_who_stays_longest_does_not_stand_for_those_who_come(self, tmp_path):
        # Old customers, watched from month 6 on, pay 100; new ones 20: a new one brings 20.
        old = [f"{6 + i % 9},{'yes' if i % 3 else 'no'},6,100" for i in range(1, 60)]
        new = [f"{1 + i % 9},{'yes' if i % 2 else 'no'},0,20" for i in range(60)]
        path = written(tmp_path, *old, *new, header="months,left,before,mrr")
        asked = question(tenure=nextdollar.TenureColumns("months", entered="before"), flag=None)
        item = nextdollar.ltv_of_customers(path, asked).segments[0]
        assert item.segment.from_month == 0
        assert item.segment.price_usd_per_month == 20.0

    @needs_shared
    def test_segments_have_the_spend_heads_and_revenue_of_their_rows(self):
        path = SHARED / "telco_churn.csv"
        with path.open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["Contract"] == "One year"]
        stay = [float(row["MonthlyCharges"]) for row in rows if row["Churn"] == "No"]
        asked = question(
            tenure="tenure", churned="Churn", by="Contract", price="MonthlyCharges", period="month"
        )
        found = nextdollar.ltv_of_customers(path, asked)
        item = next(item for item in found.segments if item.segment.name == "One year")
        mean = sum(float(row["MonthlyCharges"]) for row in rows) / len(rows)
        assert np.mean(item.segment.price_usd_per_month) == pytest.approx(mean, rel=1e-3)
        assert item.segment.customers == len(stay)
        assert item.segment.revenue_usd_per_month == pytest.approx(sum(stay))
        assert found.totals[0].revenue_share.p50 == pytest.approx(1.0)
        name, share = found.largest_revenue
        assert name == "Month-to-month" and 0.4 < share.p50 < 0.5
