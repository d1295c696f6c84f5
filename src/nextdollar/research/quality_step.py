"""What it costs to go from one quality to another, and how likely each size of model gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.research.chosen_law import disagreement
from nextdollar.research.next_dollar import budgets_of
from nextdollar.research.quality import Quality, expected_metric
from nextdollar.scaling import Law
from nextdollar.scaling.downstream.quality_price import QualityPrice, quality_price
from nextdollar.scaling.downstream.threshold import reach_probability
from nextdollar.scaling.growth_path import GrowthPath, growth_path
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class QualityStep:
    """A step in quality along a path of models.

    `metric` (n_budgets, n_draws) is what each model is expected to score, `reach_share` (n_budgets,)
    how often a single run of it reaches the wanted value. `reasons` says why the price cannot be
    trusted, and is empty where it can.
    """

    quality: Quality
    path: GrowthPath
    metric: FloatArray
    reach_share: FloatArray
    price: QualityPrice
    usd_per_flop: Floats
    reasons: tuple[str, ...]

    def even_chance_flop(self) -> float:
        """Smallest budget in FLOP at which a single run reaches the wanted value in half of the draws."""
        at = np.flatnonzero(self.reach_share >= 0.5)
        return float(self.path.budget_flop[at[0]]) if at.size else np.nan


def quality_step(
    law: Law,
    quality: Quality,
    *,
    from_value: float,
    to_value: float,
    usd_per_flop: Floats,
    tokens_per_param: float | None = None,
    generator: np.random.Generator,
) -> QualityStep:
    """Price a step in quality, and how likely each size reaches it.

    Parameters
    ----------
    law : Law
        The law of the loss.
    quality : Quality
        The metric fitted to the losses of runs.
    from_value, to_value : float
        Two values of the metric in its unit; the second is the better one.
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0.
    tokens_per_param : float, optional
        Ratio at which the model grows; the compute-optimal one if it is left out.
    generator : numpy.random.Generator
        Where the metric's misfit and the scatter of runs come from.

    Raises
    ------
    DomainError
        If the second value is not better, or a number leaves its domain.
    """
    path = growth_path(law, budgets_of(law), tokens_per_param=tokens_per_param)
    metric = expected_metric(quality, path, generator=generator)
    price = quality_price(
        path.budget_flop, metric, from_value=from_value, to_value=to_value, usd_per_flop=usd_per_flop
    )
    # The same scatter at every size of a draw: sizes are then told apart by size alone.
    scatter = quality.fit.residual * generator.standard_normal(metric.shape[1])
    single = np.asarray(quality.fit.draws.bounds.clip(metric + scatter))
    reach = reach_probability(single, to_value, rises=quality.fit.rises)
    return QualityStep(
        quality, path, metric, reach, price, usd_per_flop, (*quality.doubts, *_parting(law, path, price))
    )


def _parting(law: Law, path: GrowthPath, price: QualityPrice) -> tuple[str, ...]:
    """Return whether laws that fit the same runs part where the wanted value is reached."""
    reached_flop = price.to_flop[np.isfinite(price.to_flop)]
    if not reached_flop.size:
        return ()
    at = int(np.argmin(np.abs(np.log(path.budget_flop / np.median(reached_flop)))))
    return disagreement(law, float(path.params[at]), float(path.tokens[at]))
