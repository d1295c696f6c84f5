"""Paths, places, and the order of faults."""

from __future__ import annotations

import pytest

from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.reading.place import MAX_FAULTS, numbered, path_text, refuse


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("customers", "pro", "churn"), "customers.pro.churn"),
        (("correlations", 0, "between", 1), "correlations[0].between[1]"),
        (("candidates", "v1.5", "params"), 'candidates."v1.5".params'),
        (("a b",), '"a b"'),
        (("",), '""'),
        (("x\x1b",), r'"x\x1b"'),
    ],
)
def test_a_path_is_written_as_a_user_types_it(path, text):
    assert path_text(path) == text


def test_a_place_never_leaves_its_line():
    source = numbered("ab\ncd", "f.yaml")
    place = source.place(1, 5, 9)
    assert (place.line, place.column, place.end_column, place.source_line) == (2, 3, 3, "cd")


def test_a_place_past_the_end_of_the_text_has_an_empty_line():
    assert numbered("ab", "f.yaml").place(7, 2, 3).source_line == ""


def fault(line, column, code="ND1130"):
    return Fault(code, "", "must hold", line=line, column=column)


def test_faults_come_in_the_order_of_the_file():
    with pytest.raises(ScenarioError) as raised:
        refuse([fault(3, 1), fault(1, 9), fault(1, 2)])
    assert [(found.line, found.column) for found in raised.value.faults] == [(1, 2), (1, 9), (3, 1)]


def test_more_faults_than_anyone_reads_are_counted_in_the_last_one():
    with pytest.raises(ScenarioError) as raised:
        refuse([fault(line, 1) for line in range(1, MAX_FAULTS + 1001)])
    assert len(raised.value.faults) == MAX_FAULTS + 1
    assert raised.value.faults[-1].rule == "1,000 more faults are not shown"
