"""`nextdollar plan`: a scenario becomes a decision."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nextdollar.cli.console import ProgressBar, note, print_object, print_result
from nextdollar.errors import EXIT_DONE, OutputError
from nextdollar.plan import plan
from nextdollar.report.plan_text import plan_text
from nextdollar.report.view import plan_view
from nextdollar.report.write import check_folder, write_report


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
    if out is not None:
        check_folder(out)
    with ProgressBar() as bar:
        evaluation = plan(scenario, settings, n_draws=draws, seed=seed, workers=workers, progress=bar)
    view = plan_view(evaluation)
    if as_json:
        print_object(view)
    else:
        print_result(plan_text(view, next_command=f"nextdollar explain {shlex.quote(str(scenario))} npv"))
    if out is not None:
        return _write(view, out)
    return EXIT_DONE


def _write(view: dict[str, Any], out: Path) -> int:
    """Write the report; the result has been printed, so a place that cannot be written loses nothing."""
    try:
        written = write_report([view], out)
    except OutputError as error:
        note(f"error[{error.code}]: {error}; the result above is complete")
        return error.exit_code
    note(f"wrote {written.page}")
    return EXIT_DONE
