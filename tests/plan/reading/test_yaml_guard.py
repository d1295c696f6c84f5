"""Limits: small files that would hang or flood a plain YAML reader."""

from __future__ import annotations

import json
import time

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import parse_document

# Reliability goal R5: an adversarial file ends within 5 seconds of processor time.
MOST_CPU_S = 5.0


def refused(text):
    """Return the faults of a text, found in time."""
    start = time.process_time()
    with pytest.raises(ScenarioError) as raised:
        parse_document(text, "bomb.yaml")
    assert time.process_time() - start < MOST_CPU_S
    return raised.value.faults


ALIAS_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i}\n  <<: [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 21)
)
DOUBLING_ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 25))
NESTED_ALIASES = f"a0: &a0 {'[' * 45}{']' * 45}\n" + "".join(
    f"a{i}: &a{i} {'[' * 45}*a{i - 1}{']' * 45}\n" for i in range(1, 45)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ALIAS_BOMB, "ND1115"),
        (DOUBLING_ALIASES, "ND1115"),
        (NESTED_ALIASES, "ND1115"),
        (MERGE_BOMB, "ND1135"),
        ("[" * 100_000, "ND1114"),
        ("[" * 900, "ND1114"),
        ("{" * 100_000, "ND1114"),
        ("- " * 100_000, "ND1114"),
        ("? " * 100_000, "ND1114"),
        ("".join(" " * level + "a:\n" for level in range(700)), "ND1114"),
        ("- {a: 1, b: 2}\n" * 40_000, "ND1104"),
        ("a:\n" + "- 1\n" * 60_000, "ND1113"),
        ("a: [" + "1," * 100_000 + "]", "ND1113"),
        ("a: " + "1" * 10**6, "ND1104"),
        ("a: " + "1" * 250_000, "ND1116"),
        ("a: 0x" + "f" * 250_000, "ND1116"),
        ("a: '" + "1" * 250_000 + "'", "ND1116"),
        ("a: 1\n" + "\tb\n" * 60_000, "ND1121"),
        ("\x01\n" * 100_000, "ND1108"),
        ("a: x" + " " * 250_000 + "\t", "ND1121"),
        ("a: x\n" + "\n" * 240_000 + "  b: 1\n", "ND1125"),
        ('a: "' + "x\n" * 120_000, "ND1122"),
        ("a: [\n" + "x\n" * 120_000, "ND1123"),
        ("\n" * 10_000_000, "ND1104"),
        ("---\n" * 60_000, "ND1111"),
    ],
    ids=lambda part: part if len(part) == 6 else f"{part[:8]!r} of {len(part)}",
)
def test_a_bomb_is_refused_in_time(text, code):
    assert code in {fault.code for fault in refused(text)}


@pytest.mark.parametrize(
    "text",
    [
        "a: x" + " " * 250_000 + "y",
        "a: x #" + " x " * 80_000,
        "a: x #" + " " * 240_000 + "x",
        "a: " + "''" * 100_000,
        "a: |\n" + "  # x\n" * 40_000,
        "a: " + "x " * 120_000,
        "#" * 250_000 + "\na: 1",
        "a:\n" + "- {b: 1}\n" * 10_000,
    ],
    ids=lambda text: f"{text[:8]!r} of {len(text)}",
)
def test_a_text_at_the_limit_is_read_in_time(text):
    start = time.process_time()
    parse_document(text, "long.yaml")
    assert time.process_time() - start < MOST_CPU_S


def test_the_size_limit_counts_bytes_not_characters():
    assert refused("a: " + "é" * 128_000)[0].code == "ND1104"
    assert parse_document("a: " + "é" * 127_000, "f.yaml").data["a"].endswith("é")


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("x" * 300_000, "MAX_TEXT_BYTES", "256 kB"),
        ("[" * 99, "MAX_DEPTH", "50 deep"),
        ("- 1\n" * 60_000, "MAX_EVENTS", "50,000"),
        (ALIAS_BOMB, "MAX_ALIASES", "50 aliases"),
        ("a: " + "1" * 500, "MAX_NUMBER_CHARACTERS", "400 digits"),
    ],
)
def test_the_message_names_the_limit_and_its_size(text, name, number):
    fault = refused(text)[0]
    assert name in fault.hint
    assert number in fault.rule


def test_fifty_aliases_of_a_small_value_are_allowed():
    text = "a: &a {b: 1}\nc:\n" + "  - *a\n" * 50
    assert parse_document(text, "f.yaml").data["c"] == [{"b": 1}] * 50


def test_an_aliased_value_is_a_copy_at_each_place():
    data = parse_document("a: &a {b: 1}\nc: *a\n", "f.yaml").data
    data["c"]["b"] = 2
    assert data["a"]["b"] == 1


def test_depth_fifty_is_allowed():
    text = "a: " + "[" * 49 + "]" * 49
    assert json.dumps(parse_document(text, "f.yaml").data).count("[") == 49


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\x1b", r"\x1b"), ("\x07", r"\x07"), ("\x7f", r"\x7f"), ("\x85", r"\x85"), ("\u2028", r"\u2028"),
     ("\u202e", r"\u202e"), ("\u2066", r"\u2066"), ("\ufeff", r"\ufeff"), ("\ud800", r"\ud800"),
     ("\uffff", r"\uffff")],
)  # fmt: skip
def test_a_hidden_character_is_refused_with_its_place_and_a_repair(character, shown):
    fault = refused(f"a: 1\nb: x{character}y\n")[0]
    assert (fault.code, fault.line, fault.column, fault.value) == ("ND1108", 2, 5, shown)
    assert (fault.fix.column, fault.fix.end_column, fault.fix.text) == (5, 6, "")


def test_hidden_characters_of_all_lines_are_reported_together():
    assert [fault.line for fault in refused("a: \x01\nb: 2\nc: \x02\n")] == [1, 3]


def test_a_nul_byte_makes_it_no_text():
    assert refused("a: 1\0")[0].code == "ND1105"


@pytest.mark.parametrize(
    "line", ["%YAML 1.1", "%YAML 2.0", "%TAG ! x", "%FOO", "%a: 1", "%YAML 1.99999999999"]
)
def test_a_directive_is_refused(line):
    assert refused(f"# first\n{line}\n---\na: 1\n")[0].code == "ND1112"


def test_the_directive_of_yaml_1_2_itself_is_allowed():
    assert parse_document("%YAML 1.2\n---\na: 1\n", "f.yaml").data == {"a": 1}


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n", "---\n---\n"])
def test_a_second_document_is_refused(text):
    assert refused(text)[0].code == "ND1111"
