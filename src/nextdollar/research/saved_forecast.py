"""The draws of a forecast as plain data, and back: what a saved fit needs beyond its runs."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from nextdollar.scaling import Domain
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.scaling.forecasting.width import Width
from nextdollar.scaling.laws.coupled import Coupled

_MAX_DRAWS, _MAX_RIVALS = 65_536, 16
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Draws = Annotated[list[_Finite], Field(min_length=1, max_length=_MAX_DRAWS)]
_COEFFICIENTS = tuple(field.name for field in fields(Coupled) if field.name != "domain")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Coupled(_Part):
    E: _Finite
    A: _Finite
    alpha: _Finite
    B: _Finite
    beta: _Finite
    k: _Finite


class _CoupledDraws(_Part):
    E: _Draws
    A: _Draws
    alpha: _Draws
    B: _Draws
    beta: _Draws
    k: _Draws


class _BoundedDomain(_Part):
    params_low: _Finite
    params_high: _Finite
    tokens_low: _Finite
    tokens_high: _Finite
    flop_low: _Finite
    flop_high: _Finite


class SavedForecast(_Part):
    """A law with draws that widen beyond its runs, each coefficient (n_draws,)."""

    domain: _BoundedDomain
    law: _CoupledDraws
    misfit: _Draws
    central: _Coupled
    noise_log: _Finite
    curvature: _Finite
    rivals: Annotated[list[_Coupled], Field(max_length=_MAX_RIVALS)]

    def forecast_law(self) -> ForecastLaw:
        """Return the law.

        Raises
        ------
        DomainError
            If the coefficients make no law.
        ValueError
            If the coefficients do not have as many draws each.
        """
        domain = Domain(**self.domain.model_dump())
        draws = {name: np.asarray(values) for name, values in self.law.model_dump().items()}
        misfit = np.asarray(self.misfit)
        if {values.size for values in draws.values()} != {misfit.size}:
            raise ValueError("each coefficient and the misfit need as many draws")
        central = Coupled(**self.central.model_dump(), domain=domain)
        return ForecastLaw(
            law=Coupled(**draws, domain=domain),
            misfit=misfit,
            width=Width(central, self.noise_log, self.curvature),
            rivals=tuple(Coupled(**rival.model_dump(), domain=domain) for rival in self.rivals),
        )


def forecast_fields(law: ForecastLaw) -> dict[str, Any]:
    """Return a law as plain data with every digit."""
    domain = {item.name: float(getattr(law.domain, item.name)) for item in fields(Domain)}
    return {
        "domain": domain,
        "law": {name: np.asarray(getattr(law.law, name)).tolist() for name in _COEFFICIENTS},
        "misfit": law.misfit.tolist(),
        "central": _numbers(law.width.central),
        "noise_log": float(law.width.noise_log),
        "curvature": float(law.width.curvature),
        "rivals": [_numbers(rival) for rival in law.rivals],
    }


def _numbers(law: Coupled) -> dict[str, float]:
    return {name: float(getattr(law, name)) for name in _COEFFICIENTS}
