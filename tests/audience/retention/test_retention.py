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

    def test_columns_are_known_whatever_their_case(self, table):
        small, large = (
            retention(table(COHORT)),
            retention(table(COHORT.replace("segment,year", "Segment,YEAR"))),
        )
        assert small.segments[0].law == large.segments[0].law
        assert large.period == "year"

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
            ("year,survival_pct\n0,1\n1,0.8\n", "ND1705", "must be 100 at period 0"),
            ("year,survival_share\n0,0.9\n1,0.8\n", "ND1705", "must be 1 at period 0"),
            ("year,survival_pct\n1,100\n2,80\n", "ND1706", "must begin at 0 where the first share is all"),
            ("year,month,survivors\n2026,0,9\n2026,1,8\n", "ND1706", "must have one column of periods"),
            ("month,survivors\n0,12.400\n1,11.376\n", "ND1705", "must not have three decimals in every row"),
        ],
    )
    def test_a_cohort_that_says_too_little_is_refused(self, table, text, code, words):
        found = refused(table(text))
        assert found[0][0] == code and words in found[0][1]


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
