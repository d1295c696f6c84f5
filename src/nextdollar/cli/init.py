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
    "article": "the case study as its article tells it",
    "first-principles": "the case study from first principles",
}


def template_text(name: str) -> str:
    """Return the text of a template; ScenarioError with the nearest name if there is none."""
    if name not in TEMPLATES:
        close = difflib.get_close_matches(name, TEMPLATES, n=1, cutoff=0.3)
        hint = f"did you mean `--from {close[0]}`?" if close else f"templates: {', '.join(TEMPLATES)}"
        raise ScenarioError([Fault("ND1181", "--from", "must name a template", name, hint)])
    return (files("nextdollar.catalogue") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def init(file: Path, template: str = "saas-copilot") -> Path:
    """Write a template to a file that does not exist yet; the twin of `nextdollar init`.

    Raises
    ------
    ScenarioError
        If there is no such template.
    OutputError
        If the file exists already or cannot be written; nothing is touched then.
    """
    text = template_text(template)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
    except FileExistsError:
        raise OutputError(f"{file} exists already and was not touched; give another name") from None
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from None
    return file


def run_init(file: Path, template: str, *, as_json: bool) -> int:
    """Write a template and say what to do with it."""
    init(file, template)
    if as_json:
        print_object({"schema": "nextdollar.init/1.0", "file": str(file), "template": template})
    else:
        print_result(
            f"Wrote {file}: {TEMPLATES[template]}.\n\nnext: nextdollar check {shlex.quote(str(file))}"
        )
    return 0
