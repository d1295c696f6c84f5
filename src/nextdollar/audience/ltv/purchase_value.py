"""What the customers of a log of purchases still bring: by segment, together, and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.audience.ltv.purchase_answer import (
    LawValue,
    PurchaseSegmentValue,
    PurchaseValue,
    WorthAhead,
)
from nextdollar.audience.ltv.purchase_draws import Horizons, ValueDraws, value_draws
from nextdollar.audience.ltv.purchase_notes import notes_of, segment_warnings
from nextdollar.audience.ltv.purchase_part import Spending
from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.transactions.customers import Ranged, customers_ahead
from nextdollar.audience.transactions.history import end_of
from nextdollar.audience.transactions.holdout import holdout
from nextdollar.audience.transactions.log import TransactionLog, iso, read_transactions
from nextdollar.audience.transactions.segment_fit import FitQuestion, LeftOut, SegmentFit, fit_segments
from nextdollar.audience.transactions.spend import fitted_spend
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.pay_as_you_go import GammaGamma
from nextdollar.errors import Fault, FitError
from nextdollar.uncertainty import summarise
from nextdollar.units import FloatArray

_TENTH = 0.1


def ltv_of_purchases(
    log: TransactionLog | Path | str, question: PurchaseValueQuestion | None = None, *, by: str | None = None
) -> PurchaseValue:
    """Return what the customers of a log of purchases still bring, from the last day of the log on.

    Parameters
    ----------
    log : TransactionLog, or Path or str
        From `read_transactions`; or a CSV file with a customer, a date and what was spent.
    question : PurchaseValueQuestion, optional
        Margin, discount, horizon; None: all that is spent, not discounted, 36 months.
    by : str, optional
        Column of the file whose contents are the segments; each is fitted by itself.

    Returns
    -------
    PurchaseValue
        Values with their 90 % ranges by customer on average, weighted by spend, and in total; the shares
        beyond the horizon and beyond the data; the value of a new customer; each customer.

    Raises
    ------
    RowsError
        With every fault of the file; also where it has no spend in USD.
    OptionsError
        If the last day lies before the last purchase.
    FitError
        If nothing can be said of any segment: too few customers came back, or spend has no finite mean.

    Notes
    -----
    margin x sum over customers of spend per purchase x P(alive) x present purchases ahead; laws averaged by
    weight. Spend per purchase (Gamma-Gamma) is taken as unrelated to how often a customer buys.
    """
    asked = PurchaseValueQuestion() if question is None else question
    read = log if isinstance(log, TransactionLog) else read_transactions(log, by=by)
    if read.spend_usd is None:
        rule = "the log must say what was spent: a column of money whose name ends in _usd"
        refuse([Fault("ND1760", "", rule, "", "for example customer,date,spend_usd", read.file, 1)])
    fits, left_out = fit_segments(
        read,
        FitQuestion(
            period_days=round(asked.period_days), until=asked.until, n_draws=asked.n_draws, seed=asked.seed
        ),
    )
    end_days, _ = end_of(read, asked.until)
    return valued_fits(fits, left_out, asked, file=(read.file, read.sha256), last_day=iso(end_days))


def valued_fits(
    fits: Sequence[SegmentFit],
    left_out: Sequence[LeftOut],
    asked: PurchaseValueQuestion,
    *,
    file: tuple[str, str],
    last_day: str,
) -> PurchaseValue:
    """Return what the customers of fitted segments still bring; `file` is a name and a digest."""
    back = max(float(fit.history.histories.n_periods_observed.max()) for fit in fits)
    found, refused = _valued(fits, Horizons.of(asked, back), asked)
    sources = [type(law.fitted.law).source for fit in fits for law in fit.laws]
    return PurchaseValue(
        question=asked,
        file=file[0],
        sha256=file[1],
        last_day=last_day,
        segments=tuple(item.answer for item in found),
        total=_worth("all segments", [item.part for item in found], Horizons.of(asked, back), 1.0),
        left_out=(*left_out, *refused),
        n_periods_back=back,
        notes=tuple(notes_of(asked, (*left_out, *refused))),
        sources=tuple(dict.fromkeys([*sources, GammaGamma.source])),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Draws of a segment, its customers, and what they spent in the log."""

    draws: ValueDraws
    n_customers: int
    log_spend_usd: float


@dataclass(frozen=True, slots=True)
class _Found:
    """A segment's answer, and what sums over segments need of it."""

    answer: PurchaseSegmentValue
    part: _Part


