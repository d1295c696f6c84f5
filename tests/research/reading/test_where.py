from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import RunsError
from nextdollar.research.reading.where import Cells, chosen

FLOPS = np.array([1e18, 1e20, 1e21, np.nan])
COLUMNS = {
    "flops": Cells(np.array(["1e18", "1e20", "1e21", ""], dtype=object), FLOPS),
    "family": Cells(np.array(["c4", "c4", "rpj", "rw's"], dtype=object), np.full(4, np.nan)),
    "train/loss": Cells(np.array(["3", "2", "1", "4"], dtype=object), np.array([3.0, 2.0, 1.0, 4.0])),
}


def rows(expression):
    return np.flatnonzero(chosen(expression, COLUMNS, 4).mask).tolist()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("flops <= 1e20", [0, 1]),
        ("1e19 <= flops <= 1e21", [1, 2]),
        ("flops != 1e20", [0, 2]),
        ("not flops <= 1e20", [2, 3]),
        ("family == 'c4'", [0, 1]),
        ('family != "c4"', [2, 3]),
        ('family == "rw\'s"', [3]),
        ("family in ('c4', 'rpj')", [0, 1, 2]),
        ("family not in ['c4']", [2, 3]),
        ("flops in (1e18, 1e21)", [0, 2]),
        ("family == 'c4' and flops > 1e19 or `train/loss` == 4", [1, 3]),
        ("(family == 'c4') and (flops > 1e19 or `train/loss` >= 3)", [0, 1]),
        ("flops / 1e18 >= 100 - 1", [1, 2]),
        ("-flops < -1e20", [2]),
        ("`train/loss` + 1 == 2", [2]),
        ("family in ()", []),
        ("flops > family", []),
        ("not " * 400 + "flops > 1e20", [2]),
    ],
)
def test_an_expression_chooses_the_rows_that_meet_it(expression, expected):
    assert rows(expression) == expected


@given(bound=st.floats(1e17, 1e22))
def test_not_chooses_exactly_the_other_rows(bound):
    some, others = rows(f"flops <= {bound!r}"), rows(f"not flops <= {bound!r}")
    assert sorted(some + others) == [0, 1, 2, 3]


@given(first=st.sampled_from(["flops <= 1e20", "family == 'c4'", "`train/loss` > 2"]),
       second=st.sampled_from(["flops > 1e18", "family == 'rpj'"]))  # fmt: skip
def test_de_morgan_holds(first, second):
    assert rows(f"not ({first} and {second})") == rows(f"not ({first}) or not ({second})")


def test_the_columns_that_an_expression_speaks_of_are_known():
    assert chosen("flops > 1 or family == 'c4'", COLUMNS, 4).columns == {"flops", "family"}


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "().__class__",
        "family.upper() == 'C4'",
        "family[0] == 'c'",
        "lambda: 1",
        "[x for x in flops]",
        "f'{flops}' == '1'",
        "flops if flops else 1",
        "(flops := 3) > 1",
        "flops ** 99999999 > 1",
        "flops > 10 ** 10 ** 10",
        "flops << 3 > 1",
        "flops",
        "1",
        "True",
        "flops is 1",
        "'a' == 'a'",
        "flops & family",
        "family < 'c4'",
        "flops + 'a' > 1",
        "flops in flops",
        "flops > 1e9j",
        "flops > b'x'",
        "*flops",
        "await flops",
        "",
        "   ",
        "flops >",
        "flops = 1",
        "flops <= 7B",
        "flops > 1;2",
        "(" * 500,
        "-" * 1_900 + "1 < flops",
        "flops > " + "9" * 1_000 + "e999",
        "a" * 3_000,
        "flops > 1\n2",
        "\x00",
        "`flops > 1",
    ],
)
def test_whatever_is_not_in_the_language_is_refused(expression):
    with pytest.raises(RunsError) as caught:
        chosen(expression, COLUMNS, 4)
    (fault,) = caught.value.faults
    assert fault.code in ("ND1240", "ND1241")
    assert fault.where == "--where"


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("famly == 'c4'", "did you mean family?"),
        ("flops <= 7B", "write numbers with an exponent: 7e9 instead of 7B"),
        ("family = 'c4'", "equal is written ==, as in family == 'c4'"),
        ("family == c4", "columns: flops, family, train/loss"),
        ("flops > 1 && flops < 2", "write and, or, not"),
    ],
)
def test_a_refusal_says_what_was_meant(expression, hint):
    with pytest.raises(RunsError) as caught:
        chosen(expression, COLUMNS, 4)
    assert caught.value.faults[0].hint == hint


@given(st.text(max_size=60))
def test_any_text_chooses_rows_or_is_refused(text):
    try:
        chosen(text, COLUMNS, 4)
    except RunsError as error:
        assert error.faults
