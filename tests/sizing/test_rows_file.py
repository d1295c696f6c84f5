from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.error_codes import error_codes
from nextdollar.errors import RowsError
from nextdollar.sizing import estimate_throughput, estimate_training
from nextdollar.sizing.rows_file import MAX_ROWS, read_rows

NEEDED = (("tokens",), ("params_total", "params_active"))


def codes(caught: pytest.ExceptionInfo[RowsError]) -> list[tuple[str, int]]:
    return [(fault.code, fault.line) for fault in caught.value.faults]


def test_rows_keep_the_line_they_start_on(table):
    path = table('tokens,params_total,note\n1,2,"two\nlines"\n\n3,4,\n')
    found = read_rows(path, NEEDED)
    assert [(row.line, row.cells["tokens"]) for row in found.rows] == [(2, "1"), (5, "3")]


def test_blanks_a_byte_order_mark_and_windows_line_ends_do_not_matter(table):
    found = read_rows(table("\ufefftokens , params_active\r\n 1 , 2 \r\n"), NEEDED)
    assert found.columns == ("tokens", "params_active")
    assert dict(found.rows[0].cells) == {"tokens": "1", "params_active": "2"}


def test_every_fault_comes_at_once_with_its_line(table):
    with pytest.raises(RowsError) as caught:
        read_rows(table("a,a,b\n1,2\n1,2,3,4\n"), NEEDED)
    assert codes(caught) == [("ND1606", 1), ("ND1606", 1), ("ND1606", 1), ("ND1605", 2), ("ND1605", 3)]
    assert all(code in error_codes() for code, _ in codes(caught))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ND1604"),
        (b"tokens,params_total\n", "ND1604"),
        (b"tokens,params_total\n\xff,1\n", "ND1603"),
        (b"tokens,params_total\n\x00,1\n", "ND1602"),
        (b'tokens,params_total\n"1,2\n', "ND1605"),
        (b"tokens,params_total\n" + b"1,2\n" * (MAX_ROWS + 1), "ND1602"),
        (b"tokens,params_total\n1," + b"2" * 10_001 + b"\n", "ND1602"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, code):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(RowsError) as caught:
        read_rows(path, NEEDED)
    assert code in [fault.code for fault in caught.value.faults]


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(RowsError, match="the file must exist"):
        read_rows(tmp_path / "none.csv", NEEDED)
    with pytest.raises(RowsError, match=r"^the rows must be a file, got a folder$"):
        read_rows(tmp_path, NEEDED)


def test_no_more_than_twenty_faults_are_shown(table):
    with pytest.raises(RowsError) as caught:
        read_rows(table("tokens,params_total\n" + "1\n" * 50), NEEDED)
    assert len(caught.value.faults) == 21
    assert "30 more faults" in caught.value.faults[-1].rule


NEARLY = (
    "",
    "7e9",
    "70",
    "1e400",
    "-1",
    "0",
    "nan",
    "1_000",
    "1,000",
    "H100-SXM",
    "a100_40gb",
    "fp8",
    "True",
    "2021-02",
)
CELLS = st.sampled_from(NEARLY) | st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=30
)


class TestWhateverStandsInATable:
    @given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=4))
    def test_every_row_of_training_runs_is_estimated_or_refused_with_a_reason(self, rows):
        found = estimated(
            estimate_training, ["params_total", "tokens", "hardware", "accel_count", "date"], rows
        )
        assert all((item.ladder is None) == bool(item.row.refused) for item in found)

    @given(st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=4))
    def test_every_row_of_steps_is_estimated_or_refused_with_a_reason(self, rows):
        columns = ["params", "seq_len", "gpu", "gpus", "precision", "act_ckpt"]
        found = estimated(estimate_throughput, columns, rows)
        assert all((item.mfu_percent is None) == bool(item.row.refused) for item in found)


def estimated(estimate, columns, rows):
    """Return the estimates of a table written as a spreadsheet writes it, with a last column that is full."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[*columns, "full"], *([*row, "x"] for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        found = estimate(path).rows
    assert len(found) == len(rows)
    return found
