"""`nextdollar check`: whether a scenario is right, and how each line was read."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from nextdollar.cli.console import print_object, print_result
from nextdollar.plan import load_scenario
from nextdollar.report.check_text import check_text, check_view


def run_check(scenario: Path, settings: Sequence[str], *, as_json: bool) -> int:
    """Print how each input of a scenario was read, with the defaults that were supplied."""
    view = check_view(load_scenario(scenario, settings))
    if as_json:
        print_object(view)
    else:
        print_result(check_text(view, f"nextdollar plan {shlex.quote(str(scenario))}"))
    return 0
