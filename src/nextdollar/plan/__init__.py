"""Flow one, looking ahead: a scenario file becomes an evaluation with a decision."""

from nextdollar.plan.evaluate import evaluate
from nextdollar.plan.evaluation import Evaluation
from nextdollar.plan.load import LoadedScenario, load_scenario, parse_scenario
from nextdollar.plan.verbs import check, compare, explain, plan

__all__ = [
    "Evaluation",
    "LoadedScenario",
    "check",
    "compare",
    "evaluate",
    "explain",
    "load_scenario",
    "parse_scenario",
    "plan",
]
