"""A law fitted to a table of runs, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nextdollar.research.curves import Curve
from nextdollar.research.reading.run_table import RunTable
from nextdollar.scaling.fitting.choose import Choice
from nextdollar.scaling.fitting.influence import Influence
from nextdollar.scaling.fitting.profile import Profile
from nextdollar.scaling.fitting.residuals import Leftover
from nextdollar.scaling.fitting.result import Fit
from nextdollar.scaling.fitting.sensitivity import Sensitivity
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class FittedRuns:
    """A law fitted to a table of runs.

    `fit` holds coefficients, their errors and draws; `choice` says why this form was taken, None where
    it was asked for. `budgets_flop` are those at which the best split is told, none where the law has
    none. `sensitivity` are the coefficients by other objectives, `profiles` the rise of the sum along
    each coefficient, `influence` the coefficients without each run and `best_params_without` the best
    size at the last budget without it (n_clusters,), `leftover` what the law does not explain; each is
    None, or lacks entries, where the runs do not determine it. The curves are for pictures. `cpu_seconds`
    is what choice, fit and resamples took.
    """

    table: RunTable
    law_asked: str
    choice: Choice | None
    fit: Fit
    budgets_flop: tuple[float, ...]
    sensitivity: Sensitivity | None
    profiles: Mapping[str, Profile]
    influence: Influence | None
    best_params_without: FloatArray | None
    leftover: Leftover
    along_params: tuple[Curve, ...]
    along_tokens: tuple[Curve, ...]
    isoflop: tuple[Curve, ...]
    frontier: Curve | None
    n_draws: int
    seed: int
    cpu_seconds: float
