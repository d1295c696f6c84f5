"""Every mistake of the corpus is refused in one go, with a place, a reason and a repair that works.

The corpus is data: corpus.yaml says how each case comes about and what is to be said about it.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from nextdollar.cli.entry import run
from nextdollar.report.schemas import schema_of

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "src" / "nextdollar" / "catalogue" / "scenarios"
FILE_CODES = {"ND1101", "ND1102", "ND1103", "ND1104", "ND1105", "ND1106"}
COMMAND_CODES = {"ND1010", "ND1180", "ND1181"}
LEAST_SHARE_REPAIRED = 0.9
FIXED_BY_THE_BASE = "saas-copilot"


@dataclass(frozen=True)
class Case:
    """One entry of the corpus."""

    name: str
    base: str = FIXED_BY_THE_BASE
    edit: tuple[str, str] | None = None
    edits: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    hex: str = ""
    situation: str = ""
    arguments: tuple[str, ...] = ()
    command: str = "check"
    code: str = ""
    codes: tuple[str, ...] = ()
    caret: str | None = None
    line_of: str = ""
    unfixable: str = ""
    says: str = ""
    times: int = 1

    @property
    def is_mistake(self) -> bool:
        return not self.says

    @property
    def all_edits(self) -> tuple[tuple[str, str], ...]:
        return (*([self.edit] if self.edit else []), *self.edits)


def corpus() -> list[Case]:
    entries = YAML(typ="safe").load((HERE / "corpus.yaml").read_text(encoding="utf-8"))
    as_tuples = {"edit": tuple, "edits": lambda pairs: tuple(map(tuple, pairs)), "arguments": tuple,
                 "codes": tuple}  # fmt: skip
    return [
        Case(**{key: as_tuples.get(key, lambda v: v)(value) for key, value in item.items()})
        for item in entries
    ]


CASES = corpus()
MISTAKES = [case for case in CASES if case.is_mistake]


def named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=case.name.replace(" ", "_")) for case in cases]


# --- how a case comes about -------------------------------------------------------------------------


def base_text(case: Case) -> str:
    return (SCENARIOS / f"{case.base}.yaml").read_text(encoding="utf-8")


def content(case: Case) -> bytes:
    """Return the bytes of the scenario file of a case."""
    if case.hex:
        return bytes.fromhex(case.hex)
    text = base_text(case) if case.text is None else case.text
    for old, new in case.all_edits:
        assert text.count(old) == 1, f"{case.name}: {old!r} stands {text.count(old)} times in {case.base}"
        text = text.replace(old, new)
    made = {
        "": lambda: text.encode(),
        "million digits": lambda: text.replace("6_000", "9" * 1_000_000).encode(),
        "five hundred digits": lambda: text.replace("6_000", "9" * 500).encode(),
        "alias bomb": lambda: _bomb("a0: &a0 [1]", "a{}: &a{} [*a{}, *a{}]").encode(),
        "merge bomb": lambda: _bomb("a0: &a0 {x: 1}", "a{}: &a{} {{<<: [*a{}, *a{}]}}").encode(),
        "depth bomb": lambda: ("a: " + "[" * 100_000).encode(),
        "utf-16": lambda: text.encode("utf-16"),
        "windows": lambda: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    }
    return made[case.situation if case.situation in made else ""]()


def _bomb(first: str, line: str) -> str:
    return "\n".join([first, *(line.format(n, n, n - 1, n - 1) for n in range(1, 25))]) + "\n"


def arguments(case: Case, folder: Path) -> list[str]:
    """Write the file of a case into a folder and return the command line."""
    path = folder / ("no" if case.situation == "missing folder" else "") / "scenario.yaml"
    if case.situation == "folder":
        path.mkdir()
    elif case.situation == "100 MB":
        with path.open("wb") as stream:
            stream.truncate(100_000_000)
    elif case.situation != "missing folder" and case.command != "init":
        path.write_bytes(content(case))
    if case.situation == "misspelt file":
        path = folder / "senario.yaml"
    return [case.command, str(path), *case.arguments]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    exit_code: int
    out: str
    err: str


def answer(command: list[str]) -> Answer:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(command)
    return Answer(code, out.getvalue(), err.getvalue())


@functools.cache
def answers(case: Case) -> tuple[Answer, Answer, tuple[str, ...]]:
    """Return a case's answer as text and as JSON, and the command line."""
    with tempfile.TemporaryDirectory() as folder:
        command = arguments(case, Path(folder))
        return answer(command), answer([*command, "--json"]), tuple(command)


