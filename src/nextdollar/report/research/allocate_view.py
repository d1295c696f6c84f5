"""A split of a budget as one object of plain data: what `nextdollar allocate --json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nextdollar.plan.words import significant
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.ranges import range_of
from nextdollar.research.allocation import AllocationAnswer
from nextdollar.research.allocation_curves import FLAT_SHARE, Isoflop, SizePrices
from nextdollar.research.allocation_law import REPEATS_LAW, coefficient_law
from nextdollar.research.machine import Machine
from nextdollar.scaling.allocate import Allocation
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, Domain
from nextdollar.scaling.laws.kaplan import Kaplan
from nextdollar.scaling.laws.law import Law
from nextdollar.units import FloatArray

ALLOCATE_SCHEMA = "nextdollar.allocate/1.0"
RANGES = ("params", "tokens", "loss_nats", "saving_share", "regret_share")
_EXTREME_TOKENS_PER_PARAM = 300.0
_WORTH_SAYING = 1.05
_MOST_EPOCHS_MEASURED = 40


def allocate_view(found: AllocationAnswer) -> dict[str, Any]:
    """Return a split as plain data."""
    n_draws = next((int(values.size) for values in found.ranges.values()), None)
    return enveloped(
        ALLOCATE_SCHEMA,
        {**_answer(found), **_asked(found), **_beside(found)},
        files=dict.fromkeys(found.law.files),
        draws=n_draws,
        seed=None,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _answer(found: AllocationAnswer) -> dict[str, Any]:
    best = found.best
    return {
        "law": found.law.name,
        "law_note": found.law.note,
        "params": float(best.params),
        "tokens": float(best.tokens),
        "loss_nats": float(best.loss_nats),
        "saving_share": _finite(found.saving_share),
        "ranges": _ranges(found.ranges),
        "second_opinion": _ranges(found.second_opinion),
        "tokens_per_param": float(best.tokens_per_param),
        "epochs": _epochs(best, found.demand.unique_tokens),
    }


def _asked(found: AllocationAnswer) -> dict[str, Any]:
    demand = found.demand
    return {
        "budget": {
            "flop": found.budget_flop,
            "usd": _usd(found.budget_flop, _price_usd(found.machine)),
            "covers": demand.covers,
        },
        "demand": {
            "inference_tokens": demand.inference_tokens,
            "unique_tokens": _finite(demand.unique_tokens),
            "params_most": _finite(demand.params_most),
            "deadline_flop": _finite(demand.deadline_flop),
        },
        "binding": list(found.binding),
        "doubling_nats": found.worth_nats,
    }


def _beside(found: AllocationAnswer) -> dict[str, Any]:
    plain = found.plain if np.isfinite(found.plain.params) else None
    saved_flop = None if plain is None else float(found.cost_flop(plain)) - float(found.cost_flop(found.best))
    price_usd = _price_usd(found.machine)
    return {
        "cost": cost_view(found.cost_flop(found.best), found.best, found.machine),
        "saved_flop": saved_flop,
        "saved_usd": _usd(saved_flop, price_usd),
        "plain": None if plain is None else _plan(plain, found),
        "hardware": hardware_view(found.machine),
        "flat": {
            "params_low": _finite(found.curves.flat_low),
            "params_high": _finite(found.curves.flat_high),
            "extra_share": FLAT_SHARE,
        },
        "isoflops": [_isoflop(curve) for curve in found.curves.isoflops],
        "sizes": _sizes(found.curves.prices, price_usd),
        "multiples": _sizes(found.curves.multiples, price_usd),
    }


def _price_usd(machine: Machine | None) -> float | None:
    return None if machine is None else float(machine.usd_per_flop)


def cost_view(cost_flop: Any, plan: Allocation, machine: Machine | None) -> dict[str, float | None]:
    """Return what a plan costs; serving is counted in FLOP at the price of training."""
    training_flop = float(FLOP_PER_PARAM_TOKEN * plan.params * plan.tokens)
    serving_flop = max(float(cost_flop) - training_flop, 0.0)
    price_usd = _price_usd(machine)
    return {
        "training_flop": training_flop,
        "serving_flop": serving_flop,
        "total_flop": training_flop + serving_flop,
        "training_gpu_hours": None if machine is None else float(machine.gpu_hours(training_flop)),
        "training_usd": _usd(training_flop, price_usd),
        "serving_usd": _usd(serving_flop, price_usd),
        "total_usd": _usd(training_flop + serving_flop, price_usd),
    }


def hardware_view(machine: Machine | None) -> dict[str, Any] | None:
    """Return the machine that dollars are counted on."""
    if machine is None:
        return None
    return {
        "accelerator": machine.accelerator.name,
        "usd_per_gpu_hour": float(machine.usd_per_gpu_hour),
        "mfu": float(machine.mfu),
        "serving_mfu": float(machine.serving_mfu),
        "assumed": list(machine.assumed),
    }


def extrapolation_words(name: str, domain: Domain, params: float, tokens: float) -> Iterator[str]:
    """Yield how far a model lies beyond the runs behind a law, in size, tokens and work."""
    beyond: list[str] = []
    below: list[str] = []
    for value, low, high, what in (
        (params, domain.params_low, domain.params_high, "parameters"),
        (tokens, domain.tokens_low, domain.tokens_high, "tokens"),
        (FLOP_PER_PARAM_TOKEN * params * tokens, domain.flop_low, domain.flop_high, "work"),
    ):
        if value > high * _WORTH_SAYING:
            beyond.append(f"{significant(value / high, 2)} times their most {what}")
        elif value * _WORTH_SAYING < low:
            below.append(f"less than their least {what}")
    if beyond or below:
        yield f"beyond the runs behind {name} ({', '.join(beyond + below)}): the loss is extrapolated"


def machine_warnings(machine: Machine | None, *, is_serving: bool) -> Iterator[str]:
    """Yield what was assumed of a machine."""
    if machine is None:
        return
    words = {
        "price": f"{significant(float(machine.usd_per_gpu_hour))} USD/gpu-hour (--price)",
        "mfu": f"an MFU of {significant(100 * float(machine.mfu), 2)} % in training (--mfu)",
        "serving_mfu": f"{significant(100 * float(machine.serving_mfu), 2)} % in serving (--serving-mfu)",
    }
    named = [words[name] for name in machine.assumed if name != "serving_mfu" or is_serving]
    if named:
        yield f"taken from the middle of the catalogue's ranges: {', '.join(named)}"


def repeats_words(epochs: float) -> Iterator[str]:
    """Yield that data are repeated more often than in any run behind the worth of repeats."""
    if epochs > _MOST_EPOCHS_MEASURED:
        yield f"no run behind the worth of repeats saw its data more than about {_MOST_EPOCHS_MEASURED} times"


def coefficient_words(draws: Law) -> Iterator[str]:
    """Yield what the draws of a law leave out, where they are of its coefficients alone."""
    if coefficient_law(draws) is draws:
        yield "ranges are of the coefficients alone; nextdollar forecast adds what the law may have wrong"


def _warnings(found: AllocationAnswer) -> Iterator[str]:
    best, law, demand = found.best, found.law, found.demand
    yield from extrapolation_words(law.name, law.domain, float(best.params), float(best.tokens))
    if not found.ranges:
        yield f"{law.name} is known by its best coefficients alone, so that these numbers have no range"
    if found.second_opinion:
        low, high = np.quantile(found.second_opinion["params"], (0.05, 0.95))
        if not low <= best.params <= high:
            yield "the fit and the forecast of the same runs disagree on the size: take neither for known"
    elif law.draws is not None:
        yield from coefficient_words(law.draws)
    if "not for " in law.note or "for comparison only" in law.note:
        yield f"{law.name}: {law.note}"
    if isinstance(law.law, Kaplan):
        yield f"{law.name} counts parameters without embeddings"
    if demand.inference_tokens > 0 and best.tokens_per_param > _EXTREME_TOKENS_PER_PARAM:
        ratio = significant(float(best.tokens_per_param))
        yield f"{ratio} tokens per parameter are far from usual: there laws overstate what more data do"
    yield from repeats_words(float(best.tokens / demand.unique_tokens))
    if np.isfinite(demand.unique_tokens) and not isinstance(law.law, DataConstrained):
        yield f"what repeated tokens are worth is taken from {REPEATS_LAW}"
    yield from machine_warnings(found.machine, is_serving=demand.inference_tokens > 0)


def _plan(plan: Allocation, found: AllocationAnswer) -> dict[str, Any]:
    return {
        "params": float(plan.params),
        "tokens": float(plan.tokens),
        "tokens_per_param": float(plan.tokens_per_param),
        "loss_nats": float(plan.loss_nats),
        "epochs": _epochs(plan, found.demand.unique_tokens),
        "cost": cost_view(found.cost_flop(plan), plan, found.machine),
    }


def _isoflop(curve: Isoflop) -> dict[str, Any]:
    return {
        "budget_flop": curve.budget_flop,
        "best": {
            "params": float(curve.best.params),
            "tokens": float(curve.best.tokens),
            "loss_nats": float(curve.best.loss_nats),
        },
        "rows": [
            {
                "params": float(curve.params[i]),
                "tokens": float(curve.tokens[i]),
                "loss_nats": float(curve.loss_nats[i]),
                "p5": None if curve.p5 is None else float(curve.p5[i]),
                "p95": None if curve.p95 is None else float(curve.p95[i]),
            }
            for i in range(curve.params.size)
        ],
    }


def _sizes(prices: SizePrices, price_usd: float | None) -> list[dict[str, float | None]]:
    return [
        {
            "params": float(prices.params[i]),
            "tokens": _finite(prices.tokens[i]),
            "cost_flop": _finite(prices.cost_flop[i]),
            "cost_usd": _usd(_finite(prices.cost_flop[i]), price_usd),
            "extra_share": _finite(prices.extra_share[i]),
        }
        for i in range(prices.params.size)
    ]


def _epochs(plan: Allocation, unique_tokens: float) -> float | None:
    return float(plan.tokens / unique_tokens) if np.isfinite(unique_tokens) else None


def _ranges(draws: Mapping[str, FloatArray]) -> dict[str, Any] | None:
    return {name: _range(draws[name]) for name in RANGES} if draws else None


def _range(draws: FloatArray) -> dict[str, float] | None:
    """Return a range over the draws that have an answer, and the share of those that have none."""
    has_answer = np.isfinite(draws)
    found = range_of(draws[has_answer])
    return None if found is None else {**found, "none_share": float(1 - has_answer.mean())}


def _usd(flop: float | None, price_usd: float | None) -> float | None:
    return None if flop is None or price_usd is None else flop * price_usd


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
