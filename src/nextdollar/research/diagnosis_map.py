"""Where balanced runs lie: the best size and tokens for each loss, and how far off is not yet waste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.research.allocation import price_multiple
from nextdollar.research.allocation_law import with_unique_tokens
from nextdollar.research.diagnosis import DiagnosisAnswer
from nextdollar.scaling.diagnose import BALANCED_SHARE
from nextdollar.scaling.inference_aware import least_total, lifetime_flop, served_as_trained_tokens
from nextdollar.scaling.isoflop import sizes_reaching
from nextdollar.scaling.wrong_allocation import tokens_for_loss
from nextdollar.units import FloatArray

_N_POINTS = 81
_AROUND = 1e3


@dataclass(frozen=True, slots=True)
class Corridor:
    """Splits (n_points,) along the best path, and tokens that are not yet too few or too many.

    At `params` the best tokens are `tokens`; from `tokens_low` to `tokens_high` a run wastes at most
    `BALANCED_SHARE` of its cost by its split.
    """

    params: FloatArray
    tokens: FloatArray
    tokens_low: FloatArray
    tokens_high: FloatArray


def corridor(found: DiagnosisAnswer) -> Corridor:
    """Return where balanced runs lie, from the smallest to the largest of the runs and a bit beyond."""
    served, ratio = found.inference_tokens, price_multiple(found.machine)
    # Runs with unique tokens of their own have no corridor in common but that of enough data.
    has_one_limit = np.unique(found.unique_tokens).size == 1
    limit = float(found.unique_tokens[0]) if has_one_limit else np.inf
    law = with_unique_tokens(found.law, found.law.law, limit)
    flop = 6.0 * found.runs.params * found.runs.tokens
    budgets = np.geomspace(flop.min() / _AROUND, flop.max() * _AROUND, _N_POINTS)
    losses = law.frontier().loss(budgets)
    best = least_total(law, losses, inference_tokens=served, price_multiple=ratio)
    cost_flop = lifetime_flop(best.params, best.tokens, served, price_multiple=ratio)
    low, high = sizes_reaching(
        law,
        cost_flop / (1 - BALANCED_SHARE),
        losses,
        served_tokens=served_as_trained_tokens(served, price_multiple=ratio),
    )
    sizes = np.asarray(best.params)
    # A small model at the edge of waste has the most tokens that its size should have.
    most = _tokens_at(sizes, np.asarray(low), np.asarray(tokens_for_loss(law, low, losses)))
    least = _tokens_at(sizes, np.asarray(high), np.asarray(tokens_for_loss(law, high, losses)))
    return Corridor(sizes, np.asarray(best.tokens), least, most)


def _tokens_at(params: FloatArray, known_params: FloatArray, known_tokens: FloatArray) -> FloatArray:
    """Return tokens at sizes between known ones, on logarithms; nan beyond them."""
    order = np.argsort(known_params)
    x, y = np.log(known_params[order]), np.log(known_tokens[order])
    return np.exp(np.interp(np.log(params), x, y, left=np.nan, right=np.nan))
