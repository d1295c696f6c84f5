"""Laws of pay-as-you-go customers fitted to histories and spend, with what the data leave open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nextdollar.customers.pay_as_you_go.fitting.fitted import COORDINATES, Fitted, PurchaseLaw, law_at
from nextdollar.customers.pay_as_you_go.fitting.newton import Maximum, maximise
from nextdollar.customers.pay_as_you_go.fitting.posterior import Posterior, Prior, posterior
from nextdollar.customers.pay_as_you_go.histories import Histories, unique_histories
from nextdollar.customers.pay_as_you_go.laws import PURCHASE_LAWS, GammaGamma
from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

# What each kind of the coordinates is about.
_ABOUT = {
    "bg-nbd": ("the rate of purchases", "the chance to leave after a purchase"),
    "mbg-nbd": ("the rate of purchases", "the chance to leave after a purchase"),
    "pareto-nbd": ("the rate of purchases", "the rate of leaving"),
    "bg-bb": ("the chance to buy in a period", "the chance to leave before a period"),
    "gamma-gamma": ("the spend of a customer from purchase to purchase", "the mean spend"),
}
_LEAST_BEND = 0.04
_LEAST_REPEATERS = 10
_COARSE_ROWS = 4000
# Different histories, as whole periods have them, up to which candidates cost next to nothing. With more the
# normal shape around the top of the posterior covers as well.
_MOST_ROWS = 200
_STARTS = ((1.0, 0.3), (0.5, 0.1))


def fit_purchases(name: str, histories: Histories) -> Fitted[PurchaseLaw]:
    """Law of purchases fitted to histories.

    Parameters
    ----------
    name : str
        "bg-nbd", "mbg-nbd", "pareto-nbd" or "bg-bb".
    histories : Histories
        One row a customer, or rows with weights; equal rows are taken together.

    Returns
    -------
    Fitted
        Log-likelihood without the constants that do not depend on the parameters (binomial counts).

    Raises
    ------
    DomainError
        If there is no such law, or BG/BB is asked of periods that are not whole.
    FitError
        If fewer than 10 customers ever came back, or the climb does not arrive.
    """
    require(name in PURCHASE_LAWS, "law", "one of " + ", ".join(PURCHASE_LAWS), name)
    n_repeaters = int(histories.n_customers[histories.n_repeats > 0].sum())
    if n_repeaters < _LEAST_REPEATERS:
        few = f"only {n_repeaters}" if n_repeaters else "none"
        raise FitError(
            f"{few} of the customers bought twice, and {_LEAST_REPEATERS} are needed to fit {name}"
        )
    unique, _ = unique_histories(histories)
    fitted = _fitted(name, _starts(name, unique), *_of_histories(name, unique))
    return replace(fitted, posterior=_posterior(fitted, unique))


def _posterior(fitted: Fitted[PurchaseLaw], unique: Histories) -> Posterior:
    """What the parameters may be; candidates where the histories are not too many to try them on."""
    coordinates, weights = COORDINATES[fitted.name], unique.n_customers

    def law(theta: FloatArray) -> PurchaseLaw:
        return law_at(fitted.name, [float(letter) for letter in coordinates.letters(theta)])

    def objective(theta: FloatArray) -> tuple[float, FloatArray]:
        likelihoods, slopes = law(theta).likelihood_and_slopes(unique)
        return float(weights @ likelihoods), coordinates.slopes(theta, slopes @ weights)

    def value(theta: FloatArray) -> float:
        return float(weights @ law(theta).log_likelihood(unique))

    is_small = len(unique.n_repeats) <= _MOST_ROWS
    return posterior(
        objective,
        value if is_small else None,
        fitted.theta,
        prior=Prior.of(coordinates, float(np.average(unique.n_periods_observed, weights=weights))),
        box=coordinates.bounds(fitted.theta),
    )


def _starts(name: str, unique: Histories) -> list[tuple[float, ...]]:
    """Points to climb from; of very many histories, where the climb over a part of them ended."""
    step = -(-len(unique.n_repeats) // _COARSE_ROWS)
    if step == 1:
        return _rough_starts(name, unique)
    part = unique.rows(slice(None, None, step))
    try:
        coarse = _fitted(name, _rough_starts(name, part), *_of_histories(name, part))
    except FitError:
        return _rough_starts(name, unique)
    return [tuple(coarse.parameters.values())]


def fit_spend(
    n_purchases: FloatArray, mean_usd: FloatArray, n_customers: FloatArray | None = None
) -> Fitted[GammaGamma]:
    """Gamma-Gamma fitted to the mean spend of customers.

    Parameters
    ----------
    n_purchases, mean_usd : array (n,)
        Purchases of a customer and their mean in USD, both above 0. By custom the first purchase of each
        customer is left out, and customers without a second one.
    n_customers : array (n,), optional
        Weights; 1 each by default.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than three customers, or the climb does not arrive.
    """
    require(np.isfinite(n_purchases) & (n_purchases > 0), "n_purchases", "finite and above 0", n_purchases)
    require(np.isfinite(mean_usd) & (mean_usd > 0), "mean_usd", "finite and above 0", mean_usd)
    weights = np.ones(n_purchases.shape) if n_customers is None else n_customers
    if weights.sum() < 3:
        raise FitError("spend is known of fewer than three customers with repeat purchases")

    def rows(law: Any) -> tuple[FloatArray, FloatArray]:
        return law.log_likelihood(n_purchases, mean_usd), law.slopes(n_purchases, mean_usd)

    typical_usd = float(np.average(mean_usd, weights=weights))
    starts = [(2.0, 3.0, typical_usd), (6.0, 4.0, typical_usd / 2)]
    return _fitted("gamma-gamma", starts, GammaGamma, rows, weights)


def bootstrap(
    fitted: Fitted[PurchaseLaw], histories: Histories, *, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    """Parameters of refits to customers drawn again with replacement, array (k, n_draws).

    Slower than `parameter_draws` and free of its normal shape. A refit that does not arrive is nan.
    """
    unique, _ = unique_histories(histories)
    n_total = int(unique.n_customers.sum())
    draws = np.full((len(fitted.theta), n_draws), np.nan)
    start = tuple(fitted.parameters.values())
    for place in range(n_draws):
        counts = rng.multinomial(n_total, unique.n_customers / unique.n_customers.sum()).astype(np.float64)
        law, rows, _ = _of_histories(fitted.name, unique)
        try:
            again = _fitted(fitted.name, [start], law, rows, counts)
        except FitError:
            continue
        draws[:, place] = tuple(again.parameters.values())
    return draws


def akaike_weights(fits: Sequence[Fitted[PurchaseLaw]]) -> FloatArray:
    """Weights of fits to the same histories in an average of forecasts, array (n,) that sums to 1.

    Notes
    -----
    exp(log-likelihood - number of parameters), scaled to sum to 1 (Burnham and Anderson 2002, section 2.9).
    """
    scores = np.array([fit.log_likelihood - len(fit.theta) for fit in fits])
    weights = np.exp(scores - scores.max())
    shares: FloatArray = weights / weights.sum()
    return shares


Rows = Callable[[Any], tuple[FloatArray, FloatArray]]


def _of_histories(name: str, unique: Histories) -> tuple[type[PurchaseLaw], Rows, FloatArray]:
    def rows(law: Any) -> tuple[FloatArray, FloatArray]:
        likelihoods, slopes = law.likelihood_and_slopes(unique)
        return likelihoods, slopes

    return PURCHASE_LAWS[name], rows, unique.n_customers


def _rough_starts(name: str, unique: Histories) -> list[tuple[float, ...]]:
    """Points to climb from: the mean rate as observed, with a little and with much leaving."""
    weights, seen = unique.n_customers, unique.n_periods_observed
    rate = float(np.average(unique.n_repeats, weights=weights) / np.average(seen, weights=weights))
    length = float(np.average(seen, weights=weights))
    found: list[tuple[float, ...]] = []
    for shape, leave_share in _STARTS:
        if name in ("bg-nbd", "mbg-nbd"):
            found.append((shape, shape / rate, 2 * leave_share, 2 * (1 - leave_share)))
        elif name == "pareto-nbd":
            found.append((shape, shape / rate, shape, shape * length / leave_share / 5))
        else:
            often = min(max(rate, 0.01), 0.9)
            found.append((2 * often, 2 * (1 - often), 2 * leave_share, 2 * (1 - leave_share)))
    return found


def _fitted(
    name: str, starts: Sequence[Sequence[float]], law: Any, rows: Rows, weights: FloatArray
) -> Fitted[Any]:
    coordinates = COORDINATES[name]

    def objective(theta: FloatArray) -> tuple[float, FloatArray]:
        likelihoods, slopes = rows(law(*(float(letter) for letter in coordinates.letters(theta))))
        return float(weights @ likelihoods), coordinates.slopes(theta, slopes @ weights)

    low, high = coordinates.bounds(coordinates.theta(starts[0]))
    best = maximise(objective, coordinates.theta(starts[0]), low=low, high=high)
    for start in starts[1:]:
        # A maximum inside the box has been the only one wherever we looked; on the box, look again.
        if best.has_converged and not any(best.at_low + best.at_high):
            break
        other = maximise(objective, coordinates.theta(start), low=low, high=high)
        best = max(best, other, key=lambda maximum: maximum.value)
    if not best.has_converged or not np.isfinite(best.curvature).all():
        raise FitError(f"the fit of {name} did not arrive: the data do not tell its parameters apart")
    letters = [float(letter) for letter in coordinates.letters(best.theta)]
    limits = _limits(name, best)
    covariance = _covariance(best)
    return Fitted(name, law(*letters), best.theta, covariance, best.value, float(weights.sum()), limits)


def _covariance(best: Maximum) -> FloatArray:
    free = ~(np.array(best.at_low) | np.array(best.at_high))
    covariance = np.zeros(best.curvature.shape)
    bends, axes = np.linalg.eigh(best.curvature[np.ix_(free, free)])
    # A direction that the data say nothing of is about as wide as the box.
    inverse = (axes / np.maximum(bends, _LEAST_BEND)) @ axes.T
    covariance[np.ix_(free, free)] = inverse
    return covariance


def _limits(name: str, best: Maximum) -> tuple[str, ...]:
    words = []
    what = COORDINATES[name].what()
    for (number, is_mean), at_low, at_high in zip(what, best.at_low, best.at_high, strict=True):
        about = _ABOUT[name][number]
        if is_mean and (at_low or at_high):
            words.append(f"{about} is {'0' if at_low else 'as high as can be'} as far as the data tell")
        elif at_high:
            words.append(f"{about} is the same for every customer as far as the data tell")
        elif at_low:
            words.append(f"{about} is all or nothing from customer to customer as far as the data tell")
    return tuple(words)
