"""Retention of customers without a contract, from a log of their purchases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.transactions.answer import (
    ForecastPeriod,
    LawWeighed,
    ObservedPeriod,
    TransactionsRetention,
    TransactionsSegment,
)
from nextdollar.audience.transactions.history import History, history_of
from nextdollar.audience.transactions.holdout import holdout
from nextdollar.audience.transactions.log import TransactionLog, iso
from nextdollar.audience.transactions.spend import spend_answer
from nextdollar.audience.transactions.warnings import warnings_of
from nextdollar.customers.pay_as_you_go import (
    PURCHASE_LAWS,
    Fitted,
    GammaGamma,
    PurchaseLaw,
    akaike_weights,
    fit_purchases,
    future_purchases,
    law_at,
    parameter_draws,
    unique_histories,
)
from nextdollar.errors import Fault, FitError, OptionsError
from nextdollar.uncertainty import Summary, summarise
from nextdollar.units import FloatArray

AVERAGED = ("bg-nbd", "pareto-nbd")
"""Laws whose forecasts are averaged by default, by how well they fit."""

_MOST_PERIODS = 1200
_MOST_DRAWS = 2**16
# Totals over all customers are worked out on so many draws: each is a sum over every history.
_TOTAL_DRAWS = 256
_MOST_TOTAL_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A fitted law, its weight, and the draws of its parameters (k, n), as many as its weight says."""

    fitted: Fitted[PurchaseLaw]
    weight_share: float
    draws: FloatArray


def transactions_retention(
    log: TransactionLog,
    *,
    n_periods: int = 52,
    period_days: int = 7,
    n_draws: int = 4096,
    seed: int = 7,
    model: str | None = None,
    until: str | None = None,
) -> TransactionsRetention:
    """Retention of the customers of a log, with ranges.

    Parameters
    ----------
    log : TransactionLog
        From `read_transactions`.
    n_periods : int
        Periods ahead to forecast, 1 to 1,200.
    period_days : int
        Days in a period: 7 for weeks.
    n_draws : int
        Draws of the parameters, 100 to 65,536.
    seed : int
        0 or more; the same seed gives the same answer.
    model : str, optional
        "bg-nbd", "pareto-nbd" or "bg-bb"; by default the first two, averaged by how well they fit.
    until : str, optional
        Last day that the log covers, as 2026-01-31; by default the day of its last purchase.

    Raises
    ------
    OptionsError
        With every option that is out of its domain.
    RowsError
        If the log leaves no time to observe anybody.
    FitError
        If no customer came back, or no fit can be trusted.
    """
    _check_options(n_periods, period_days, n_draws, seed, model)
    history = history_of(log, period_days=period_days, until=until, is_whole=model == "bg-bb")
    rng = np.random.default_rng([seed, 0])
    weighed, refused = _weighed([model] if model else AVERAGED, history, n_draws, rng)
    best = max(weighed, key=lambda law: law.weight_share)
    forecast = _forecast(weighed, n_periods)
    totals = _future(weighed, history, n_periods, rng)
    spend = spend_answer(history, best.fitted, totals, rng)
    held = holdout(log, best.fitted.name, history, rng)
    laws = tuple(_law(law, history, n_periods) for law in weighed)
    said = warnings_of(history, best.fitted, laws, n_periods, spend, held)
    segment = _segment(best.fitted, history, forecast, (*log.notes, *history.notes, *refused, *said))
    sources = [type(law.fitted.law).source for law in weighed]
    return TransactionsRetention(
        log.file,
        log.sha256,
        (segment,),
        len(history.histories.n_repeats),
        int(history.histories.n_repeats.sum()),
        period_days,
        n_periods,
        log.first_day,
        iso(history.end_days),
        laws,
        _alive_now(weighed, history),
        summarise(totals, 1),
        held,
        spend,
        tuple(sources if spend is None else [*sources, GammaGamma.source]),
        seed,
        n_draws,
    )


def _check_options(n_periods: int, period_days: int, n_draws: int, seed: int, model: str | None) -> None:
    faults = [
        Fault("ND1725", name, rule, str(value))
        for name, value, low, high, rule in (
            ("--periods", n_periods, 1, _MOST_PERIODS, f"must be 1 to {_MOST_PERIODS:,}"),
            ("period_days", period_days, 1, 366, "must be 1 to 366 days"),
            ("draws", n_draws, 100, _MOST_DRAWS, f"must be 100 to {_MOST_DRAWS:,}"),
            ("seed", seed, 0, math.inf, "must be 0 or more"),
        )
        if not low <= value <= high
    ]
    if model is not None and model not in PURCHASE_LAWS:
        faults.append(Fault("ND1725", "model", f"must be one of {', '.join(PURCHASE_LAWS)}", model))
    if faults:
        raise OptionsError(faults)


