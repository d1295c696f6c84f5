"""What the catalogue holds by a day, and what changed."""

from __future__ import annotations

from datetime import date
from statistics import median

import pytest

from nextdollar.catalogue import dated_price, price_rows
from nextdollar.catalogue.changes import catalogue_diff
from nextdollar.catalogue.contents import catalogue_list, newest_day, price_summaries, table_rows
from nextdollar.catalogue.override import user_catalogue
from nextdollar.catalogue.tables import TABLES
from nextdollar.errors import CatalogueError, OptionsError

DAY = date(2026, 6, 30)


def test_all_tables_are_listed_in_short_and_one_with_its_rows():
    found = catalogue_list(as_of=DAY)
    assert [item.table.name for item in found.tables] == list(TABLES)
    assert (found.rows, found.prices, found.columns) == ((), (), ())
    one = catalogue_list("training_bill", as_of=DAY)
    assert {row.key for row in one.rows} >= {("pue",), ("usual_gpus",)}
    assert one.columns[:3] == ("name", "low", "high")


def test_a_row_that_came_later_is_left_out():
    rows = table_rows(TABLES["gpu_prices"], date(2024, 12, 31))
    assert rows
    assert all(row.day <= date(2024, 12, 31) for row in rows)
    assert len(rows) == sum(row.valid_from <= date(2024, 12, 31) for row in price_rows())


def test_without_a_day_it_is_the_newest_of_the_catalogue():
    assert (
        catalogue_list().as_of
        == newest_day()
        == max(row.day for table in TABLES.values() if table.day for row in table_rows(table))
    )


def test_a_summary_is_the_dated_price_of_each_accelerator_and_contract():
    found = price_summaries(DAY)
    assert len({(price.accelerator, price.contract) for price in found}) == len(found)
    assert dated_price("H100", DAY) in found


def test_a_table_of_dated_rows_is_stale_half_a_year_after_its_newest():
    # The newest rent is of June 2026.
    fresh, stale = (catalogue_list("gpu_prices", as_of=date(*day)) for day in ((2026, 6, 30), (2027, 1, 31)))
    assert not fresh.tables[0].is_stale
    assert stale.tables[0].is_stale
    assert stale.tables[0].age_days == (date(2027, 1, 31) - date(2026, 6, 1)).days


def test_rows_name_their_source_and_their_place():
    row = catalogue_list("accelerators", as_of=DAY).rows[0]
    assert row.source.work
    assert row.place.line >= 2
    assert "source" not in row.cells


class TestDiff:
    def test_of_a_price_it_says_the_median_before_and_after(self):
        # RunPod asked 2.99 USD on 3 March 2025 and 3.49 on 18 May 2026.
        found = catalogue_diff(date(2026, 1, 1), DAY)
        changes = {(*change.key, change.column): change for change in found.of_table("gpu_prices")}
        offer = changes["H100-SXM", "on_demand", "RunPod", "offer_usd"]
        assert (offer.before, offer.after, offer.day) == ("2.99", "3.49", date(2026, 5, 18))
        assert offer.change_share == pytest.approx(3.49 / 2.99 - 1)
        rents = [
            row.price_usd
            for row in price_rows()
            if (row.accelerator, row.contract) == ("H100-SXM", "on_demand")
            and date(2025, 5, 21) <= row.valid_from <= DAY
        ]
        assert float(changes["H100-SXM", "on_demand", "median_usd"].after) == pytest.approx(median(rents))

    def test_what_was_not_there_before_is_new(self):
        found = catalogue_diff(date(2026, 1, 1), DAY).of_table("gpu_prices")
        new = {change.key for change in found if not change.before}
        assert ("MI300X", "on_demand") in new
        assert all(change.change_share is None for change in found if not change.before)

    def test_between_days_on_which_nothing_came_nothing_changed(self):
        assert catalogue_diff(date(2010, 1, 1), date(2010, 12, 31)).changes == ()

    def test_of_a_folder_it_says_every_cell_that_differs(self, tmp_path):
        (tmp_path / "accelerators.csv").write_text("name,power_watts\nH100-SXM,650\n", encoding="utf-8")
        (tmp_path / "gpu_prices.csv").write_text(
            "accelerator,contract,usd_per_gpu_hour,valid_from,provider\nH100,on_demand,2.1,2026-10-01,us\n",
            encoding="utf-8",
        )
        with user_catalogue(tmp_path):
            found = catalogue_diff().changes
        assert [(change.key, change.before, change.after) for change in found] == [
            (("H100-SXM",), "700", "650"),
            (("H100-SXM", "on_demand"), "2.99", "2.1"),
        ]

    @pytest.mark.parametrize(
        ("days", "rule"),
        [
            ((), "must have two days or a folder to compare"),
            ((DAY,), "must be given together"),
            ((DAY, DAY), f"must be before {DAY}"),
        ],
    )
    def test_days_that_are_no_span_are_refused(self, days, rule):
        with pytest.raises(OptionsError, match=rule):
            catalogue_diff(*days)


def test_an_unknown_table_is_refused():
    with pytest.raises(CatalogueError, match="table must be one of the catalogue"):
        catalogue_list("prices of gpus")
