"""The shapes of what the verbs on training runs print, by verb; each is version 1.0."""

from __future__ import annotations

from nextdollar.report.research.allocate_schema import AllocateShape
from nextdollar.report.research.diagnose_schema import DiagnoseShape
from nextdollar.report.research.envelope import Envelope
from nextdollar.report.research.fit_schema import FitShape
from nextdollar.report.research.forecast_schema import ForecastShape
from nextdollar.report.research.knee_schema import KneeShape
from nextdollar.report.research.study_schema import StudyShape

RESEARCH_SHAPES: dict[str, type[Envelope]] = {
    "fit": FitShape,
    "forecast": ForecastShape,
    "allocate": AllocateShape,
    "diagnose": DiagnoseShape,
    "study": StudyShape,
    "knee": KneeShape,
}
