"""What customers spend per purchase, and what today's customers will spend."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.audience.transactions.answer import SpendAnswer
from nextdollar.audience.transactions.history import History
from nextdollar.customers.pay_as_you_go import (
    Fitted,
    GammaGamma,
    PurchaseLaw,
    Spend,
    fit_spend,
    parameter_draws,
    score,
)
from nextdollar.customers.pay_as_you_go.fitting.coordinates import LEAST_ALIKE, MOST_ALIKE
from nextdollar.errors import DomainError, FitError
from nextdollar.uncertainty import Summary, summarise
from nextdollar.units import FloatArray

_PROPOSED, _WIDER, _LEAST_EFFECTIVE = 4, 1.5, 50.0
_MOST_CELLS = 4_000_000
_LEAST, _MOST = np.exp(LEAST_ALIKE) * 1.000001, np.exp(MOST_ALIKE) * 0.999999
MOST_ENDLESS_SHARE = 0.01
"""Share of draws without a finite mean of spend, above which none is given."""


def fitted_spend(history: History) -> tuple[Fitted[GammaGamma] | None, str]:
    """Law of spend per purchase of the customers of a log; None with the reason why there is none."""
    spend_usd = history.repeat_spend_usd
    if spend_usd is None:
        return None, "the log has no spend in USD"
    has_spent = spend_usd > 0
    try:
        return fit_spend(history.histories.n_repeats[has_spent], spend_usd[has_spent]), ""
    except FitError as error:
        return None, str(error)


def spend_draws(
    history: History, spend: Fitted[GammaGamma], n_draws: int, rng: np.random.Generator
) -> tuple[FloatArray, float]:
    """Draws (3, n_draws) of the law of spend, and the share of them in which its mean is infinite.

    Normal draws around the fit, widened, then drawn again in proportion to likelihood over density: where
    spend hardly differs between customers its spread is known up to a factor only, skewed to the side where
    all are alike, and normal draws would reach where no mean exists. Up to `MOST_ENDLESS_SHARE` of such
    draws are replaced by others.
    """
    draws = _by_likelihood(history, spend, n_draws, rng)
    is_endless = draws[1] <= 1
    endless_share = 1.0 if float(spend.law.q) <= 1 else float(is_endless.mean())
    if 0 < endless_share <= MOST_ENDLESS_SHARE:
        draws[:, is_endless] = draws[:, rng.choice(np.flatnonzero(~is_endless), int(is_endless.sum()))]
    return draws, endless_share


def _by_likelihood(
    history: History, spend: Fitted[GammaGamma], n_draws: int, rng: np.random.Generator
) -> FloatArray:
    spend_usd = history.repeat_spend_usd
    scores = rng.standard_normal((3, _PROPOSED * n_draws))
    # Of many customers the likelihood is normal, and looking at each once for every draw would take long.
    if spend_usd is None or scores.shape[1] * int((spend_usd > 0).sum()) > _MOST_CELLS:
        return parameter_draws(spend, scores[:, :n_draws])
    has_spent = spend_usd > 0
    repeats, mean_usd = history.histories.n_repeats[has_spent], spend_usd[has_spent]
    proposed = parameter_draws(spend, _WIDER * scores)
    fit = np.array([GammaGamma(*letters).log_likelihood(repeats, mean_usd).sum() for letters in proposed.T])
    is_free = np.linalg.eigvalsh(spend.covariance) > 0
    # Draws cut at the edge of the box stand for all beyond it: their density is another.
    inside = np.all((proposed[:2] > _LEAST) & (proposed[:2] < _MOST), axis=0)
    log_weights = np.where(inside, fit + (scores[is_free] ** 2).sum(axis=0) / 2, -np.inf)
    if not inside.any():
        return parameter_draws(spend, scores[:, :n_draws])
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    if 1 / (weights**2).sum() < _LEAST_EFFECTIVE:
        return parameter_draws(spend, scores[:, :n_draws])
    return np.asarray(proposed[:, rng.choice(len(weights), n_draws, p=weights)], dtype=np.float64)


def spend_answer(
    history: History, fitted: Fitted[PurchaseLaw], totals: FloatArray, rng: np.random.Generator
) -> SpendAnswer | None:
    """Spend of the customers of a log; None where it has no spend, or none that can be fitted.

    Parameters
    ----------
    totals : array (n_draws,)
        Draws of the purchases to come, which carry the range of `value_usd`.
    """
    spend_usd = history.repeat_spend_usd
    spend, _ = fitted_spend(history)
    if spend is None or spend_usd is None:
        return None
    has_spent = spend_usd > 0
    draws, endless_share = spend_draws(history, spend, len(totals), rng)
    p, q, v = draws
    known = endless_share <= MOST_ENDLESS_SHARE
    mean_usd = p * v / (q - 1) if known else np.full(len(totals), np.nan)
    errors = {k: None if math.isnan(error) else error for k, error in spend.standard_errors.items()}
    return SpendAnswer(
        spend.parameters,
        errors,
        spend.log_likelihood,
        int(has_spent.sum()),
        summarise(mean_usd, 1) if known else None,
        _value(history, fitted, Spend(spend.law, spend_usd), totals) if known else None,
        rank_correlation(history),
    )


def _value(history: History, fitted: Fitted[PurchaseLaw], spend: Spend, totals: FloatArray) -> Summary | None:
    """Spend of one customer over the horizon of `totals`: value at the fit, spread as the totals are."""
    try:
        scores = score(fitted.law, history.histories, 1.0, spend=spend)
    except DomainError:
        return None
    if scores.value_usd is None or scores.n_purchases.sum() <= 0:
        return None
    usd_per_purchase = scores.value_usd.sum() / scores.n_purchases.sum()
    return summarise(totals * usd_per_purchase / len(history.customers), 1)


def rank_correlation(history: History) -> float:
    """Spearman's, of spend per purchase with the number of purchases; nan where one of them is constant."""
    spend_usd = history.repeat_spend_usd
    if spend_usd is None or not (spend_usd > 0).any():
        return math.nan
    has_spent = spend_usd > 0
    first, second = _ranks(history.histories.n_repeats[has_spent]), _ranks(spend_usd[has_spent])
    if first.std() == 0 or second.std() == 0:
        return math.nan
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks, the mean one for ties."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], dtype=np.float64)
