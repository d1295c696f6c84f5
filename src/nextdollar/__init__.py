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
    from nextdollar.research import (
        Demand,
        FittedRuns,
        Forecasts,
        allocate,
        chosen_law,
        diagnose,
        fit,
        forecast,
        forecast_metric,
        knee,
        named_law,
        one_run,
        quality_of,
        quality_step,
        read_runs,
        read_targets,
        study,
    )
    from nextdollar.research.machine import machine
    from nextdollar.scaling.study_decision import decision_between, decision_on_budget, decision_on_split
    from nextdollar.sizing import estimate_throughput, estimate_training

_HOMES = {
    "Demand": "nextdollar.research",
    "Evaluation": "nextdollar.plan",
    "FittedRuns": "nextdollar.research",
    "Forecasts": "nextdollar.research",
    "NextdollarError": "nextdollar.errors",
    "allocate": "nextdollar.research",
    "check": "nextdollar.plan",
    "chosen_law": "nextdollar.research",
    "compare": "nextdollar.plan",
    "decision_between": "nextdollar.scaling.study_decision",
    "decision_on_budget": "nextdollar.scaling.study_decision",
    "decision_on_split": "nextdollar.scaling.study_decision",
    "diagnose": "nextdollar.research",
    "doctor": "nextdollar.cli.doctor",
    "estimate_throughput": "nextdollar.sizing",
    "estimate_training": "nextdollar.sizing",
    "evaluate": "nextdollar.plan",
    "explain": "nextdollar.plan",
    "fit": "nextdollar.research",
    "forecast": "nextdollar.research",
    "forecast_metric": "nextdollar.research",
    "init": "nextdollar.cli.init",
    "knee": "nextdollar.research",
    "load_scenario": "nextdollar.plan",
    "machine": "nextdollar.research.machine",
    "named_law": "nextdollar.research",
    "one_run": "nextdollar.research",
    "parse_scenario": "nextdollar.plan",
    "plan_view": "nextdollar.report.view",
    "quality_of": "nextdollar.research",
    "quality_step": "nextdollar.research",
    "read_runs": "nextdollar.research",
    "read_targets": "nextdollar.research",
    "schema_of": "nextdollar.report.schemas",
    "study": "nextdollar.research",
}

__all__ = [
    "Demand",
    "Evaluation",
    "FittedRuns",
    "Forecasts",
    "NextdollarError",
    "allocate",
    "check",
    "chosen_law",
    "compare",
    "decision_between",
    "decision_on_budget",
    "decision_on_split",
    "diagnose",
    "doctor",
    "estimate_throughput",
    "estimate_training",
    "evaluate",
    "explain",
    "fit",
    "forecast",
    "forecast_metric",
    "init",
    "knee",
    "load_scenario",
    "machine",
    "named_law",
    "one_run",
    "parse_scenario",
    "plan_view",
    "quality_of",
    "quality_step",
    "read_runs",
    "read_targets",
    "schema_of",
    "study",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nextdollar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
