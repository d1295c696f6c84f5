"""How long customers stayed one by one, brought to what each segment was seen to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.retention.segment import SeenSegment, Stays


def seen_stays(name: str, stays: Stays, *, knows_age_0: bool = True) -> SeenSegment:
    """What one segment was seen to do.

    `knows_age_0` is whether a row at age 0 tells of all who began, so that those who left there are a share
    of them.
    """
    is_new = (stays.n_periods == 0) & (stays.n_before == 0)
    n_at_once = int(np.count_nonzero(stays.left_at_once))
    n_from_start = int(np.count_nonzero(stays.n_before == 0))
    return SeenSegment(
        name,
        float(stays.n_periods.size),
        stays.table(),
        n_at_start=float(n_from_start),
        n_left_at_start=float(n_at_once) if knows_age_0 else 0.0,
        notes=tuple(_notes(stays, is_new, n_at_once if knows_age_0 else 0)),
        stays=stays,
    )


def _notes(stays: Stays, is_new: NDArray[np.bool_], n_at_once: int) -> Iterator[str]:
    n_new = int(np.count_nonzero(is_new)) - n_at_once
    if n_new:
        yield f"{n_new:,} customers with a tenure of 0 have had no chance to leave yet"
    if n_at_once:
        yield (
            f"{n_at_once:,} customers left with a tenure of 0, before the first renewal: every share counts "
            "them, and the laws are of the others"
        )
    n_unwatched = int(np.count_nonzero(~stays.is_watched & ~is_new))
    if n_unwatched:
        yield f"{n_unwatched:,} customers came to no renewal after watching of them began, and count nowhere"
