"""Slips of the pen: each is named in plain words, at its place, with a repair where one is likely."""

from __future__ import annotations

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import parse_document


def faults_of(text):
    with pytest.raises(ScenarioError) as raised:
        parse_document(text, "f.yaml")
    return raised.value.faults


def repaired(text, fault):
    """Return the text with the repair of a fault made."""
    lines = text.split("\n")
    line = lines[fault.fix.line - 1]
    lines[fault.fix.line - 1] = (
        line[: fault.fix.column - 1] + fault.fix.text + line[fault.fix.end_column - 1 :]
    )
    return "\n".join(lines)


REPAIRED_SLIPS = [
    # text, code, line, column, what the repaired text means
    ("a:\n\tb: 2\n", "ND1121", 2, 1, {"a": {"b": 2}}),
    ("a:\t2\n", "ND1121", 1, 3, {"a": 2}),
    ("a: 2\t# why\n", "ND1121", 1, 5, {"a": 2}),
    ("a: 1\n\t\nb: 2\n", "ND1121", 2, 1, {"a": 1, "b": 2}),
    ("a: 'open\n", "ND1122", 1, 4, {"a": "open"}),
    ('a: "open\nb: 2\n', "ND1122", 1, 4, {"a": "open", "b": 2}),
    ("a: [1, 2\nb: 3\n", "ND1123", 1, 4, {"a": [1, 2], "b": 3}),
    ("a: {x: 1 # why\nb: 3\n", "ND1123", 1, 4, {"a": {"x": 1}, "b": 3}),
    ("a: [1, 2}\n", "ND1123", 1, 9, {"a": [1, 2]}),
    ("a: {x: 1, y: 2\n", "ND1123", 1, 4, {"a": {"x": 1, "y": 2}}),
    ("a:1\nb: 2\n", "ND1124", 1, 1, {"a": 1, "b": 2}),
    ("a: 1\nb:2\n", "ND1124", 2, 1, {"a": 1, "b": 2}),
    ("a: 1\nb:2\nc: 3\n", "ND1124", 2, 1, {"a": 1, "b": 2, "c": 3}),
    ("a:\xa01\nb: 2\n", "ND1124", 1, 1, {"a": 1, "b": 2}),
    ("a: {b:1, c: 2}\n", "ND1124", 1, 5, {"a": {"b": 1, "c": 2}}),
    ('"a":1\n', "ND1124", 1, 1, {"a": 1}),
    ("a: %5\n", "ND1126", 1, 4, {"a": "%5"}),
    ("a: {b: %x, c: 1}\n", "ND1126", 1, 8, {"a": {"b": "%x", "c": 1}}),
    ("a: @home # why\n", "ND1126", 1, 4, {"a": "@home"}),
    ("a: `x`\n", "ND1126", 1, 4, {"a": "`x`"}),
    ("a: ? b\n", "ND1126", 1, 4, {"a": "? b"}),
    ("a: > 5 %\n", "ND1126", 1, 4, {"a": "> 5 %"}),
    ("a: | x\n", "ND1126", 1, 4, {"a": "| x"}),
    ("a: & b\n", "ND1126", 1, 4, {"a": "& b"}),
    ("a: * 3\n", "ND1126", 1, 4, {"a": "* 3"}),
    ("a: *about 5 %\n", "ND1126", 1, 4, {"a": "*about 5 %"}),
    ("a: !x!y 5\n", "ND1126", 1, 4, {"a": "!x!y 5"}),
    ("a: ]\n", "ND1126", 1, 4, {"a": "]"}),
    ("title: Where: here # why\n", "ND1127", 1, 8, {"title": "Where: here"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "column", "meaning"), REPAIRED_SLIPS)
def test_a_slip_is_named_at_its_place_and_its_repair_heals_it(text, code, line, column, meaning):
    (fault,) = faults_of(text)
    assert (fault.code, fault.line, fault.column) == (code, line, column)
    assert parse_document(repaired(text, fault), "f.yaml").data == meaning


NAMED_SLIPS = [
    ("a: 1\nb\nc: 3\n", "ND1124", 2, 1),
    ("a\n  b: 1\n", "ND1124", 1, 1),
    ("a: x\n  b: 1\n", "ND1125", 2, 3),
    ("a:\n  b: 1\n c: 2\n", "ND1125", 3, 2),
    ("a:\n  b: 1\n   c: 2\n", "ND1125", 3, 4),
    ("a: 1\n# why\n b: 2\n", "ND1125", 3, 2),
    (" a: 1\nb: 2\n", "ND1125", 2, 1),
    ("a:\n- 1\n b: 2\n", "ND1125", 3, 2),
    ("- a\nb: 1\n", "ND1125", 2, 1),
    ("a: 1\n- b\n", "ND1125", 2, 1),
    ("a: |\n  x\n y\nb: 1\n", "ND1125", 3, 2),
    ("a: 'it's'\n", "ND1122", 1, 8),
    ('a: "x" y\n', "ND1122", 1, 8),
    ("a: 'x\n---\ny'\n", "ND1122", 1, 4),
    ("a: [1,2] x\n", "ND1123", 1, 10),
    ("a: {x: 1 y: 2}\n", "ND1123", 1, 11),
    ("{a: b\nc: d}\n", "ND1123", 1, 1),
    ("a: [\n", "ND1123", 1, 5),
    ("a: - b\n", "ND1129", 1, 4),
    ("a: [1,,2]\n", "ND1129", 1, 7),
    ("a: , b\n", "ND1129", 1, 4),
    ('a: "\\q"\n', "ND1128", 1, 5),
    ('a: "\\x4"\n', "ND1128", 1, 5),
    ('b: 1\na: "C:\\path"\n', "ND1128", 2, 7),
    ('a: 1\nb: "\\UFFFFFFFF"\n', "ND1128", 2, 5),
    ('a: "\\U00110000"\n', "ND1128", 1, 5),
    ("k" * 1100 + ": 1\n", "ND1137", 1, 1),
    ("%YAML 1.2\na: 1\n", "ND1112", 1, 1),
    ("a: 1\n...\n%YAML 1.5\n---\nb: 1\n", "ND1112", 2, 4),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), NAMED_SLIPS)
def test_a_slip_is_named_at_its_place(text, code, line, column):
    (fault,) = faults_of(text)
    assert (fault.code, fault.line, fault.column) == (code, line, column)
    assert fault.source_line == text.split("\n")[line - 1]


def test_all_tabs_are_reported_together_but_not_those_in_quotes_or_comments():
    text = "a:\n\tb: 2\n\tc:\t3\nd: 'x\ty'\n# \t\n"
    faults = faults_of(text)
    assert [(fault.line, fault.column) for fault in faults] == [(2, 1), (3, 1), (3, 4)]


def test_a_quote_that_closes_another_says_where_that_one_was_opened():
    (fault,) = faults_of('title: "Where\nprice: "5 USD"\n')
    assert "line 1" in fault.hint


@pytest.mark.parametrize("slip", [*REPAIRED_SLIPS, *NAMED_SLIPS], ids=lambda slip: repr(slip[0])[:30])
def test_messages_speak_no_jargon_of_the_scanner(slip):
    message = " ".join(fault.headline() + fault.hint for fault in faults_of(slip[0]))
    for word in ("token", "block end", "simple key", "scanning", "parsing", "node", "flow", "stream"):
        assert word not in message


def test_a_tab_behind_a_quote_is_refused_with_a_place():
    with pytest.raises(ScenarioError) as caught:
        parse_document("a, %e:0|->]1\n>e,_82'3'\t", "x.yaml")
    assert [fault.line for fault in caught.value.faults] != []
