"""`nextdollar init`: a commented scenario to start from."""

from __future__ import annotations

import difflib
import shlex
from importlib.resources import files
from pathlib import Path

from nextdollar.cli.console import print_object, print_result
from nextdollar.errors import Fault, OutputError, ScenarioError

TEMPLATES = {
    "frontier-lab": "a laboratory that trains its own models",
    "saas-copilot": "a copilot inside a SaaS product",
    "support-bot": "a support bot on hosted models",
    "from-runs": "a law fitted to a table of training runs, with the table",
    "article": "the case study as its article tells it",
    "first-principles": "the case study from first principles",
}

BESIDE = {"from-runs": ("gadre-c4-runs.csv",)}
"""Files that a template reads; they are written beside it under their own names."""


def template_text(name: str) -> str:
    """Return the text of a template; ScenarioError with the nearest name if there is none."""
    if name not in TEMPLATES:
        close = difflib.get_close_matches(name, TEMPLATES, n=1, cutoff=0.3)
        hint = f"did you mean `--from {close[0]}`?" if close else f"templates: {', '.join(TEMPLATES)}"
        raise ScenarioError([Fault("ND1181", "--from", "must name a template", name, hint)])
    return _shipped(f"{name}.yaml")


def _shipped(file: str) -> str:
    return (files("nextdollar.catalogue") / "scenarios" / file).read_text(encoding="utf-8")


def init(file: Path, template: str = "saas-copilot") -> Path:
    """Write a template, and what it reads, to files that do not exist yet; the twin of `nextdollar init`.

    Raises
    ------
    ScenarioError
        If there is no such template.
    OutputError
        If a file exists already or cannot be written; files that exist are never touched.
    """
    texts = {file: template_text(template)}
    texts |= {file.parent / name: _shipped(name) for name in BESIDE.get(template, ())}
    for path in texts:
        if path.exists():
            raise _exists(path)
    for path, text in texts.items():
        _write_new(path, text)
    return file


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
    except FileExistsError:
        raise _exists(file) from None
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from None


def _exists(file: Path) -> OutputError:
    return OutputError(f"{file} exists already and was not touched; give another name")


def run_init(file: Path, template: str, *, as_json: bool) -> int:
    """Write a template and say what to do with it."""
    init(file, template)
    if as_json:
        beside = [str(file.parent / name) for name in BESIDE.get(template, ())]
        answer = {"schema": "nextdollar.init/1.0", "file": str(file), "template": template, "beside": beside}
        print_object(answer)
    else:
        written = " and ".join(map(str, [file, *(file.parent / name for name in BESIDE.get(template, ()))]))
        next_command = f"nextdollar check {shlex.quote(str(file))}"
        print_result(f"Wrote {written}: {TEMPLATES[template]}.\n\nnext: {next_command}")
    return 0
