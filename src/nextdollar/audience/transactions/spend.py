"""What customers spend per purchase, and what today's customers will spend."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.audience.transactions.answer import SpendAnswer
from nextdollar.audience.transactions.history import History
from nextdollar.customers.pay_as_you_go import Fitted, PurchaseLaw, Spend, fit_spend, parameter_draws, score
from nextdollar.errors import DomainError, FitError
from nextdollar.uncertainty import Summary, summarise
from nextdollar.units import FloatArray


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
    if spend_usd is None:
        return None
    repeats = history.histories.n_repeats
    has_spent = spend_usd > 0
    try:
        spend = fit_spend(repeats[has_spent], spend_usd[has_spent])
    except FitError:
        return None
    draws = parameter_draws(spend, rng.standard_normal((3, len(totals))))
    p, q, v = draws
    mean_usd = p * v / np.where(q > 1, q - 1, np.nan)
    known = not np.isnan(mean_usd).any()
    errors = {k: None if math.isnan(error) else error for k, error in spend.standard_errors.items()}
    return SpendAnswer(
        spend.parameters,
        errors,
        spend.log_likelihood,
        int(has_spent.sum()),
        summarise(mean_usd, 1) if known else None,
        _value(history, fitted, Spend(spend.law, spend_usd), totals) if known else None,
        _rank_correlation(repeats[has_spent], spend_usd[has_spent]),
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


def _rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Spearman's rank correlation, with mean ranks for ties; nan where one of them is constant."""
    first, second = _ranks(one), _ranks(other)
    if first.std() == 0 or second.std() == 0:
        return math.nan
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], dtype=np.float64)
