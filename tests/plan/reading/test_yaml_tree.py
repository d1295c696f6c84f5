"""Plain data from YAML, with places and comments; and every fault of a text at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import parse_document, path_text

SCENARIO = """\
schema: nextdollar.scenario/1
risk: {measure: expected shortfall, level: 95 %}   # as the board asked
hardware:                  # two sites
  price: 2.0 to 3.0 USD/gpu-hour      # 90 % interval
  mfu: "35 to 45 %"
note: |   # kept short
  first # not a comment
  second
correlations:
  - {between: [hardware.price, hardware.mfu], spearman: -0.3}  # guess
  - between:
      - a # first
empty:   # nobody knows
text: 'a # b'
long: "one
  two"
"""


def faults_of(text):
    with pytest.raises(ScenarioError) as raised:
        parse_document(text, "f.yaml")
    return raised.value.faults


@pytest.fixture(scope="module")
def document():
    return parse_document(SCENARIO, "f.yaml")


def test_data_is_plain(document):
    assert document.data == {
        "schema": "nextdollar.scenario/1",
        "risk": {"measure": "expected shortfall", "level": "95 %"},
        "hardware": {"price": "2.0 to 3.0 USD/gpu-hour", "mfu": "35 to 45 %"},
        "note": "first # not a comment\nsecond\n",
        "correlations": [
            {"between": ["hardware.price", "hardware.mfu"], "spearman": -0.3},
            {"between": ["a"]},
        ],
        "empty": None,
        "text": "a # b",
        "long": "one two",
    }
    assert type(document.data) is dict


def test_the_place_of_every_name_is_that_name(document):
    for path, place in document.keys.items():
        assert place.source_line[place.column - 1 : place.end_column - 1] == path[-1]
        assert place.source_line == SCENARIO.split("\n")[place.line - 1]
        assert place.file == "f.yaml"


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("schema",), 1, "nextdollar.scenario/1"),
        (("risk",), 2, "{measure: expected shortfall, level: 95 %}"),
        (("risk", "level"), 2, "95 %"),
        (("hardware",), 4, "price"),
        (("hardware", "mfu"), 5, '"35 to 45 %"'),
        (("note",), 6, "|"),
        (("correlations", 0, "between", 1), 10, "hardware.mfu"),
        (("correlations", 0, "spearman"), 10, "-0.3"),
        (("correlations", 1), 11, "between"),
        (("empty",), 13, ""),
        (("long",), 15, '"one'),
        ((), 1, "schema"),
    ],
)
def test_the_place_of_a_value_is_what_the_user_wrote(document, path, line, text):
    place = document.values[path]
    assert place.line == line
    assert place.source_line[place.column - 1 : place.end_column - 1] == text


def test_every_value_has_a_place_and_every_mapping_entry_a_name(document):
    def walk(data, path):
        yield path
        if isinstance(data, dict | list):
            for key, value in data.items() if isinstance(data, dict) else enumerate(data):
                yield from walk(value, (*path, key))

    paths = set(walk(document.data, ()))
    assert set(document.values) == paths
    assert set(document.keys) == {path for path in paths if path and isinstance(path[-1], str)}


def test_comments_belong_to_the_names_and_items_of_their_line(document):
    assert {path_text(path): comment for path, comment in document.comments.items()} == {
        "risk": "as the board asked",
        "risk.measure": "as the board asked",
        "risk.level": "as the board asked",
        "hardware": "two sites",
        "hardware.price": "90 % interval",
        "note": "kept short",
        "correlations[0]": "guess",
        "correlations[0].between": "guess",
        "correlations[0].between[0]": "guess",
        "correlations[0].between[1]": "guess",
        "correlations[0].spearman": "guess",
        "correlations[1].between[0]": "first",
        "empty": "nobody knows",
    }


def test_the_place_of_something_missing_is_the_nearest_name_around_it(document):
    assert document.place_of(("hardware", "deadline")) == document.keys["hardware",]
    assert document.place_of(("hardware", "price", "low")) == document.keys["hardware", "price"]
    assert document.place_of(("correlations", 0, "why")) == document.values["correlations", 0]
    assert document.place_of(("nothing", "of", "this")) == document.values[()]


def test_the_place_of_something_that_exists_is_its_value(document):
    assert document.place_of(("hardware", "price")) == document.values["hardware", "price"]


def test_a_name_of_too_many_digits_is_refused():
    (fault,) = faults_of(f"{'1' * 500}: x\n")
    assert fault.code == "ND1116"


def test_the_place_of_an_alias_is_the_alias_and_that_of_its_inside_the_anchor():
    document = parse_document("a: &x {b: 1}\nc: *x\n", "f.yaml")
    assert (document.values["c",].line, document.values["c", "b"].line) == (2, 1)


def test_the_place_of_an_anchored_value_leaves_the_anchor_out():
    place = parse_document("a: &x 5 %\n", "f.yaml").values["a",]
    assert place.source_line[place.column - 1 : place.end_column - 1] == "5 %"


@pytest.mark.parametrize("text", ["yes", "2024-01-01", "12:30", "on", "~x", "'5'", '"1e3"'])
def test_what_looks_like_another_type_elsewhere_is_text(text):
    assert isinstance(parse_document(f"a: {text}", "f.yaml").data["a"], str)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Zl", "Zp"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé日_-.", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.dictionaries(st.text("abcdef :{}#'", min_size=1).filter(lambda key: key == key.strip()), json_values)
)
def test_json_is_read_as_json_reads_it(data):
    # YAML 1.2.2, section 1.2: every JSON file is also a YAML file.
    text = json.dumps(data, ensure_ascii=False)
    assert parse_document(text, "f.yaml").data == data if data else True


def test_all_faults_of_a_text_come_at_once_in_the_order_of_the_file():
    text = """\
