"""The size at which the next dollar returns exactly one dollar, draw by draw.

Between and beyond the candidates, a grid of sizes at the tokens-per-parameter ratio of the dearest
derived candidate is worked out with the same law, hardware and customers. In each draw the best size
is where present value peaks: there the next dollar returns one dollar. Needs a law and hardware; where
losses or costs are given, there is nothing between the candidates to read and the answer is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.plan.derived_serving import derived_serving_usd_per_token
from nextdollar.plan.derived_training import derived_training
from nextdollar.plan.economics import (
    Market,
    PresentBases,
    present_bases,
    present_value_and_cost,
    uplift_share,
)
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical, derived_training_usd, law_of, usd_per_gpu_hour
from nextdollar.units import FloatArray

_SIZES_PER_DECADE = 24
_DECADES_BEYOND = 1.0


@dataclass(frozen=True, slots=True)
class Frontier:
    """Present value along a grid of sizes, and the best size of each draw.

    Shapes: `params` (n_sizes,), `npv_mean_usd` and quantiles (n_sizes,), `best_params` (n_draws,);
    a draw whose best size lies at an end of the grid is counted in `at_lower_end` or `at_upper_end`.
    """

    params: FloatArray
    tokens_per_param: float
    npv_mean_usd: FloatArray
    npv_p5_usd: FloatArray
    npv_p95_usd: FloatArray
    loss_median_nats: FloatArray
    cost_mean_usd: FloatArray
    value_mean_usd: FloatArray
    best_params: FloatArray
    at_lower_end: float
    at_upper_end: float


def frontier(
    scenario: Scenario,
    values: Values,
    market: Market,
    technicals: Mapping[str, Technical],
    n_draws: int,
) -> Frontier | None:
    """Return the frontier of a scenario whose candidates are derived, or None where they are given."""
    # A dense law says nothing of sizes between mixtures of experts.
    dense = [t for name, t in technicals.items() if scenario.candidates[name].active_params is None]
    derived = [t for t in dense if t.training is not None]
    law = law_of(scenario, values)
    if law is None or scenario.hardware is None or not derived:
        return None
    sizes = [float(np.median(t.params)) for t in derived if t.params is not None]
    dearest = max(derived, key=lambda t: float(np.median(t.params if t.params is not None else 0.0)))
    ratio = float(np.median(dearest.tokens / dearest.params))  # type: ignore[operator]
    low, high = np.log10(min(sizes)), np.log10(max(sizes)) + _DECADES_BEYOND
    grid = np.logspace(low, high, max(int((high - low) * _SIZES_PER_DECADE), 2) + 1)
    today = technicals[scenario.today]
    bases = present_bases(market, values.get("hardware.deadline", 0.0))
    rows = [_point(scenario, values, bases, today, float(n), ratio=ratio, n_draws=n_draws) for n in grid]
    npv_usd = np.stack([row[0] for row in rows])
    best = npv_usd.argmax(axis=0)
    return Frontier(
        grid,
        ratio,
        npv_usd.mean(axis=1),
        np.quantile(npv_usd, 0.05, axis=1),
        np.quantile(npv_usd, 0.95, axis=1),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        _refined(grid, npv_usd, best),
        float(np.mean(best == 0)),
        float(np.mean(best == grid.size - 1)),
    )


def _point(
    scenario: Scenario,
    values: Values,
    bases: PresentBases,
    today: Technical,
    params: float,
    *,
    ratio: float,
    n_draws: int,
) -> tuple[FloatArray, float, float, float]:
    """Return (present value per draw, median loss, mean cost, mean value) of one size."""
    tokens = ratio * params
    training = derived_training(scenario, values, params, tokens)
    law = law_of(scenario, values)
    loss = law.loss(params, tokens) if law is not None else float("nan")
    price = usd_per_gpu_hour(scenario, values)
    per_token_usd = derived_serving_usd_per_token(scenario, values, params, usd_per_gpu_hour=price)
    training_usd = derived_training_usd(scenario, values, training)
    technical = Technical(
        params, tokens, loss, training_usd, per_token_usd, 0.0, 0.0, training, False,
    )  # fmt: skip
    uplift = uplift_share(scenario, values, today, technical)
    value, cost = present_value_and_cost(bases, uplift, today, technical)
    npv_usd = np.broadcast_to(np.asarray(value - cost, dtype=np.float64), (n_draws,))
    return npv_usd, float(np.median(loss)), float(np.mean(cost)), float(np.mean(value))


def _refined(grid: FloatArray, npv_usd: FloatArray, best: FloatArray) -> FloatArray:
    """Return the peak between grid points: of a parabola through the best size and its neighbours."""
    draws = np.arange(npv_usd.shape[1])
    middle = np.clip(best, 1, grid.size - 2)
    left, centre, right = (npv_usd[middle + k, draws] for k in (-1, 0, 1))
    bend = left - 2 * centre + right
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend < 0, 0.5 * (left - right) / bend, 0.0)
    spacing = np.log(grid[1] / grid[0])
    inside = (best > 0) & (best < grid.size - 1)
    refined: FloatArray = np.where(inside, grid[middle] * np.exp(np.clip(shift, -1, 1) * spacing), grid[best])
    return refined
