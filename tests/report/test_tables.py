from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.report.tables import Column, Table, cell_words, csv_text, safe_csv_cell, slug
from nextdollar.report.tables_plan import plan_tables

SUMMARY = {"mean": 13.3e9, "p5": 7.7e9, "p50": 13.0e9, "p95": 20.1e9, "standard_error": 4e5}


def rows_of(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(table))))


@pytest.mark.parametrize("text", ["=cmd()", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_csv_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-2", "+1.5", "-1e9", "plain", "", "v3", "1=1"])
def test_numbers_and_plain_words_stay_as_they_are(text):
    assert safe_csv_cell(text) == text


@given(st.text(max_size=60))
def test_any_text_makes_one_harmless_cell(text):
    table = Table("x", "x", (Column("name", "name"), Column("n", "n", "number")), ((text, 1.5),))
    _, row = rows_of(table)
    assert len(row) == 2 and row[1] == "1.5"
    assert row[0].isprintable()
    if row[0].startswith(("=", "+", "-", "@")):
        float(row[0])


def test_a_figure_with_a_range_takes_a_column_for_each_statistic():
    table = Table("x", "x", (Column("npv_usd", "NPV", "usd"),), ((SUMMARY,), (2.5,), (None,)))
    head, summary, certain, missing = rows_of(table)
    assert head == [f"npv_usd_{key}" for key in ("mean", "p5", "p50", "p95", "standard_error")]
    assert [float(cell) for cell in summary] == list(SUMMARY.values())
    assert certain == ["2.5", "2.5", "2.5", "2.5", "0.0"]
    assert missing == [""] * 5


def test_a_file_keeps_every_digit():
    value = 0.1 + 0.2
    table = Table("x", "x", (Column("n", "n", "usd"),), ((value,),))
    assert float(rows_of(table)[1][0]) == value


def test_amounts_are_shown_by_their_mean_and_paybacks_by_their_median():
    assert cell_words(SUMMARY, "usd").main == "13.3 B USD"
    assert cell_words(SUMMARY, "usd").spread == "7.7 B to 20.1 B"
    payback = {
        "mean": None,
        "p5": 21.0,
        "p50": 31.1,
        "p95": None,
        "standard_error": None,
        "never_share": 0.27,
    }
    assert cell_words(payback, "months").main == "31.1"
    assert cell_words(payback, "months").spread == "21 to never; never in 27 %"


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, "months", "never"),
        (None, "usd", ""),
        (None, "rate", "none"),
        ("", "usd", ""),
        (True, "text", "yes"),
        (1306914.72, "usd_exact", "1 306 915 USD"),
        (1.68637e11, "usd_exact", "168.637 B USD"),
        (146e9, "rate", "over 1 000 %"),
        (-7.73e9, "loss", "still gains 7.73 B USD"),
        (0.01, "points", "+1 points"),
    ],
)
def test_a_cell_reads_as_people_say_it(value, kind, words):
    assert cell_words(value, kind).main == words


@given(st.text(max_size=80))
def test_a_file_name_is_made_of_letters_digits_and_hyphens(text):
    name = slug(text)
    assert name and len(name) <= 40
    assert all(character in "abcdefghijklmnopqrstuvwxyz0123456789-" for character in name)


def test_every_table_of_every_plan_is_rectangular(example_views, awkward_views):
    for view in [*example_views.values(), *awkward_views.values()]:
        names = [table.name for table in plan_tables(view)]
        assert len(set(names)) == len(names)
        for table in plan_tables(view):
            widths = {len(row) for row in rows_of(table)}
            assert len(widths) == 1, table.name


def test_grouped_rows_stand_under_their_group():
    columns = (Column("topic", "topic"), Column("n", "n", "number"))
    table = Table("x", "x", columns, (("a", 1.0), ("b", 2.0), ("a", 3.0)), is_grouped=True)
    assert table.groups == (("a", ((1.0,), (3.0,))), ("b", ((2.0,),)))
    assert [column.key for column in table.shown_columns] == ["n"]
