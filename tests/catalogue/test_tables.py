"""Every table of figures is listed, read, and has rows that can be told apart."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

from nextdollar.catalogue.rows import read
from nextdollar.catalogue.tables import TABLES, table_named
from nextdollar.errors import CatalogueError

# Words of the product and other spellings: no figures, so nothing to list, age or replace.
NO_FIGURES = {"accelerator_names.csv", "article_figures.csv", "error_codes.csv", "figures.csv"}


def test_every_file_of_figures_is_a_table():
    folder = files("nextdollar.catalogue")
    found = {item.name for item in folder.iterdir() if item.name.endswith(".csv")}
    assert found - NO_FIGURES == {table.file for table in TABLES.values()}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
class TestEveryTable:
    def test_its_reader_takes_what_ships(self, table):
        assert table.read(read(table.file), table.file)

    def test_its_columns_are_in_the_header(self, table):
        header = next(csv.reader(read(table.file)))
        assert {*table.keys, *table.shown, *([table.day] if table.day else [])} <= set(header)

    def test_no_two_rows_have_the_same_key_and_day(self, table):
        if table.is_appended:
            pytest.skip("one provider may be quoted twice on a day")
        rows = csv.DictReader(read(table.file))
        keys = Counter(tuple(row[column] for column in (*table.keys, table.day) if column) for row in rows)
        assert [key for key, n_times in keys.items() if n_times > 1] == []

    def test_a_file_without_its_columns_is_refused(self, table):
        with pytest.raises(CatalogueError, match=r"own\.csv:1: header must have"):
            table.read(["nothing\n", "1\n"], "own.csv")


def test_a_table_is_found_by_any_usual_spelling():
    assert table_named("GPU-prices.csv") is TABLES["gpu_prices"]


def test_an_unknown_table_is_refused_with_the_nearest():
    with pytest.raises(CatalogueError, match=r"got gpu_price \(nearest: gpu_prices"):
        table_named("gpu_price")
