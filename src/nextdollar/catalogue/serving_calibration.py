"""Constants of the serving model with their source: fitted values, priors, and error bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, collect, kept, read, rows, unknown
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.fit import Prior, calibration_of
from nextdollar.sources import Source

UNKNOWN_ENGINE = "unknown"
"""Engine whose factors are the mean of those that were measured."""

_FILE = "serving_calibration.csv"
_COLUMNS = ("name", "engine", "value", "prior", "prior_spread_log", "high", *SOURCE_COLUMNS)
_BAND_ENDS = ("_p5_factor", "_p95_factor")


@dataclass(frozen=True, slots=True)
class ServingConstant:
    """A row: the fitted value, what was known before (None for the ends of a band), and the source."""

    name: str
    engine: str
    value: float
    prior: Prior | None
    source: Source


@kept
def serving_constants() -> tuple[ServingConstant, ...]:
    """Every constant of the serving model, in the order of the file."""
    return parse_serving_constants(read(_FILE), _FILE)


def serving_engines() -> tuple[str, ...]:
    """Engines that have factors of their own."""
    return tuple(dict.fromkeys(row.engine for row in serving_constants() if row.engine))


def serving_values() -> Mapping[tuple[str, str], float]:
    """Fitted constants by (name, engine), as `calibration_of` wants them."""
    return {(row.name, row.engine): row.value for row in serving_constants() if row.prior is not None}


def serving_priors() -> tuple[Prior, ...]:
    """What was known of each constant before the fit, as `fit_serving` wants it."""
    return tuple(row.prior for row in serving_constants() if row.prior is not None)


def serving_calibration(engine: str | NDArray[np.str_] = UNKNOWN_ENGINE) -> ServingCalibration:
    """Calibration for an engine, or for one engine per row; CatalogueError for an engine unknown here.

    `UNKNOWN_ENGINE` stands for the mean of those that are known.
    """
    known = (*serving_engines(), UNKNOWN_ENGINE)
    for name in {str(item).casefold() for item in np.ravel(engine)}:
        if name not in known:
            raise unknown("engine", name, known)
    engines = np.char.lower(np.asarray(engine, dtype=np.str_))
    found = calibration_of(serving_values(), engines)
    return found


def serving_error_band(quantity: str) -> ErrorBand:
    """Measured over predicted at 5 and 95 percent: of "tpot", "ttft", "offline", "disaggregated_tpot" ..."""
    ends = {row.name: row.value for row in serving_constants() if row.prior is None}
    if quantity + _BAND_ENDS[0] not in ends:
        known = [name.removesuffix(_BAND_ENDS[0]) for name in ends if name.endswith(_BAND_ENDS[0])]
        raise unknown("quantity", quantity, known)
    return ErrorBand(ends[quantity + _BAND_ENDS[0]], ends[quantity + _BAND_ENDS[1]])


def parse_serving_constants(lines: Iterable[str], file: str) -> tuple[ServingConstant, ...]:
    """Constants from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _constant_of)
    seen: set[tuple[str, str]] = set()
    for row, item in found:
        key = (item.name, item.engine)
        if key in seen:
            raise row.fault("name and engine", "given once", f"{item.name} {item.engine}".strip())
        seen.add(key)
    return tuple(item for _, item in found)


def _constant_of(row: Row) -> ServingConstant:
    """Return the constant of a row."""
    name, engine = row.text("name"), row.cells["engine"]
    is_end = name.endswith(_BAND_ENDS)
    prior = None
    if not is_end:
        start, spread_log, high = row.number("prior"), row.number("prior_spread_log"), row.number("high")
        if start <= 0:
            raise row.fault("prior", "above 0", str(start))
        if spread_log < 0:
            raise row.fault("prior_spread_log", "at least 0", str(spread_log))
        prior = Prior(name, engine, start, spread_log, high)
    value = row.number("value")
    if value <= 0:
        raise row.fault("value", "above 0", str(value))
    return ServingConstant(name, engine, value, prior, row.source())
