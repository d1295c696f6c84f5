from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.retention.retention import retention
from nextdollar.audience.retention.tenure import TenureColumns
from nextdollar.errors import FaultsError


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

    def test_who_entered_late_counts_from_then_on(self, table):
        late = "id,months,before,left\n1,3,1,yes\n2,5,0,no\n3,4,4,no\n4,0,0,no\n5,5,3,yes\n"
        entered = TenureColumns("months", "before")
        (segment,) = retention(table(late), tenure=entered, churned="left").segments
        np.testing.assert_array_equal(segment.observed.n_at_risk, [1, 2, 2, 2, 2])
        np.testing.assert_array_equal(segment.observed.n_left, [0, 0, 1, 0, 1])
        assert "1 customers came to no renewal after watching of them began" in " ".join(segment.warnings)
        stated = retention(table(late), tenure=entered, churned="left", flag="ever").segments[0]
        assert stated.law == segment.law

    def test_nobody_entering_late_is_what_is_taken_without_the_column(self, table):
        text = (
            self.ROWS.replace("plan\n", "plan,before\n").replace(",a\n", ",a,0\n").replace(",b\n", ",b,0\n")
        )
        path = table(text)
        plain = retention(path, tenure="months", churned="left", flag="ever").segments[0]
        stated = retention(path, tenure=TenureColumns("months", "before"), churned="left").segments[0]
        assert stated.law == plain.law and stated.expected(6, 9) == plain.expected(6, 9)

    def test_one_period_before_the_last_is_the_reading_of_a_flag_of_the_last_period(self, table):
        rows = [(1 + (7 * i) % 18, "yes" if (5 * i) % 13 < 4 else "no") for i in range(200)]
        path = table("months,before,left\n" + "".join(f"{n},{n - 1},{left}\n" for n, left in rows))
        last = retention(path, **SAID, flag="last-period").segments[0]
        late = retention(path, tenure=TenureColumns("months", "before"), churned="left").segments[0]
        assert late.law == last.law

    def test_late_entries_that_cannot_be_are_told_together(self, table):
        late = "months,before,left\n3,4,no\n3,3,yes\n3,3,no\n3,x,no\n"
        found = refused(table(late), tenure=TenureColumns("months", "before"), churned="left")
        assert [(code, line) for code, _, line in found] == [("ND1708", 2), ("ND1708", 3), ("ND1702", 5)]
        assert "before must not lie above months, got" in found[0][1]
        assert "before must lie below months where he left, got" in found[1][1]

    def test_a_late_entry_beside_a_flag_of_the_last_period_is_refused(self, table):
        late = "months,before,left\n3,1,no\n"
        entered = TenureColumns("months", "before")
        found = refused(table(late), tenure=entered, churned="left", flag="last-period")
        assert [code for code, _, _ in found] == ["ND1707"]

    def test_who_left_before_the_first_renewal_is_in_every_share_and_range(self, table):
        # 2,000 customers of whom 5 % leave at each renewal, and 1,000 more who left before the first.
        chance = np.random.default_rng(8)
        came = np.minimum(chance.geometric(0.05, 2000), chance.integers(1, 25, 2000))
        left = chance.random(2000) < 0.5
        rows = "".join(f"{n},{'yes' if gone else 'no'}\n" for n, gone in zip(came, left, strict=True))
        few = retention(table("months,left\n" + rows), **SAID, flag="ever").segments[0]
        all_of_them = retention(
            table("months,left\n" + rows + "0,yes\n" * 1000), **SAID, flag="ever"
        ).segments[0]
        assert all_of_them.law == few.law
        assert all_of_them.keeps_to_observed == few.keeps_to_observed
        for name in ("fitted", "expected"):
            (_, before), (_, after) = (getattr(found, name)(12, 12)[0] for found in (few, all_of_them))
            assert after.mean == pytest.approx(before.mean * 2 / 3, rel=0.01)
        np.testing.assert_allclose(
            all_of_them.observed.survival_share, few.observed.survival_share * 2 / 3, rtol=1e-12
        )
        assert all_of_them.left(3)[0][0].min() == 1.0
        # The standard error of 2/3 of 3,000 is 0.0086, and so is that of the first share, less its own.
        first = all_of_them.left(1)[0][1]
        assert first.std() == pytest.approx(np.sqrt(2 / 9 / 3000), rel=0.25)

    def test_where_the_laws_miss_the_end_the_forecast_goes_on_from_what_was_seen(self, table):
        # A yearly contract: a few leave before, and nine of ten at its end; 40 stay on for two months more.
        rows = "".join(f"{n},yes\n" for n in range(1, 12) for _ in range(10))
        rows += "12,yes\n" * 360 + "14,no\n" * 40
        (segment,) = retention(table("months,left\n" + rows), **SAID, flag="ever").segments
        assert not segment.keeps_to_observed
        seen = 40 / 510
        np.testing.assert_allclose(segment.observed.survival_share[-1], seen, rtol=1e-12)
        rows = segment.expected(15, 20)
        assert all(found.p95 < 1.5 * seen for _, found in rows)
        assert rows[0][1].p5 > 0

    def test_where_all_of_many_leave_at_one_renewal_hardly_anybody_is_forecast_to_stay(self, table):
        rows = "".join(f"{n},yes\n" for n in range(1, 12) for _ in range(10)) + "12,yes\n" * 300
        (segment,) = retention(table("months,left\n" + rows), **SAID, flag="ever").segments
        assert not segment.keeps_to_observed
        assert any("miss the" in warning for warning in segment.warnings)
        # Jeffreys: of 300 who all left, 95 % of what is believed of those who stay lies below 0.64 %.
        assert segment.expected(13, 13)[0][1].p95 < 0.01

    def test_a_customer_with_several_rows_is_refused(self, table):
        found = refused(table("customer,months,left\na,3,yes\na,3,yes\nb,2,no\n"), **SAID, flag="ever")
        assert [code for code, _, _ in found] == ["ND1712"]

    def test_an_empty_flag_says_no_only_where_no_other_word_does(self, table):
        mixed = "months,left\n3,yes\n2,\n4,no\n"
        assert [(code, line) for code, _, line in refused(table(mixed), **SAID, flag="ever")] == [
            ("ND1703", 3)
        ]
        (segment,) = retention(table("months,left\n3,yes\n2,\n4,\n"), **SAID, flag="ever").segments
        assert segment.observed.n_left.sum() == 1

    def test_a_segment_without_a_name_is_called_blank(self, table):
        (segment,) = retention(
            table("months,left,plan\n3,yes,\n2,no,\n"), **SAID, flag="ever", by="plan"
        ).segments
        assert segment.segment == "(blank)"

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
