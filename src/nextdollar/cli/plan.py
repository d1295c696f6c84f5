"""`nextdollar plan`: a scenario becomes a decision."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from nextdollar.cli.console import ProgressBar, note, print_object, print_result
from nextdollar.plan import plan
from nextdollar.report.plan_text import plan_text
from nextdollar.report.view import plan_view


def run_plan(
    scenario: Path,
    settings: Sequence[str],
    draws: int | None,
    seed: int | None,
    *,
    out: Path | None,
    as_json: bool,
    workers: int,
) -> int:
    """Print the plan of a scenario; with `out`, write report, charts and tables as well."""
    with ProgressBar() as bar:
        evaluation = plan(scenario, settings, n_draws=draws, seed=seed, workers=workers, progress=bar)
    view = plan_view(evaluation)
    if as_json:
        print_object(view)
    else:
        print_result(plan_text(view, next_command=f"nextdollar explain {shlex.quote(str(scenario))} npv"))
    if out is not None:
        from nextdollar.report.write import write_report

        written = write_report([view], out)
        note(f"wrote {written.page}")
    return 0
