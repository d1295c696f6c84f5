"""A diagnosis as one object of plain data: what `nextdollar diagnose --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from nextdollar.plan.words import percent, significant
from nextdollar.report.research.allocate_view import (
    coefficient_words,
    extrapolation_words,
    hardware_view,
    machine_warnings,
    repeats_words,
)
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.runs_view import table_view
from nextdollar.research.allocation_law import REPEATS_LAW, n_draws_of, thinned
from nextdollar.research.diagnosis import DiagnosisAnswer
from nextdollar.research.diagnosis_map import corridor
from nextdollar.scaling.diagnose import AILMENTS, BALANCED_SHARE, TRAINING_GAP_SHARE
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.kaplan import Kaplan
from nextdollar.units import Floats

DIAGNOSE_SCHEMA = "nextdollar.diagnose/1.0"
SURE_SHARE = 0.9


def diagnose_view(found: DiagnosisAnswer) -> dict[str, Any]:
    """Return a diagnosis as plain data."""
    runs = [_run(found, i) for i in range(found.runs.n_runs)]
    counts = Counter(run["verdict"] for run in runs)
    answer = {
        "law": found.law.name,
        "law_note": found.law.note,
        "balanced_share": BALANCED_SHARE,
        "inference_tokens": found.inference_tokens,
        "unique_tokens": _one_limit(found),
        "counts": {name: counts.get(name, 0) for name in AILMENTS},
        "wasted_flop": float(np.sum(found.wasted_flop)),
        "wasted_usd": _usd(found, float(np.sum(found.wasted_flop))),
        "level_share": found.level_share,
        "spent_flop": float(np.sum(found.cost_flop)),
        "runs": runs,
        "hardware": hardware_view(found.machine),
        "corridor": _corridor(found),
        "table": None if found.table is None else table_view(found.table),
    }
    draws = None if found.law.draws is None else n_draws_of(thinned(found.law.draws, found.runs.n_runs))
    files = [*found.law.files]
    if found.table is not None:
        files.append((found.table.file, found.table.sha256))
    return enveloped(
        DIAGNOSE_SCHEMA,
        answer,
        files=dict.fromkeys(files),
        draws=draws,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _run(found: DiagnosisAnswer, i: int) -> dict[str, Any]:
    runs, diagnosis = found.runs, found.diagnosis
    params, tokens = float(runs.params[i]), float(runs.tokens[i])
    flop = 6.0 * params * tokens
    wasted = float(found.wasted_flop[i])
    return {
        "label": runs.labels[i],
        "params": params,
        "tokens": tokens,
        "tokens_per_param": tokens / params,
        "flop": flop,
        "verdict": str(diagnosis.ailment[i]),
        "agreeing_share": _finite(found.agreeing_share[i]),
        "is_sure": _is_sure(found, i),
        "forecast_verdicts": _by_the_forecast(found, i),
        "loss_nats": _at(diagnosis.loss_nats, i),
        "params_elasticity": _at(diagnosis.params_elasticity, i),
        "tokens_elasticity": _at(diagnosis.tokens_elasticity, i),
        "waste_share": _at(diagnosis.waste_share, i),
        "allocation_share": _at(diagnosis.allocation_share, i),
        "data_share": _at(diagnosis.data_share, i),
        "cost_flop": float(found.cost_flop[i]),
        "cost_usd": _usd(found, float(found.cost_flop[i])),
        "wasted_flop": wasted,
        "wasted_usd": _usd(found, wasted),
        "best": {"params": _at(diagnosis.best.params, i), "tokens": _at(diagnosis.best.tokens, i)},
        "best_tokens_per_param": _ratio(found, i),
        "rebalanced": {
            "params": _at(diagnosis.rebalanced.params, i),
            "tokens": _at(diagnosis.rebalanced.tokens, i),
            "loss_nats": _at(diagnosis.rebalanced.loss_nats, i),
        },
        "gained_nats": _at(diagnosis.loss_nats, i) - _at(diagnosis.rebalanced.loss_nats, i),
        "more_tokens_nats": _at(found.more_tokens_nats, i),
        "justified_tokens": _at(diagnosis.justified_tokens, i),
        "epochs": tokens / float(found.unique_tokens[i]) if np.isfinite(found.unique_tokens[i]) else None,
        "observed_nats": _finite(runs.observed_nats[i]),
        "gap": _gap(found, i),
        "mfu": _finite(found.mfu[i]),
    }


def _one_limit(found: DiagnosisAnswer) -> float | None:
    """Return the unique tokens that all runs share; None where there is no limit, or one for each."""
    shared = np.unique(found.unique_tokens)
    return _finite(shared[0]) if shared.size == 1 else None


def _is_sure(found: DiagnosisAnswer, i: int) -> bool | None:
    """Return whether the draws agree on a verdict, and the forecast of the same runs does not differ."""
    agreeing = found.agreeing_share[i]
    if not np.isfinite(agreeing):
        return None
    others = _by_the_forecast(found, i)
    return bool(agreeing >= SURE_SHARE and (others is None or others[str(found.diagnosis.ailment[i])] > 0.5))


def _by_the_forecast(found: DiagnosisAnswer, i: int) -> dict[str, float] | None:
    if found.forecast_shares is None:
        return None
    return {name: float(found.forecast_shares[k, i]) for k, name in enumerate(AILMENTS)}


def _ratio(found: DiagnosisAnswer, i: int) -> dict[str, float | None]:
    value = _at(found.diagnosis.best.tokens_per_param, i)
    if found.best_ratio is None:
        return {"value": value, "p5": None, "p95": None}
    return {"value": value, "p5": float(found.best_ratio[0, i]), "p95": float(found.best_ratio[2, i])}


def _gap(found: DiagnosisAnswer, i: int) -> dict[str, Any] | None:
    share = _at(found.gap.share, i)
    if not np.isfinite(share):
        return None
    return {
        "share": share,
        "tolerated_share": float(found.tolerated_share[i]),
        "lost_flop_share": _finite(_at(found.gap.lost_flop_share, i)),
        "is_worse": bool(np.asarray(found.gap.is_worse)[i]),
    }


def _corridor(found: DiagnosisAnswer) -> list[dict[str, float | None]]:
    band = corridor(found)
    return [
        {
            "params": float(band.params[i]),
            "tokens": float(band.tokens[i]),
            "tokens_low": _finite(band.tokens_low[i]),
            "tokens_high": _finite(band.tokens_high[i]),
        }
        for i in range(band.params.size)
    ]


def _warnings(found: DiagnosisAnswer) -> Iterator[str]:
    law, runs = found.law, found.runs
    if runs.n_runs == 1:
        yield from extrapolation_words(law.name, law.domain, float(runs.params[0]), float(runs.tokens[0]))
    else:
        low, high = runs.params * runs.tokens, law.domain.flop_high
        outside = float(np.mean(6.0 * low > high * 1.05))
        if outside > 0:
            yield f"{percent(outside)} of the runs took more work than any behind {law.name}"
    if law.draws is None:
        yield f"{law.name} is known by its best coefficients alone, so that the verdict has no probability"
    elif runs.n_runs == 1 and found.forecast_shares is None:
        yield from coefficient_words(law.draws)
    if abs(found.level_share) > TRAINING_GAP_SHARE:
        side = "above" if found.level_share > 0 else "below"
        level = percent(abs(found.level_share))
        yield f"your losses lie {level} {side} {law.name} as a whole: its level is not yours, fit your own"
    elif np.isfinite(runs.observed_nats).any() and not law.is_own:
        yield f"losses compare only if {law.name} has your data, tokeniser and loss; an own fit has"
    if isinstance(law.law, Kaplan):
        yield f"{law.name} counts parameters without embeddings"
    yield from repeats_words(float((runs.tokens / found.unique_tokens).max()))
    if np.isfinite(found.unique_tokens).any() and not isinstance(law.law, DataConstrained):
        yield f"what repeated tokens are worth is taken from {REPEATS_LAW}"
    is_low = found.mfu[np.isfinite(found.mfu)]
    if is_low.size and is_low[0] > 1:
        share = significant(100 * float(is_low[0]), 3)
        yield f"the run's work is {share} % of what the GPUs can do in that time: check --gpus and --time"
    yield from machine_warnings(found.machine, is_serving=found.inference_tokens > 0)


def _usd(found: DiagnosisAnswer, flop: float) -> float | None:
    return None if found.machine is None else flop * float(found.machine.usd_per_flop)


def _at(values: Floats, i: int) -> float:
    return float(np.broadcast_to(values, np.shape(values) or (i + 1,))[i])


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
