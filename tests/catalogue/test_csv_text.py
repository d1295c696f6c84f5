"""The one reader of CSV."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.csv_text import BrokenRecord, plain_lines, records

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


class RefusedError(Exception):
    """What these tests raise for a broken record."""


def refuse(broken: BrokenRecord) -> None:
    raise RefusedError(broken)


def read(text, **options):
    return list(records(text, refuse, **options))


def test_the_example_of_rfc_4180_is_read_as_it_says():
    # RFC 4180, section 2, rules 5 to 7: quotes may hold line breaks, commas and doubled quotes.
    text = plain_lines('"aaa","b \r\nbb","ccc"\r\nzzz,"y""y",xxx\r\n')
    assert read(text) == [(1, ["aaa", "b \nbb", "ccc"]), (3, ["zzz", 'y"y', "xxx"])]


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=1, max_size=5))
def test_what_a_spreadsheet_writes_comes_back(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    assert [cells for _, cells in read(plain_lines(text.getvalue()))] == rows


def test_empty_lines_count_as_lines_and_are_no_records():
    assert read("a,b\n\n\n1,2\n") == [(1, ["a", "b"]), (4, ["1", "2"])]


def test_another_separator_is_taken_as_told():
    assert read("a\tb,c\n", separator="\t") == [(1, ["a", "b,c"])]


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ('a,b\n"1,2\n3,4\n', 2, "a quote must be closed"),
        ('a,b\n1,"2"3\n', 2, "the row must be CSV"),
    ],
)
def test_a_broken_record_is_refused_with_the_line_it_starts_on(text, line, rule):
    with pytest.raises(RefusedError) as caught:
        read(text)
    (broken,) = caught.value.args
    assert (broken.line, broken.rule, broken.is_too_long) == (line, rule, False)


def test_a_cell_without_end_is_told_from_a_stray_quote():
    with pytest.raises(RefusedError) as caught:
        read("a\n" + "x" * (csv.field_size_limit() + 1))
    assert caught.value.args[0].is_too_long
