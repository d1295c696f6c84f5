"""Retention of customers without a contract, from a log of their purchases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.audience.transactions.answer import (
    ForecastPeriod,
    LawWeighed,
    ObservedPeriod,
    TransactionsRetention,
    TransactionsSegment,
)
from nextdollar.audience.transactions.first_leavers import of_first_leavers
from nextdollar.audience.transactions.history import History
from nextdollar.audience.transactions.holdout import holdout
from nextdollar.audience.transactions.log import TransactionLog, iso
from nextdollar.audience.transactions.segment_fit import (
    FitQuestion,
    LeftOut,
    SegmentFit,
    Weighed,
    fit_segments,
)
from nextdollar.audience.transactions.spend import spend_answer
from nextdollar.audience.transactions.warnings import warnings_of
from nextdollar.customers.pay_as_you_go import (
    PURCHASE_LAWS,
    GammaGamma,
    future_purchases,
    law_at,
    unique_histories,
)
from nextdollar.errors import Fault, OptionsError
from nextdollar.uncertainty import Summary, summarise
from nextdollar.units import FloatArray

_MOST_PERIODS = 1200
_MOST_DRAWS = 2**16
# Totals over all customers are worked out on so many draws: each is a sum over every history.
_TOTAL_DRAWS = 256
_MOST_TOTAL_ROWS = 20_000


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
        "bg-nbd", "mbg-nbd", "pareto-nbd" or "bg-bb"; by default BG/NBD and Pareto/NBD, averaged
        by how well they fit.
    until : str, optional
        Last day that the log covers, as 2026-01-31; by default the day of its last purchase.

    Raises
    ------
    OptionsError
        With every option that is out of its domain.
    RowsError
        If the log leaves no time to observe anybody.
    FitError
        If no customer came back, or no fit can be trusted; of several segments, in none of them.
    """
    check_options(n_periods, period_days, n_draws, seed, model)
    question = FitQuestion(period_days=period_days, until=until, model=model, n_draws=n_draws, seed=seed)
    fits, left_out = fit_segments(log, question)
    head = LogHead(log.file, log.sha256, period_days, log.first_day, iso(fits[0].history.end_days))
    found = together(fits, left_out, head, n_periods=n_periods, n_draws=n_draws)
    return replace(found, seed=seed)


@dataclass(frozen=True, slots=True)
class LogHead:
    """File, digest of its bytes, days in a period, first and last day; None and "" where nothing says."""

    file: str
    sha256: str
    period_days: int | None
    first_day: str
    last_day: str


def together(
    fits: Sequence[SegmentFit],
    left_out: Sequence[LeftOut],
    head: LogHead,
    *,
    n_periods: int,
    n_draws: int,
) -> TransactionsRetention:
    """Answer from fitted segments: each, and all of them together."""
    found = [_segment(fit, n_periods) for fit in fits]
    segments = tuple(item.segment for item in found)
    only = segments[0] if len(segments) == 1 else None
    has_spend = any(segment.spend is not None for segment in segments)
    sources = [type(law.fitted.law).source for fit in fits for law in fit.laws]
    return TransactionsRetention(
        head.file,
        head.sha256,
        segments,
        sum(segment.n_customers for segment in segments),
        sum(segment.n_repeat_purchases for segment in segments),
        head.period_days,
        n_periods,
        head.first_day,
        head.last_day,
        () if only is None else only.laws,
        _alive_together(found),
        summarise(_together([item.totals for item in found]), 1),
        None if only is None else only.holdout,
        None if only is None else only.spend,
        tuple(dict.fromkeys([*sources, *([GammaGamma.source] if has_spend else [])])),
        0,
        n_draws,
        tuple(left_out),
        tuple(fits),
    )


