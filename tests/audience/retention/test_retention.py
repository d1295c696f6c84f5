from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.retention.retention import retention
from nextdollar.customers.contractual import ShiftedBetaGeometric
from nextdollar.errors import FaultsError

COHORT = "segment,year,survivors\npro,0,1000\npro,1,800\npro,2,690\npro,3,620\n"


@pytest.fixture
def table(tmp_path):
    """Return what writes a table to a file and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "customers.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path, **said) -> list[tuple[str, str, int]]:
    with pytest.raises(FaultsError) as error:
        retention(path, **said)
    return [(fault.code, fault.headline(), fault.line) for fault in error.value.faults]


SAID = {"tenure": "months", "churned": "left"}


class TestCohorts:
    def test_the_published_survival_gives_the_published_coefficients(self, shared_data):
        answer = retention(shared_data / "customers" / "sbg_survival.csv")
        assert (answer.kind, answer.period) == ("cohort", "year")
        found = {segment.segment: segment.law for segment in answer.segments}
        text = (shared_data / "customers" / "sbg_expected.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            if row["years_used"] == "7":
                law = found[row["segment"]]
                assert law.coefficients["alpha"] == pytest.approx(float(row["alpha"]), abs=0.001)
                assert law.coefficients["beta"] == pytest.approx(float(row["beta"]), abs=0.003)
                assert law.log_likelihood == pytest.approx(float(row["loglik_n1000"]), abs=0.01)

    def test_a_table_of_shares_says_how_many_customers_it_takes(self, table):
        shares = "year,survival_pct\n0,100\n1,80\n2,69\n3,62\n"
        (silent,) = retention(table(shares)).warnings
        assert "1,000 customers" in silent
        stated = retention(table("year,survival_pct,customers\n0,100,50\n1,80,50\n2,69,50\n3,62,50\n"))
        assert not stated.warnings
        assert stated.segments[0].n_customers == 50
        counted = retention(table("year,survivors\n0,50\n1,40\n2,34.5\n3,31\n"))
        assert stated.segments[0].law == counted.segments[0].law

    def test_shares_that_begin_with_the_first_renewal_begin_with_everybody(self, table):
        whole = retention(table("month,survival_share\n0,1\n1,0.8\n2,0.7\n"))
        short = retention(table("month,survival_share\n1,0.8\n2,0.7\n"))
        assert whole.segments[0].law == short.segments[0].law

    def test_cohorts_of_different_ages_count_together(self, table):
        shares = ShiftedBetaGeometric(0.7, 4.0).survival(np.arange(9.0))
        rows = [
            f"{cohort},{month},{size * shares[month]:.6f}"
            for cohort, size, last in (("jan", 5000, 8), ("apr", 90000, 4))
            for month in range(last + 1)
        ]
        (segment,) = retention(table("cohort,month,survivors\n" + "\n".join(rows) + "\n")).segments
        assert (segment.segment, segment.n_customers, segment.n_observed) == ("all", 95000, 8)
        assert segment.law.coefficients["alpha"] == pytest.approx(0.7, rel=1e-3)

    def test_counts_that_begin_late_tell_nothing_of_the_renewals_before(self, table):
        shares = ShiftedBetaGeometric(0.7, 4.0).survival(np.arange(12.0))
        rows = "".join(f"{month},{1e6 * shares[month]:.6f}\n" for month in range(3, 12))
        (segment,) = retention(table("month,survivors\n" + rows)).segments
        assert segment.law.coefficients["beta"] == pytest.approx(4.0, rel=1e-3)
        assert segment.observed.n_at_risk[0] == 0

    def test_a_segment_draws_the_same_whatever_stands_beside_it(self, table):
        alone = retention(table(COHORT)).segments[0]
        beside = retention(table(COHORT.replace("pro,0", "lite,0,9\nlite,1,5\npro,0", 1))).segments[1]
        assert alone.expected(4, 6) == beside.expected(4, 6)

    def test_the_forecast_only_falls(self, table):
        means = [found.mean for _, found in retention(table(COHORT)).segments[0].expected(1, 30)]
        assert (np.diff(means) <= 0).all()

    def test_every_fault_is_told_at_its_line(self, table):
        bad = "segment,year,survivors\na,0,100\na,1,120\na,3,x\nb,0,-4\nb,one,3\n"
        found = refused(table(bad))
        assert [(code, line) for code, _, line in found] == [
            ("ND1705", 3),
            ("ND1705", 4),
            ("ND1706", 4),
            ("ND1705", 5),
            ("ND1702", 6),
        ]
        assert "must not rise from period to period (100 before), got" in found[0][1]

    @pytest.mark.parametrize(
        ("text", "code", "words"),
        [
            ("a,b,survivors\n1,2,3\n", "ND1706", "must have a column of periods"),
            ("year,survivors\n0,10\n", "ND1706", "must go on for two periods or more"),
            ("year,survival_pct\n2,80\n3,70\n", "ND1706", "must begin at period 0 or 1"),
            ("year,survival_pct\n0,100\n1,120\n", "ND1705", "must be a number, from 0 to 100"),
        ],
    )
    def test_a_cohort_that_says_too_little_is_refused(self, table, text, code, words):
        found = refused(table(text))
        assert found[0][0] == code and words in found[0][1]


class TestCustomers:
    ROWS = "id,months,left,plan\n1,3,yes,a\n2,5,no,a\n3,1,no,b\n4,0,no,b\n5,5,yes,b\n6,2,yes,a\n7,4,no,b\n"

    def test_the_telco_customers_have_the_curve_that_lifelines_finds(self, shared_data):
        path = shared_data / "customers" / "telco_churn.csv"
        answer = retention(path, tenure="tenure", churned="Churn", flag="ever", by="Contract")
        found = {segment.segment: segment for segment in answer.segments}
        text = (shared_data / "customers" / "telco_expected.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            segment = found.get(row["contract"])
            if segment is None:
                continue
            if row["quantity"] == "rows":
                assert segment.n_customers == float(row["value"])
            elif row["quantity"].startswith("km_survival_month_"):
                month = int(row["quantity"].rpartition("_")[2])
                assert segment.observed.survival_share[month - 1] == pytest.approx(
                    float(row["value"]), abs=1e-6
                )
            elif row["quantity"] == "sbg_alpha":
                assert segment.law.coefficients["alpha"] == pytest.approx(float(row["value"]), rel=0.005)
        assert found["One year"].law.name == "geometric"
        assert not found["Month-to-month"].keeps_to_observed

    def test_a_flag_without_a_meaning_is_asked_for_with_both_numbers(self, shared_data):
        path = shared_data / "customers" / "telco_churn.csv"
        with pytest.raises(FaultsError) as error:
            retention(path, tenure="tenure", churned="Churn")
        (fault,) = error.value.faults
        assert fault.code == "ND1701"
        assert "--flag ever" in fault.hint and "84.6 % stay 12 periods" in fault.hint
        assert "--flag last-period" in fault.hint and "0.13 % stay 12 periods" in fault.hint

    def test_left_in_the_last_period_counts_each_customer_there_alone(self, table):
        (segment,) = retention(table(self.ROWS), **SAID, flag="last-period").segments
        np.testing.assert_array_equal(segment.observed.n_at_risk, [1, 1, 1, 1, 2])
        np.testing.assert_array_equal(segment.observed.n_left, [0, 1, 1, 0, 1])

    def test_segments_are_the_contents_of_a_column(self, table):
        answer = retention(table(self.ROWS), **SAID, flag="ever", by="plan")
        assert [(segment.segment, segment.n_customers) for segment in answer.segments] == [("a", 3), ("b", 4)]
        assert any("tenure of 0 have had no chance" in note for note in answer.segments[1].warnings)
        assert answer.period == "month"

    def test_somebody_who_left_before_the_first_renewal_is_in_the_curve_and_said(self, table):
        text = self.ROWS.replace("4,0,no", "4,0,yes")
        (segment,) = retention(table(text), **SAID, flag="ever").segments
        whole = retention(table(self.ROWS), **SAID, flag="ever").segments[0]
        np.testing.assert_allclose(segment.observed.survival_share, whole.observed.survival_share * 6 / 7)
        assert any("before the first renewal" in note for note in segment.warnings)

    def test_every_cell_that_cannot_be_read_is_told(self, table):
        text = self.ROWS.replace("1,3,yes", "1,3.5,yes").replace("3,1,no", "3,1,perhaps")
        assert [(code, line) for code, _, line in refused(table(text), **SAID, flag="ever")] == [
            ("ND1702", 2),
            ("ND1703", 4),
        ]

    def test_columns_that_are_not_there_are_told_together(self, table):
        found = refused(table(self.ROWS), tenure="age", flag="ever", by="tier", n_periods=0)
        assert [code for code, _, _ in found] == ["ND1704", "ND1704", "ND1704", "ND1707"]

    def test_customers_who_have_all_just_begun_say_nothing(self, table):
        found = refused(table("months,left\n0,no\n0,no\n"), **SAID, flag="ever")
        assert found[0][0] == "ND1710"


class TestKinds:
    def test_a_table_of_no_known_kind_is_refused_with_what_each_needs(self, table):
        ((code, words, _),) = refused(table("a,b\n1,2\n"))
        assert code == "ND1700"
        assert "survivors or survival_pct" in words

    def test_an_option_of_another_kind_is_refused(self, table):
        found = refused(table(COHORT), kind="cohort", flag="ever", until="2026-01-31")
        assert [code for code, _, _ in found] == ["ND1707", "ND1707"]

    def test_a_log_of_purchases_is_known_by_its_columns(self, shared_data):
        answer = retention(shared_data / "customers" / "cdnow_calibration_transactions.csv")
        assert (answer.kind, answer.period, answer.segments) == ("transactions", "week", ())
        (segment,) = answer.transactions.segments
        assert segment.model == "bg-nbd"
