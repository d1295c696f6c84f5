"""Loss along lines of models, as quantiles of a law's draws: what charts of a law are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling import FLOP_PER_PARAM_TOKEN, Law
from nextdollar.scaling.laws.routed_moe import RoutedMoe
from nextdollar.scaling.runs import Runs
from nextdollar.uncertainty.summary import quantiles
from nextdollar.units import FloatArray

SHARES = {"p5": 0.05, "p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p95": 0.95}
_N_POINTS = 41
_BEYOND = 1.5
_SAME = 0.1
_LEAST_IN_A_LEVEL = 3
_LEAST_SPREAD = 1.5
_CENTRAL_SHARE = 0.3
_FLAT_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Curve:
    """Loss along a line of models: arrays (n_points,), and quantiles of the loss by their name.

    `held` names what is the same all along (params, tokens, flop or experts; "" on the frontier), and
    `fixed` is how much of it there is.
    """

    params: FloatArray
    tokens: FloatArray
    loss_nats: Mapping[str, FloatArray]
    held: str = ""
    fixed: float | None = None

    @property
    def is_flat(self) -> bool:
        """Whether the law says nothing of what changes along the line."""
        middle = self.loss_nats["p50"]
        return float(np.ptp(middle)) <= _FLAT_SHARE * float(middle[0])

    @property
    def flop(self) -> FloatArray:
        """Training work, 6 N D."""
        return FLOP_PER_PARAM_TOKEN * self.params * self.tokens


def loss_quantiles(law: Law, params: FloatArray, tokens: FloatArray) -> dict[str, FloatArray]:
    """Quantiles of the loss in nats per token of models (n_models,), by name."""
    loss = np.asarray(law.loss(params[:, None], tokens[:, None]))
    found = quantiles(loss, tuple(SHARES.values()))
    return dict(zip(SHARES, found, strict=True))


def along_params(law: Law, runs: Runs, n_curves: int = 3) -> tuple[Curve, ...]:
    """Loss against size, for the amounts of data (or numbers of experts) that most runs have.

    None where the law holds no parameters.
    """
    params = _span(runs.params)
    if isinstance(law, RoutedMoe) and runs.experts is not None:
        tokens = np.full_like(params, np.median(runs.tokens))
        found = [
            _curve(replace(law, experts=experts), params, tokens, "experts", experts)
            for experts in levels(runs.experts, n_curves)
        ]
    else:
        found = [
            _curve(law, params, np.full_like(params, tokens), "tokens", tokens)
            for tokens in levels(runs.tokens, n_curves)
        ]
    return tuple(item for item in found if not item.is_flat)


def along_tokens(law: Law, runs: Runs, n_curves: int = 3) -> tuple[Curve, ...]:
    """Loss against data, for the sizes that most runs have; none where the law holds no tokens."""
    tokens = _span(runs.tokens)
    found = [
        _curve(law, np.full_like(tokens, params), tokens, "params", params)
        for params in levels(runs.params, n_curves)
    ]
    return tuple(item for item in found if not item.is_flat)


def along_budgets(law: Law, budget_flop: FloatArray, best: Law) -> Curve:
    """Loss against budget (n_budgets,) at the split that is best by `best`, a law without draws."""
    params = np.asarray(best.optimal_params(budget_flop))
    return _curve(law, params, budget_flop / (FLOP_PER_PARAM_TOKEN * params), "", None)


def isoflop(law: Law, runs: Runs, n_budgets: int = 5) -> tuple[Curve, ...]:
    """Loss against size at the budgets that most runs were given, where they have a choice of sizes."""
    found = []
    for budget_flop in levels(runs.flop, n_budgets):
        near = runs.params[close_to(runs.flop, budget_flop)]
        if near.size >= _LEAST_IN_A_LEVEL and near.max() >= _LEAST_SPREAD * near.min():
            params = np.geomspace(near.min() / _BEYOND, near.max() * _BEYOND, _N_POINTS)
            tokens = budget_flop / (FLOP_PER_PARAM_TOKEN * params)
            found.append(_curve(law, params, tokens, "flop", budget_flop))
    return tuple(found)


def levels(values: FloatArray, n_levels: int) -> list[float]:
    """Typical values: of each of so many parts of their range (on a log scale), the one most runs share."""
    bins = np.round(np.log(values) / _SAME).astype(np.int64)
    numbers, n_runs = np.unique(bins, return_counts=True)
    edges = np.linspace(numbers[0], numbers[-1], n_levels + 1)
    part = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, n_levels - 1)
    found = []
    middles = (edges[:-1] + edges[1:]) / 2
    central = np.abs(numbers - middles[part]) <= _CENTRAL_SHARE * (edges[1] - edges[0])
    for index in np.unique(part):
        inside = part == index
        wanted = inside & central if bool((inside & central).any()) else inside
        commonest = int(np.argmax(np.where(wanted, n_runs, 0)))
        centre = float(np.exp(numbers[commonest] * _SAME))
        found.append(float(np.median(values[close_to(values, centre)])))
    return list(dict.fromkeys(found))


def close_to(values: FloatArray, value: float) -> NDArray[np.bool_]:
    """Whether values lie within a tenth of one, the mark by which runs count as of one budget or size."""
    return np.abs(np.log(values / value)) <= _SAME


def _span(values: FloatArray) -> FloatArray:
    return np.geomspace(float(values.min()) / _BEYOND, float(values.max()) * _BEYOND, _N_POINTS)


def _curve(law: Law, params: FloatArray, tokens: FloatArray, held: str, fixed: float | None) -> Curve:
    return Curve(params, tokens, loss_quantiles(law, params, tokens), held, fixed)