Case.__hash__ = lambda self: hash(self.name)  # type: ignore[method-assign]


def faults(case: Case) -> list[dict[str, object]]:
    found = json.loads(answers(case)[1].out)
    return found.get("faults", [])


# --- writing a repair -------------------------------------------------------------------------------


def repaired_by_json(case: Case) -> tuple[str, list[str]]:
    """Return the file and the arguments once every repair of the JSON answer is written."""
    lines, given = content(case).decode().split("\n"), list(case.arguments)
    wanted = [fault for fault in faults(case) if fault["fix"] is not None]
    for fault in sorted(wanted, key=lambda one: (one["fix"]["line"], one["fix"]["column"]), reverse=True):
        fix = fault["fix"]
        if fault["file"] == "--set":
            given = [with_columns(item, fix) if is_setting(item, case) else item for item in given]
        elif fix["column"] == 0:
            lines.insert(fix["line"] - 1, fix["text"])
        else:
            lines[fix["line"] - 1] = with_columns(lines[fix["line"] - 1], fix)
    return "\n".join(lines), given


def with_columns(line: str, fix: dict[str, object]) -> str:
    return line[: fix["column"] - 1] + fix["text"] + line[fix["end_column"] - 1 :]


def is_setting(item: str, case: Case) -> bool:
    position = case.arguments.index(item)
    return position > 0 and case.arguments[position - 1] == "--set"


_PRINTED = re.compile(
    r"--> (?P<file>.*?):(?P<line>\d+):\d+\n(?:.*\n)*?\s+= write(?: before line (?P<before>\d+)| in line (?P<other>\d+))?: (?P<text>.*)"
)


def repaired_by_hand(case: Case) -> tuple[str, list[str]]:
    """Return the file and the arguments as a reader of the printed text would repair them."""
    lines, given = content(case).decode().split("\n"), list(case.arguments)
    found = [
        match
        for block in re.split(r"(?m)^(?=error\[)", answers(case)[0].err)
        for match in [_PRINTED.search(block)]
        if match
    ]
    for match in sorted(found, key=repaired_line, reverse=True):
        text = "" if match["text"] == "an empty line" else match["text"]
        if match["file"] == "--set":
            given = [text if is_setting(item, case) else item for item in given]
            continue
        number = repaired_line(match) - 1
        indented = lines[number][: len(lines[number]) - len(lines[number].lstrip())] + text
        lines[number : number + (0 if match["before"] else 1)] = [indented]
    return "\n".join(lines), given


_OFFENDING = re.compile(r"No such command '(.+?)'|No such option: (\S+)|, got \"?([^\"\n]+)")
_SUGGESTED = re.compile(
    r"Did you mean '(.+?)'|Possible options: ([^,)]+)|did you mean `(?:--from )?(.+?)`|near it: ([^,\n]+)"
)


def repaired_command(case: Case, folder: Path) -> list[str]:
    """Return the command line with the word that is refused replaced by the one that is suggested."""
    command = arguments(case, folder)
    said = answer(command).err
    offending, suggested = _OFFENDING.search(said), _SUGGESTED.search(said)
    if offending is None or suggested is None:
        return command
    wrong, right = (next(filter(None, match.groups())) for match in (offending, suggested))
    return [item.replace(Path(wrong).name, right) if wrong in item else item for item in command]


def repaired_line(match: re.Match[str]) -> int:
    return int(match["before"] or match["other"] or match["line"])


@functools.cache
def is_repaired(case: Case) -> bool:
    """Whether the command passes once the repair is written as it is printed."""
    if case.code in COMMAND_CODES or case.situation == "misspelt file":
        with tempfile.TemporaryDirectory() as folder:
            return answer(repaired_command(case, Path(folder))).exit_code == 0
    if case.code in FILE_CODES or not faults(case):
        return False
    try:
        text, given = repaired_by_hand(case)
    except UnicodeDecodeError:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        return answer([case.command, str(path), *given]).exit_code == 0


# --- what has to hold -------------------------------------------------------------------------------


