"""A law in which customers may leave right after their first purchase, beside those that are averaged."""

from __future__ import annotations

from nextdollar.audience.transactions.segment_fit import AVERAGED, SegmentFit
from nextdollar.audience.transactions.warnings import WORDS
from nextdollar.customers.pay_as_you_go import fit_purchases, score
from nextdollar.errors import FitError

_BESIDE = "mbg-nbd"
# Units of log-likelihood, with as many parameters: 20 times as likely.
_CLEARLY_BETTER = 3.0


def of_first_leavers(fit: SegmentFit, n_periods: int) -> list[str]:
    """What the law would say in which customers may leave right after the first purchase, if it fits better.

    It is no part of the average: where it fits as well as BG/NBD, it forecasts fewer purchases than come.
    """
    if fit.best.name not in AVERAGED or len(fit.laws) < 2:
        return []
    histories = fit.history.histories
    try:
        beside = fit_purchases(_BESIDE, histories)
    except FitError:
        return []
    if beside.log_likelihood < fit.best.log_likelihood + _CLEARLY_BETTER:
        return []
    found = score(beside.law, histories, float(n_periods))
    best = fit.best
    fits = f"{beside.log_likelihood:,.1f}, {WORDS[best.name]} {best.log_likelihood:,.1f}"
    return [
        f"{WORDS[_BESIDE]}, in which customers may leave right after the first purchase, fits clearly better "
        f"(log-likelihood {fits}): by it {found.alive_share.sum():,.0f} are still active and buy "
        f"{found.n_purchases.sum():,.0f} times in the next {n_periods} periods "
        f'(from Python, model="{_BESIDE}")'
    ]
