"""A plan for a budget, the plain one beside it, and both under every draw of a law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nextdollar.research.allocation_law import coefficient_law, with_unique_tokens
from nextdollar.research.laws import NamedLaw
from nextdollar.scaling.allocate import Allocation, compute_optimal
from nextdollar.scaling.constraints import Limits, limited_least_total, limited_optimal, limited_within_total
from nextdollar.scaling.inference_aware import least_total, lifetime_flop
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.law import Law
from nextdollar.scaling.repeated_data import unaware_split
from nextdollar.scaling.wrong_allocation import budget_for_loss
from nextdollar.units import FloatArray, Floats

Covers: TypeAlias = Literal["training", "lifetime"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a plan besides its budget.

    `inference_tokens` will be served over its life; the budget `covers` training, or the lifetime:
    training and serving. `unique_tokens` are there to train on (infinity: enough), `params_most` fit
    into memory, and `deadline_flop` can be done in time.
    """

    inference_tokens: float = 0.0
    covers: Covers = "training"
    unique_tokens: float = np.inf
    params_most: float = np.inf
    deadline_flop: float = np.inf


NO_DEMAND = Demand()


def best_plan(law: Law, budget_flop: float, demand: Demand, price_multiple: float) -> Allocation:
    """Return the best plan for a budget in FLOP of training, certain or per draw of the law."""
    limits = Limits(params=demand.params_most, flop=demand.deadline_flop)
    served = demand.inference_tokens
    if served == 0:
        return limited_optimal(law, Limits(limits.params, np.inf, min(budget_flop, limits.flop))).split
    way = limited_least_total if demand.covers == "training" else limited_within_total
    return way(law, limits, budget_flop, inference_tokens=served, price_multiple=price_multiple)


def plain_plan(law: Law, loss_nats: Floats) -> Allocation:
    """Return the compute-optimal plan of a loss, blind to serving and to repeats."""
    if isinstance(law, DataConstrained):
        return unaware_split(law, loss_nats)
    return compute_optimal(law, budget_for_loss(law, loss_nats))


def saving_share(best: Allocation, plain: Allocation, demand: Demand, price_multiple: float) -> Floats:
    """Return the share of the plain plan's cost that the best one saves; nan where there is no plain one."""
    is_plan = np.isfinite(plain.params)
    share = np.where(
        is_plan, 1 - _cost(best, demand, price_multiple) / _cost(plain, demand, price_multiple), np.nan
    )
    # Equal plans come back a rounding error apart.
    return np.where(np.abs(share) < 1e-9, 0.0, share)[()]


def drawn_answer(
    law: Law,
    loss_law: Law,
    plan: Allocation,
    budget_flop: float,
    demand: Demand,
    price_multiple: float,
) -> dict[str, FloatArray]:
    """Return the draws (n_draws,) of an answer: each draw's own plan, and what ours is under each.

    `law` has coefficients (n_draws,); `loss_law` is the same with what else widens its loss.
    """
    own = best_plan(law, budget_flop, demand, price_multiple)
    expected = law.loss(plan.params, plan.tokens)
    least = least_total(
        law, expected, inference_tokens=demand.inference_tokens, price_multiple=price_multiple
    )
    needed_share = _cost(least, demand, price_multiple) / _cost(plan, demand, price_multiple)
    plain = plain_plan(law, own.loss_nats)
    found: dict[str, Floats] = {
        "params": own.params,
        "tokens": own.tokens,
        "loss_nats": loss_law.loss(plan.params, plan.tokens),
        "saving_share": saving_share(own, plain, demand, price_multiple),
        "regret_share": np.where(np.isfinite(least.params), np.maximum(1 - needed_share, 0.0), np.nan),
    }
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}


def bound_draws(named: NamedLaw, demand: Demand) -> Law | None:
    """Return the draws of the law over the unique tokens; None where it has none."""
    if named.draws is None:
        return None
    return with_unique_tokens(named, coefficient_law(named.draws), demand.unique_tokens)


def _cost(plan: Allocation, demand: Demand, price_multiple: float) -> Floats:
    """Return training and serving of a plan in FLOP of training; of no plan that of a single parameter."""
    is_plan = np.isfinite(plan.params)
    params, tokens = np.where(is_plan, plan.params, 1.0), np.where(is_plan, plan.tokens, 1.0)
    return lifetime_flop(params, tokens, demand.inference_tokens, price_multiple=price_multiple)