def _weighed(
    names: Sequence[str], history: History, n_draws: int, rng: np.random.Generator
) -> tuple[tuple[_Weighed, ...], tuple[str, ...]]:
    """Laws fitted, each with as many draws as its weight says, and why others were not.

    The heaviest takes the draws that rounding leaves.
    """
    fits, refused = _fits(names, history)
    weights = akaike_weights(fits)
    counts = np.round(weights * n_draws).astype(int)
    counts[int(weights.argmax())] += n_draws - int(counts.sum())
    weighed = tuple(
        _Weighed(fit, float(weight), parameter_draws(fit, rng.standard_normal((len(fit.theta), int(count)))))
        for fit, weight, count in zip(fits, weights, counts, strict=True)
    )
    return weighed, refused


def _fits(names: Sequence[str], history: History) -> tuple[list[Fitted[PurchaseLaw]], tuple[str, ...]]:
    fits, refused = [], []
    for name in names:
        try:
            fits.append(fit_purchases(name, history.histories))
        except FitError as error:
            refused.append(error)
    if not fits:
        raise refused[0]
    return fits, tuple(f"{error}; the other law stands alone" for error in refused)


def _forecast(weighed: Sequence[_Weighed], n_periods: int) -> tuple[ForecastPeriod, ...]:
    periods = np.arange(n_periods + 1, dtype=np.float64)
    curves = [
        PURCHASE_LAWS[law.fitted.name](*law.draws).survival(periods[:, None])
        for law in weighed
        if law.draws.shape[1]
    ]
    together = np.concatenate([np.asarray(curve) for curve in curves], axis=1)
    return tuple(
        ForecastPeriod(period=period, survival_share=summarise(np.clip(row, 0.0, 1.0), 1))
        for period, row in enumerate(together)
    )


def _few(law: _Weighed, n_of_all: int, n_all: int) -> FloatArray:
    """The first draws of a law, as many as its part of `n_of_all`."""
    return law.draws[:, : -(-law.draws.shape[1] * n_of_all // n_all)]


def _future(
    weighed: Sequence[_Weighed], history: History, n_periods: int, rng: np.random.Generator
) -> FloatArray:
    n_all = sum(law.draws.shape[1] for law in weighed)
    totals = [
        future_purchases(law.fitted, few, history.histories, n_periods=float(n_periods), rng=rng)
        for law in weighed
        if (few := _few(law, _TOTAL_DRAWS, n_all)).shape[1]
    ]
    return np.concatenate(totals)


def _alive_now(weighed: Sequence[_Weighed], history: History) -> Summary:
    """Customers who are still there, by law and draw; of very many histories, a part is scaled up."""
    unique, _ = unique_histories(history.histories)
    n_all = sum(law.draws.shape[1] for law in weighed)
    step = -(-len(unique.n_repeats) // _MOST_TOTAL_ROWS)
    rows = np.arange(0, len(unique.n_repeats), step)
    part = unique.rows(rows)
    scale = unique.n_customers.sum() / part.n_customers.sum()
    found = [
        scale * float(part.n_customers @ law_at(law.fitted.name, letters).alive_share(part))
        for law in weighed
        for letters in _few(law, _TOTAL_DRAWS, n_all).T
    ]
    return summarise(np.array(found), 1)


def _law(law: _Weighed, history: History, n_periods: int) -> LawWeighed:
    fitted = law.fitted
    unique, _ = unique_histories(history.histories)
    alive = float(unique.n_customers @ fitted.law.alive_share(unique))
    last = float(fitted.law.survival(float(n_periods)))
    return LawWeighed(fitted.name, law.weight_share, fitted.log_likelihood, fitted.parameters, alive, last)


def _segment(
    fitted: Fitted[PurchaseLaw],
    history: History,
    forecast: tuple[ForecastPeriod, ...],
    warnings: tuple[str, ...],
) -> TransactionsSegment:
    return TransactionsSegment(
        "all",
        fitted.name,
        fitted.parameters,
        _known(fitted.standard_errors),
        fitted.log_likelihood,
        _observed(history),
        forecast,
        warnings,
    )


def _known(errors: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(error) else error for name, error in errors.items()}


def _observed(history: History) -> tuple[ObservedPeriod, ...]:
    return tuple(
        ObservedPeriod(period=period, bought_share=bought / customers, customers=customers)
        for period, (bought, customers) in enumerate(
            zip(history.bought_by_period, history.customers_by_period, strict=True), start=1
        )
        if customers
    )
