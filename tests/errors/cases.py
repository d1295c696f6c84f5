"""The corpus of mistakes at work: each case as a file and a command line, its answer, and its repair."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import re
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jsonschema
from ruamel.yaml import YAML

from nextdollar.cli.entry import run
from nextdollar.report.schemas import schema_of

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "src" / "nextdollar" / "catalogue" / "scenarios"
FILE_CODES = {"ND1101", "ND1102", "ND1103", "ND1104", "ND1105", "ND1106"}
COMMAND_CODES = {"ND1010", "ND1180", "ND1181"}


@dataclass(frozen=True, eq=False)
class Case:
    """One entry of the corpus."""

    name: str
    base: str = "saas-copilot"
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
    def all_codes(self) -> tuple[str, ...]:
        return self.codes or (self.code,) * self.times

    @property
    def expected_caret(self) -> str | None:
        return self.all_edits[0][1] if self.caret is None and self.all_edits else self.caret

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
    path = folder / "scenario.yaml"
    copy_what_is_read(case, folder)
    if case.situation == "folder":
        path.mkdir()
    elif case.situation == "100 MB":
        with path.open("wb") as stream:
            stream.truncate(100_000_000)
    elif case.command != "init":
        path.write_bytes(content(case))
    if case.situation == "misspelt file":
        path = folder / "senario.yaml"
    return [case.command, str(path), *case.arguments]


def copy_what_is_read(case: Case, folder: Path) -> None:
    """Put the table of runs that a scenario names beside it, and one of two families."""
    if case.base == "from-runs":
        text = (SCENARIOS / "gadre-c4-runs.csv").read_text(encoding="utf-8")
        (folder / "gadre-c4-runs.csv").write_text(text, encoding="utf-8")
        mixed = text.replace(",gadre_c4,", ",other,", 1)
        (folder / "two-families.csv").write_text(mixed, encoding="utf-8")


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
def answers(case: Case) -> tuple[Answer, Answer]:
    """Return a case's answer as text and as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        command = arguments(case, Path(folder))
        return answer(command), answer([*command, "--json"])


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
    r"--> (?P<file>.*?):(?P<line>\d+):\d+\n(?:.*\n)*?\s+= "
    r"write(?: before line (?P<before>\d+)| in line (?P<other>\d+))?: (?P<text>.*)"
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
        copy_what_is_read(case, Path(folder))
        path.write_text(text, encoding="utf-8", newline="")
        return answer([case.command, str(path), *given]).exit_code == 0


@functools.cache
def known_codes() -> set[str]:
    text = (files("nextdollar.catalogue") / "error_codes.csv").read_text(encoding="utf-8")
    return {row["code"] for row in csv.DictReader(text.splitlines())}


@functools.cache
def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema_of(name))


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
