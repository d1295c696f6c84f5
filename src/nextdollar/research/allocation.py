"""How a budget should be split between parameters and tokens; the twin of `nextdollar allocate`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import Fault, OptionsError
from nextdollar.research.allocation_curves import AllocationCurves, allocation_curves
from nextdollar.research.allocation_law import require_split, sources_of, with_unique_tokens
from nextdollar.research.allocation_plan import (
    NO_DEMAND,
    Demand,
    best_plan,
    bound_draws,
    drawn_answer,
    plain_plan,
    saving_share,
)
from nextdollar.research.laws import NamedLaw, named_law
from nextdollar.research.machine import Machine
from nextdollar.scaling.allocate import Allocation
from nextdollar.scaling.constraints import Limits, limited_optimal
from nextdollar.scaling.inference_aware import lifetime_flop
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class AllocationAnswer:
    """The best split of a budget, the plain compute-optimal one of the same loss, and their ranges.

    `budget_flop` is what the budget buys. `plain` is split as if nothing were asked but training;
    its fields are nan where no budget brings it to the loss. `saving_share` is the share of the cost
    of `plain` that `best` saves, serving counted. `ranges` holds draws (n_draws,) of params, tokens,
    loss_nats, saving_share and regret_share (what the plan wastes if a draw of the law is the truth);
    it is empty where the law has no draws. `second_opinion` holds the same of the forecast that was
    made from the same runs and from other studies, where there is one. `binding` names the limits
    that shape the plan.
    """

    law: NamedLaw
    budget_flop: float
    machine: Machine | None
    demand: Demand
    best: Allocation
    plain: Allocation
    saving_share: float
    ranges: dict[str, FloatArray]
    second_opinion: dict[str, FloatArray]
    binding: tuple[str, ...]
    worth_nats: dict[str, float]
    curves: AllocationCurves
    sources: tuple[Source, ...]

    @property
    def price_multiple(self) -> float:
        """Price of a FLOP in serving over that in training."""
        return price_multiple(self.machine)

    def cost_flop(self, plan: Allocation) -> Floats:
        """Training and serving of a plan, in FLOP at the price of training."""
        return lifetime_flop(
            plan.params, plan.tokens, self.demand.inference_tokens, price_multiple=self.price_multiple
        )


def allocate(
    law: NamedLaw | str,
    *,
    flop: float | None = None,
    usd: float | None = None,
    machine: Machine | None = None,
    demand: Demand = NO_DEMAND,
) -> AllocationAnswer:
    """Return the best split of a budget under a law.

    Parameters
    ----------
    law : NamedLaw or str
        A law of the catalogue by name, the file of an own fit, or what `named_law` returns.
    flop, usd : float
        The budget, above 0: one of the two. Dollars need a machine.
    machine : Machine, optional
        What the budget buys time on; with it serving is weighed in dollars, without it in FLOP.
    demand : Demand
        Tokens to serve, unique tokens, and limits.

    Raises
    ------
    OptionsError
        With everything that is wrong with the arguments.
    CatalogueError, RunsError
        If there is no such law.

    Notes
    -----
    Where tokens will be served and the budget covers training, the plan reaches the loss of the
    compute-optimal plan of that budget at the least cost of training and serving (Sardana et al.);
    where it covers the lifetime, the plan has the least loss that the budget can pay for.
    """
    _require(flop, usd, machine, demand)
    named = named_law(law) if isinstance(law, str) else law
    require_split(named)
    budget_flop = _budget_flop(flop, usd, machine)
    bound = with_unique_tokens(named, named.law, demand.unique_tokens)
    ratio = price_multiple(machine)
    best = best_plan(bound, budget_flop, demand, ratio)
    plain = plain_plan(bound, best.loss_nats)
    draws = bound_draws(named, demand)
    return AllocationAnswer(
        law=named,
        budget_flop=budget_flop,
        machine=machine,
        demand=demand,
        best=best,
        plain=plain,
        saving_share=float(saving_share(best, plain, demand, ratio)),
        ranges={} if draws is None else drawn_answer(draws, draws, best, budget_flop, demand, ratio),
        second_opinion=_second_opinion(named, best, budget_flop, demand, ratio),
        binding=_binding(best, budget_flop, demand, ratio),
        worth_nats=_worth(bound, budget_flop, demand),
        curves=allocation_curves(
            bound,
            best,
            inference_tokens=demand.inference_tokens,
            price_multiple=ratio,
            draws=draws,
        ),
        sources=sources_of(named, bound, machine, inference_tokens=demand.inference_tokens),
    )


def _budget_flop(flop: float | None, usd: float | None, machine: Machine | None) -> float:
    """Return what a budget buys; its arguments have been checked."""
    if flop is not None:
        return float(flop)
    if usd is None or machine is None:
        raise ValueError("a budget without work, and without dollars and a machine, passed the checks")
    return float(usd / machine.usd_per_flop)


def price_multiple(machine: Machine | None) -> float:
    """Return the price of a FLOP in serving over that in training; 1 where no machine is named."""
    return 1.0 if machine is None else float(machine.price_multiple)


def _require(flop: float | None, usd: float | None, machine: Machine | None, demand: Demand) -> None:
    """Raise OptionsError with everything that is wrong with the arguments."""
    faults = []
    if (flop is None) == (usd is None):
        got = "neither" if flop is None else "both"
        faults.append(Fault("ND1010", "flop or usd", "must be given, one of the two", got))
    if usd is not None and machine is None:
        faults.append(Fault("ND1010", "machine", "must be named beside usd", "none"))
    for name, value in (("flop", flop), ("usd", usd)):
        if value is not None and not 0 < value < np.inf:
            faults.append(Fault("ND1158", name, "must be above 0 and finite", str(value)))
    for name in ("unique_tokens", "params_most", "deadline_flop"):
        if not getattr(demand, name) > 0:
            faults.append(Fault("ND1158", name, "must be above 0", str(getattr(demand, name))))
    if not 0 <= demand.inference_tokens < np.inf:
        served = str(demand.inference_tokens)
        faults.append(Fault("ND1158", "inference_tokens", "must be at least 0 and finite", served))
    if faults:
        raise OptionsError(faults)


def _second_opinion(
    named: NamedLaw, best: Allocation, budget_flop: float, demand: Demand, ratio: float
) -> dict[str, FloatArray]:
    """Return the draws of the answer by the forecast of the same runs; it knows no repeats."""
    if named.forecast is None or np.isfinite(demand.unique_tokens):
        return {}
    return drawn_answer(named.forecast.law, named.forecast, best, budget_flop, demand, ratio)


def _binding(best: Allocation, budget_flop: float, demand: Demand, ratio: float) -> tuple[str, ...]:
    """Return which limits the plan stands at."""
    training_flop = FLOP_PER_PARAM_TOKEN * best.params * best.tokens
    whole_flop = lifetime_flop(best.params, best.tokens, demand.inference_tokens, price_multiple=ratio)
    spent_flop = whole_flop if demand.covers == "lifetime" else training_flop
    stands = {
        "budget": demand.inference_tokens == 0 or demand.covers == "lifetime",
        "deadline": training_flop >= demand.deadline_flop * (1 - 1e-6),
        "memory": best.params >= demand.params_most * (1 - 1e-9),
        "data": best.tokens > demand.unique_tokens * (1 + 1e-9),
    }
    stands["budget"] = stands["budget"] and bool(spent_flop >= budget_flop * (1 - 1e-6))
    return tuple(name for name, is_at in stands.items() if is_at)


def _worth(law: Law, budget_flop: float, demand: Demand) -> dict[str, float]:
    """Return the nats that twice as much of each limit would buy, where only training is asked for."""
    if demand.inference_tokens > 0:
        return {}

    def reached_nats(**more: float) -> float:
        flop = min(budget_flop * more.get("budget", 1.0), demand.deadline_flop * more.get("deadline", 1.0))
        limits = Limits(demand.params_most * more.get("memory", 1.0), np.inf, flop)
        return float(limited_optimal(law, limits).split.loss_nats)

    given = {"budget": budget_flop, "deadline": demand.deadline_flop, "memory": demand.params_most}
    now = reached_nats()
    return {name: now - reached_nats(**{name: 2.0}) for name, value in given.items() if np.isfinite(value)}
