"""A knee as one object of plain data: what `--json` prints and text, charts and page are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.reached import reached
from nextdollar.research.machine import Machine
from nextdollar.research.next_dollar import Knee
from nextdollar.research.quality_step import QualityStep
from nextdollar.sources import Source
from nextdollar.units import Floats

KNEE_SCHEMA = "nextdollar.knee/1.0"
_AROUND = (0.01, 0.1, 1.0, 10.0, 100.0)
_CURVE_DECADES = 3.0
_RETURN_DECADES = 2.0
_CURVE_STEP = 6
_HALF_DECADES = (-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


@dataclass(frozen=True, slots=True)
class KneeAsked:
    """What was asked: the law by name, the value by nat or by point, the price, and their origin."""

    law: str
    largest_run_flop: float | None
    machine: Machine
    value_usd_per_nat: Floats | None
    value_usd_per_point: Floats | None
    tokens_per_param: float | None
    sources: tuple[Source, ...]
    files: tuple[tuple[str, str], ...]
    draws: int | None
    seed: int
    warnings: tuple[str, ...] = ()


def knee_view(asked: KneeAsked, knee: Knee | None, step: QualityStep | None) -> dict[str, Any]:
    """Return the answer as plain data; `knee` is None where no value was given, `step` where no metric."""
    value = asked.value_usd_per_nat if asked.value_usd_per_nat is not None else asked.value_usd_per_point
    by = None if value is None else "nat" if asked.value_usd_per_nat is not None else "point"
    return enveloped(
        KNEE_SCHEMA,
        {
            "law": asked.law,
            "valued_by": by,
            "value_usd": None if value is None else reached(value),
            "tokens_per_param": asked.tokens_per_param,
            "price": price_view(asked.machine),
            "largest_run_flop": asked.largest_run_flop,
            "knee": None if knee is None else _knee(knee, asked.largest_run_flop),
            "quality": None if step is None else _quality(step, asked),
        },
        files=asked.files,
        draws=asked.draws,
        seed=asked.seed,
        warnings=asked.warnings,
        sources=(*asked.sources, *asked.machine.sources),
    )


def price_view(machine: Machine) -> dict[str, Any]:
    """Return what training work costs."""
    return {
        "hardware": machine.accelerator.name,
        "usd_per_gpu_hour": reached(machine.usd_per_gpu_hour),
        "mfu": reached(machine.mfu),
        "usd_per_flop": reached(machine.usd_per_flop),
        "assumed": [name for name in machine.assumed if name != "serving_mfu"],
    }


def _knee(knee: Knee, largest_flop: float | None) -> dict[str, Any]:
    middle = float(np.median(knee.knee_flop))
    at = knee.at(middle)
    step = np.log10(knee.path.budget_flop / middle)
    around = [knee.at(middle * factor) for factor in _AROUND]
    near = np.flatnonzero(np.abs(step) <= _RETURN_DECADES)[::_CURVE_STEP]
    return {
        "budget_flop": reached(knee.knee_flop),
        "budget_usd": reached(knee.knee_usd),
        "advised_flop": knee.advised_flop,
        "advised_usd": float(knee.advised_flop * np.mean(knee.usd_per_flop)),
        "params": float(knee.path.params[at]),
        "tokens": float(knee.path.tokens[at]),
        "loss_nats": reached(knee.path.loss_nats[at]),
        "elasticity": float(np.median(knee.elasticity[at])),
        "beyond_share": knee.beyond_share,
        "decades_beyond": knee.decades_beyond,
        "cannot_say": knee.cannot_say,
        "reasons": list(knee.reasons),
        "around": [_budget(knee, index, largest_flop) for index in dict.fromkeys(around)],
        "curve": [_budget(knee, int(index), largest_flop) for index in near],
    }


def _budget(knee: Knee, at: int, largest_flop: float | None) -> dict[str, Any]:
    path = knee.path
    flop = float(path.budget_flop[at])
    return {
        "budget_flop": flop,
        "budget_usd": float(flop * np.mean(knee.usd_per_flop)),
        "params": float(path.params[at]),
        "tokens": float(path.tokens[at]),
        "loss_nats": reached(path.loss_nats[at]),
        "returned_usd_per_usd": reached(knee.returned_usd_per_usd[at]),
        "elasticity": float(np.median(knee.elasticity[at])),
        "beyond_data": _is_beyond(flop, largest_flop),
    }


def _is_beyond(flop: float, largest_flop: float | None) -> bool | None:
    return None if largest_flop is None else flop > largest_flop * (1 + 1e-9)


def _quality(step: QualityStep, asked: KneeAsked) -> dict[str, Any]:
    quality, price = step.quality, step.price
    value = asked.value_usd_per_point
    base = asked.largest_run_flop if asked.largest_run_flop is not None else float(step.path.budget_flop[0])
    even = step.even_chance_flop()
    wanted = [base * 10**half for half in _HALF_DECADES]
    decades = np.log10(step.path.budget_flop / base)
    drawn = (decades >= -_CURVE_DECADES) & (decades <= _CURVE_DECADES + 1)
    return {
        "metric": quality.metric,
        "columns": list(quality.columns),
        "rises": quality.fit.rises,
        "is_share": quality.fit.draws.bounds.high == 1,
        "form_shares": dict(quality.fit.form_shares),
        "residual": quality.fit.residual,
        "follows_loss": quality.follows_loss,
        "n_runs": quality.fit.n_runs,
        "n_left_out": quality.n_left_out,
        "from_value": price.from_value,
        "to_value": price.to_value,
        "from_flop": reached(price.from_flop),
        "to_flop": reached(price.to_flop),
        "cost_usd": reached(price.cost_usd),
        "break_even_usd_per_point": reached(price.break_even_usd_per_point),
        "value_usd_per_point": None if value is None else reached(value),
        "pays_share": None if value is None else price.pays_probability(value),
        "even_chance": None if not np.isfinite(even) else _sizes(step, [even], base)[0],
        "cannot_say": bool(step.reasons),
        "reasons": list(step.reasons),
        "sizes": _sizes(step, wanted, base),
        "curve": _sizes(step, step.path.budget_flop[drawn][::_CURVE_STEP], base),
    }


def _sizes(step: QualityStep, budgets: Iterable[float], largest_flop: float) -> list[dict[str, Any]]:
    path = step.path
    found = []
    for budget in budgets:
        at = int(np.argmin(np.abs(np.log(path.budget_flop / budget))))
        flop = float(path.budget_flop[at])
        found.append(
            {
                "budget_flop": flop,
                "budget_usd": float(flop * np.mean(step.usd_per_flop)),
                "params": float(path.params[at]),
                "tokens": float(path.tokens[at]),
                "metric": reached(step.metric[at]),
                "reach_share": float(step.reach_share[at]),
                "beyond_data": _is_beyond(flop, largest_flop),
            }
        )
    return found
