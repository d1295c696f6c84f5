"""Loss along a training budget: the curve, and the minimum of one that was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import FitError, require
from nextdollar.scaling.inference_aware import SERVING_FLOP_PER_PARAM_TOKEN, best_within_total
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law, require_budget
from nextdollar.scaling.rising_root import rising_root
from nextdollar.units import FloatArray, Floats

_LEAST_SIZES = 3


@dataclass(frozen=True, slots=True)
class Parabola:
    """The minimum of measured losses at one budget, by a parabola in ln N.

    `params` and `loss_nats` are those of the vertex, `curvature_nats` the second derivative in ln N.
    `standard_error_share` is that of the vertex as a share of it, from the scatter around the
    parabola; nan where three points leave no scatter.
    """

    params: float
    loss_nats: float
    curvature_nats: float
    standard_error_share: float


def isoflop_loss(
    law: Law,
    budget_flop: Floats,
    params: Floats,
    *,
    served_tokens: Floats = 0.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Loss of models of given sizes that all take one budget: L(N, C / (k N) - s).

    `budget_flop` (FLOP) and `params` above 0, of shapes that broadcast with the law's draws; nats per
    token. `served_tokens` s are what serving takes, as training tokens (`served_as_trained_tokens`);
    infinite where serving alone takes the budget.
    """
    require_budget(budget_flop, flop_per_param_token)
    require(np.greater(params, 0), "params", "above 0", params)
    require(np.greater_equal(served_tokens, 0), "served_tokens", "at least 0", served_tokens)
    tokens = budget_flop / (flop_per_param_token * params) - served_tokens
    is_trained = np.greater(tokens, 0)
    return np.where(is_trained, law.loss(params, np.where(is_trained, tokens, 1.0)), np.inf)[()]


def sizes_reaching(
    law: Law,
    budget_flop: Floats,
    loss_nats: Floats,
    *,
    served_tokens: Floats = 0.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> tuple[Floats, Floats]:
    """Smallest and largest model that a budget brings down to a loss.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; its coefficients may be draws.
    budget_flop : float or array (...)
        Training work, and serving where `served_tokens` are given, in FLOP, above 0.
    loss_nats : float or array (...)
        Loss to reach, in nats per token, above 0.
    served_tokens : float or array (...)
        As in `isoflop_loss`.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    (float or array (...), float or array (...))
        Parameters at both ends; nan where not even the best split reaches the loss.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.

    Notes
    -----
    Along a budget the loss has one minimum, so each end is one root in ln N on its side of it.
    """
    require(np.greater(loss_nats, 0), "loss_nats", "above 0", loss_nats)

    def reached_nats(log_params: Floats) -> Floats:
        """Return by how much a size gets below the loss."""
        return loss_nats - isoflop_loss(
            law,
            budget_flop,
            np.exp(log_params),
            served_tokens=served_tokens,
            flop_per_param_token=flop_per_param_token,
        )

    best = best_within_total(
        law,
        budget_flop,
        # Serving is proportional to tokens served, so these ones stand for `served_tokens`.
        inference_tokens=served_tokens * flop_per_param_token / SERVING_FLOP_PER_PARAM_TOKEN,
        flop_per_param_token=flop_per_param_token,
    )
    start = np.log(best.params) + np.zeros(np.shape(loss_nats))
    is_reached = np.greater_equal(reached_nats(start), 0)
    low = np.exp(rising_root(reached_nats, start))
    high = np.exp(-np.asarray(rising_root(lambda x: reached_nats(-x), -start)))
    return np.where(is_reached, low, np.nan)[()], np.where(is_reached, high, np.nan)[()]


def isoflop_minimum(params: FloatArray, loss_nats: FloatArray) -> Parabola:
    """Best size among runs of one budget: the vertex of a parabola through their losses in ln N.

    Parameters
    ----------
    params : array (n_runs,)
        Parameters of the runs, above 0, of at least three sizes.
    loss_nats : array (n_runs,)
        Their losses in nats per token.

    Returns
    -------
    Parabola
        Vertex, curvature and the standard error of the vertex.

    Raises
    ------
    DomainError
        If a size is 0 or less.
    FitError
        If there are fewer than three sizes, or if the runs do not enclose a minimum: the parabola
        bends down, or its vertex lies outside the sizes that were run.

    Notes
    -----
    Least squares of L on 1, x and x**2 with x = ln N (approach 2 of Hoffmann et al. 2022). The true
    curve is no parabola: where alpha and beta differ, or the sizes lie off the minimum, the vertex is
    biased, by as much as half of N (`parabola_bias_log` says by how much under a law). Prefer a fit of
    the whole surface for decisions.
    """
    require(np.greater(params, 0), "params", "above 0", params)
    log_params = np.log(np.asarray(params, dtype=np.float64))
    n_sizes = np.unique(log_params).size
    if n_sizes < _LEAST_SIZES:
        raise FitError(f"an isoFLOP minimum needs runs of at least {_LEAST_SIZES} sizes, got {n_sizes}")
    centre, spread = log_params.mean(), log_params.std()
    x = (log_params - centre) / spread
    table = np.stack([np.ones_like(x), x, x * x], axis=1)
    (constant, slope, bend), *_ = np.linalg.lstsq(table, loss_nats, rcond=None)
    _require_minimum(slope, bend, x, params)
    vertex = -slope / (2 * bend)
    error = np.nan
    if x.size > _LEAST_SIZES:
        scatter = loss_nats - table @ np.array([constant, slope, bend])
        covariance = np.linalg.inv(table.T @ table) * (scatter @ scatter) / (x.size - _LEAST_SIZES)
        gradient = np.array([0.0, -1 / (2 * bend), slope / (2 * bend**2)])
        error = float(np.sqrt(gradient @ covariance @ gradient) * spread)
    return Parabola(
        params=float(np.exp(centre + spread * vertex)),
        loss_nats=float(constant + slope * vertex + bend * vertex**2),
        curvature_nats=float(2 * bend / spread**2),
        standard_error_share=error,
    )


def _require_minimum(slope: float, bend: float, x: FloatArray, params: FloatArray) -> None:
    """Raise FitError unless a parabola has its minimum inside the sizes that were run."""
    sizes = f"{np.min(params):.4g} to {np.max(params):.4g} parameters"
    if bend <= 0:
        raise FitError(
            f"the runs of this budget enclose no minimum: over {sizes} the loss bends down; "
            "add smaller and larger models"
        )
    vertex = -slope / (2 * bend)
    if vertex <= x.min() or vertex >= x.max():
        side = "smaller" if vertex <= x.min() else "larger"
        raise FitError(
            f"the runs of this budget enclose no minimum: over {sizes} it lies beyond the {side} end; "
            f"add {side} models"
        )


def parabola_bias_log(
    law: Law,
    budget_flop: float,
    params: FloatArray,
    *,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> float:
    """Error in ln N that `isoflop_minimum` makes at these sizes if a law holds and nothing scatters.

    Parameters
    ----------
    law : Law
        A law with one number for each coefficient.
    budget_flop : float
        Training work of the runs, above 0.
    params : array (n_sizes,)
        Their sizes, above 0.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    float
        ln(vertex / best size): -0.1 means that the parabola says a tenth too few parameters.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.
    FitError
        As `isoflop_minimum`.
    """
    loss_nats = isoflop_loss(law, budget_flop, params, flop_per_param_token=flop_per_param_token)
    vertex = isoflop_minimum(params, np.asarray(loss_nats)).params
    return float(np.log(vertex / law.optimal_params(budget_flop, flop_per_param_token)))
