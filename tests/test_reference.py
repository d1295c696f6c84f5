"""The pages agree with the package and with each other: generated pages, links, YAML and printed lines."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import nextdollar
from nextdollar.cli.entry import run

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
README = REPOSITORY / "README.md"
SCRIPT = REPOSITORY / "scripts" / "write_reference.py"
PAGES = [README, REPOSITORY / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FOLDERS_FOR_READERS = ("tutorial", "how-to", "reference")
GUIDES = [*sorted((DOCS / "tutorial").glob("*.md")), *sorted((DOCS / "how-to").glob("*.md"))]

FENCED = re.compile(r"^( *)(`{3,})([\w-]*)\n(.*?)^\1\2\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)">')
FILE_COMMENT = re.compile(r"# ([\w-]+\.yaml)\n")


@dataclass(frozen=True)
class Block:
    line: int
    language: str
    text: str


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(line, match[3], match[4]))
    return found


def written_as_file(block: Block, folder: Path) -> Path:
    """Write a YAML block under the name in its first line."""
    named = FILE_COMMENT.match(block.text)
    path = folder / (named[1] if named else f"line-{block.line}.yaml")
    path.write_text(block.text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Return an empty folder with the examples in it, which is the current one."""
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


class TestTheGeneratedPages:
    def test_are_what_the_package_says(self):
        ran = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def test_that_are_out_of_date_are_named(self, tmp_path, monkeypatch, capsys):
        script = self.script(monkeypatch)
        monkeypatch.setattr(script, "FOLDER", tmp_path)
        monkeypatch.setattr(script, "PAGES", {"one.md": lambda: "new\n", "two.md": lambda: "same\n"})
        (tmp_path / "one.md").write_text("old\n", encoding="utf-8")
        (tmp_path / "two.md").write_text("same\n", encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["write_reference.py", "--check"])
        assert script.main() == 1
        assert "out of date: one.md\n" in capsys.readouterr().out
        assert (tmp_path / "one.md").read_text(encoding="utf-8") == "old\n"
        monkeypatch.setattr(sys, "argv", ["write_reference.py"])
        assert script.main() == 0
        assert (tmp_path / "one.md").read_text(encoding="utf-8") == "new\n"

    def script(self, monkeypatch) -> ModuleType:
        monkeypatch.syspath_prepend(str(SCRIPT.parent))
        spec = importlib.util.spec_from_file_location("write_reference", SCRIPT)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_name_every_field_of_the_schema_that_editors_use(self):
        page = (DOCS / "reference" / "scenario.md").read_text(encoding="utf-8")
        definitions = nextdollar.schema_of("scenario")
        models = [definitions, *definitions["$defs"].values()]
        fields = {name for model in models for name in model.get("properties", {})}
        missing = {name for name in fields - {"extends"} if f"`{name}`" not in page}
        assert missing == set()


def slug(heading: str) -> str:
    """Return the anchor that a heading gets: lower case, blanks as hyphens, no punctuation."""
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def anchors_of(page: Path) -> set[str]:
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    return {slug(heading) for heading in HEADING.findall(prose)} | set(ANCHOR.findall(prose))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_a_heading(page):
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for address in LINK.findall(prose):
        if re.match(r"[a-z]+:", address):
            continue
        file, _, anchor = address.partition("#")
        target = (page.parent / file).resolve() if file else page
        inside = target.is_relative_to(REPOSITORY) and target.exists()
        if not inside or (anchor and anchor not in anchors_of(target)):
            dead.append(address)
    assert dead == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name in FOLDERS_FOR_READERS], ids=name_of
)
def test_a_page_says_in_its_first_line_who_it_is_for(page):
    title, blank, first = page.read_text(encoding="utf-8").splitlines()[:3]
    assert title.startswith("# ")
    assert blank == ""
    assert first.startswith("For ")


def test_every_page_is_on_the_map():
    targets = {(DOCS / address).resolve() for address in LINK.findall((DOCS / "index.md").read_text("utf-8"))}
    pages = {page for page in DOCS.rglob("*.md") if page.name != "index.md"}
    assert pages - targets == set()


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_every_scenario_that_a_guide_shows_is_valid(page, folder):
    for block in blocks_of(page):
        for line in commands_of(block) if block.language == "sh" else ():
            words = shlex.split(line)
            if words[:2] == ["nextdollar", "init"]:
                nextdollar.init(Path(words[2]), words[4])
        if block.language == "yaml":
            nextdollar.load_scenario(written_as_file(block, folder))


def commands_of(block: Block) -> list[str]:
    return [line for line in block.text.replace("\\\n", " ").splitlines() if line.strip()]


def printed_by(block: Block, namespace: dict[str, object]) -> str:
    """Run a block and return what it prints to both streams."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        if block.language == "python":
            exec(compile(block.text, "block", "exec"), namespace)
            return printed.getvalue()
        for command in commands_of(block):
            words = shlex.split(command)
            if words[0] == "nextdollar" and ">" not in words:
                run(words[1:])
            else:
                subprocess.run(["sh", "-c", command], check=True, timeout=300)
    return printed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in GUIDES if "```text" in page.read_text("utf-8")], ids=name_of
)
def test_what_a_guide_shows_was_printed_by_what_stands_above_it(page, folder):
    blocks = blocks_of(page)
    last_shown = max(block.line for block in blocks if block.language == "text")
    printed: set[str] = set()
    namespace: dict[str, object] = {}
    for block in blocks:
        if block.language in ("sh", "python") and block.line < last_shown:
            printed |= {line.rstrip() for line in printed_by(block, namespace).splitlines()}
        elif block.language == "text":
            invented = [
                line for line in block.text.splitlines() if line.strip() and line.rstrip() not in printed
            ]
            assert invented == [], f"{name_of(page)}:{block.line}"