def test_the_corpus_is_large_enough_and_names_each_case_once():
    assert len(MISTAKES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", named(CASES))
class TestEveryCase:
    def test_ends_as_it_should_without_a_traceback(self, case):
        as_text, as_json, _ = answers(case)
        expected = 2 if case.is_mistake else 0
        assert (as_text.exit_code, as_json.exit_code) == (expected, expected), as_text.err
        assert "Traceback" not in as_text.out + as_text.err + as_json.out + as_json.err

    def test_prints_one_json_object_and_nothing_else(self, case):
        _, as_json, _ = answers(case)
        found = json.loads(as_json.out)
        assert as_json.err == ""
        jsonschema.validate(found, schema_of("error" if case.is_mistake else "check"))
        if case.says:
            assert case.says in answers(case)[0].out


@pytest.mark.parametrize("case", named(MISTAKES))
class TestEveryMistake:
    def test_has_the_codes_of_all_its_faults(self, case):
        found = json.loads(answers(case)[1].out)
        codes = tuple(fault["code"] for fault in found["faults"])
        if case.code == "ND1010":
            assert (found["code"], codes) == ("ND1010", ())
        else:
            assert codes == (case.codes or (case.code,) * case.times)

    def test_says_rule_value_and_help_in_plain_words(self, case):
        known = {row["code"] for row in csv.DictReader(
            (files("nextdollar.catalogue") / "error_codes.csv").read_text(encoding="utf-8").splitlines())}  # fmt: skip
        for fault in faults(case):
            assert fault["code"] in known
            assert fault["rule"] and fault["rule"][0] == fault["rule"][0].lower()
            assert not fault["rule"].endswith(".")
            assert fault["hint"] or fault["fix"]
            assert len(fault["rule"]) <= 160 and len(fault["hint"]) <= 260

    def test_points_at_the_offending_text(self, case):
        if case.code in FILE_CODES | COMMAND_CODES:
            pytest.skip("the fault of a whole file or of the command line")
        first = faults(case)[0]
        shown = caret_text(case, first)
        expected = case.all_edits[0][1] if case.caret is None and case.all_edits else case.caret
        if expected is not None:
            assert shown == expected
        if case.all_edits and first["file"] != "--set":
            assert first["line"] == expected_line(case, expected or "")

    def test_repair_makes_the_command_pass(self, case):
        assert is_repaired(case) == (not case.unfixable), answers(case)[0].err
        if is_repaired(case):
            assert repaired_by_hand(case) == repaired_by_json(case)


def caret_text(case: Case, fault: dict[str, object]) -> str:
    """Return the stretch of the file or setting that a fault marks."""
    if fault["file"] == "--set":
        line = next(item for item in case.arguments if is_setting(item, case))
    else:
        line = content(case).decode("utf-8", "replace").split("\n")[fault["line"] - 1]
    return line[fault["column"] - 1 : fault["end_column"] - 1]


def expected_line(case: Case, caret: str) -> int:
    """Return the line of a mistake, from where it was edited in."""
    if case.line_of:
        text = content(case).decode()
        return text[: text.index(case.line_of)].count("\n") + 1
    text, mark = base_text(case), "\x00"
    for number, (old, new) in enumerate(case.all_edits):
        text = text.replace(old, f"{mark}{new}" if number == 0 else new)
    edited, text = text.index(mark), text.replace(mark, "")
    found = text.find(caret, edited)
    return text[: found if found >= 0 else text.index(caret)].count("\n") + 1


def test_nine_mistakes_in_ten_are_repaired_by_writing_what_is_printed():
    repaired = sum(is_repaired(case) for case in MISTAKES)
    share = repaired / len(MISTAKES)
    print(f"\n{repaired} of {len(MISTAKES)} mistakes ({share:.1%}) are repaired by writing what is printed")
    assert share >= LEAST_SHARE_REPAIRED


@pytest.mark.parametrize(
    "name", ["churn of 350 %", "six mistakes at once", "misspelt file", "alias bomb", "100 MB"]
)
def test_a_real_process_ends_alike(name, tmp_path):
    case = next(case for case in CASES if case.name == name)
    command = arguments(case, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "nextdollar", *command], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error[ND") == len(case.codes or (case.code,) * case.times)
