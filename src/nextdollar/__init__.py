"""Where the next dollar of AI spend stops paying off.

The names below are loaded when they are first used, so that `import nextdollar` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nextdollar.cli.doctor import doctor
    from nextdollar.cli.init import init
    from nextdollar.errors import NextdollarError
    from nextdollar.plan import Evaluation, check, compare, evaluate, explain, load_scenario, parse_scenario
    from nextdollar.report.schemas import schema_of
    from nextdollar.report.view import plan_view

_HOMES = {
    "Evaluation": "nextdollar.plan",
    "NextdollarError": "nextdollar.errors",
    "check": "nextdollar.plan",
    "compare": "nextdollar.plan",
    "doctor": "nextdollar.cli.doctor",
    "evaluate": "nextdollar.plan",
    "explain": "nextdollar.plan",
    "init": "nextdollar.cli.init",
    "load_scenario": "nextdollar.plan",
    "parse_scenario": "nextdollar.plan",
    "plan_view": "nextdollar.report.view",
    "schema_of": "nextdollar.report.schemas",
}

__all__ = [
    "Evaluation",
    "NextdollarError",
    "check",
    "compare",
    "doctor",
    "evaluate",
    "explain",
    "init",
    "load_scenario",
    "parse_scenario",
    "plan_view",
    "schema_of",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nextdollar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
