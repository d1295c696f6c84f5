"""The shape of a saved fit, with bounds on what is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from nextdollar.research.saved_forecast import SavedForecast

FIT_SCHEMA = "nextdollar.fit/1.0"
SAVED_FIT_SCHEMA = "nextdollar.saved-fit/1.0"
_MAX_DRAWS, _MAX_COEFFICIENTS, _MAX_NAME = 65_536, 64, 200

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Name = Annotated[str, Field(max_length=_MAX_NAME)]


class _Part(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="ignore")


class SavedDomain(_Part):
    """The range of the runs; null where it has no end."""

    params_low: _Finite = Field(default=0.0, ge=0)
    params_high: _Finite | None = None
    tokens_low: _Finite = Field(default=0.0, ge=0)
    tokens_high: _Finite | None = None
    flop_low: _Finite = Field(default=0.0, ge=0)
    flop_high: _Finite | None = None


class SavedFile(_Part):
    """A table that the law was fitted to."""

    file: _Name
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class SavedFitShape(_Part):
    """What `nextdollar fit --save` writes: the law and its draws, and where they come from."""

    schema_: str = Field(alias="schema", max_length=_MAX_NAME)
    law: _Name
    parameters: dict[_Name, _Finite] = Field(min_length=1, max_length=_MAX_COEFFICIENTS)
    settings: dict[_Name, _Finite | _Name] = Field(default_factory=dict, max_length=_MAX_COEFFICIENTS)
    parameter_draws: dict[_Name, Annotated[list[_Finite], Field(max_length=_MAX_DRAWS)]] | None = Field(
        default=None, max_length=_MAX_COEFFICIENTS
    )
    forecast: SavedForecast | None = Field(default=None, description="draws that widen beyond the runs")
    domain: SavedDomain = Field(default_factory=SavedDomain)
    files: list[SavedFile] = Field(default_factory=list, max_length=100)
    n_runs: int = Field(default=0, ge=0)
