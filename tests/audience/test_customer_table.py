"""Tables of customers are read whole, or refused with every fault of their form."""

from __future__ import annotations

import hashlib

import pytest

from nextdollar.audience import customer_table
from nextdollar.audience.customer_table import read_customer_table
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault, RowsError


def written(folder, content):
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def faults_of(path):
    with pytest.raises(RowsError) as caught:
        read_customer_table(path)
    return caught.value.faults


def test_cells_come_by_column_with_the_line_of_each_row(tmp_path):
    content = b'\xef\xbb\xbfname, spend\r\n"a, b", 1\r\n\r\n  ,\n"two\nlines",2\n'
    table = read_customer_table(written(tmp_path, content))
    assert table.columns == ("name", "spend")
    assert table.cells == {"name": ["a, b", "two\nlines"], "spend": ["1", "2"]}
    assert list(table.lines) == [2, 5]
    assert (table.n_rows, table.sha256) == (2, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_are_parted_by_what_parts_the_header(tmp_path, separator):
    rows = [("segment", "month", "note"), ("Pro", "1", "a"), ("Team", "2", '"x, y; z"')]
    text = "\n".join(separator.join(row) for row in rows)
    table = read_customer_table(written(tmp_path, f"\n{text}\n"))
    assert table.cells == {"segment": ["Pro", "Team"], "month": ["1", "2"], "note": ["a", "x, y; z"]}


def test_a_semicolon_in_a_header_of_commas_is_part_of_a_name(tmp_path):
    assert read_customer_table(written(tmp_path, "a;b,c\n1,2\n")).columns == ("a;b", "c")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "ND1604", "a header and rows"),
        (b"a,b\n", "ND1604", "a header and rows"),
        (b"a\x00b\n1\n", "ND1602", "text table"),
        ("a\nä\n".encode("latin-1"), "ND1603", "UTF-8"),
        (b'a,b\n"1,2\n', "ND1605", "quote must be closed"),
        (b"a,a\n1,2\n", "ND1606", "name of one column"),
        (b"a,b\n" + b"x" * 10_001 + b",1\n", "ND1602", "10,000 characters"),
    ],
)
def test_a_table_of_another_form_is_refused_with_its_code(tmp_path, content, code, words):
    (fault,) = faults_of(written(tmp_path, content))
    assert fault.code == code
    assert words in fault.rule


def test_every_row_of_another_length_is_named_with_its_line(tmp_path):
    faults = faults_of(written(tmp_path, "a,b\n1,2\n1\n1,2\n1,2,3\n"))
    assert [(fault.line, fault.value) for fault in faults] == [(3, "1"), (5, "3")]


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    assert "must exist" in faults_of(tmp_path / "nothing.csv")[0].rule
    assert faults_of(tmp_path)[0].value == "a folder"


def test_more_rows_than_are_held_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(customer_table, "MAX_ROWS", 2)
    assert faults_of(written(tmp_path, "a\n1\n2\n3\n"))[0].code == "ND1602"
    monkeypatch.setattr(customer_table, "MAX_BYTES", 3)
    assert "MiB" in faults_of(written(tmp_path, "a\n1\n2\n"))[0].rule


def test_twenty_faults_are_shown_and_the_others_counted():
    with pytest.raises(RowsError) as caught:
        refuse([Fault("ND1605", "", "no", file="t.csv", line=line) for line in range(30, 0, -1)])
    shown_faults = caught.value.faults
    assert [fault.line for fault in shown_faults[:20]] == list(range(1, 21))
    assert (shown_faults[20].code, shown_faults[20].rule) == ("ND1607", "10 more faults are not shown")


def test_a_long_cell_is_shown_cut():
    assert shown("x" * 61) == f'"{"x" * 60}..."'
