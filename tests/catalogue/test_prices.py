"""Prices of the catalogue."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from nextdollar.catalogue import accelerator, accelerators, price_rows, purchase_price, rent_price
from nextdollar.catalogue.prices import parse_prices
from nextdollar.errors import CatalogueError

HEADER = (
    "accelerator,contract,usd_per_gpu_hour,usd_per_gpu,valid_from,provider,"
    "source,place,link,kind,checked_on,note\n"
)
REST = "2026-05-20,someone,Index,table,https://example.org,index,2026-11-21,\n"


def test_an_h100_cost_its_published_median_in_may_2026():
    # AIMultiple, Cloud GPU Rental Price Index, 20 May 2026: median of 37 providers around 2.95.
    # Mercatus, May 2026: 1.99 to 5.00. Our median is of seven prices, hence the tolerance of 5 %.
    found = rent_price("H100")
    assert found.as_of == date(2026, 5, 20)
    assert found.median_usd_per_gpu_hour == pytest.approx(2.95, rel=0.05)
    assert (found.low_usd_per_gpu_hour, found.high_usd_per_gpu_hour) == (1.99, 5.00)
    assert found.source.work == "AIMultiple, Cloud GPU Rental Price Index"


def test_the_index_of_one_year_contracts_rose_as_the_facts_say():
    # shared/facts/evidence.md section 0: 1.70 USD in October 2025 to 2.35 in March 2026, +38 %.
    index = [row for row in price_rows() if row.provider == "SemiAnalysis index"]
    before, after = sorted(index, key=lambda row: row.valid_from)
    assert (before.contract, after.contract) == ("one_year", "one_year")
    assert after.price_usd / before.price_usd == pytest.approx(1.38, abs=5e-3)
    assert rent_price("H100-SXM", contract="one_year").as_of == after.valid_from


def test_an_earlier_day_sees_only_the_prices_known_by_then():
    # Lambda, 1 September 2024: 2.99; 29 January: 3.49; RunPod, 27 July: 3.99.
    found = rent_price("H100-SXM", date(2024, 12, 31))
    assert found.as_of == date(2024, 9, 1)
    assert (found.low_usd_per_gpu_hour, found.median_usd_per_gpu_hour, found.high_usd_per_gpu_hour) == (
        2.99,
        3.49,
        3.99,
    )
    assert found.n_rows == 3


def test_prices_older_than_a_year_before_the_newest_are_left_out():
    # The on-demand prices of March 2025, up to 12.29, lie 14 months before the newest.
    assert rent_price("H100-SXM").high_usd_per_gpu_hour < 12
    assert rent_price("H100-SXM", date(2025, 12, 31)).high_usd_per_gpu_hour == 12.29


def test_the_prices_that_plans_take_did_not_move_when_older_chips_came():
    # Low, median and high rent of the latest year, as before the catalogue grew beyond twelve chips.
    before = {
        "A100-SXM-80": (0.80, 1.30, 3.00),
        "H100-PCIe": (1.98, 2.39, 2.49),
        "H100-SXM": (1.99, 2.99, 5.00),
        "H200-SXM": (2.25, 3.00, 7.00),
        "MI300X": (1.50, 1.92, 6.00),
        "TPU-v6e": (2.70, 2.97, 3.24),
    }
    for name, prices in before.items():
        found = rent_price(name)
        rents = (
            found.low_usd_per_gpu_hour,
            found.median_usd_per_gpu_hour,
            found.high_usd_per_gpu_hour,
        )
        assert rents == pytest.approx(prices, rel=1e-12)


def test_an_h100_is_bought_for_what_the_facts_say():
    # shared/data/compute/hardware.csv: 31,250 USD, range 28,750 to 46,875 in March 2025.
    found = purchase_price("H100")
    assert (found.low_usd, found.high_usd) == (31_250, 46_875)
    assert found.as_of == date(2025, 3, 3)
    assert found.source.link.startswith("https://")


@pytest.mark.parametrize(
    "row", price_rows(), ids=lambda row: f"{row.accelerator} {row.contract} {row.valid_from}"
)
class TestEveryPrice:
    def test_says_where_it_was_read(self, row):
        assert row.source.work and row.source.link.startswith("https://")
        assert row.provider

    def test_is_plausible(self, row):
        # Rents from 0.1 USD an hour (a V100 of 2017 in 2025) to 15, purchases from 2 to 60 thousand USD.
        low, high = (2_000, 60_000) if row.contract == "purchase" else (0.1, 15)
        assert low < row.price_usd < high

    def test_is_of_an_accelerator_of_the_catalogue_and_not_of_the_future(self, row):
        assert row.accelerator in accelerators()
        assert date(2017, 1, 1) <= row.valid_from <= date(2026, 11, 21)


def test_prices_agree_with_the_shared_price_table(shared_data):
    columns = {
        "on_demand": "usd_per_chip_hour_on_demand",
        "one_year": "usd_per_chip_hour_1y",
        "three_years": "usd_per_chip_hour_3y",
        "purchase": "usd_purchase_per_chip",
    }
    with (shared_data / "compute" / "gpu_prices.csv").open(newline="", encoding="utf-8") as file:
        shared = {
            (accelerator(row["hardware"]).name, row["date"], contract, float(row[column]))
            for row in csv.DictReader(file)
            for contract, column in columns.items()
            if row[column]
        }
    ours = [row for row in price_rows() if row.source.work.startswith("Epoch")]
    assert len(ours) > 300
    for row in ours:
        key = (row.accelerator, row.valid_from.isoformat(), row.contract, row.price_usd)
        assert key in shared


def test_an_accelerator_without_a_price_is_refused_by_name():
    with pytest.raises(
        CatalogueError, match=r"accelerator must have a price of contract on_demand, got TPU-v5p with none"
    ):
        rent_price("TPU v5p")
    with pytest.raises(CatalogueError, match=r"contract on_demand by 2020-01-01, got H100-SXM with none"):
        rent_price("H100", date(2020, 1, 1))
    with pytest.raises(CatalogueError, match=r"a price of contract purchase, got L4 with none"):
        purchase_price("L4")
    with pytest.raises(CatalogueError, match=r"got H1 \(nearest"):
        rent_price("H1")


def test_a_price_in_the_wrong_column_is_refused_with_its_line():
    lines = [
        HEADER,
        "H100-SXM,on_demand,2.95,," + REST,
        "H100-SXM,purchase,2.95,," + REST,
        "H100-SXM,on_demand,2.95,30000," + REST,
        "H100-SXM,on_demand,0,," + REST,
        "H100-SXM,weekly,2.95,," + REST,
        "H101,on_demand,2.95,," + REST,
    ]
    with pytest.raises(CatalogueError) as caught:
        parse_prices(lines, "own.csv")
    assert [fault.split(" must be ")[0] for fault in str(caught.value).split("; ")] == [
        "own.csv:3: usd_per_gpu",
        "own.csv:4: usd_per_gpu",
        "own.csv:5: usd_per_gpu_hour",
        "own.csv:6: contract",
        "own.csv:7: accelerator",
    ]
