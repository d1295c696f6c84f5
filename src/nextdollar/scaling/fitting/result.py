"""What a fit is: the best law, and how sure its coefficients are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from nextdollar.scaling.laws.law import Law
from nextdollar.units import FloatArray

Objective: TypeAlias = Literal["huber-log", "squares-log", "squares"]
"""What is least at the fit.

huber-log: sum of Huber losses of log-loss residuals; squares-log: sum of their squares; squares: sum
of squared residuals in nats.
"""


@dataclass(frozen=True, slots=True)
class Fit:
    """A law fitted to runs.

    `parameters` are the best coefficients by name, `standard_errors` and `interval_95` come from
    `draws`, the coefficients (n_draws,) of resampled whole runs. `residuals_log` (n_runs,) are
    ln(loss) - ln(law). `n_starts` starts were followed down; `starts_agreeing` of them ended within
    1e-8 relative of the least objective. `pinned_E_nats` is the floor
    that was given, None where it was fitted. `notes` are sentences for whoever reads the numbers.
    """

    form: str
    law: Law
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    interval_95: Mapping[str, tuple[float, float]]
    draws: Mapping[str, FloatArray]
    objective: float
    objective_kind: Objective
    huber_delta: float
    n_runs: int
    n_clusters: int
    n_starts: int
    starts_agreeing: int
    residuals_log: FloatArray
    pinned_E_nats: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def law_draws(self) -> Law:
        """The law with its resampled coefficients, arrays (n_draws,)."""
        return replace(self.law, **self.draws)  # type: ignore[type-var]
