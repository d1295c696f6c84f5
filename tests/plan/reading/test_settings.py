"""Values set from outside the file: `--set customers.pro.churn="5 %/month"`."""

from __future__ import annotations

import copy
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import apply_settings, parse_document, path_text

SCENARIO = """\
horizon: 36 months
customers:
  pro: {price: 20 USD/month, churn: 4 %/month}   # last year
correlations:
  - {between: [a, b], spearman: -0.3}
simulation:
"""


@pytest.fixture
def document():
    return parse_document(SCENARIO, "f.yaml")


def faults_of(document, *given_settings):
    with pytest.raises(ScenarioError) as raised:
        apply_settings(document, given_settings)
    return raised.value.faults


def value_at(document, path):
    value = document.data
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("customers.pro.churn=5 %/month", ("customers", "pro", "churn"), "5 %/month"),
        ("customers.pro.churn = 5 %/month", ("customers", "pro", "churn"), "5 %/month"),
        ("horizon=24", ("horizon",), 24),
        ("horizon=", ("horizon",), None),
        ("horizon='24'", ("horizon",), "24"),
        ("horizon=a=b", ("horizon",), "a=b"),
        ("horizon=--- x", ("horizon",), "--- x"),
        ("horizon=24 # why", ("horizon",), 24),
        ("customers.pro={price: 1, churn: [2, 3]}", ("customers", "pro"), {"price": 1, "churn": [2, 3]}),
        ("correlations[0].spearman=0.5", ("correlations", 0, "spearman"), 0.5),
        ("correlations.0.between[1]=c", ("correlations", 0, "between", 1), "c"),
        ("customers.team.price=9", ("customers", "team", "price"), 9),
        ("simulation.seed=7", ("simulation", "seed"), 7),
        ('candidates."v1.5".params=70 B', ("candidates", "v1.5", "params"), "70 B"),
        ("candidates.'a=b'.params=70 B", ("candidates", "a=b", "params"), "70 B"),
        ("years.2030=x", ("years", "2030"), "x"),
    ],
)
def test_a_setting_puts_its_value_at_its_path(document, setting, path, value):
    changed = apply_settings(document, [setting])
    assert value_at(changed, path) == value
    place = changed.values[path]
    assert (place.file, place.line, place.source_line) == ("--set", 1, setting)
    written = setting.split("=", 1)[1] if path[-1] != "params" else "70 B"
    assert place.source_line[place.column - 1 : place.end_column - 1] == written.split("#")[0].strip()


def test_the_document_itself_is_not_changed(document):
    before = copy.deepcopy(document)
    apply_settings(
        document, ["customers.pro.churn=1", "customers.x.y=2", "correlations[0]=3", "simulation.a=1"]
    )
    assert document == before


def test_no_settings_change_nothing(document):
    assert apply_settings(document, []) is document


def test_later_settings_win_and_can_build_on_earlier_ones(document):
    changed = apply_settings(document, ["a={b: 1}", "a.c=2", "a.b=3"])
    assert changed.data["a"] == {"b": 3, "c": 2}


def test_what_a_setting_replaces_loses_its_places_and_comment(document):
    changed = apply_settings(document, ["customers.pro=none"])
    inside = [path_text(path) for path in changed.values if path[:2] == ("customers", "pro")]
    assert inside == ["customers.pro"]
    assert ("customers", "pro") not in changed.comments
    assert changed.keys["customers", "pro"].file == "f.yaml"


def test_a_setting_can_carry_its_reason(document):
    assert apply_settings(document, ["horizon=24 # board"]).comments["horizon",] == "board"


def test_names_that_a_setting_creates_have_their_place_in_it(document):
    changed = apply_settings(document, ["customers.team.price=9"])
    for path, text in (
        (("customers", "team"), "team"),
        (("customers", "team", "price"), "price"),
    ):
        place = changed.keys[path]
        assert place.source_line[place.column - 1 : place.end_column - 1] == text
    assert changed.place_of(("customers", "team", "churn")) == changed.keys["customers", "team"]


@pytest.mark.parametrize(
    ("setting", "code", "column"),
    [
        ("", "ND1145", 1),
        ("horizon", "ND1145", 8),
        ("=1", "ND1145", 1),
        (".a=1", "ND1145", 1),
        ("a.=1", "ND1145", 2),
        ("a..b=1", "ND1145", 2),
        ("[0]=1", "ND1145", 1),
        ("a[=1", "ND1145", 2),
        ("a['b']=1", "ND1145", 2),
        ('"a=1', "ND1145", 1),
        (" =1", "ND1145", 1),
        ("a=1\nb=2", "ND1145", 1),
        ("a=\t1", "ND1145", 1),
        (".".join("a" * 60) + "=1", "ND1145", 101),
        ("a=\x1b", "ND1108", 3),
        ("horizon.months=3", "ND1146", 9),
        ("correlations[1].spearman=0", "ND1146", 13),
        ("correlations.x=0", "ND1146", 14),
        ("customers[0]=1", "ND1146", 10),
        ("customers.pro.price[0]=1", "ND1146", 20),
        ("a=b: c", "ND1147", 3),
        ("a=- b", "ND1147", 3),
        ("extends=base.yaml", "ND1148", 1),
        ("a=%5", "ND1126", 3),
        ("a=[1", "ND1123", 3),
        ("a='x", "ND1122", 3),
        ("a={b: 1, b: 2}", "ND1130", 10),
        ("a=!x 1", "ND1131", 3),
        ("a=*x", "ND1133", 3),
        ("a=" + "1" * 500, "ND1116", 3),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_its_place(document, setting, code, column):
    fault = faults_of(document, setting)[0]
    assert (fault.code, fault.file, fault.line, fault.column) == (code, "--set", 1, column)
    assert fault.source_line == setting


def test_the_faults_of_all_settings_come_at_once(document):
    faults = faults_of(document, "horizon", "customers.pro.churn=5", "a=*x")
    assert [fault.code for fault in faults] == ["ND1145", "ND1133"]


@pytest.mark.parametrize("value", ["[" * 100_000, "x" * 300_000, "1," * 120_000, "&a [*a]"])
def test_bombs_in_settings_are_refused_in_time(document, value):
    start = time.process_time()
    faults_of(document, f"horizon={'[' if value.startswith('1') else ''}{value}")
    assert time.process_time() - start < 5.0


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab.[]0\"'=: {},-#&*!%|>\t\n\x1b\ud800é"), max_size=30))
def test_any_setting_is_applied_or_refused(setting):
    document = parse_document("a: {b: [1, {c: 2}]}\n", "f.yaml")
    try:
        changed = apply_settings(document, [setting])
    except ScenarioError as error:
        assert all(fault.code.startswith("ND11") for fault in error.faults)
    else:
        assert any(place.file == "--set" for place in changed.values.values())
