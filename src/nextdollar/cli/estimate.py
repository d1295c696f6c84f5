"""`nextdollar estimate throughput`: how fast training steps are, row by row of a table."""

from __future__ import annotations

import shlex
from pathlib import Path

from nextdollar.cli.answer import give
from nextdollar.cli.estimate_verbs import ThroughputOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.report.sizing.throughput.report import throughput_story
from nextdollar.report.sizing.throughput.text import throughput_text
from nextdollar.report.sizing.throughput.view import throughput_view
from nextdollar.report.write import check_folder
from nextdollar.sizing import estimate_throughput


def run_throughput(options: ThroughputOptions) -> int:
    """Print estimates of training speed; with `out`, write a report. 3 where no row can be estimated."""
    if options.out is not None:
        check_folder(options.out)
    found = estimate_throughput(options.rows)
    exit_code = give(
        throughput_view(found),
        text=lambda view: throughput_text(view, next_command=_next(options.rows, options.out)),
        tell=throughput_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.answered else exit_code


def _next(rows: Path, out: Path | None) -> str:
    command = f"nextdollar estimate throughput {shlex.quote(str(rows))}"
    return f"{command} --json" if out is not None else f"{command} --out estimate-report"
