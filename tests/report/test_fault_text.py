"""Faults as a reader sees them, and as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import DomainError, Fault, Fix, ScenarioError
from nextdollar.plan.reading.document import parse_document
from nextdollar.report.fault_text import error_object, fault_object, fault_text

CHURN = Fault(
    code="ND1152",
    where="customers.pro.churn",
    rule="must be below 1",
    value="3.5",
    hint="a fraction per month: 3.5 % is 0.035",
    file="scenario.yaml",
    line=6,
    column=14,
    end_column=17,
    source_line="      churn: 3.5",
    fix=Fix(6, 14, 17, "3.5 %/month"),
)


def changed(**changes):
    return Fault(**{name: changes.get(name, getattr(CHURN, name)) for name in Fault.__dataclass_fields__})


def test_a_fault_shows_rule_place_line_caret_repair_and_where_to_read_on():
    assert fault_text(CHURN) == (
        "error[ND1152]: customers.pro.churn must be below 1, got 3.5\n"
        "  --> scenario.yaml:6:14\n"
        "   |\n"
        " 6 |       churn: 3.5\n"
        "   |              ^^^ a fraction per month: 3.5 % is 0.035\n"
        "   = write: churn: 3.5 %/month\n"
        "   = docs: nextdollar explain ND1152"
    )


def test_the_gutter_is_as_wide_as_the_line_number():
    lines = fault_text(changed(line=1234, fix=None)).split("\n")
    assert lines[1:5] == [
        "     --> scenario.yaml:1234:14",
        "      |",
        " 1234 |       churn: 3.5",
        "      |              ^^^ a fraction per month: 3.5 % is 0.035",
    ]
    assert lines[5] == "      = docs: nextdollar explain ND1152"


def test_a_fault_of_a_whole_file_has_no_line_and_its_hint_stands_alone():
    fault = Fault("ND1101", "", "the file must exist", '"x.yaml"', "near it: y.yaml", "x.yaml")
    assert fault_text(fault) == (
        'error[ND1101]: the file must exist, got "x.yaml"\n'
        "  --> x.yaml\n"
        "   = hint: near it: y.yaml\n"
        "   = docs: nextdollar explain ND1101"
    )


def test_a_fault_without_a_hint_ends_with_its_caret():
    assert "\n   |              ^^^\n" in fault_text(changed(hint=""))


def test_an_empty_stretch_still_has_a_caret():
    fault = changed(source_line="price:", column=7, end_column=7, hint="", fix=None)
    assert "\n   |       ^\n" in fault_text(fault)


def test_tabs_take_one_column_and_control_characters_are_spelled_out_under_the_caret():
    fault = changed(source_line="\ta: \x1b[31m bad", column=11, end_column=14, hint="", fix=None)
    _, _, _, shown, caret, _ = fault_text(fault).split("\n")
    assert shown == r" 6 |  a: \x1b[31m bad"
    assert caret.index("^") == shown.index("bad")
    assert caret.count("^") == 3


def test_wide_characters_move_the_caret_by_two_columns():
    fault = changed(source_line="名: 値段", column=4, end_column=6, hint="", fix=None)
    assert "\n   |     ^^^^\n" in fault_text(fault)


def test_combining_characters_take_no_column():
    fault = changed(source_line="e\u0301: x", column=5, end_column=6, hint="", fix=None)
    assert "\n   |    ^\n" in fault_text(fault)


def test_a_long_line_is_cut_to_a_window_around_the_caret():
    line = "a" * 5000 + "BAD" + "z" * 5000
    text = fault_text(changed(source_line=line, column=5001, end_column=5004, hint="", fix=None))
    _, _, _, shown, caret, _ = text.split("\n")
    assert len(shown) < 180
    assert shown.startswith(" 6 | ...aaa")
    assert shown.endswith("zzz...")
    assert shown[caret.index("^") : caret.rindex("^") + 1] == "BAD"


def test_the_beginning_and_the_end_of_a_long_line_are_cut_on_one_side_only():
    line = "BAD" + "z" * 5000
    shown = fault_text(changed(source_line=line, column=1, end_column=4, fix=None)).split("\n")[3]
    assert shown.startswith(" 6 | BADzzz")
    line = "a" * 5000 + "BAD"
    shown = fault_text(changed(source_line=line, column=5001, end_column=5004, fix=None)).split("\n")[3]
    assert shown.endswith("aaaBAD")


def test_a_repair_in_another_line_says_which():
    fault = changed(fix=Fix(9, 3, 3, "horizon: 36 months, "))
    assert "\n   = write in line 9: horizon: 36 months,\n" in fault_text(fault)


def test_a_repair_without_a_column_is_a_line_of_its_own():
    fault = changed(fix=Fix(9, 0, 0, "  horizon: 36 months"))
    assert "\n   = write before line 9: horizon: 36 months\n" in fault_text(fault)


def test_a_repair_that_empties_a_line_says_so():
    fault = changed(source_line="\t", column=1, end_column=2, fix=Fix(6, 1, 2, ""))
    assert "\n   = write: an empty line\n" in fault_text(fault)


def test_a_real_slip_is_shown_with_its_repair():
    with pytest.raises(ScenarioError) as raised:
        parse_document("horizon: 36 months\ntitle: Where: here   # why\n", "scenario.yaml")
    assert fault_text(raised.value.faults[0]) == (
        "error[ND1127]: a value that holds `: ` must stand in quotes\n"
        "  --> scenario.yaml:2:8\n"
        "   |\n"
        " 2 | title: Where: here   # why\n"
        "   |        ^^^^^^^^^^^\n"
        '   = write: title: "Where: here"   # why\n'
        "   = docs: nextdollar explain ND1127"
    )


any_text = st.text(st.characters(exclude_categories=[]), max_size=300)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    texts=st.tuples(any_text, any_text, any_text, any_text, any_text),
    line=st.integers(0, 10**6),
    columns=st.tuples(st.integers(0, 400), st.integers(0, 400)),
    fix=st.none() | st.builds(Fix, st.integers(1, 9), st.integers(0, 400), st.integers(0, 400), any_text),
)
def test_no_fault_can_disturb_a_terminal(texts, line, columns, fix):
    where, rule, value, hint, source_line = texts
    fault = Fault("ND1150", where, rule, value, hint, f"f{hint}", line, *columns, source_line, fix)
    shown = fault_text(fault)
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert shown.count("\n") <= 7
    assert json.loads(json.dumps(fault_object(fault)))["code"] == "ND1150"


def test_the_json_of_a_fault_has_the_names_that_the_schema_promises():
    assert fault_object(CHURN) == {
        "code": "ND1152",
        "where": "customers.pro.churn",
        "rule": "must be below 1",
        "value": "3.5",
        "hint": "a fraction per month: 3.5 % is 0.035",
        "file": "scenario.yaml",
        "line": 6,
        "column": 14,
        "end_column": 17,
        "fix": {"line": 6, "column": 14, "end_column": 17, "text": "3.5 %/month"},
    }
    assert fault_object(changed(fix=None))["fix"] is None


def test_the_json_of_an_error_lists_every_fault_in_order():
    found = error_object(ScenarioError([CHURN, changed(line=9)]))
    assert (found["schema"], found["code"]) == ("nextdollar.error/1.0", "ND1100")
    assert found["message"].startswith("customers.pro.churn must be below 1, got 3.5; ")
    assert [fault["line"] for fault in found["faults"]] == [6, 9]


def test_the_json_of_an_error_without_faults_has_an_empty_list():
    assert error_object(DomainError("churn must be below 1, got 3.5")) == {
        "schema": "nextdollar.error/1.0",
        "code": "ND1001",
        "message": "churn must be below 1, got 3.5",
        "faults": [],
    }
