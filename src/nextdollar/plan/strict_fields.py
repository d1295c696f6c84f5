"""What all parts of a scenario have in common: unknown fields are refused, and nothing changes later."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NameOnly = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Strict(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)
