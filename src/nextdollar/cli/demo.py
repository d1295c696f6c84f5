"""`nextdollar demo`: the case study both ways, with the report that compares them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from nextdollar.cli.console import ProgressBar, note, print_object, print_result
from nextdollar.errors import OutputError
from nextdollar.plan import evaluate, parse_scenario
from nextdollar.report.view import plan_view

_SCENARIOS = {"article": "article.yaml", "first_principles": "first-principles.yaml"}
_ONE_POINT_MORE_CHURN = ('customers.pro.churn="5 %/month"', 'customers.enterprise.churn="1.75 %/month"')


def run_demo(out: Path, draws: int | None, *, open_page: bool, as_json: bool) -> int:
    """Work out the case study, print what it says, and write the report.

    The result is printed before the folder is written, so that a folder that cannot be written loses
    nothing but the report.
    """
    from nextdollar.report.case_study import demo_view
    from nextdollar.report.demo_text import demo_text
    from nextdollar.report.write import write_files

    texts = {
        file: (files("nextdollar.catalogue") / "scenarios" / file).read_text(encoding="utf-8")
        for file in _SCENARIOS.values()
    }
    with ProgressBar() as bar:
        views = _views(texts, draws, bar)
        bar(0.75, "charts and tables")
        made = _made(views, texts)
    following = f"nextdollar plan {shlex.quote(str(out / _SCENARIOS['article']))}"
    if as_json:
        print_object(demo_view(views, sorted(made)))
    else:
        print_result(demo_text(views, following))
    try:
        written = write_files(made, out)
    except OutputError as error:
        note(f"error[{error.code}]: {error}")
        return error.exit_code
    note(f"wrote {written.page} with {len(written.files)} files")
    if open_page:
        import webbrowser

        webbrowser.open(written.page.resolve().as_uri())
    return 0


def _views(texts: dict[str, str], draws: int | None, bar: ProgressBar) -> dict[str, dict[str, Any]]:
    runs = (("article", ()), ("first_principles", ()), ("churn_plus_one", _ONE_POINT_MORE_CHURN))
    found = {}
    for i, (name, settings) in enumerate(runs):
        file = _SCENARIOS.get(name, _SCENARIOS["article"])
        start = i / 4

        def part(share: float, what: str, start: float = start, file: str = file) -> None:
            bar(start + share / 4, f"{file}: {what}")

        found[name] = _view(texts[file], file, settings, draws, part)
    return found


def _view(text: str, file: str, settings: Sequence[str], draws: int | None, progress: Any) -> dict[str, Any]:
    return plan_view(evaluate(parse_scenario(text, file, settings), n_draws=draws, progress=progress))


def _made(views: dict[str, dict[str, Any]], texts: dict[str, str]) -> dict[str, bytes]:
    from nextdollar.report.case_study import LABELS, TITLE, case_study_extras
    from nextdollar.report.write import made_report

    plans = [views["article"], views["first_principles"]]
    return made_report(plans, title=TITLE, labels=LABELS, extras=case_study_extras(views, texts))
