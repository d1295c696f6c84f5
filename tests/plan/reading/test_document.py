"""Scenario files and the files that they extend; and that nothing but a ScenarioError comes out."""

from __future__ import annotations

import csv
import hashlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import apply_settings, parse_document, path_text, read_document

SCENARIO = """\
schema: nextdollar.scenario/1
title: Where does a bigger Llama-like model stop paying off?
currency: USD
horizon: 36 months
discount: 12 %/year
risk: {measure: expected shortfall, level: 95 %}

law: hoffmann-2022                    # catalogue name, or {fit: runs.csv}, or a form

hardware:
  accelerator: H100-SXM               # catalogue row; own rows may override
  price: 2.0 to 3.0 USD/gpu-hour      # 90 % interval
  mfu: 35 to 45 %
  deadline: 38 days

today: v1                             # what keeps running if nothing is funded

candidates:
  v1: {params: 7 B,   tokens_per_param: 20}
  v2: {params: 70 B,  tokens_per_param: 20}
  v3: {params: 650 B, tokens_per_param: 20}
  # or: v3: {params: 650 B, given: {loss: 1.782 nats, cost: 4 BUSD}}

customers:
  pro:
    count: 1_274_000
    price: 20 USD/month
    churn: 4 %/month
  enterprise:
    count: 126_000
    price: "120_000 USD/year"
    churn: 0.75 %/month

correlations:
  - {between: [hardware.price, hardware.mfu], spearman: -0.3}

simulation: {draws: 16384, seed: 7}
"""


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / f"{next(iter(texts))}.yaml"


def faults_of(path):
    with pytest.raises(ScenarioError) as raised:
        read_document(path)
    return raised.value.faults


