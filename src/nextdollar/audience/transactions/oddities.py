"""What looks like a slip in a log of purchases: a lone day far from all others, rows that come twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nextdollar.units import FloatArray

_LEAST_GAP_DAYS = 90
_MUCH = 0.5
_LEAST_TWICE_SHARE = 0.01


def oddities(
    places: NDArray[np.intp], at_days: FloatArray, spend_usd: FloatArray | None, names: tuple[str, str]
) -> Iterator[str]:
    """Yield what to check, as sentences without a full stop; `names` are the first and the last day."""
    yield from _lone_days(at_days, names)
    if spend_usd is not None:
        yield from _twice(places, at_days, spend_usd)


def _lone_days(at_days: FloatArray, names: tuple[str, str]) -> Iterator[str]:
    """A year that is mistyped puts everybody else to silence, or one customer there for a century."""
    days = np.unique(at_days)
    if len(days) < 3:
        return
    for lone, next_to, span, name, where in (
        (days[-1], days[-2], days[-2] - days[0], names[1], "after"),
        (days[0], days[1], days[-1] - days[1], names[0], "before"),
    ):
        gap = abs(lone - next_to)
        if gap > max(_LEAST_GAP_DAYS, _MUCH * span):
            yield (
                f"{name} lies {gap:,.0f} days {where} every other day with a purchase: if that is a slip, "
                "what is said here of who is still there is wrong"
            )


def _twice(places: NDArray[np.intp], at_days: FloatArray, spend_usd: FloatArray) -> Iterator[str]:
    order = np.lexsort((spend_usd, at_days, places))
    columns = [column[order] for column in (places, at_days, spend_usd)]
    n_twice = int(np.all([column[1:] == column[:-1] for column in columns], axis=0).sum())
    if n_twice > _LEAST_TWICE_SHARE * len(places):
        yield (
            f"{n_twice:,} rows have customer, day and amount of another: where an export doubled them, spend "
            "counts twice (purchases of one day count once)"
        )
