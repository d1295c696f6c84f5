"""What to hold against the value of customers without a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nextdollar.audience.ltv.purchase_answer import LawValue
from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.transactions.answer import Holdout
from nextdollar.audience.transactions.segment_fit import LeftOut, SegmentFit
from nextdollar.audience.transactions.spend import rank_correlation
from nextdollar.audience.transactions.warnings import (
    WORDS,
    of_the_correlation,
    of_the_fit,
    of_the_holdout,
    of_the_unchecked,
)
from nextdollar.uncertainty.reading import plain

_FAR_APART = 0.1


def notes_of(question: PurchaseValueQuestion, left_out: Sequence[LeftOut]) -> Iterator[str]:
    """Yield what holds for all segments, as sentences without a full stop."""
    if np.all(np.equal(question.gross_margin_share, 1)):
        yield "no margin is stated: all that customers spend is counted; state --margin"
    if not question.is_whole:
        some = "" if np.all(np.equal(question.discount_per_month, 0)) else " in some draws"
        yield (
            f"nothing is discounted{some}: a dollar in ten years counts like one today, so that purchases "
            f"count for {question.horizon_months} months; state --discount"
        )
    yield from (item.words for item in left_out)


def segment_warnings(
    fit: SegmentFit, laws: Sequence[LawValue], held: Holdout | None, *, n_periods: float
) -> Iterator[str]:
    """Yield what to know of one segment, what decides most first."""
    yield from fit.notes
    sizes = [abs(law.total_usd) for law in laws]
    if min(sizes) < (1 - _FAR_APART) * max(sizes):
        said = " and ".join(
            f"{WORDS[law.model]} {plain(law.total_usd)} USD (weight {law.weight_share:.0%})" for law in laws
        )
        yield (
            f"all customers together are worth, by law: {said}; ranges hold for laws weighed by fit, not for "
            "the choice between them"
        )
    # A horizon or a discount ends every value here.
    yield from of_the_fit(fit.history, fit.best, needs_end=False)
    yield from of_the_holdout(held)
    yield from of_the_unchecked(held, n_periods, has_dates=fit.log is not None)
    if fit.log is None:
        yield (
            "the average dollar is one of repeat purchases: a table of summaries does not say what the first "
            "ones brought"
        )
    yield from of_the_correlation(rank_correlation(fit.history))