class TestExtends:
    def test_mappings_are_merged_at_every_depth_and_all_else_is_replaced(self, tmp_path):
        path = write(
            tmp_path,
            top="extends: base.yaml\na: {b: {c: 9}}\nlist: [3]\nplain: {x: 1}\ngone:\n",
            base="a: {b: {c: 1, d: 2}, e: 3}\nlist: [1, 2]\nplain: 5\ngone: {x: 1}\nkept: 6\n",
        )
        document = read_document(path)
        assert document.data == {
            "a": {"b": {"c": 9, "d": 2}, "e": 3},
            "list": [3],
            "plain": {"x": 1},
            "gone": None,
            "kept": 6,
        }

    def test_places_point_into_the_file_that_a_value_came_from(self, tmp_path):
        path = write(
            tmp_path,
            top="extends: base.yaml\na: {b: 9}   # tuned\nlist: [3]\n",
            base="# base\na: {b: 1, c: 2}\nlist: [1, 2]   # old\nkept: 6   # why\n",
        )
        document = read_document(path)
        assert {
            path_text(path): (place.file, place.line) for path, place in document.values.items() if path
        } == {
            "a": (str(tmp_path / "top.yaml"), 2),
            "a.b": (str(tmp_path / "top.yaml"), 2),
            "a.c": (str(tmp_path / "base.yaml"), 2),
            "list": (str(tmp_path / "top.yaml"), 3),
            "list[0]": (str(tmp_path / "top.yaml"), 3),
            "kept": (str(tmp_path / "base.yaml"), 4),
        }
        assert set(document.keys) == {path for path in document.values if path and isinstance(path[-1], str)}
        assert {path_text(path): text for path, text in document.comments.items()} == {
            "a": "tuned",
            "a.b": "tuned",
            "kept": "why",
        }

    def test_of_several_files_the_later_one_wins(self, tmp_path):
        path = write(
            tmp_path, top="extends: [one.yaml, two.yaml]\nc: 3\n", one="a: 1\nb: 1\nc: 1", two="b: 2\nc: 2"
        )
        assert read_document(path).data == {"a": 1, "b": 2, "c": 3}

    def test_names_are_relative_to_the_file_that_gives_them(self, tmp_path):
        (tmp_path / "shared").mkdir()
        write(tmp_path / "shared", base="extends: deeper.yaml\na: 1\n", deeper="b: 2\n")
        path = write(tmp_path, top="extends: shared/base.yaml\n")
        assert read_document(path).data == {"a": 1, "b": 2}

    def test_a_file_that_two_others_extend_is_read_once(self, tmp_path):
        path = write(
            tmp_path,
            top="extends: [left.yaml, right.yaml]\n",
            left="extends: root.yaml\nx: left\n",
            right="extends: ./root.yaml\ny: right\n",
            root="x: root\nz: root\n",
        )
        document = read_document(path)
        assert document.data == {"x": "root", "z": "root", "y": "right"}
        assert len(document.files) == 4

    def test_every_file_is_listed_with_the_digest_of_its_bytes(self, tmp_path):
        path = write(tmp_path, top="extends: base.yaml\r\na: 1\r\n", base="b: 2\n")
        top, base = tmp_path / "top.yaml", tmp_path / "base.yaml"
        assert read_document(path).files == (
            (str(top), hashlib.sha256(top.read_bytes()).hexdigest()),
            (str(base), hashlib.sha256(base.read_bytes()).hexdigest()),
        )

    def test_extends_itself_leaves_no_trace(self, tmp_path):
        document = read_document(write(tmp_path, top="a: 1\nextends: [base.yaml] # why\n", base="b: 2\n"))
        for places in (document.data, document.values, document.keys, document.comments):
            assert not [key for key in places if "extends" in key]

    @pytest.mark.parametrize(
        ("texts", "code", "line", "column"),
        [
            ({"top": "a: 1\nextends: nothing.yaml\n"}, "ND1101", 2, 10),
            ({"top": "extends:\n  - base.yaml\n  - nothing.yaml\n", "base": "a: 1"}, "ND1101", 3, 5),
            ({"top": "extends: .\n"}, "ND1102", 1, 10),
            ({"top": "extends: 5\n"}, "ND1140", 1, 10),
            ({"top": "extends:\n"}, "ND1140", 1, 9),
            ({"top": "extends: []\n"}, "ND1140", 1, 10),
            ({"top": "extends: {a: 1}\n"}, "ND1140", 1, 10),
            ({"top": "extends: [base.yaml, 5]\n", "base": "a: 1"}, "ND1140", 1, 10),
            ({"top": f"extends: [{', '.join(['base.yaml'] * 21)}]\n", "base": "a: 1"}, "ND1140", 1, 10),
            ({"top": "extends: top.yaml\n"}, "ND1141", 1, 10),
        ],
    )
    def test_a_base_that_cannot_be_is_refused_where_it_is_named(self, tmp_path, texts, code, line, column):
        (fault,) = faults_of(write(tmp_path, **texts))
        assert (fault.code, fault.line, fault.column) == (code, line, column)
        assert fault.file == str(tmp_path / "top.yaml")
        assert fault.where == "extends"

    def test_a_fault_inside_a_base_keeps_its_own_place(self, tmp_path):
        (fault,) = faults_of(write(tmp_path, top="extends: base.yaml\n", base="x: 1\na: 1\na: 2\n"))
        assert (fault.file, fault.line) == (str(tmp_path / "base.yaml"), 3)

    def test_a_ring_of_files_is_refused_in_the_file_that_closes_it(self, tmp_path):
        texts = {"a": "extends: b.yaml", "b": "extends: c.yaml", "c": "extends: a.yaml"}
        (fault,) = faults_of(write(tmp_path, **texts))
        assert (fault.code, fault.file) == ("ND1141", str(tmp_path / "c.yaml"))

    def test_eight_files_deep_is_allowed_and_nine_is_not(self, tmp_path):
        chain = {f"f{n}": f"extends: f{n + 1}.yaml\n" for n in range(9)} | {"f9": "a: 1"}
        write(tmp_path, **chain)
        assert read_document(tmp_path / "f1.yaml").data == {"a": 1}
        assert faults_of(tmp_path / "f0.yaml")[0].code == "ND1142"

    def test_twenty_files_are_allowed_and_more_are_not(self, tmp_path):
        write(tmp_path, **{f"f{n}": f"x{n}: 1" for n in range(21)})
        names = [f"f{n}.yaml" for n in range(20)]
        write(tmp_path, fine=f"extends: [{', '.join(names[1:])}]\n", more=f"extends: [{', '.join(names)}]\n")
        assert len(read_document(tmp_path / "fine.yaml").data) == 19
        assert faults_of(tmp_path / "more.yaml")[0].code == "ND1142"

    def test_all_files_together_share_the_limit_of_one(self, tmp_path):
        filling = "".join(f"x{n}: {'y' * 1000}\n" for n in range(130))
        path = write(tmp_path, top="extends: [one.yaml, two.yaml]\n", one=filling, two=filling)
        assert faults_of(path)[0].code == "ND1104"

    def test_many_files_that_extend_each_other_are_read_in_time(self, tmp_path):
        filling = "".join(f"x{n}: 1\n" for n in range(900))
        names = [f"f{n}" for n in range(19)]
        for position, name in enumerate(names):
            later = names[position + 1 : position + 8]
            bases = f"extends: [{', '.join(f'{base}.yaml' for base in later)}]\n" if later else ""
            (tmp_path / f"{name}.yaml").write_text(bases + filling)
        start = time.process_time()
        try:
            read_document(tmp_path / "f0.yaml")
        except ScenarioError as error:
            assert {fault.code for fault in error.faults} == {"ND1142"}
        assert time.process_time() - start < 5.0

    def test_a_text_keeps_extends_as_it_stands(self):
        assert parse_document("extends: base.yaml", "f.yaml").data == {"extends": "base.yaml"}


