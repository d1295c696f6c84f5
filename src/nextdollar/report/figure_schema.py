"""The shape of a figure of a plan: one number, or a summary of its draws."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """What all shapes of a plan have in common."""

    model_config = ConfigDict(populate_by_name=True)


class Summary(Shape):
    """Draws of an uncertain figure; a draw without an answer sorts last, and null stands for it."""

    mean: float | None
    p5: float | None
    p50: float | None
    p95: float | None
    standard_error: float | None = Field(
        description="sampling error of the mean, from the spread of the parts of the draws"
    )
    none_share: float | None = Field(default=None, description="share of draws without an answer")
    never_share: float | None = Field(default=None, description="share of draws that never pay back")


Figure = float | Summary | None
