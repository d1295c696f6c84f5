"""What to know before a number on customers without a contract is used."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from nextdollar.audience.transactions.answer import Holdout, LawWeighed, SpendAnswer
from nextdollar.audience.transactions.history import History
from nextdollar.customers.pay_as_you_go import BgNbd, Fitted, MbgNbd, ParetoNbd, PurchaseLaw

WORDS = {"bg-nbd": "BG/NBD", "mbg-nbd": "MBG/NBD", "pareto-nbd": "Pareto/NBD", "bg-bb": "BG/BB"}
"""Laws as their papers write them."""

_FEW_REPEATERS = 50
_FAR_APART_SHARE = 0.05
_STRONG_CORRELATION = 0.3


def warnings_of(
    history: History,
    fitted: Fitted[PurchaseLaw],
    laws: Sequence[LawWeighed],
    n_periods: int,
    spend: SpendAnswer | None,
    held: Holdout | None,
    *,
    has_dates: bool = True,
) -> tuple[str, ...]:
    """Warnings of an answer, those that decide most first."""
    return (
        *_of_the_laws(history, laws, n_periods),
        *of_the_fit(history, fitted),
        *_of_the_horizon(history, n_periods),
        *of_the_holdout(held),
        *of_the_unchecked(held, n_periods, has_dates=has_dates),
        *_of_the_spend(spend),
    )


def _of_the_laws(history: History, laws: Sequence[LawWeighed], n_periods: int) -> Iterator[str]:
    yield "nobody says when a customer without a contract leaves: survival is inferred from silence"
    shares = [law.last_survival_share for law in laws]
    if max(shares) - min(shares) > _FAR_APART_SHARE:
        now = " and ".join(f"{WORDS[law.model]} {law.alive_now_customers:,.0f}" for law in laws)
        said = " and ".join(f"{WORDS[law.model]} {law.last_survival_share:.0%}" for law in laws)
        never = float((history.histories.n_repeats == 0).mean())
        yield (
            f"active today are {now}, and after {n_periods} periods {said} of new customers: purchases do "
            "not tell which is right, so that ranges of who is still there reach from law to law; BG/NBD "
            f"counts the {never:.0%} who never came back as active"
        )


def of_the_fit(history: History, fitted: Fitted[PurchaseLaw], *, needs_end: bool = True) -> Iterator[str]:
    """Yield limits of a fit, too few who came back, and a lifetime without a mean where nothing ends it."""
    for limit in fitted.limits:
        yield f"at a limit of {WORDS[fitted.name]}: {limit}; ranges hold what else may be"
    n_repeaters = int((history.histories.n_repeats > 0).sum())
    if n_repeaters < _FEW_REPEATERS:
        yield f"only {n_repeaters} customers came back: ranges may be too narrow"
    law = fitted.law
    endless = isinstance(law, ParetoNbd) and float(law.s) <= 1
    endless |= isinstance(law, BgNbd | MbgNbd) and min(float(law.a), float(law.r)) <= 1
    if endless and needs_end:
        yield "the mean lifetime is infinite under this fit: a value needs a horizon or a discount"


def _of_the_horizon(history: History, n_periods: int) -> Iterator[str]:
    longest = int(history.histories.n_periods_observed.max())
    if n_periods > longest:
        yield f"periods {longest + 1} to {n_periods} lie beyond what was watched: nobody was for longer"


def of_the_holdout(held: Holdout | None) -> Iterator[str]:
    """Yield a warning where the last third of the log did not come as the first two said."""
    if held is not None and not held.is_within:
        yield (
            f"fitted to the log up to {held.known_to}, the law expected {held.expected.p5:,.0f} to "
            f"{held.expected.p95:,.0f} repeat purchases in the {held.n_periods:g} periods after it; "
            f"{held.came:,} came"
        )


def of_the_unchecked(held: Holdout | None, n_periods: float, *, has_dates: bool = True) -> Iterator[str]:
    """Yield how far ahead nothing of the log checks a forecast, and what its range leaves out there."""
    checked = 0.0 if held is None else held.n_periods
    if n_periods > checked:
        since = f"more than {checked:g} periods ahead" if checked else "here: it is too short"
        since = since if has_dates else "here: a table of summaries has no dates to hold a forecast against"
        yield (
            f"nothing in the {'log' if has_dates else 'table'} checks the laws {since}; ranges hold what it "
            "leaves open of them, and chance, not that no law is quite right: the 39 weeks after the CDNOW "
            "log of the papers brought 1,882 purchases, 13 % more than was expected and above the range"
        )


def _of_the_spend(spend: SpendAnswer | None) -> Iterator[str]:
    if spend is None:
        return
    if spend.mean_usd is None:
        yield "the mean spend of all customers may be infinite under the fit (q at or below 1): not given"
    yield from of_the_correlation(spend.rank_correlation)


def of_the_correlation(rank_correlation: float) -> Iterator[str]:
    """Yield a warning where those who buy often spend clearly more or less per purchase."""
    if not math.isnan(rank_correlation) and abs(rank_correlation) > _STRONG_CORRELATION:
        yield (
            f"spend per purchase and number of purchases have a rank correlation of "
            f"{rank_correlation:.2f}; the value takes them as unrelated"
        )
