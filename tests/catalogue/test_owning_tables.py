"""Electricity, carbon, data centres, API prices and reservations: rows with sources, refused by line."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from nextdollar.catalogue import model_shapes, price_rows
from nextdollar.catalogue.api_prices import api_price_rows, api_prices, parse_api_prices
from nextdollar.catalogue.data_centres import data_centre_range, data_centre_ranges
from nextdollar.catalogue.electricity import (
    electricity_price,
    electricity_prices,
    grid_carbon,
    grid_carbons,
    parse_electricity,
    parse_grid_carbon,
)
from nextdollar.catalogue.reservations import reservation_share, share_of
from nextdollar.errors import CatalogueError

REST = "someone,,https://example.org,dataset,2026-11-21,\n"
SOURCES = "source,place,link,kind,checked_on,note\n"


def test_industry_pays_no_more_than_commerce_and_every_grid_is_known():
    grids = {item.region for item in grid_carbons()}
    for item in electricity_prices():
        assert 0.03 < item.low_usd_per_kwh <= item.high_usd_per_kwh < 0.5
        assert item.grid in grids | {""} and item.source.link


def test_prices_are_those_of_the_energy_information_administration():
    # Electric Power Annual 2023: Virginia 8.92 cents industrial, 8.95 commercial; Texas 6.60 and 8.82.
    virginia, texas = electricity_price("virginia"), electricity_price("Texas")
    assert (virginia.low_usd_per_kwh, virginia.high_usd_per_kwh) == (0.0892, 0.0895)
    assert (texas.low_usd_per_kwh, texas.high_usd_per_kwh) == (0.0660, 0.0882)


def test_hydro_and_nuclear_grids_emit_less_than_coal_ones():
    # Our World in Data after Ember: France 56 g in 2023, Poland 662 g.
    assert grid_carbon("France").kg_per_kwh == pytest.approx(0.056, abs=5e-4)
    assert grid_carbon("norway").kg_per_kwh < grid_carbon("Germany").kg_per_kwh
    assert grid_carbon("Poland").kg_per_kwh == pytest.approx(0.662, abs=5e-4)


def test_the_newest_row_by_a_day_is_taken_and_none_before_the_first():
    with pytest.raises(CatalogueError, match="must have a row by 2000-01-01, got Virginia with none"):
        electricity_price("Virginia", date(2000, 1, 1))
    with pytest.raises(CatalogueError, match=r"got Virginja \(nearest: Virginia"):
        electricity_price("Virginja")


@pytest.mark.parametrize("cells", ["x,0.1", "0,0.1", "0.2,0.1", "0.1,"])
def test_a_price_of_electricity_that_is_none_is_refused_with_its_line(cells):
    header = f"region,grid,low_usd_per_kwh,high_usd_per_kwh,valid_from,{SOURCES}"
    with pytest.raises(CatalogueError, match=r"own\.csv:2"):
        parse_electricity([header, f"Here,,{cells},2025-01-01,{REST}"], "own.csv")


def test_carbon_below_nothing_is_refused_with_its_line():
    with pytest.raises(CatalogueError, match=r"own\.csv:2: kg_per_kwh must be at least 0, got -1"):
        parse_grid_carbon(
            [f"region,kg_per_kwh,valid_from,{SOURCES}", f"Here,-1,2025-01-01,{REST}"], "own.csv"
        )


def test_every_range_of_owning_has_a_source_or_says_that_it_is_a_reading():
    for item in data_centre_ranges().values():
        assert 0 < item.low <= item.high
        assert item.source.link or "reading" in item.source.work
    with pytest.raises(CatalogueError, match="range of owning"):
        data_centre_range("coffee")


def test_shares_are_shares():
    for name in ("idle_share", "value_kept_per_year", "repair_share_per_year", "cost_of_capital_per_year"):
        assert data_centre_range(name).high < 1
    # SpotWire, 2026-06-04: A100 PCIe loses 54.5 % of its price in a year.
    assert data_centre_range("value_kept_per_year").low == pytest.approx(1 - 0.545)


def test_api_prices_name_shapes_that_the_catalogue_has():
    known = set(model_shapes())
    for row in api_price_rows():
        assert row.model in known or row.model == ""
        assert row.usd_per_mtok_input >= 0 and row.usd_per_mtok_output > 0


def test_a_mix_of_tokens_costs_between_reading_and_writing():
    (row,) = api_prices("gpt-5.6-sol", date(2026, 8, 20))
    assert row.usd_per_mtok(1.0) == row.usd_per_mtok_input == 5
    assert row.usd_per_mtok(0.0) == row.usd_per_mtok_output == 30
    assert row.usd_per_mtok(0.75) == pytest.approx(0.75 * 5 + 0.25 * 30)
    assert row.usd_per_mtok(1.0, cached_share=1.0) == row.usd_per_mtok_cached_input == 0.5


def test_prices_agree_with_those_of_the_shared_ledger():
    table = Path(__file__).resolve().parents[3] / "shared" / "data" / "ledger" / "price_catalogue.csv"
    if not table.is_file():
        pytest.skip("no shared table price_catalogue.csv beside the repository")
    with table.open(encoding="utf-8") as file:
        shared = {
            (row["model"], row["meter"]): float(row["unit_price"])
            for row in csv.DictReader(file)
            if row["processing"] == "standard"
            and row["tier_min_input_tokens_exclusive"] == "0"
            and not row["valid_to"]
        }
    for name in ("gpt-5.6-sol", "claude-haiku-4-5", "gemini-2.5-pro"):
        found = api_prices(name)[0]
        assert found.usd_per_mtok_input == shared[name, "input"]
        assert found.usd_per_mtok_output == shared[name, "output"]


def test_a_model_that_nobody_sells_by_then_is_refused():
    with pytest.raises(CatalogueError, match="must have a price by 2020-01-01"):
        api_prices("Llama-3.1-70B", date(2020, 1, 1))
    with pytest.raises(CatalogueError, match="model behind an API"):
        api_prices("Llama-9")


@pytest.mark.parametrize("cells", ["-1,,1", "1,-1,1", "1,,-1", "x,,1", "1,,"])
def test_an_api_price_that_is_none_is_refused_with_its_line(cells):
    header = (
        "provider,sold_as,model,usd_per_mtok_input,usd_per_mtok_cached_input,usd_per_mtok_output,"
        f"valid_from,{SOURCES}"
    )
    with pytest.raises(CatalogueError, match=r"own\.csv:2"):
        parse_api_prices([header, f"me,mine,,{cells},2025-01-01,{REST}"], "own.csv")


def test_the_longer_the_commitment_the_more_is_taken_off():
    one, three = reservation_share("one_year"), reservation_share("three_years")
    assert 0 < three.low <= three.high < one.high < 1
    assert len(one.providers) >= 3 and one.n_pairs >= len(one.providers)


def test_a_reservation_needs_a_provider_that_asks_for_both():
    lone = [row for row in price_rows() if row.contract == "one_year"]
    with pytest.raises(CatalogueError, match="also asks on demand"):
        share_of(lone, "one_year")