def _valued(
    fits: Sequence[SegmentFit], horizons: Horizons, asked: PurchaseValueQuestion
) -> tuple[list[_Found], list[LeftOut]]:
    """Value each segment; those whose spend has no finite mean are left out with the reason."""
    drawn: list[tuple[SegmentFit, Spending, ValueDraws]] = []
    refused: list[LeftOut] = []
    for fit in fits:
        try:
            spending = _spending(fit)
            drawn.append((fit, spending, value_draws(fit, spending, horizons=horizons, question=asked)))
        except FitError as error:
            if len(fits) == 1:
                raise
            refused.append(LeftOut(fit.segment, len(fit.history.customers), str(error)))
    if not drawn:
        raise FitError(f"nothing can be said of any segment: {refused[0].reason}")
    all_usd = sum(float(spending.log_spend_usd.sum()) for _, spending, _ in drawn)
    found = []
    for fit, spending, draws in drawn:
        part = _Part(draws, len(fit.history.customers), float(spending.log_spend_usd.sum()))
        worth = _worth(fit.segment, [part], horizons, part.log_spend_usd / all_usd)
        found.append(_Found(_segment(fit, draws, worth, asked), part))
    return found, refused


def _spending(fit: SegmentFit) -> Spending:
    fitted, why = fitted_spend(fit.history)
    if fitted is None or fit.history.repeat_spend_usd is None:
        raise FitError(f"no value without a law of spend: {why}")
    return Spending(
        fitted=fitted, repeat_spend_usd=fit.history.repeat_spend_usd, log_spend_usd=_spent_so_far(fit)
    )


def _spent_so_far(fit: SegmentFit) -> FloatArray:
    """Spend of each customer so far, in USD, array (n,); of summaries, that of repeat purchases."""
    if fit.log is None or fit.log.spend_usd is None:
        repeats = fit.history.histories.n_repeats
        spend_usd = fit.history.repeat_spend_usd
        return repeats * (0.0 if spend_usd is None else spend_usd)
    kept = {name: place for place, name in enumerate(fit.history.customers)}
    places = np.array([kept.get(name, -1) for name in fit.log.customers], dtype=np.intp)[fit.log.places]
    is_kept = places >= 0
    usd = np.bincount(places[is_kept], weights=fit.log.spend_usd[is_kept], minlength=len(kept))
    return usd.astype(np.float64)


def _segment(
    fit: SegmentFit, draws: ValueDraws, worth: WorthAhead, asked: PurchaseValueQuestion
) -> PurchaseSegmentValue:
    held = None
    if fit.log is not None:
        held = holdout(fit.log, fit.best.name, fit.history, np.random.default_rng([asked.seed, 4]))
    laws = tuple(
        LawValue(law.fitted.name, law.weight_share, usd)
        for law, usd in zip(fit.laws, draws.by_law_usd, strict=True)
    )
    (customers,) = customers_ahead([fit], n_periods=max(round(asked.horizon_periods), 1), seed=asked.seed)
    ends = None
    if draws.each_usd is not None:
        ends = np.quantile(draws.each_usd, (0.05, 0.95), axis=0, method="inverted_cdf").astype(np.float64)
    return PurchaseSegmentValue(
        worth=worth,
        new_customer_usd=summarise(draws.new_customer_usd, 1),
        top_tenth_share=_top_tenth_share(draws.at_fit_usd),
        laws=laws,
        holdout=held,
        customers=customers,
        values_usd=Ranged(draws.at_fit_usd, ends),
        warnings=tuple(segment_warnings(fit, laws, held, n_periods=asked.horizon_periods)),
    )


def _worth(name: str, parts: Sequence[_Part], horizons: Horizons, spend_share: float) -> WorthAhead:
    """Sums over segments: their fits know nothing of each other, margin and discount are the same."""
    n_customers = sum(part.n_customers for part in parts)
    total = np.sum([part.draws.total_usd for part in parts], axis=0)
    within = np.sum([part.draws.within_usd for part in parts], axis=0)
    spent = np.array([part.log_spend_usd for part in parts])
    weighted = spent @ np.stack([part.draws.weighted_usd for part in parts]) / spent.sum()
    expected = np.sum([part.draws.expected_usd for part in parts], axis=0)
    valued = expected[horizons.valued]
    beyond_horizon = 1 - expected[horizons.trusted] / valued
    if np.isfinite(horizons.n_periods[horizons.valued]):
        # Nothing ends this lifetime: all of it lies beyond any horizon.
        beyond_horizon = np.ones(beyond_horizon.shape)
    return WorthAhead(
        name=name,
        n_customers=n_customers,
        customer_usd=summarise(total / n_customers, 1),
        spend_weighted_usd=summarise(weighted, 1),
        total_usd=summarise(total, 1),
        within_horizon_usd=summarise(within / n_customers, 1),
        beyond_horizon_share=summarise(np.clip(beyond_horizon, 0.0, 1.0), 1),
        beyond_data_share=summarise(np.clip(1 - expected[horizons.back] / valued, 0.0, 1.0), 1),
        spend_share=spend_share,
    )


def _top_tenth_share(values_usd: FloatArray) -> float:
    """Share of the value of all customers that the tenth with most of it brings; nan where it is 0."""
    total = float(values_usd.sum())
    if total == 0:
        return float("nan")
    n_top = max(round(_TENTH * len(values_usd)), 1)
    # A margin below 0 turns the order around; the share is of spend then, and the same.
    return float(np.sort(np.abs(values_usd))[-n_top:].sum() / abs(total))
