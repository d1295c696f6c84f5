"""Every command and every Python block of the README and the docs runs.

A file's blocks run in their order, in one folder of their own that holds a copy of examples/; Python blocks
share one namespace. In `sh` and `console` blocks a line that starts with `$ ` is a command and the rest
is what it prints; where no line does, every line is a command. `make X` is checked to be a
target. Commands of nextdollar run in this process, but for those of the README and those that the
shell has to read: starting Python takes longer than most of them. A comment in the line before a
block changes how it runs: `<!-- skip-run: reason -->` leaves it out, `<!-- exit: 2 -->` expects
that exit code.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nextdollar.cli.entry import run

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
BIN = Path(sys.executable).parent

SHELL_LANGUAGES = {"sh", "bash", "shell", "console"}
PYTHON_LANGUAGES = {"python", "py"}
# What a page may run beside nextdollar itself: nothing that installs, fetches or removes.
HARMLESS = {"nextdollar", "python", "python3", "cat", "head", "tail", "ls", "cp", "mkdir", "echo", "diff"}
COMMAND_TIMEOUT_S = 300
OF_PROCESSES = {"README.md"}
SHELL_SYNTAX = set("|&;<>$`*?~")

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*).*$")
MARK = re.compile(r"^\s*<!--\s*(?P<word>skip-run|exit):\s*(?P<value>.*?)\s*-->\s*$")


class DocsError(Exception):
    """A block that cannot run as it stands."""


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str
    skip_reason: str
    exit_code: int

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(text: str, page: str) -> Iterator[Block]:
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening is None:
            number += 1
            continue
        first = number + 1
        closing = opening["indent"] + opening["fence"]
        last = next((i for i in range(first, len(lines)) if lines[i].rstrip() == closing), None)
        if last is None:
            raise DocsError(f"{page}:{first}: this block is never closed")
        body = [line.removeprefix(opening["indent"]) for line in lines[first:last]]
        mark = MARK.match(lines[number - 1]) if number else None
        value = {mark["word"]: mark["value"]} if mark else {}
        yield Block(
            page,
            first + 1,
            opening["language"],
            "\n".join(body),
            value.get("skip-run", ""),
            int(value.get("exit", 0)),
        )
        number = last + 1


def commands_of(block: Block) -> list[str]:
    joined = block.text.replace("\\\n", " ")
    prompted = [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    plain = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return prompted or plain


def run_command(command: str, block: Block, folder: Path) -> None:
    command = command.strip().removeprefix(".venv/bin/")
    words = shlex.split(command, comments=True)
    name = words[0]
    if name == "nextdollar" and block.page not in OF_PROCESSES and not SHELL_SYNTAX.intersection(command):
        checked = run_here(words, folder)
    elif name == "make":
        # Without the flags of the make that may have started the tests.
        checked = subprocess.run(
            ["make", "-n", *words[1:]],
            cwd=REPOSITORY,
            env=os.environ | {"MAKEFLAGS": ""},
            capture_output=True,
            text=True,
            timeout=60,
        )
    elif name in HARMLESS:
        home = {
            "HOME": str(folder),
            "NO_COLOR": "1",
            "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
        }
        checked = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=os.environ | home,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
        )
    else:
        raise DocsError(
            f"{block.place}: `{name}` does not run in a test; mark the block <!-- skip-run: reason -->"
        )
    if checked.returncode != block.exit_code:
        raise DocsError(
            f"{block.place}: `{command}` ended with {checked.returncode}, not {block.exit_code}\n"
            f"{checked.stdout}{checked.stderr}"
        )


def run_here(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(words[1:])
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def run_page(text: str, page: str, folder: Path) -> list[str]:
    """Run the blocks of a page and return the places of those that ran."""
    examples = REPOSITORY / "examples"
    if examples.is_dir():
        shutil.copytree(examples, folder / "examples", dirs_exist_ok=True)
    namespace: dict[str, object] = {"__name__": "__main__"}
    ran = []
    for block in blocks_of(text, page):
        if block.skip_reason:
            continue
        if block.language in PYTHON_LANGUAGES:
            # Blank lines before the code make a traceback point at the line of the page.
            source = "\n" * (block.line - 1) + block.text
            exec(compile(source, block.page, "exec"), namespace)
        elif block.language in SHELL_LANGUAGES:
            for command in commands_of(block):
                run_command(command, block, folder)
        else:
            continue
        ran.append(block.place)
    return ran


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_everything_that_a_page_shows_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    text, name = page.read_text(encoding="utf-8"), str(page.relative_to(REPOSITORY))
    languages = SHELL_LANGUAGES | PYTHON_LANGUAGES
    shown = [block for block in blocks_of(text, name) if block.language in languages]
    ran = run_page(text, name, tmp_path)
    assert ran == [block.place for block in shown if not block.skip_reason]


class TestTheReadingOfAPage:
    def test_blocks_share_a_namespace_and_a_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        page = (
            "```python\nfrom pathlib import Path\nanswer = 42\n```\n\ntext\n\n"
            "```python\nPath('answer.txt').write_text(str(answer))\n```\n"
            "```console\n$ cat answer.txt\n42\n```\n"
        )
        run_page(page, "page.md", tmp_path)
        assert (tmp_path / "answer.txt").read_text() == "42"

    def test_a_failing_command_is_named_with_its_line(self, tmp_path):
        with pytest.raises(DocsError, match=r"(?s)page\.md:4: `cat missing\.txt` ended with 1, not 0"):
            run_page("one\ntwo\n```sh\ncat missing.txt\n```\n", "page.md", tmp_path)

    def test_an_expected_exit_code_is_met_or_missed(self, tmp_path):
        run_page("<!-- exit: 1 -->\n```sh\ncat missing.txt\n```\n", "page.md", tmp_path)
        with pytest.raises(DocsError, match="ended with 0, not 1"):
            run_page("<!-- exit: 1 -->\n```sh\necho here\n```\n", "page.md", tmp_path)

    def test_a_command_that_would_change_the_machine_needs_a_mark(self, tmp_path):
        page = "```sh\npip install nextdollar\n```\n"
        with pytest.raises(DocsError, match=r"page\.md:2: `pip` does not run in a test; mark the block"):
            run_page(page, "page.md", tmp_path)
        assert run_page("<!-- skip-run: installs -->\n" + page, "page.md", tmp_path) == []

    def test_a_make_target_that_does_not_exist_is_found(self, tmp_path):
        run_page("```sh\nmake help\n```\n", "page.md", tmp_path)
        with pytest.raises(DocsError, match="No rule to make target"):
            run_page("```sh\nmake coffee\n```\n", "page.md", tmp_path)

    def test_printed_lines_below_a_prompt_are_no_commands(self):
        (block,) = blocks_of("```console\n$ nextdollar plan \\\n  a.yaml\nFund stage 1.\n```\n", "page.md")
        assert [command.split() for command in commands_of(block)] == [["nextdollar", "plan", "a.yaml"]]

    def test_a_failing_python_block_points_at_the_page(self, tmp_path):
        with pytest.raises(ZeroDivisionError) as caught:
            run_page("text\n```python\n1 / 0\n```\n", "page.md", tmp_path)
        assert (caught.traceback[-1].path, caught.traceback[-1].lineno + 1) == ("page.md", 3)

    def test_a_block_that_is_never_closed_is_refused(self, tmp_path):
        with pytest.raises(DocsError, match=r"page\.md:1: this block is never closed"):
            run_page("```python\n1\n", "page.md", tmp_path)
