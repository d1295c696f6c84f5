"""Fitted constants of the training model, and the published figures beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.compute.training.framework_mfu import FRAMEWORK_CONSTANTS
from nextdollar.compute.training.goodput import Failures
from nextdollar.compute.training.mfu_model import MFU_CONSTANTS, MfuCalibration
from nextdollar.compute.training.step_time import StepCalibration
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source
from nextdollar.units import FloatArray

_FILE = "training_calibration.csv"
_COLUMNS = ("name", "value", "covariance", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class TrainingConstant:
    """One constant; `covariance_log` are those with the constants above it and its variance, if fitted."""

    name: str
    value: float
    covariance_log: tuple[float, ...]
    source: Source
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class FrameworkCalibration:
    """Constants (9,) of `framework_mfu`, and the standard deviation of the log of its error."""

    coefficients: FloatArray
    residual_log: float


@dataclass(frozen=True, slots=True)
class DevelopmentMultiple:
    """All compute of a project over its final runs: the published range."""

    low_multiple: float
    high_multiple: float
    sources: tuple[Source, Source]


@kept
def training_constants() -> Mapping[str, TrainingConstant]:
    """Every constant of the training model, by name."""
    return MappingProxyType(parse_training_constants(read(_FILE), _FILE))


def training_constant(name: str) -> TrainingConstant:
    """Return the constant of a name; CatalogueError if there is none."""
    known = training_constants()
    if name not in known:
        raise unknown("training constant", name, known)
    return known[name]


@kept
def mfu_calibration() -> MfuCalibration:
    """Return the constants of `training_ladder`."""
    fitted = [training_constant(f"mfu.{name}") for name in MFU_CONSTANTS]
    spreads = ("family", "residual", "calendar_spread")
    family_log, residual_log, calendar_log = (training_constant(f"mfu.{name}").value for name in spreads)
    return MfuCalibration(_values(fitted), _covariance(fitted), family_log, residual_log, calendar_log)


@kept
def framework_calibration() -> FrameworkCalibration:
    """Return the constants of `framework_mfu`."""
    fitted = [training_constant(f"framework.{name}") for name in FRAMEWORK_CONSTANTS]
    return FrameworkCalibration(_values(fitted), training_constant("framework.residual").value)


@kept
def step_calibration() -> StepCalibration:
    """Return the constants of `step_time`."""
    names = ("matrix_share", "traffic_multiple", "link_share")
    return StepCalibration(*(training_constant(f"step.{name}").value for name in names))


@kept
def failures() -> Failures:
    """Return how often a GPU takes a run down, and what each time costs."""
    names = ("gpu_hours", "checkpoint_s", "restart_s")
    return Failures(*(training_constant(f"failures.{name}").value for name in names))


@kept
def development_multiple() -> DevelopmentMultiple:
    """Return the published range of development multiples."""
    low, high = training_constant("development.low"), training_constant("development.high")
    return DevelopmentMultiple(low.value, high.value, (low.source, high.source))


def parse_training_constants(lines: Iterable[str], file: str) -> dict[str, TrainingConstant]:
    """Constants by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _constant_of)
    return by_name((row, item.name, item) for row, item in found)


def _constant_of(row: Row) -> TrainingConstant:
    """Return the constant of a row."""
    return TrainingConstant(
        name=row.text("name"),
        value=row.number("value"),
        covariance_log=_numbers(row, "covariance"),
        source=row.source(),
        kind=row.text("kind"),
        note=row.cells["note"],
    )


def _numbers(row: Row, column: str) -> tuple[float, ...]:
    """Return the numbers of a cell, separated by semicolons."""
    cell = row.cells[column]
    try:
        return tuple(float(word) for word in cell.split(";")) if cell else ()
    except ValueError:
        raise row.fault(column, "numbers separated by semicolons", cell) from None


def _values(fitted: Sequence[TrainingConstant]) -> FloatArray:
    """Return the values of constants as an array."""
    return np.array([constant.value for constant in fitted])


def _covariance(fitted: Sequence[TrainingConstant]) -> FloatArray:
    """Return the full covariance of constants whose rows hold its lower triangle."""
    lower = np.zeros((len(fitted), len(fitted)))
    for place, constant in enumerate(fitted):
        if len(constant.covariance_log) != place + 1:
            rule = f"covariance of {constant.name} must have {place + 1} numbers"
            raise CatalogueError(f"{_FILE}: {rule}, got {len(constant.covariance_log)}")
        lower[place, : place + 1] = constant.covariance_log
    return lower + np.tril(lower, -1).T
