"""A figure as it leaves the package: one number where certain, a summary where not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nextdollar.uncertainty import Design, summarise_reached
from nextdollar.units import Floats

Figure = float | None | dict[str, float | None]


def figure(value: Floats, design: Design, *, missing: str = "none_share") -> Figure:
    """Return a number, None where there is no answer in any draw, or a summary of draws.

    A summary holds `mean`, `p5`, `p50`, `p95` and `standard_error` (of the mean, from the spread
    of the parts of the draws). Where some draws have no answer their share stands under `missing`; a
    missing answer sorts last, so a quantile that falls among them is None, and so is the mean.
    """
    draws = np.asarray(value, dtype=np.float64)
    if draws.ndim == 0:
        return _finite(float(draws))
    if bool(np.isnan(draws).all()):
        return None
    if draws.size and bool((draws == draws[0]).all()):
        return _finite(float(draws[0]))
    if draws.size != design.n_draws:
        draws = draws[: design.n_draws]
    summary = summarise_reached(draws, design.n_scrambles)
    found: dict[str, float | None] = {
        "mean": _finite(summary.mean),
        "p5": _finite(summary.p5),
        "p50": _finite(summary.p50),
        "p95": _finite(summary.p95),
        "standard_error": _finite(summary.standard_error),
    }
    if summary.never_share > 0:
        found[missing] = summary.never_share
    return found


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def middle(value: Figure | Mapping[str, float | None] | object) -> float | None:
    """Return the number of a figure, or the median of a summary."""
    if isinstance(value, Mapping):
        found = value["p50"]
        return None if found is None else float(found)
    return value if isinstance(value, float) else float(value) if isinstance(value, int) else None


def average(value: Figure | Mapping[str, float | None] | object) -> float | None:
    """Return the number of a figure, or the mean of a summary."""
    if isinstance(value, Mapping):
        found = value["mean"]
        return None if found is None else float(found)
    return value if isinstance(value, float) else float(value) if isinstance(value, int) else None
