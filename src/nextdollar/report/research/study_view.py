"""A study as one object of plain data: what `--json` prints and text, charts and page are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.knee_view import price_view
from nextdollar.report.research.reached import reached
from nextdollar.research.machine import Machine
from nextdollar.research.next_run import Study
from nextdollar.scaling import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.study import RunWorth
from nextdollar.sources import Source
from nextdollar.units import Floats

STUDY_SCHEMA = "nextdollar.study/1.0"
_MOST_OPTIONS = 6
DecisionKind = Literal["candidates", "split", "budget"]


@dataclass(frozen=True, slots=True)
class StudyAsked:
    """What was asked: the law by name, the decision, value and price, and their origin."""

    law: str
    decision: DecisionKind
    target_flop: float | None
    value_usd_per_nat: Floats
    machine: Machine
    budget_usd: float | None
    sources: tuple[Source, ...]
    files: tuple[tuple[str, str], ...]
    draws: int
    seed: int
    warnings: tuple[str, ...] = ()


def study_view(asked: StudyAsked, study: Study) -> dict[str, Any]:
    """Return the answer as plain data."""
    decision = study.decision
    options = [_option(study, asked.machine, index) for index in range(len(decision.params))]
    likely = sorted(options, key=lambda item: -item["best_share"])
    return enveloped(
        STUDY_SCHEMA,
        {
            "law": asked.law,
            "decision": asked.decision,
            "target_flop": asked.target_flop,
            "value_usd_per_nat": reached(asked.value_usd_per_nat),
            "price": price_view(asked.machine),
            "budget_usd": asked.budget_usd,
            "noise_log": study.noise_log,
            "evpi_usd": study.perfect_usd,
            "best": options[decision.best],
            "options": options if asked.decision == "candidates" else likely[:_MOST_OPTIONS],
            "loss_interval_90_nats": _interval(study, 1.0),
            "next": None if study.next_run is None else _worth(study.next_run),
            "runs": [_worth(worth) for worth in study.ranked],
            "ladder": _ladder(study),
        },
        files=asked.files,
        draws=asked.draws,
        seed=asked.seed,
        warnings=asked.warnings,
        sources=(*asked.sources, *asked.machine.sources),
    )


def _option(study: Study, machine: Machine, index: int) -> dict[str, Any]:
    decision = study.decision
    params, tokens = float(decision.params[index]), float(decision.tokens[index])
    value = decision.value_usd.mean(axis=1)
    return {
        "params": params,
        "tokens": tokens,
        "cost_usd": float(FLOP_PER_PARAM_TOKEN * params * tokens * np.mean(machine.usd_per_flop)),
        "loss_nats": reached(decision.loss_nats[index]),
        "behind_best_usd": float(value.max() - value[index]),
        "best_share": float(decision.chances_best()[index]),
    }


def _worth(worth: RunWorth) -> dict[str, Any]:
    run = worth.runs[-1]
    return {
        "params": run.params,
        "tokens": run.tokens,
        "cost_usd": worth.cost_usd,
        "evsi_usd": worth.evsi_usd,
        "standard_error_usd": worth.standard_error_usd,
        "net_usd": worth.net_usd,
        "spread_left_share": worth.spread_left_share,
        "is_understated": worth.noise_factor > 1,
    }


def _ladder(study: Study) -> list[dict[str, Any]]:
    found, before = [], 0.0
    for worth in study.steps:
        run = worth.runs[-1]
        found.append(
            {
                "params": run.params,
                "tokens": run.tokens,
                "cost_usd": run.cost_usd,
                "adds_usd": worth.evsi_usd - before,
                "total_cost_usd": worth.cost_usd,
                "total_evsi_usd": worth.evsi_usd,
                "spread_left_share": worth.spread_left_share,
                "interval_90_nats": _interval(study, worth.spread_left_share),
            }
        )
        before = worth.evsi_usd
    return found


def _interval(study: Study, left_share: float) -> tuple[float, float]:
    """Return P5 and P95 of the loss of the option to take now, drawn in to the spread that is left."""
    low, middle, high = np.quantile(study.loss_now_nats, (0.05, 0.5, 0.95))
    return float(middle - (middle - low) * left_share), float(middle + (high - middle) * left_share)
