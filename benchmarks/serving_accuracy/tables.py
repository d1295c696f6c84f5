"""Errors, coverage, and the rows that beat the bound, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from serving_accuracy.bands import half_widths_log, peer_error
from serving_accuracy.measurements import Measured

from nextdollar.compute.serving.bound import audit_tpot
from nextdollar.units import FloatArray

SAYS_NOTHING = 1000.0
"""Upper over lower end from which on an interval is not worth its digits."""


@dataclass(frozen=True)
class Scored:
    """Measured (`seen`) and predicted (`said`), with intervals fitted to the other families."""

    name: str
    families: NDArray[np.str_]
    seen: FloatArray
    said: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def error_percents(self) -> FloatArray:
        """Absolute errors of the rows."""
        return 100 * np.abs(self.said / self.seen - 1)

    @property
    def median_percent(self) -> float:
        """Median absolute error."""
        return float(np.median(self.error_percents))

    @property
    def mean_percent(self) -> float:
        """Mean absolute error."""
        return float(np.mean(self.error_percents))

    @property
    def covered_percent(self) -> float:
        """Share of the rows in their 90 % interval."""
        return float(100 * np.mean((self.low <= self.seen) & (self.seen <= self.high)))

    @property
    def width(self) -> float:
        """Median of the upper end over the lower."""
        return float(np.median(self.high / self.low))

    def cells(self) -> tuple[str, ...]:
        """One line of the table."""
        return self._figures(self.name, np.full(len(self.seen), True))

    def by_family(self) -> list[tuple[str, ...]]:
        """One line for each family."""
        names = np.unique(self.families)
        return [self._figures(f"{self.name}: {name}", self.families == name) for name in names]

    def _figures(self, name: str, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
        """Count, errors, bias, coverage and width of some rows."""
        ratio = self.said[chosen] / self.seen[chosen]
        errors = 100 * np.abs(ratio - 1)
        inside = (self.low[chosen] <= self.seen[chosen]) & (self.seen[chosen] <= self.high[chosen])
        return (
            name,
            f"{len(ratio):,}",
            f"{np.median(errors):.1f}",
            f"{errors.mean():.1f}",
            f"{np.quantile(errors, 0.9):.0f}",
            f"{100 * (np.median(ratio) - 1):+.0f}",
            f"{100 * inside.mean():.0f} %",
            _factor(float(np.median(self.high[chosen] / self.low[chosen]))),
        )


def _factor(width: float) -> str:
    """A width, or that it says nothing."""
    return f"{width:.2f}" if width < SAYS_NOTHING else f"over {SAYS_NOTHING:,.0f}"


def scored(
    name: str,
    seen: FloatArray,
    said: FloatArray,
    families: NDArray[np.str_],
    rows: NDArray[np.bool_] | None,
) -> Scored:
    """Score predictions; the interval of a family is fitted to the errors of the others."""
    if rows is not None:
        seen, said, families = seen[rows], said[rows], families[rows]
    if not np.all(np.isfinite(said)):
        raise ValueError(f"{name}: {np.sum(~np.isfinite(said))} rows have no prediction")
    widths = half_widths_log(np.log(seen / said), families, peer_median_error=peer_error(name))
    half = np.array([widths[str(family)] for family in families])
    return Scored(name, families, seen, said, said * np.exp(-half), said * np.exp(half))


def constant_errors(seen: FloatArray, reference: FloatArray, families: NDArray[np.str_]) -> FloatArray:
    """Errors in percent of the reference times the median factor of the other families."""
    errors = np.empty(len(seen))
    for family in np.unique(families):
        own = families == family
        factor = np.median(seen[~own] / reference[~own])
        errors[own] = 100 * np.abs(factor * reference[own] / seen[own] - 1)
    return errors


@dataclass(frozen=True)
class AuditRow:
    """A measurement that beats the bound."""

    name: str
    measured_s: float
    ratio: float
    cause: str

    @staticmethod
    def header() -> tuple[str, ...]:
        """Names of the columns."""
        return ("row", "measured ms", "bound over measured", "likely cause")

    def cells(self) -> tuple[str, ...]:
        """One line of the table."""
        return (self.name, f"{1e3 * self.measured_s:.1f}", f"{self.ratio:.2f}", self.cause)


def audit_rows(rows: Measured) -> list[AuditRow]:
    """Rows that beat the bound, worst first."""
    audit = audit_tpot(rows.deployment, rows.load, tpot_s=rows.tpot_s, ttft_s=rows.ttft_s)
    found = [
        AuditRow(rows.names[index], rows.tpot_s[index], audit.ratio_factor[index], audit.likely_cause[index])
        for index in np.flatnonzero(audit.beats_bound)
    ]
    return sorted(found, key=lambda row: -row.ratio)
