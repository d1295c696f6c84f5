"""Draws that may have no answer, in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from nextdollar.plan.words import percent
from nextdollar.report.research.envelope import Shape
from nextdollar.units import Floats

_SHARES = {"p5": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}


class Reached(Shape):
    """Mean and quantiles of draws; a draw without an answer counts as beyond all others.

    A quantile that falls among those is null, and so is the mean where there are any.
    """

    mean: float | None
    p5: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    never_share: float = Field(description="share of draws without an answer")


def reached(values: Floats) -> dict[str, Any]:
    """Return draws (nan: never) as mean, quantiles and the share of never; one number as all of them."""
    draws = np.atleast_1d(np.asarray(values, dtype=np.float64))
    ordered = np.sort(np.where(np.isnan(draws), np.inf, draws))
    places = {
        name: min(int(np.ceil(share * ordered.size)), ordered.size) - 1 for name, share in _SHARES.items()
    }
    never = float(np.mean(~np.isfinite(ordered)))
    return {
        "mean": float(ordered.mean()) if never == 0 else None,
        **{name: float(ordered[at]) if np.isfinite(ordered[at]) else None for name, at in places.items()},
        "never_share": never,
    }


def never_words(share: float) -> str:
    """Return how often something is never reached, or nothing."""
    return f"never in {percent(share)} of draws" if share > 0 else ""
