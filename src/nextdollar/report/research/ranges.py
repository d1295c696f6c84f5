"""Draws in a few numbers: what a range of a law's answer is shown as."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from nextdollar.report.research.envelope import Shape
from nextdollar.uncertainty.summary import mean, quantiles
from nextdollar.units import Floats


class Range(Shape):
    """Mean and quantiles of draws."""

    mean: float
    p5: float
    p50: float
    p95: float


class LossRange(Range):
    """Mean and quantiles of a forecast: 50 % lie between p25 and p75, 90 % between p5 and p95."""

    p10: float
    p25: float
    p75: float
    p90: float = Field(description="80 % lie between p10 and p90")


def range_of(values: Floats) -> dict[str, float] | None:
    """Return mean, p5, p50 and p95 of draws (n_draws,); None for a certain number."""
    draws = np.asarray(values, dtype=np.float64)
    if draws.ndim == 0 or draws.size <= 1:
        return None
    p5, p50, p95 = (float(point) for point in quantiles(draws, (0.05, 0.5, 0.95)))
    return {"mean": mean(draws), "p5": p5, "p50": p50, "p95": p95}
