from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.learning.table import read_learn_table
from nextdollar.errors import RowsError

HEAD = "week,version,users,new_users,lost_users,quality_share,examples"
ROWS = (
    "2026-01-05,a,100,30,10,0.70,1000",
    "2026-01-12,a,120,30,12,0.71,1100",
    "2026-01-19,b,138,30,12,0.75,1220",
    "2026-01-26,b,156,30,12,0.74,1358",
    "2026-02-02,a,174,30,12,0.71,1514",
)


def written(folder: Path, head: str = HEAD, rows: tuple[str, ...] = ROWS) -> Path:
    path = folder / "weeks.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def codes(caught: pytest.ExceptionInfo[RowsError]) -> list[str]:
    return [fault.code for fault in caught.value.faults]


def test_a_version_that_comes_back_is_a_version_of_its_own(tmp_path):
    table = read_learn_table(written(tmp_path))
    assert table.version.tolist() == [0, 0, 1, 1, 2]
    assert list(table.version_names) == ["a", "b", "a"]
    assert table.age_periods.tolist() == [0, 1, 0, 1, 0]
    np.testing.assert_array_equal(table.version_examples, [1000, 1220, 1514])


def test_users_after_the_last_row_and_examples_of_a_user_follow_from_the_rows(tmp_path):
    table = read_learn_table(written(tmp_path))
    assert table.users_next == 174 - 12 + 30
    assert table.examples_per_user == pytest.approx(514 / (100 + 120 + 138 + 156))
    assert table.periods_between_versions == 2


def test_leavers_follow_from_users_and_joiners(tmp_path):
    rows = ("1,100,30,0.7", "2,120,30,0.7", "3,138,30,0.7", "4,156,30,0.7")
    table = read_learn_table(written(tmp_path, "month,users,new_users,quality_share", rows))
    assert table.period == "month"
    assert table.lost.tolist() == [10, 12, 12, 12]
    assert "leavers are worked out" in table.notes[0]


def test_joiners_follow_from_users_and_leavers(tmp_path):
    rows = ("2026-11,100,10,70", "2026-12,120,12,71", "2027-01,138,12,72", "2027-02,156,12,72")
    table = read_learn_table(written(tmp_path, "month,users,lost_users,quality_percent", rows))
    assert table.joined.tolist() == [30, 30, 30, 30]
    np.testing.assert_allclose(table.quality_share, [0.70, 0.71, 0.72, 0.72])


def test_without_examples_data_are_periods_of_users(tmp_path):
    rows = ("1,100,10,0.7", "2,120,12,0.7", "3,138,12,0.7", "4,156,12,0.7")
    table = read_learn_table(written(tmp_path, "week,users,lost_users,quality_share", rows))
    assert table.examples_are_users
    assert table.n_examples.tolist() == [100, 100, 220, 358]
    assert not table.knows_versions


def test_rows_that_do_not_add_up_are_said(tmp_path):
    rows = tuple(row.replace(",30,", ",90,") for row in ROWS)
    table = read_learn_table(written(tmp_path, rows=rows))
    assert "do not add up within 1 % in 4 of 4 rows" in table.notes[0]


def test_missing_columns_are_all_named_at_once(tmp_path):
    with pytest.raises(RowsError) as caught:
        read_learn_table(written(tmp_path, "a,b", ("1,2", "3,4", "5,6", "7,8")))
    assert codes(caught) == ["ND1770"] * 4
    said = " ".join(fault.where for fault in caught.value.faults)
    assert said == "week or month quality_share or quality_percent users lost_users or new_users"


@pytest.mark.parametrize(
    ("row", "code", "rule"),
    [
        ("2026-01-19,b,138,30,12,75,1220", "ND1771", "must be from 0 to 1"),
        ("2026-01-19,b,none,30,12,0.75,1220", "ND1771", "must be a number, 1 or more"),
        ("2026-01-20,b,138,30,12,0.75,1220", "ND1772", "must be the week after 2026-01-12"),
        ("soon,b,138,30,12,0.75,1220", "ND1772", "must be a whole number or a date"),
        ("2026-01-19,b,138,30,139,0.75,1220", "ND1774", "must be at most users"),
        ("2026-01-19,b,138,30,12,0.75,900", "ND1774", "must not fall"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line_and_rule(tmp_path, row, code, rule):
    with pytest.raises(RowsError) as caught:
        read_learn_table(written(tmp_path, rows=(*ROWS[:2], row, *ROWS[3:])))
    first = caught.value.faults[0]
    assert (first.code, first.line) == (code, 4)
    assert rule in first.rule


def test_three_rows_are_too_few(tmp_path):
    with pytest.raises(RowsError) as caught:
        read_learn_table(written(tmp_path, rows=ROWS[:3]))
    assert codes(caught) == ["ND1773"]


def test_quality_twice_is_refused(tmp_path):
    rows = tuple(f"{row},70" for row in ROWS)
    with pytest.raises(RowsError, match="must be one column, not both"):
        read_learn_table(written(tmp_path, f"{HEAD},quality_percent", rows))
