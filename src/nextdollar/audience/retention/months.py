"""Months between days by the calendar, as contracts count them that are renewed on one day of the month."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Days: TypeAlias = NDArray[np.datetime64]


def full_months(start: Days, end: Days) -> NDArray[np.int64]:
    """Months that are over from one day to another: renewals behind who has been there since `start`.

    Parameters
    ----------
    start, end : array of datetime64[D]
        Shapes that go together; negative where the end lies before the start.

    Notes
    -----
    A month from the 31st ends on the last day of a shorter month, and the next on a 31st again.
    """
    months, is_short, _ = _between(start, end)
    return months - is_short


def begun_months(start: Days, end: Days) -> NDArray[np.int64]:
    """Months from one day to another, the last of them counted whole where it had begun."""
    months, _, is_over = _between(start, end)
    return months + is_over


def _between(start: Days, end: Days) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return months from month to month, and 1 where the day of renewal lies after, and before, the end."""
    first, last = start.astype("datetime64[M]"), end.astype("datetime64[M]")
    months = (last - first).astype(np.int64)
    day, end_day = _day_of_month(start), _day_of_month(end)
    last_day = _day_of_month((last + 1).astype("datetime64[D]") - 1)
    renewal_day = np.minimum(day, last_day)
    return months, (end_day < renewal_day).astype(np.int64), (end_day > renewal_day).astype(np.int64)


def _day_of_month(days: Days) -> NDArray[np.int64]:
    """Return the day of the month, from 0."""
    first = days.astype("datetime64[M]").astype("datetime64[D]")
    found: NDArray[np.int64] = (days - first).astype(np.int64)
    return found