a: 1
2: two
b: !tag 3
c: *nothing
<<: {d: 4}
e: {f: 5, f: 6}
a: 7
[g]: 8
"": 9
h: "\\e"
i: {j:1, price: 1,000 USD}
k: &x 1
l: &x 2
m: &y [*y]
n: 11111111111111111111
"""
    text = text.replace("1" * 20, "1" * 500)
    found = [(fault.line, fault.code) for fault in faults_of(text)]
    assert found == [
        (2, "ND1132"), (3, "ND1131"), (4, "ND1133"), (5, "ND1135"), (6, "ND1130"), (7, "ND1130"),
        (8, "ND1132"), (9, "ND1137"), (10, "ND1108"), (11, "ND1124"), (11, "ND1136"), (13, "ND1134"),
        (14, "ND1133"), (15, "ND1116"),
    ]  # fmt: skip


def test_a_repeated_name_says_where_the_first_one_stands():
    (fault,) = faults_of("x:\n  a: 1\n  b: 2\n  a: 3\n")
    assert fault.where == "x.a"
    assert (fault.line, fault.column, fault.end_column) == (4, 3, 4)
    assert "line 2" in fault.hint


@pytest.mark.parametrize(
    ("text", "repaired"), [("7: x\n", '"7": x\n'), ("true: x\n", '"true": x\n'), ("a: !x 5\n", "a: 5\n")]
)
def test_names_that_are_no_text_and_tags_have_a_repair(text, repaired):
    (fault,) = faults_of(text)
    assert text[: fault.fix.column - 1] + fault.fix.text + text[fault.fix.end_column - 1 :] == repaired


@pytest.mark.parametrize("name", ["\xa0a", '" a"', '"a "', '"a\\tb"', '"\\u200b"', '""', ""])
def test_a_name_with_hidden_characters_is_refused(name):
    assert faults_of(f"{name}: 1\n")[0].code == "ND1137"


@pytest.mark.parametrize("text", ["{a: }", "{a: , b: 1}", "{a: null}", '{"a": }', "{a : }"])
def test_an_empty_value_in_brackets_is_nothing(text):
    assert parse_document(text, "f.yaml").data["a"] is None


@pytest.mark.parametrize("text", ["a\n", "- a\n- b\n", "[a]\n", "5\n", "'a: 1'\n"])
def test_a_text_that_is_no_mapping_is_refused(text):
    assert faults_of(text)[0].code == "ND1110"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing\n", "---\n", "---\n# x\n...\n", "~\n", "null", "\ufeff"]
)
def test_a_text_without_content_is_refused(text):
    assert faults_of(text)[0].code == "ND1109"


def test_control_characters_never_reach_a_message():
    for text in ('"\\e[31m": 1\n', "a: !\u00a0x 1\n", "a: *\xa0\n", '"\\e": {a: 1, a: 2}\n'):
        for fault in faults_of(text):
            assert (fault.headline() + fault.hint).isprintable()
