"""`nextdollar retention`: how long customers stay."""

from __future__ import annotations

import shlex

from nextdollar.audience.retention.answer import RetentionAnswer
from nextdollar.audience.retention.retention import N_DRAWS, retention
from nextdollar.audience.retention.summaries import retention_of_summary
from nextdollar.cli.answer import give
from nextdollar.cli.retention_verbs import RetentionOptions
from nextdollar.cli.summary_options import refuse_beside_summary, summary_question
from nextdollar.cli.tenure_options import stated_tenure
from nextdollar.report.audience.retention.report import retention_story
from nextdollar.report.audience.retention.text import retention_text
from nextdollar.report.audience.retention.view import retention_view
from nextdollar.report.audience.transactions.scores_csv import with_scores
from nextdollar.report.write import check_folder


def run_retention(options: RetentionOptions) -> int:
    """Print how long customers stay; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    found = _of_summary(options) if _is_told_summary(options) else _of_table(options)
    return give(
        retention_view(found),
        text=lambda view: retention_text(view, next_command=_next(options)),
        tell=lambda view: with_scores(retention_story(view), view, found),
        out=options.out,
        as_json=options.as_json,
    )


def _is_told_summary(options: RetentionOptions) -> bool:
    return options.recency is not None or options.buys is not None


def _of_summary(options: RetentionOptions) -> RetentionAnswer:
    """Read a table of summaries whose columns options explain."""
    refuse_beside_summary(options)
    return retention_of_summary(
        options.table, summary_question(options, n_draws=N_DRAWS), n_periods=options.periods
    )


def _of_table(options: RetentionOptions) -> RetentionAnswer:
    return retention(
        options.table,
        kind=None if options.kind is None else options.kind.value,
        n_periods=options.periods,
        tenure=stated_tenure(
            tenure=options.tenure,
            entered=options.entered,
            start=options.start,
            cancelled=options.cancelled,
            customer=options.customer,
            watched_since=options.watched_since,
        ),
        churned=options.churned,
        flag=None if options.flag is None else options.flag.value,
        by=options.by,
        until=options.until,
    )


def _next(options: RetentionOptions) -> str:
    given = {
        "--kind": options.kind,
        "--tenure": options.tenure,
        "--entered": options.entered,
        "--churned": options.churned,
        "--flag": options.flag,
        "--start": options.start,
        "--cancelled": options.cancelled,
        "--customer": options.customer,
        "--watched-since": options.watched_since,
        "--by": options.by,
        "--until": options.until,
        "--recency": options.recency,
        "--buys": options.buys,
    }
    words = [f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None]
    if options.periods != 12:
        words.append(f" --periods {options.periods}")
    command = f"nextdollar retention {shlex.quote(str(options.table))}{''.join(words)}"
    return f"{command} --json" if options.out is not None else f"{command} --out retention-report"
