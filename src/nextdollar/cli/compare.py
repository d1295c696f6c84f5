"""`nextdollar compare`: two scenarios side by side."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from nextdollar.cli.console import print_object, print_result
from nextdollar.plan import compare
from nextdollar.report.compare_text import compare_text, compare_view


def run_compare(
    first: Path,
    second: Path,
    settings: Sequence[str],
    draws: int | None,
    seed: int | None,
    *,
    as_json: bool,
) -> int:
    """Print which inputs of two scenarios differ and what that changes; settings apply to both."""
    view = compare_view(compare(first, second, settings, n_draws=draws, seed=seed))
    if as_json:
        print_object(view)
    else:
        print_result(compare_text(view, f"nextdollar plan {shlex.quote(str(second))}"))
    return 0
