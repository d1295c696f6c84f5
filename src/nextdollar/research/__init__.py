"""The research lead's questions: runs in; laws, forecasts, allocations and the next run out."""

from nextdollar.research.allocation import AllocationAnswer, allocate
from nextdollar.research.allocation_plan import Demand
from nextdollar.research.chosen_law import ChosenLaw, chosen_law
from nextdollar.research.diagnosed_runs import one_run
from nextdollar.research.diagnosis import DiagnosisAnswer, diagnose
from nextdollar.research.fitted import FittedRuns
from nextdollar.research.fitting_runs import fit
from nextdollar.research.forecasts import Forecasts, forecast
from nextdollar.research.laws import NamedLaw, named_law
from nextdollar.research.next_dollar import Knee, knee
from nextdollar.research.next_run import Study, study
from nextdollar.research.quality import MetricForecast, Quality, forecast_metric, quality_of
from nextdollar.research.quality_step import QualityStep, quality_step
from nextdollar.research.reading import RunTable, Targets, read_runs, read_targets
from nextdollar.research.saved_fit import save_fit
from nextdollar.research.saved_fit_reading import read_fit

__all__ = [
    "AllocationAnswer",
    "ChosenLaw",
    "Demand",
    "DiagnosisAnswer",
    "FittedRuns",
    "Forecasts",
    "Knee",
    "MetricForecast",
    "NamedLaw",
    "Quality",
    "QualityStep",
    "RunTable",
    "Study",
    "Targets",
    "allocate",
    "chosen_law",
    "diagnose",
    "fit",
    "forecast",
    "forecast_metric",
    "knee",
    "named_law",
    "one_run",
    "quality_of",
    "quality_step",
    "read_fit",
    "read_runs",
    "read_targets",
    "save_fit",
    "study",
]
