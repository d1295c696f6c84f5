"""A law with draws that are wide enough: coefficients, noise, and a misfit that grows beyond the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.fitting.refusals import TooFewRunsError
from nextdollar.scaling.forecasting.anchored import coupled_of
from nextdollar.scaling.forecasting.posterior import most_likely, posterior
from nextdollar.scaling.forecasting.prior import Prior
from nextdollar.scaling.forecasting.width import Width
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, Domain
from nextdollar.scaling.laws.law import Frontier
from nextdollar.scaling.runs import Runs
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

LEAST_RUNS = 2
_COEFFICIENTS = ("E", "A", "alpha", "B", "beta", "k")


@dataclass(frozen=True, slots=True)
class ForecastLaw:
    """The coupled law with draws whose spread is that of runs yet to be made.

    `law` has coefficients (n_draws,) and `misfit` (n_draws,) is a standard score: draw i of a loss is
    law_i(N, D) exp(misfit_i width(N, D)). One score serves every model of a draw, so a draw that is
    too high for one model is too high for its neighbours. `rivals` are other forms fitted to the same
    runs, with coefficients that are numbers: how far they part says when no forecast can be made.
    """

    law: Coupled
    misfit: FloatArray
    width: Width
    rivals: tuple[Coupled, ...] = ()

    source: ClassVar[Source] = Coupled.source

    def __post_init__(self) -> None:
        shape = np.shape(self.law.E)
        require(np.shape(self.misfit) == shape, "misfit", f"of shape {shape}", np.shape(self.misfit))

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.misfit.size)

    @property
    def domain(self) -> Domain:
        """Range of the runs, with work counted as 6 N D."""
        return self.law.domain

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Draws of the loss in nats per token of a run; N and D above 0, their last axis the draw."""
        return self.law.loss(N, D) * np.exp(self.misfit * self.width.log(N, D))

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the law, without its misfit, per further parameter and per further token."""
        return self.law.gradient(N, D)

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss of each draw of the law, without its misfit."""
        return self.law.optimal_params(budget_flop, flop_per_param_token)

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget by each draw of the law, without its misfit."""
        return self.law.frontier(flop_per_param_token)

    def distance(self, N: Floats, D: Floats) -> Floats:
        """Decades that a model lies beyond the runs, 0 inside; see `Width.distance`."""
        return self.width.distance(N, D)

    def take(self, indices: NDArray[np.int64]) -> ForecastLaw:
        """Return the draws of the given indices (n,), in their order."""
        coefficients = {name: getattr(self.law, name)[indices] for name in _COEFFICIENTS}
        return replace(self, law=replace(self.law, **coefficients), misfit=self.misfit[indices])


def forecast_law(
    runs: Runs, prior: Prior, *, n_draws: int = 1024, generator: np.random.Generator
) -> ForecastLaw:
    """Draws of the loss of larger runs, from runs and from what other studies say.

    Parameters
    ----------
    runs : Runs
        Two separate runs or more, whose losses can be compared. Checkpoints of a run count as one run.
    prior : Prior
        What other studies say: `catalogue.study_fits.pooled_prior()`.
    n_draws : int
        At least 1.
    generator : numpy.random.Generator
        Where the draws come from.

    Returns
    -------
    ForecastLaw
        A law with draws (n_draws,). The order of the runs does not matter.

    Raises
    ------
    DomainError
        If `n_draws` is below 1.
    TooFewRunsError
        If there are fewer than two separate runs: level and slope could not be told apart from chance.

    Notes
    -----
    Repeated data and mixtures of experts are not part of the form: hand in runs that saw their data
    about once, of models that use all their parameters.
    """
    require(n_draws >= 1, "n_draws", "at least 1", n_draws)
    if runs.n_clusters < LEAST_RUNS:
        raise TooFewRunsError(f"a forecast needs {LEAST_RUNS} separate runs, got {runs.n_clusters}")
    domain = domain_of_work(runs)
    found = posterior(runs, prior, n_draws=n_draws, generator=generator)
    rivals = (most_likely(runs, prior, k_log=0.0), most_likely(runs, prior, floor=False))
    return ForecastLaw(
        law=coupled_of(found.draws, domain),
        misfit=found.scores,
        width=Width(coupled_of(found.theta, domain), found.noise_log, prior.curvature),
        rivals=tuple(coupled_of(rival.theta, domain) for rival in rivals),
    )


def domain_of_work(runs: Runs) -> Domain:
    """Return the range of runs with work counted as 6 N D, as the targets of a forecast are."""
    work_flop = FLOP_PER_PARAM_TOKEN * runs.params * runs.tokens
    return replace(runs.domain, flop_low=float(work_flop.min()), flop_high=float(work_flop.max()))