def check_options(n_periods: int, period_days: int, n_draws: int, seed: int, model: str | None) -> None:
    """Raise OptionsError with every option of a forecast of purchases that is out of its domain."""
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A segment, and draws (n,) of its active customers and of its purchases ahead."""

    segment: TransactionsSegment
    alive: FloatArray
    totals: FloatArray


def _segment(fit: SegmentFit, n_periods: int) -> _Found:
    history, best = fit.history, fit.best
    forecast = _forecast(fit.laws, n_periods)
    totals = _future(fit, n_periods)
    spend = spend_answer(history, best, totals, fit.rng)
    held = None if fit.log is None else holdout(fit.log, best.name, history, fit.rng)
    laws = tuple(_law(law, history, n_periods) for law in fit.laws)
    said = [*warnings_of(history, best, laws, n_periods, spend, held, has_dates=fit.log is not None)]
    said[1:1] = of_first_leavers(fit, n_periods)
    alive = _alive_now(fit)
    segment = TransactionsSegment(
        fit.segment,
        best.name,
        best.parameters,
        _known(best.standard_errors),
        best.log_likelihood,
        _observed(history),
        forecast,
        (*fit.notes, *said),
        len(history.histories.n_repeats),
        int(history.histories.n_repeats.sum()),
        laws,
        _from_law_to_law(summarise(alive, 1), [law.alive_now_customers for law in laws]),
        summarise(totals, 1),
        held,
        spend,
    )
    return _Found(segment, alive, totals)


def _together(parts: Sequence[FloatArray]) -> FloatArray:
    """Draws of a sum over segments, which know nothing of each other."""
    if len(parts) == 1:
        return parts[0]
    n_draws = min(len(part) for part in parts)
    # Draws stand by law: without a shuffle the first law of one would always meet the first of another.
    mixed = [np.random.default_rng([place]).permutation(part)[:n_draws] for place, part in enumerate(parts)]
    return np.asarray(np.sum(mixed, axis=0))


def _forecast(laws: Sequence[Weighed], n_periods: int) -> tuple[ForecastPeriod, ...]:
    periods = np.arange(n_periods + 1, dtype=np.float64)
    curves = [
        PURCHASE_LAWS[law.fitted.name](*law.draws).survival(periods[:, None])
        for law in laws
        if law.draws.shape[1]
    ]
    together = np.concatenate([np.asarray(curve) for curve in curves], axis=1)
    by_law = np.stack([np.asarray(law.fitted.law.survival(periods)) for law in laws], axis=1)
    return tuple(
        ForecastPeriod(
            period=period,
            survival_share=_from_law_to_law(summarise(np.clip(row, 0.0, 1.0), 1), alone.tolist()),
        )
        for period, (row, alone) in enumerate(zip(together, by_law, strict=True))
    )


def _from_law_to_law(found: Summary, by_law: Sequence[float]) -> Summary:
    """Range that reaches to what each law alone says of who is still there.

    Purchases tell the laws apart by how well they fit, and not by whether who is silent is gone: a law
    of no weight may be the one that is right about that.
    """
    return replace(found, p5=min(found.p5, *by_law), p95=max(found.p95, *by_law))


def _alive_together(parts: Sequence[_Found]) -> Summary:
    found = summarise(_together([item.alive for item in parts]), 1)
    by_law = [[law.alive_now_customers for law in item.segment.laws] for item in parts]
    return _from_law_to_law(found, [sum(map(min, by_law)), sum(map(max, by_law))])


def _future(fit: SegmentFit, n_periods: int) -> FloatArray:
    histories, ahead = fit.history.histories, float(n_periods)
    totals = [
        future_purchases(law.fitted, few, histories, n_periods=ahead, rng=fit.rng)
        for law in fit.laws
        if (few := law.first(_TOTAL_DRAWS, fit.n_draws)).shape[1]
    ]
    return np.concatenate(totals)


def _alive_now(fit: SegmentFit) -> FloatArray:
    """Customers who are still there, by law and draw; of very many histories, a part is scaled up."""
    unique, _ = unique_histories(fit.history.histories)
    step = -(-len(unique.n_repeats) // _MOST_TOTAL_ROWS)
    part = unique.rows(np.arange(0, len(unique.n_repeats), step))
    scale = unique.n_customers.sum() / part.n_customers.sum()
    found = [
        scale * float(part.n_customers @ law_at(law.fitted.name, letters).alive_share(part))
        for law in fit.laws
        for letters in law.first(_TOTAL_DRAWS, fit.n_draws).T
    ]
    return np.array(found)


def _law(law: Weighed, history: History, n_periods: int) -> LawWeighed:
    fitted = law.fitted
    unique, _ = unique_histories(history.histories)
    alive = float(unique.n_customers @ fitted.law.alive_share(unique))
    last = float(fitted.law.survival(float(n_periods)))
    return LawWeighed(fitted.name, law.weight_share, fitted.log_likelihood, fitted.parameters, alive, last)


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
