"""Scores of the customers of a log, one row each."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.audience.transactions.history import History, history_of
from nextdollar.audience.transactions.log import TransactionLog
from nextdollar.audience.transactions.segment_fit import AVERAGED
from nextdollar.customers.pay_as_you_go import Scores, Spend, akaike_weights, fit_purchases, fit_spend, score
from nextdollar.errors import FitError


@dataclass(frozen=True, slots=True)
class CustomerScores:
    """Scores by customer, over `n_periods` of `period_days` days ahead, by the law that fits better.

    `notes` say what was assumed, and why there are no values where there is spend.
    """

    customers: tuple[str, ...]
    model: str
    n_periods: float
    period_days: int
    scores: Scores
    notes: tuple[str, ...]


def customer_scores(
    log: TransactionLog,
    *,
    n_periods: float = 52,
    period_days: int = 7,
    model: str | None = None,
    until: str | None = None,
    gross_margin_share: float = 1.0,
    discount_per_period: float = 0.0,
) -> CustomerScores:
    """Scores of the customers of a log at the likeliest parameters.

    They order customers, and add up to totals. What one customer then does varies far more than the fit:
    a single score has no range of its own.

    Parameters
    ----------
    n_periods, period_days : number
        Periods ahead, and days in one.
    model : str, optional
        "bg-nbd", "mbg-nbd", "pareto-nbd" or "bg-bb"; by default the better of BG/NBD and Pareto/NBD.
    until : str, optional
        Last day that the log covers.
    gross_margin_share, discount_per_period : float
        For the value, where the log has spend: share left after the cost of serving, and the discount.

    Raises
    ------
    DomainError, FitError, OptionsError, RowsError
        As `transactions_retention`; DomainError for a margin or a discount out of its domain.
    """
    history = history_of(log, period_days=period_days, until=until, is_whole=model == "bg-bb")
    fits = [fit_purchases(name, history.histories) for name in ([model] if model else AVERAGED)]
    best = fits[int(akaike_weights(fits).argmax())]
    spend, notes = _spend(history, gross_margin_share, discount_per_period)
    scores = score(best.law, history.histories, n_periods, spend=spend)
    notes = (*log.notes, *history.notes, *notes)
    return CustomerScores(history.customers, best.name, n_periods, period_days, scores, notes)


def _spend(
    history: History, gross_margin_share: float, discount_per_period: float
) -> tuple[Spend | None, tuple[str, ...]]:
    """Law of spend, and why there is none."""
    spend_usd = history.repeat_spend_usd
    if spend_usd is None:
        return None, ()
    has_spent = spend_usd > 0
    try:
        law = fit_spend(history.histories.n_repeats[has_spent], spend_usd[has_spent]).law
    except FitError as error:
        return None, (f"no values: {error}",)
    if float(law.q) <= 1:
        return None, ("no values: the mean spend of all customers is infinite under the fit",)
    return Spend(law, spend_usd, gross_margin_share, discount_per_period), ()
