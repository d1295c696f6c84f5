"""How a verb on training runs gives its answer: as text or JSON, and as a report where one is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nextdollar.cli.console import note, print_object, print_result
from nextdollar.errors import EXIT_DONE, OutputError
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import Tell, shown, write_research


def give(
    view: dict[str, Any],
    *,
    text: Callable[[View], str],
    tell: Tell,
    out: Path | None,
    as_json: bool,
) -> int:
    """Print a view, as text or as one JSON object; with `out`, write its report too.

    Returns the exit code. The answer has been printed by the time the report is written, so a place
    that cannot be written loses nothing.
    """
    if as_json:
        print_object(view)
    else:
        print_result(text(shown(view)))
    if out is None:
        return EXIT_DONE
    try:
        written = write_research(view, out, tell=tell)
    except OutputError as error:
        note(f"error[{error.code}]: {error}; the result above is complete")
        return error.exit_code
    note(f"wrote {written.page}")
    return EXIT_DONE
