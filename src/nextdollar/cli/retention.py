"""`nextdollar retention`: how long customers stay."""

from __future__ import annotations

import shlex

from nextdollar.audience.retention.retention import retention
from nextdollar.cli.answer import give
from nextdollar.cli.retention_verbs import RetentionOptions
from nextdollar.report.audience.retention.report import retention_story
from nextdollar.report.audience.retention.text import retention_text
from nextdollar.report.audience.retention.view import retention_view
from nextdollar.report.write import check_folder


def run_retention(options: RetentionOptions) -> int:
    """Print how long customers stay; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    found = retention(
        options.table,
        kind=None if options.kind is None else options.kind.value,
        n_periods=options.periods,
        tenure=options.tenure,
        churned=options.churned,
        flag=None if options.flag is None else options.flag.value,
        by=options.by,
        until=options.until,
    )
    return give(
        retention_view(found),
        text=lambda view: retention_text(view, next_command=_next(options)),
        tell=retention_story,
        out=options.out,
        as_json=options.as_json,
    )


def _next(options: RetentionOptions) -> str:
    given = {
        "--kind": options.kind,
        "--tenure": options.tenure,
        "--churned": options.churned,
        "--flag": options.flag,
        "--by": options.by,
        "--until": options.until,
    }
    words = [f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None]
    if options.periods != 12:
        words.append(f" --periods {options.periods}")
    command = f"nextdollar retention {shlex.quote(str(options.table))}{''.join(words)}"
    return f"{command} --json" if options.out is not None else f"{command} --out retention-report"
