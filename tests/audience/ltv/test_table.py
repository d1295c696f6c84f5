"""Tables of segments: what their cells may say, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.ltv.table import read_segments
from nextdollar.audience.ltv.usage import read_usage_growth
from nextdollar.errors import RowsError

SHARED = Path(__file__).parents[4] / "shared" / "data" / "customers"
PLAIN = "segment,price_usd_per_month,churn_per_month"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "segments.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults_of(folder: Path, *lines: str) -> list[tuple[str, str]]:
    with pytest.raises(RowsError) as caught:
        read_segments(written(folder, *lines))
    return [(fault.code, fault.where) for fault in caught.value.faults]


class TestCells:
    def test_numbers_per_cent_and_ranges(self, tmp_path):
        read = read_segments(
            written(
                tmp_path, f"{PLAIN},gross_margin_share,customers",
                "a,20,0.04,70 %,1_000", "b,20,4 %,0.7,5e3", "c,10 to 30,3 to 5 %,,",
            )
        )  # fmt: skip
        a, b, c = read.segments
        assert a.stays == b.stays
        assert a.margin_usd_per_month == pytest.approx(14.0)
        assert (a.customers, b.customers) == (1000.0, 5000.0)
        churn = c.stays.churn_per_month
        assert np.quantile(churn, [0.05, 0.95]) == pytest.approx([0.03, 0.05], rel=0.01)
        assert np.quantile(c.price_usd_per_month, [0.05, 0.95]) == pytest.approx([10, 30], rel=0.01)
        assert any("no gross margin is stated for c" in note for note in read.notes)
        assert any("customers of c are not counted" in note for note in read.notes)

    def test_a_year_is_read_as_what_leaves_and_pays_the_same(self, tmp_path):
        read = read_segments(written(tmp_path, "segment,price_usd_per_year,churn_per_year", "a,1200,20 %"))
        segment = read.segments[0]
        assert segment.price_usd_per_month == 100.0
        assert (1 - segment.stays.churn_per_month) ** 12 == pytest.approx(0.8)

    def test_a_column_that_is_not_read_is_said(self, tmp_path):
        notes = read_segments(written(tmp_path, f"{PLAIN},colour", "a,20,4 %,red")).notes
        assert 'columns that are not read: "colour"' in notes

    def test_acquisition_from_spend_and_counted_tokens(self, tmp_path):
        columns = "acquisition_spend_usd,new_customers,paid_new_customers,unpaid_tokens,usd_per_mtok"
        read = read_segments(written(tmp_path, f"{PLAIN},{columns}", "a,20,4 %,50000,100,40,2e9,3"))
        segment = read.segments[0]
        assert segment.acquisition.sales_usd == 500.0
        assert segment.acquisition.trial_inference_usd == pytest.approx(60.0)
        assert segment.paid_cac_usd == 1250.0

    def test_growth_of_value_with_updates(self, tmp_path):
        columns = "growth_per_month,cap_multiple,decay_per_month,fresh_months,update_months"
        read = read_segments(written(tmp_path, f"{PLAIN},{columns}", "a,20,4 %,2 %,1.5,3 %,6,9"))
        density = read.segments[0].density
        assert (density.growth_per_month, density.cap_multiple, density.decay_per_month) == (0.02, 1.5, 0.03)
        assert (density.n_months_fresh, density.n_months_between_updates) == (6, 9)


class TestRefusals:
    def test_every_fault_comes_at_once(self, tmp_path):
        found = faults_of(
            tmp_path, f"{PLAIN},cap_multiple,tokens_per_trial,fresh_months",
            "a,20,3.5,,,", "a,x,4 %,,,", ",-1,,,,", "d,5 %,4 %,,,", "e,20,5 to 3 %,,,",
            "f,20,4 %,2,1e6,", "g,20,4 %,,,2.5",
        )  # fmt: skip
        assert found == [
            ("ND1752", "churn_per_month"), ("ND1753", "segment"), ("ND1751", "price_usd_per_month"),
            ("ND1753", "segment"), ("ND1753", "churn_per_month"), ("ND1752", "price_usd_per_month"),
            ("ND1751", "price_usd_per_month"), ("ND1752", "churn_per_month"), ("ND1754", "cap_multiple"),
            ("ND1754", "tokens_per_trial"), ("ND1754", "tokens_per_trial"), ("ND1751", "fresh_months"),
            ("ND1754", "fresh_months"),
        ]  # fmt: skip

    def test_a_churn_of_3_5_is_asked_about(self, tmp_path):
        with pytest.raises(RowsError, match=r"must be at least 0 and at most 1") as caught:
            read_segments(written(tmp_path, PLAIN, "a,20,3.5"))
        assert caught.value.faults[0].hint == "3.5 % is written 0.035"
        assert caught.value.faults[0].line == 2

    @pytest.mark.parametrize(
        ("header", "rule"),
        [
            ("price_usd_per_month,churn_per_month", "must have a column segment"),
            ("segment,churn_per_month", "must have a column price_usd_per_month or price_usd_per_year"),
            ("segment,price_usd_per_month", "must have a column churn_per_month or churn_per_year"),
            (f"{PLAIN},churn_per_year", "must be stated once"),
        ],
    )
    def test_columns_that_are_missing_or_twice(self, tmp_path, header, rule):
        with pytest.raises(RowsError, match=rule):
            read_segments(written(tmp_path, header, ",".join(["0.1"] * len(header.split(",")))))

    def test_tokens_counted_and_expected_are_one_thing_twice(self, tmp_path):
        columns = "cac_usd,unpaid_tokens,new_customers,usd_per_mtok,tokens_per_trial,trial_conversion_share"
        with pytest.raises(RowsError, match="unpaid_tokens states what tokens_per_trial states"):
            read_segments(written(tmp_path, f"{PLAIN},{columns}", "a,20,4 %,5,1e9,10,3,1e6,5 %"))

    def test_inference_of_trials_without_sales_asks_for_them(self, tmp_path):
        columns = "usd_per_mtok,tokens_per_trial,trial_conversion_share"
        with pytest.raises(RowsError, match="says nothing without cac_usd or acquisition_spend_usd"):
            read_segments(written(tmp_path, f"{PLAIN},{columns}", "a,20,4 %,3,1e6,5 %"))


class TestUsage:
    @pytest.mark.skipif(not SHARED.exists(), reason="the shared ledger is not beside the checkout")
    def test_the_growth_of_stayers_in_the_made_up_ledger(self):
        found = read_usage_growth(SHARED / "saas_mrr_ledger.csv")
        assert found.found.n_accounts == 8
        assert found.found.growth_per_month == pytest.approx(0.0173, abs=1e-4)

    def test_a_gap_is_no_growth_and_who_left_is_not_in_it(self, tmp_path):
        rows = ["a,2026-01,100", "a,2026-02,110", "a,2026-04,500", "b,2026-01,50", "b,2026-02,0"]
        found = read_usage_growth(written(tmp_path, "account,month,mrr_usd", *rows))
        assert (found.n_transitions, found.found.n_accounts) == (1, 1)
        assert found.found.growth_per_month == pytest.approx(0.10)

    def test_a_ledger_without_stayers_or_with_bad_cells_is_refused(self, tmp_path):
        with pytest.raises(RowsError, match="pays in two months running"):
            read_usage_growth(written(tmp_path, "account,month,mrr_usd", "a,2026-01,100"))
        rows = ["a,Jan,100", "a,2026-02,-3"]
        with pytest.raises(RowsError) as caught:
            read_usage_growth(written(tmp_path, "account,month,mrr_usd", *rows))
        assert [fault.where for fault in caught.value.faults] == ["month", "mrr_usd"]
        with pytest.raises(RowsError, match="must have a column month"):
            read_usage_growth(written(tmp_path, "account,mrr_usd", "a,100"))
