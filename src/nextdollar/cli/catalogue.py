"""`nextdollar catalogue`: what figures there are, how old they are, and what changed."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime
from pathlib import Path

from nextdollar.catalogue.changes import catalogue_diff
from nextdollar.catalogue.contents import catalogue_list
from nextdollar.cli.answer import give
from nextdollar.cli.catalogue_verbs import CatalogueDiffOptions, CatalogueListOptions, CatalogueShowOptions
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.report.sizing.catalogue.report import (
    catalogue_diff_story,
    catalogue_list_story,
    catalogue_show_story,
)
from nextdollar.report.sizing.catalogue.text import (
    catalogue_diff_text,
    catalogue_list_text,
    catalogue_show_text,
)
from nextdollar.report.sizing.catalogue.view import (
    catalogue_diff_view,
    catalogue_list_view,
    catalogue_show_view,
)
from nextdollar.report.write import check_folder
from nextdollar.sizing.catalogue_show import catalogue_show


def run_list(options: CatalogueListOptions) -> int:
    """Print the tables, or the rows of one."""
    _check(options.out)
    day = _days({"--as-of": options.as_of})["--as-of"] or _today()
    found = catalogue_list(options.table, as_of=day)
    following = "show H100" if found.table is not None else "list gpu_prices"
    return give(
        catalogue_list_view(found),
        text=lambda view: catalogue_list_text(view, next_command=_next(following)),
        tell=catalogue_list_story,
        out=options.out,
        as_json=options.as_json,
    )


def run_show(options: CatalogueShowOptions) -> int:
    """Print what the catalogue holds on a name."""
    _check(options.out)
    day = _days({"--as-of": options.as_of})["--as-of"] or _today()
    found = catalogue_show(options.name, as_of=day)
    year = f"diff --from {day.replace(year=day.year - 1, day=1)} --to {day}"
    following = year if options.out is not None else f"show {shlex.quote(found.name)} --out catalogue-report"
    return give(
        catalogue_show_view(found),
        text=lambda view: catalogue_show_text(view, next_command=_next(following)),
        tell=catalogue_show_story,
        out=options.out,
        as_json=options.as_json,
    )


def run_diff(options: CatalogueDiffOptions) -> int:
    """Print what changed between two days, or what the user's folder changes."""
    _check(options.out)
    days = _days({"--from": options.from_day, "--to": options.to_day})
    from_day, to_day = days["--from"], days["--to"]
    if from_day is not None and to_day is None:
        to_day = _today()
    found = catalogue_diff(from_day, to_day)
    return give(
        catalogue_diff_view(found),
        text=lambda view: catalogue_diff_text(view, next_command=_next("list gpu_prices")),
        tell=catalogue_diff_story,
        out=options.out,
        as_json=options.as_json,
    )


def _check(out: Path | None) -> None:
    if out is not None:
        check_folder(out)


def _days(given: dict[str, str | None]) -> dict[str, date | None]:
    """Read the days of options; OptionsError with every one that is none."""
    reader = OptionReader()
    found: dict[str, date | None] = {}
    for option, text in given.items():
        found[option] = None
        if text is not None:
            try:
                found[option] = date.fromisoformat(text.strip())
            except ValueError:
                reader.refuse(option, "must be a day", text, "for example 2026-01-31")
    reader.done()
    return found


def _today() -> date:
    return datetime.now(UTC).date()


def _next(rest: str) -> str:
    return f"nextdollar catalogue {rest}"
