"""Requests that arrive in each hour: from a table, or from a daily total and the usual shape of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.table_file import shown
from nextdollar.catalogue.usual_load import daily_shape
from nextdollar.compute.fleet.load_curve import daily_curve
from nextdollar.errors import Fault, RowsError, require
from nextdollar.sizing.cells import number_of
from nextdollar.sizing.rows_file import TableRow, read_rows
from nextdollar.sources import Source
from nextdollar.units import HOURS_PER_DAY, SECONDS_PER_HOUR, FloatArray

MOST_HOURS = 366 * HOURS_PER_DAY
_MOST_REQUESTS_PER_S = 1e9
_PEAK_HOUR = 14
_SECONDS_PER_DAY = HOURS_PER_DAY * SECONDS_PER_HOUR
_RATES = {"requests_per_s": 1.0, "requests": 1.0 / SECONDS_PER_HOUR}


@dataclass(frozen=True, slots=True)
class HourlyLoad:
    """Arrivals by hour: (n_hours,) requests per second, over and over again.

    `how` is "table", "usual day" or "stated peak"; `notes` say what was assumed. `file` and `sha256` are
    empty where nothing was read.
    """

    requests_per_s_by_hour: FloatArray
    how: str
    notes: tuple[str, ...]
    source: Source | None
    file: str = ""
    sha256: str = ""

    @property
    def requests_per_day(self) -> float:
        """Requests of an average day."""
        return float(np.mean(self.requests_per_s_by_hour)) * _SECONDS_PER_DAY

    @property
    def peak_factor(self) -> float:
        """Load of the highest hour over the mean."""
        return float(np.max(self.requests_per_s_by_hour) / np.mean(self.requests_per_s_by_hour))


def usual_day(requests_per_day: float) -> HourlyLoad:
    """Load of a day of which the total alone is known, in the usual shape of `daily_shape`.

    `requests_per_day` is above 0; DomainError otherwise.
    """
    require(requests_per_day > 0, "requests_per_day", "above 0", requests_per_day)
    shape = daily_shape()
    note = (
        f"the day has the usual shape of a large cloud, its highest hour {shape.peak_factor:.2f} times the "
        "mean; a product of one country peaks higher, so state yours as a table by hour"
    )
    rates = np.array(shape.factors_by_hour) * requests_per_day / _SECONDS_PER_DAY
    return HourlyLoad(rates, "usual day", (note,), shape.source)


def peaked_day(requests_per_day: float, peak_factor: float) -> HourlyLoad:
    """Load of a day with one peak in the early afternoon, so many times its mean (see `daily_curve`).

    `requests_per_day` is above 0, `peak_factor` from 1 to 20; DomainError otherwise.
    """
    rates = daily_curve(requests_per_day, peak_multiple=peak_factor, peak_hour=_PEAK_HOUR)
    note = f"the day has one smooth peak, {peak_factor:.3g} times its mean, at {_PEAK_HOUR}:00"
    return HourlyLoad(rates, "stated peak", (note,), None)


def read_load(path: Path | str) -> HourlyLoad:
    """Read a table of load by hour.

    Parameters
    ----------
    path : Path or str
        A CSV file with columns `hour` (0, 1, 2 ... each once, 24 for a day or 168 for a week) and
        `requests_per_s` or `requests` (in that hour).

    Returns
    -------
    HourlyLoad
        Arrivals in the order of the hours.

    Raises
    ------
    RowsError
        With every fault of the file: its form, hours missing or twice, cells that are no numbers.
    """
    table = read_rows(path, (("hour",), tuple(_RATES)))
    column = next(name for name in _RATES if name in table.columns)
    faults: list[Fault] = []
    rates: dict[int, float] = {}
    for row in table.rows:
        hour = _hour(row, rates, table.file, faults)
        rate = _rate(row, column, table.file, faults)
        if hour is not None:
            rates[hour] = 0.0 if rate is None else rate * _RATES[column]
    faults += _whole_faults(rates, table.file, faults)
    if faults:
        raise RowsError(faults)
    found = np.array([rates[hour] for hour in range(len(rates))])
    return HourlyLoad(found, "table", (), None, table.file, table.sha256)


def _hour(row: TableRow, before: dict[int, float], file: str, faults: list[Fault]) -> int | None:
    text = row.cells["hour"]
    value = number_of(text)
    if value is None or value != int(value) or not 0 <= value < MOST_HOURS:
        rule = f"must be a whole number from 0 to {MOST_HOURS - 1}"
        hint = "0 is the hour that starts at midnight"
        faults.append(Fault("ND1641", "hour", rule, shown(text), hint, file, row.line))
        return None
    if int(value) in before:
        faults.append(Fault("ND1641", "hour", "must be given once", shown(text), "", file, row.line))
        return None
    return int(value)


def _rate(row: TableRow, column: str, file: str, faults: list[Fault]) -> float | None:
    text = row.cells[column]
    value = number_of(text)
    if value is None or not 0 <= value <= _MOST_REQUESTS_PER_S / _RATES[column]:
        rule = "must be a plain number of at least 0"
        faults.append(Fault("ND1642", column, rule, shown(text), "write 0 for none", file, row.line))
        return None
    return value


def _whole_faults(rates: dict[int, float], file: str, faults: Sequence[Fault]) -> list[Fault]:
    """Return what is wrong with the table as a whole, once its rows are right."""
    if faults:
        return []
    missing = sorted(set(range(max(rates) + 1)) - set(rates))
    if missing:
        words = ", ".join(str(hour) for hour in missing[:6])
        rule = "must run from 0 without a gap"
        return [
            Fault("ND1641", "hour", rule, f"none for {words}", "write 0 requests for an idle hour", file, 1)
        ]
    if len(rates) < HOURS_PER_DAY:
        rule = f"must cover a day, {HOURS_PER_DAY} hours"
        return [
            Fault("ND1641", "hour", rule, str(len(rates)), "a load of part of a day says no peak", file, 1)
        ]
    if not any(rates.values()):
        return [Fault("ND1642", "", "some hour must have a request", "none", "", file, 1)]
    return []
