"""Where the next dollar of AI spend stops paying off.

The names below are loaded when they are first used, so that `import nextdollar` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nextdollar.audience.learning.learn import learn
    from nextdollar.audience.learning.question import LearnQuestion
    from nextdollar.audience.ltv.customers import CustomerValueQuestion, ltv_of_customers
    from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
    from nextdollar.audience.ltv.purchase_value import ltv_of_purchases
    from nextdollar.audience.ltv.summary_value import ltv_of_summary
    from nextdollar.audience.ltv.values import ltv
    from nextdollar.audience.recurring_revenue.mrr import mrr
    from nextdollar.audience.retention.retention import retention
    from nextdollar.audience.retention.summaries import retention_of_summary
    from nextdollar.audience.retention.tenure import TenureColumns, TenureDates
    from nextdollar.audience.transactions.scores import customer_scores
    from nextdollar.audience.transactions.summaries import SummaryQuestion
    from nextdollar.catalogue.changes import catalogue_diff
    from nextdollar.catalogue.contents import catalogue_list
    from nextdollar.catalogue.override import user_catalogue
    from nextdollar.cli.doctor import doctor
    from nextdollar.cli.init import init
    from nextdollar.cli.price import price
    from nextdollar.compute.fleet.search import ServingNeed
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
    from nextdollar.sizing import estimate_serving, estimate_throughput, estimate_training
    from nextdollar.sizing.calibration.calibrate import calibrate
    from nextdollar.sizing.calibration.saved import read_calibration, write_calibration
    from nextdollar.sizing.calibration.stated import Stated
    from nextdollar.sizing.catalogue_show import catalogue_show
    from nextdollar.sizing.fleet.load import read_load, usual_day
    from nextdollar.sizing.fleet.question import FleetQuestion
    from nextdollar.sizing.levers.lever import LeverSettings
    from nextdollar.sizing.levers.serve_plan import serve_plan
    from nextdollar.sizing.model_named import model_named
    from nextdollar.sizing.own.compare import own

_HOMES = {
    "CustomerValueQuestion": "nextdollar.audience.ltv.customers",
    "Demand": "nextdollar.research",
    "Evaluation": "nextdollar.plan",
    "FittedRuns": "nextdollar.research",
    "FleetQuestion": "nextdollar.sizing.fleet.question",
    "Forecasts": "nextdollar.research",
    "LearnQuestion": "nextdollar.audience.learning.question",
    "LeverSettings": "nextdollar.sizing.levers.lever",
    "NextdollarError": "nextdollar.errors",
    "PurchaseValueQuestion": "nextdollar.audience.ltv.purchase_question",
    "ServingNeed": "nextdollar.compute.fleet.search",
    "Stated": "nextdollar.sizing.calibration.stated",
    "SummaryQuestion": "nextdollar.audience.transactions.summaries",
    "TenureColumns": "nextdollar.audience.retention.tenure",
    "TenureDates": "nextdollar.audience.retention.tenure",
    "allocate": "nextdollar.research",
    "calibrate": "nextdollar.sizing.calibration.calibrate",
    "catalogue_diff": "nextdollar.catalogue.changes",
    "catalogue_list": "nextdollar.catalogue.contents",
    "catalogue_show": "nextdollar.sizing.catalogue_show",
    "check": "nextdollar.plan",
    "chosen_law": "nextdollar.research",
    "compare": "nextdollar.plan",
    "customer_scores": "nextdollar.audience.transactions.scores",
    "decision_between": "nextdollar.scaling.study_decision",
    "decision_on_budget": "nextdollar.scaling.study_decision",
    "decision_on_split": "nextdollar.scaling.study_decision",
    "diagnose": "nextdollar.research",
    "doctor": "nextdollar.cli.doctor",
    "estimate_serving": "nextdollar.sizing",
    "estimate_throughput": "nextdollar.sizing",
    "estimate_training": "nextdollar.sizing",
    "evaluate": "nextdollar.plan",
    "explain": "nextdollar.plan",
    "fit": "nextdollar.research",
    "forecast": "nextdollar.research",
    "forecast_metric": "nextdollar.research",
    "init": "nextdollar.cli.init",
    "knee": "nextdollar.research",
    "learn": "nextdollar.audience.learning.learn",
    "load_scenario": "nextdollar.plan",
    "ltv": "nextdollar.audience.ltv.values",
    "ltv_of_customers": "nextdollar.audience.ltv.customers",
    "ltv_of_purchases": "nextdollar.audience.ltv.purchase_value",
    "ltv_of_summary": "nextdollar.audience.ltv.summary_value",
    "machine": "nextdollar.research.machine",
    "model_named": "nextdollar.sizing.model_named",
    "mrr": "nextdollar.audience.recurring_revenue.mrr",
    "named_law": "nextdollar.research",
    "one_run": "nextdollar.research",
    "own": "nextdollar.sizing.own.compare",
    "parse_scenario": "nextdollar.plan",
    "plan_view": "nextdollar.report.view",
    "price": "nextdollar.cli.price",
    "quality_of": "nextdollar.research",
    "quality_step": "nextdollar.research",
    "read_calibration": "nextdollar.sizing.calibration.saved",
    "read_load": "nextdollar.sizing.fleet.load",
    "read_runs": "nextdollar.research",
    "read_targets": "nextdollar.research",
    "retention": "nextdollar.audience.retention.retention",
    "retention_of_summary": "nextdollar.audience.retention.summaries",
    "schema_of": "nextdollar.report.schemas",
    "serve_plan": "nextdollar.sizing.levers.serve_plan",
    "study": "nextdollar.research",
    "user_catalogue": "nextdollar.catalogue.override",
    "usual_day": "nextdollar.sizing.fleet.load",
    "write_calibration": "nextdollar.sizing.calibration.saved",
}

__all__ = [
    "CustomerValueQuestion",
    "Demand",
    "Evaluation",
    "FittedRuns",
    "FleetQuestion",
    "Forecasts",
    "LearnQuestion",
    "LeverSettings",
    "NextdollarError",
    "PurchaseValueQuestion",
    "ServingNeed",
    "Stated",
    "SummaryQuestion",
    "TenureColumns",
    "TenureDates",
    "allocate",
    "calibrate",
    "catalogue_diff",
    "catalogue_list",
    "catalogue_show",
    "check",
    "chosen_law",
    "compare",
    "customer_scores",
    "decision_between",
    "decision_on_budget",
    "decision_on_split",
    "diagnose",
    "doctor",
    "estimate_serving",
    "estimate_throughput",
    "estimate_training",
    "evaluate",
    "explain",
    "fit",
    "forecast",
    "forecast_metric",
    "init",
    "knee",
    "learn",
    "load_scenario",
    "ltv",
    "ltv_of_customers",
    "ltv_of_purchases",
    "ltv_of_summary",
    "machine",
    "model_named",
    "mrr",
    "named_law",
    "one_run",
    "own",
    "parse_scenario",
    "plan_view",
    "price",
    "quality_of",
    "quality_step",
    "read_calibration",
    "read_load",
    "read_runs",
    "read_targets",
    "retention",
    "retention_of_summary",
    "schema_of",
    "serve_plan",
    "study",
    "user_catalogue",
    "usual_day",
    "write_calibration",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nextdollar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names, those that are not loaded yet among them."""
    return sorted({*globals(), *_HOMES})
