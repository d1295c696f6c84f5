"""Parts of what the verbs of `nextdollar estimate` print with `--json`."""

from __future__ import annotations

from pydantic import Field

from nextdollar.compute.training.ladder import Range
from nextdollar.report.research.envelope import Shape


class RangeShape(Shape):
    """The median, and the ends of the range that holds 90 %."""

    p5: float
    p50: float
    p95: float


class FlagShape(Shape):
    """A reported value that beats the physical bound."""

    column: str
    words: str
    cause: str = Field(description="what it most likely is instead")


def range_view(found: Range | None) -> dict[str, float] | None:
    """Return a range as plain data."""
    if found is None:
        return None
    return {"p5": float(found.p5), "p50": float(found.p50), "p95": float(found.p95)}