def test_a_text_is_listed_with_its_digest():
    assert parse_document("a: 1\n", "f.yaml").files == (("f.yaml", hashlib.sha256(b"a: 1\n").hexdigest()),)


def test_a_file_and_its_text_are_read_alike(tmp_path):
    path = write(tmp_path, scenario=SCENARIO)
    assert read_document(path) == parse_document(SCENARIO, str(path))


def test_the_name_of_the_file_stays_as_the_user_gave_it(tmp_path, monkeypatch):
    write(tmp_path, scenario="extends: ./base.yaml", base="a: 1")
    monkeypatch.chdir(tmp_path)
    document = read_document(tmp_path.__class__("scenario.yaml"))
    assert document.file == "scenario.yaml"
    assert document.values["a",].file == "./base.yaml"


def test_a_scenario_of_two_kilobytes_is_read_within_40_ms_of_processor_time():
    text = SCENARIO + "".join(f"note_{n}: {{text: about this much, share: 5 %}}  # why\n" for n in range(20))
    assert len(text) > 2000
    times_s = []
    for _ in range(5):
        start = time.process_time()
        parse_document(text, "f.yaml")
        times_s.append(time.process_time() - start)
    assert min(times_s) < 0.040


FRAGMENTS = [
    "\t", "\n", "  ", "'", '"', "[", "]", "{", "}", ": ", ":", ",", "#", " # c", "&a ", "*a", "!t ", "%", "@",
    "`", "|", "> ", "- ", "? ", "---", "...", "\n---\n", "<<: ", "1e400", ".nan", "0x", "\\", "\\U", "\0",
    "\x1b", "\ufeff", "\u2028", "\r", "\r\n", "é", "日", "😀", "\ud800", "1_0", "~", "=", "\n  ", "\n- ",
    "%YAML 1.1\n", "\xa0",
]  # fmt: skip

edits = st.lists(
    st.tuples(st.integers(0, len(SCENARIO)), st.integers(0, 12), st.sampled_from(FRAGMENTS)),
    min_size=1,
    max_size=6,
)


def check_faults(text):
    """Read a text; every fault must have a code of this reader and a place inside the text."""
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    try:
        document = parse_document(text, "f.yaml")
    except ScenarioError as error:
        assert error.faults
        for fault in error.faults:
            assert re.fullmatch("ND11[0-4][0-9]", fault.code)
            assert (fault.headline() + fault.hint).isprintable()
            if fault.line:
                assert fault.source_line == (lines[fault.line - 1] if fault.line <= len(lines) else "")
                assert 1 <= fault.column <= fault.end_column <= len(fault.source_line) + 1
    else:
        for place in (*document.values.values(), *document.keys.values()):
            assert place.source_line == lines[place.line - 1]
            assert 1 <= place.column <= place.end_column <= len(place.source_line) + 1


@settings(derandomize=True, deadline=None, max_examples=400)
@given(edits)
def test_a_damaged_scenario_is_read_or_refused(changes):
    text = SCENARIO
    for position, removed, inserted in changes:
        text = text[:position] + inserted + text[position + removed :]
    check_faults(text)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*FRAGMENTS, "a", "b: 1", "\nc: 2\n"]), max_size=25).map("".join))
def test_random_yaml_signs_are_read_or_refused(text):
    check_faults(text)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_random_text_is_read_or_refused(text):
    check_faults(text)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    try:
        read_document(path)
    except ScenarioError as error:
        assert all(re.fullmatch("ND11[0-4][0-9]", fault.code) for fault in error.faults)


def test_every_code_of_the_reader_is_explained_and_every_explained_code_is_used(repository):
    folder = repository / "src" / "nextdollar"
    with (folder / "catalogue" / "error_codes.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    explained = [row["code"] for row in rows]
    assert len(explained) == len(set(explained))
    assert all(row[column].strip() for row in rows for column in ("title", "meaning", "what_to_do"))
    used = set()
    for source in (folder / "plan" / "reading").glob("*.py"):
        used |= set(re.findall(r'"(ND11[0-4][0-9])"', source.read_text(encoding="utf-8")))
    assert used == {code for code in explained if re.fullmatch("ND11[0-4][1-9]|ND11[1-4]0", code)}


def test_settings_lie_over_what_a_file_extends(tmp_path):
    document = read_document(write(tmp_path, top="extends: base.yaml\n", base="a: {b: 1}\n"))
    assert apply_settings(document, ["a.b=2"]).data == {"a": {"b": 2}}
