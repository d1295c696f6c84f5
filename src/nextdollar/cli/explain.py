"""`nextdollar explain`: what is behind a figure, or what an error code means."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from nextdollar.cli.console import print_object, print_result

_OF_SCENARIOS = "ND11"
_CODE = re.compile(r"^(ND)?\d{4}$", re.IGNORECASE)


def run_explain(
    subject: str,
    figure: str | None,
    settings: Sequence[str],
    draws: int | None,
    seed: int | None,
    *,
    as_json: bool,
) -> int:
    """Print the explanation of a figure of a scenario, or of an error code."""
    if figure is None and _CODE.match(subject) and not Path(subject).exists():
        return _explain_code(subject, as_json=as_json)
    from nextdollar.plan import explain
    from nextdollar.report.explain_text import explain_text, explain_view

    found = explain(subject, figure or "npv", settings, n_draws=draws, seed=seed)
    view = explain_view(found)
    if as_json:
        print_object(view)
        return 0
    moving = view["influence"][0]["input"] if view["influence"] else ""
    following = f"nextdollar explain {shlex.quote(subject)} {shlex.quote(moving)}" if moving else (
        f"nextdollar plan {shlex.quote(subject)}"
    )  # fmt: skip
    print_result(explain_text(view, following))
    return 0


def _explain_code(code: str, *, as_json: bool) -> int:
    from nextdollar.catalogue.error_codes import error_code

    row = error_code(code)
    if as_json:
        print_object({"schema": "nextdollar.error_code/1.0", "code": row.code, "title": row.title,
                      "meaning": row.meaning, "what_to_do": row.what_to_do})  # fmt: skip
        return 0
    # Only a scenario can be checked without being run.
    following = "\n\nnext: nextdollar check SCENARIO" if row.code.startswith(_OF_SCENARIOS) else ""
    print_result(f"{row.code}: {row.title}\n\n  {row.meaning}\n  {row.what_to_do}{following}")
    return 0
