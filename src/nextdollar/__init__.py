"""Where the next dollar of AI spend stops paying off.

The names below are loaded when they are first used, so that `import nextdollar` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nextdollar.errors import NextdollarError
    from nextdollar.plan import Evaluation, evaluate, load_scenario, parse_scenario
    from nextdollar.report.view import plan_view

_HOMES = {
    "Evaluation": "nextdollar.plan",
    "NextdollarError": "nextdollar.errors",
    "evaluate": "nextdollar.plan",
    "load_scenario": "nextdollar.plan",
    "parse_scenario": "nextdollar.plan",
    "plan_view": "nextdollar.report.view",
}

__all__ = ["Evaluation", "NextdollarError", "evaluate", "load_scenario", "parse_scenario", "plan_view"]


def __getattr__(name: str) -> object:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nextdollar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
