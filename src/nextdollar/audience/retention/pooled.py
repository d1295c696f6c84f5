"""Cohorts of different ages brought together: one table for each segment, and whether they are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.recurring_revenue.cells import n_of
from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.customers.contractual import RiskTable, merged, stacked, table_of_cohort
from nextdollar.customers.contractual.homogeneity import log_rank
from nextdollar.units import FloatArray

ASSUMED_CUSTOMERS = 1000.0
"""What a cohort of shares began with where nothing says."""
_CHANCE = 0.01
# So many expected to leave, below which a cohort is not named for what it lost.
_LEAST_EXPECTED = 5.0
_LEAST_SHOWN = 1e-4


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers of one segment who began together.

    `customers` are those left after each renewal, the first of them with `n_before` renewals behind them;
    one number alone where none has come to another yet. `name` is empty where cohorts have none; without
    `has_size` their number is assumed.
    """

    segment: str
    name: str
    customers: FloatArray
    n_before: int = 0
    has_size: bool = True

    @property
    def is_new(self) -> bool:
        """Whether nobody in it has come to a renewal."""
        return self.customers.size < 2

    def table(self) -> RiskTable:
        """Customers at risk by renewal."""
        return table_of_cohort(self.customers, n_periods_before=self.n_before)


def pooled(cohorts: Sequence[Cohort], *, by: str | None = None) -> tuple[SeenSegment, ...]:
    """Add up the cohorts of each segment, age by age, and note where they differ beyond chance.

    Parameters
    ----------
    cohorts : sequence of Cohort
        In the order of the table.
    by : str, optional
        The column that tells cohorts apart, which the note names.
    """
    found: dict[str, list[Cohort]] = {}
    for cohort in cohorts:
        found.setdefault(cohort.segment, []).append(cohort)
    return tuple(_segment(name, items, by) for name, items in found.items())


def _segment(name: str, cohorts: Sequence[Cohort], by: str | None) -> SeenSegment:
    watched = [cohort for cohort in cohorts if not cohort.is_new]
    tables = [cohort.table() for cohort in watched]
    notes = []
    if watched and len(watched) < len(cohorts):
        n_new = n_of(len(cohorts) - len(watched), "cohort")
        notes.append(f"{n_new} had only begun: nobody of them has come to a renewal yet")
    if len(tables) > 1 and all(cohort.has_size for cohort in cohorts):
        notes += _differences(watched, tables, by)
    return SeenSegment(
        name,
        float(sum(cohort.customers[0] for cohort in cohorts)),
        merged(tables) if tables else RiskTable(np.zeros(1), np.zeros(1)),
        notes=tuple(notes),
    )


def _differences(cohorts: Sequence[Cohort], tables: Sequence[RiskTable], by: str | None) -> Iterator[str]:
    """Yield that cohorts do not stay alike, and which of them lost most and least."""
    test = log_rank(stacked(tables))
    if test.chance_share >= _CHANCE:
        return
    told = np.flatnonzero(test.n_expected >= _LEAST_EXPECTED).tolist()
    times = test.n_left[told] / test.n_expected[told]
    named = [cohorts[place].name for place in told]
    extremes = ""
    if told and all(named) and len(set(named)) == len(named):
        low, high = int(np.argmin(times)), int(np.argmax(times))
        extremes = f" {named[high]} lost {times[high]:.2g} times what all together lose at its ages,"
        extremes += f" {named[low]} {times[low]:.2g} times;" if low != high else ""
    p_value = f"{test.chance_share:.2g}" if test.chance_share >= _LEAST_SHOWN else f"under {_LEAST_SHOWN:g}"
    apart = f": --by {by} reads each by itself" if by else ""
    yield (
        f"the {len(cohorts)} cohorts differ beyond chance (log-rank test, p {p_value}):{extremes} the "
        f"later the age, the older the cohorts that tell of it, and new ones may not stay like those{apart}"
    )
