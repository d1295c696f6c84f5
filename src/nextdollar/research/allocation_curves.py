"""What lies beside the best split: loss along budgets, and the price of other sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.scaling.allocate import Allocation, compute_optimal
from nextdollar.scaling.inference_aware import least_total, lifetime_flop, served_as_trained_tokens
from nextdollar.scaling.isoflop import isoflop_loss, sizes_reaching
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law
from nextdollar.scaling.wrong_allocation import tokens_for_loss
from nextdollar.uncertainty import quantiles
from nextdollar.units import FloatArray, Floats

FLAT_SHARE = 0.05
"""Sizes are called as good as the best where they cost at most this share more."""
_REACH = 16.0
_N_SIZES = 65
_BUDGETS = (0.1, 1.0, 10.0)
_MOST_TIMES = 2.0
MULTIPLES = (0.25, 0.5, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Isoflop:
    """Loss (n_sizes,) along one training budget; `p5` and `p95` per draw of the law, or None."""

    budget_flop: float
    best: Allocation
    params: FloatArray
    tokens: FloatArray
    loss_nats: FloatArray
    p5: FloatArray | None
    p95: FloatArray | None


@dataclass(frozen=True, slots=True)
class SizePrices:
    """What each size (n_sizes,) costs that reaches the loss of the plan, over what the plan costs.

    Nan where no number of tokens brings a size to that loss.
    """

    params: FloatArray
    tokens: FloatArray
    cost_flop: FloatArray
    extra_share: FloatArray


@dataclass(frozen=True, slots=True)
class AllocationCurves:
    """IsoFLOP curves at a tenth, once and ten times the plan's training work; prices of other sizes.

    `prices` spans the sizes that cost at most twice what the plan does, `multiples` are those of
    `MULTIPLES` times its size.
    Sizes from `flat_low` to `flat_high` cost at most `FLAT_SHARE` more than the cheapest one of that loss,
    whatever the limits on the plan.
    """

    isoflops: tuple[Isoflop, ...]
    prices: SizePrices
    multiples: SizePrices
    flat_low: float
    flat_high: float


def allocation_curves(
    law: Law, plan: Allocation, *, inference_tokens: float, price_multiple: float, draws: Law | None
) -> AllocationCurves:
    """Return what lies beside a plan; `draws` is the law with coefficients (n_draws,), or None."""
    training_flop = float(FLOP_PER_PARAM_TOKEN * plan.params * plan.tokens)
    served = float(served_as_trained_tokens(inference_tokens, price_multiple=price_multiple))

    def cost_flop(params: Floats, tokens: Floats) -> Floats:
        return lifetime_flop(params, tokens, inference_tokens, price_multiple=price_multiple)

    def prices(sizes: FloatArray) -> SizePrices:
        """Return what sizes cost that reach the loss of the plan."""
        tokens = np.asarray(tokens_for_loss(law, sizes, np.full(sizes.shape, plan.loss_nats)))
        is_reached = np.isfinite(tokens)
        costs = np.where(is_reached, cost_flop(sizes, np.where(is_reached, tokens, 1.0)), np.nan)
        return SizePrices(sizes, tokens, costs, costs / cost_flop(plan.params, plan.tokens) - 1)

    def ends(most_flop: Floats) -> tuple[float, float]:
        low, high = sizes_reaching(law, most_flop, plan.loss_nats, served_tokens=served)
        return float(low), float(high)

    free = least_total(law, plan.loss_nats, inference_tokens=inference_tokens, price_multiple=price_multiple)
    flat_low, flat_high = ends(cost_flop(free.params, free.tokens) * (1 + FLAT_SHARE))
    low, high = ends(cost_flop(plan.params, plan.tokens) * _MOST_TIMES)
    # Data repeated without end leave the loss flat: no size is too large or too small then.
    low = low if np.isfinite(low) else float(plan.params / _REACH)
    high = high if np.isfinite(high) else float(plan.params * _REACH)
    return AllocationCurves(
        tuple(_isoflop(law, factor * training_flop, plan, draws) for factor in _BUDGETS),
        prices(np.geomspace(low, high, _N_SIZES)),
        prices(plan.params * np.array(MULTIPLES)),
        flat_low,
        flat_high,
    )


def _isoflop(law: Law, budget_flop: float, plan: Allocation, draws: Law | None) -> Isoflop:
    best = compute_optimal(law, budget_flop)
    # A plan held far from the best size by a limit still lies on its curve.
    apart = max(plan.params / best.params, best.params / plan.params)
    reach = max(_REACH, 1.5 * apart)
    sizes = best.params * np.geomspace(1 / reach, reach, _N_SIZES)
    p5 = p95 = None
    if draws is not None:
        losses = np.asarray(isoflop_loss(draws, budget_flop, sizes[:, np.newaxis]))
        p5, p95 = (np.array([quantiles(row, (share,))[0] for row in losses]) for share in (0.05, 0.95))
    return Isoflop(
        budget_flop,
        best,
        sizes,
        budget_flop / (FLOP_PER_PARAM_TOKEN * sizes),
        np.asarray(isoflop_loss(law, budget_flop, sizes)),
        p5,
        p95,
    )
