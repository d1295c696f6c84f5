"""How the value of a customer grows with use, and fades while the model is not updated.

Value density is what one customer brings a month, over what he or she brought in the first: 1 at the
start. People who learn to use a model do more with it, up to a cap; a model that is left alone falls
behind what else is on offer.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class ValueDensity:
    """A rate of growth a month with a cap, and a rate of decay once the model is stale.

    Parameters
    ----------
    growth_per_month : float or array (n_draws,)
        Growth of what a customer brings in each month that the model is fresh, above -1.
    cap_multiple : float or array (n_draws,)
        Largest multiple of the first month, 1 or more.
    decay_per_month : float or array (n_draws,)
        Share that is lost in each month that the model is stale, from 0 to 1.
    n_months_fresh : int, optional
        Months after an update during which value grows, 0 or more; None: the model never grows stale.
    n_months_between_updates : int, optional
        Months from one update to the next, 1 or more; None: it is updated in month 0 and never again.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    growth_per_month: Floats
    cap_multiple: Floats
    _: KW_ONLY
    decay_per_month: Floats = 0.0
    n_months_fresh: int | None = None
    n_months_between_updates: int | None = None

    def __post_init__(self) -> None:
        growth, cap, decay = self.growth_per_month, self.cap_multiple, self.decay_per_month
        require(np.isfinite(growth) & np.greater(growth, -1), "growth_per_month", "above -1", growth)
        require(np.greater_equal(cap, 1), "cap_multiple", "1 or more", cap)
        ok = np.greater_equal(decay, 0) & np.less_equal(decay, 1)
        require(ok, "decay_per_month", "a fraction from 0 to 1", decay)
        fresh, between = self.n_months_fresh, self.n_months_between_updates
        require(fresh is None or fresh >= 0, "n_months_fresh", "0 or more", fresh)
        require(between is None or between >= 1, "n_months_between_updates", "1 or more", between)

    def grows_in(self, month: int) -> bool:
        """Whether the model is fresh in a month, 0 or more, so that value grows to the next."""
        if self.n_months_fresh is None:
            return True
        age = month if self.n_months_between_updates is None else month % self.n_months_between_updates
        return age < self.n_months_fresh

    def multiple(self, n_months: int) -> FloatArray:
        """Margin of each month over that of the first.

        Parameters
        ----------
        n_months : int
            Months to follow, 1 or more.

        Returns
        -------
        array (n_months, ...)
            Row 0 is 1; every row is at most the cap.

        Notes
        -----
        w_0 = 1; w_(t+1) = min(cap, w_t (1 + growth)) while the model is fresh, w_t (1 - decay) while it
        is stale. An update ends the decay; it does not give back what was lost.
        """
        require(n_months >= 1, "n_months", "1 or more", n_months)
        parts = (self.growth_per_month, self.cap_multiple, self.decay_per_month)
        by_month = np.ones((n_months, *np.broadcast_shapes(*(np.shape(part) for part in parts))))
        grown, kept = np.add(1.0, self.growth_per_month), np.subtract(1.0, self.decay_per_month)
        for month in range(1, n_months):
            factor = grown if self.grows_in(month - 1) else kept
            by_month[month] = np.minimum(by_month[month - 1] * factor, self.cap_multiple)
        return by_month


@dataclass(frozen=True, slots=True)
class StayerGrowth:
    """Growth of what stayers bring, from data: rate a month, standard error, accounts behind it."""

    growth_per_month: float
    standard_error_per_month: float
    n_accounts: int


def growth_of_stayers(before_usd: FloatArray, after_usd: FloatArray) -> StayerGrowth:
    """Rate at which customers who stay come to bring more, from one month to the next.

    Parameters
    ----------
    before_usd : array (n_accounts,)
        What each account brought in all months that were followed by one in which it still paid, in USD;
        above 0.
    after_usd : array (n_accounts,)
        What the same account brought in those following months, in USD; 0 or more.

    Returns
    -------
    StayerGrowth
        Rate per month and its standard error; the error is nan for a single account.

    Raises
    ------
    DomainError
        If there is no account, the arrays differ in length, or a number lies outside its domain.

    Notes
    -----
    R = sum(after) / sum(before), the ratio estimator; rate R - 1. Its variance is
    n / (n - 1) sum((after_i - R before_i)**2) / sum(before)**2, as of any ratio estimator: the account is the
    unit, so that months of one account may go together. Those who left are not in it: they are counted
    once, by the survival curve.
    """
    before, after = np.asarray(before_usd, dtype=np.float64), np.asarray(after_usd, dtype=np.float64)
    require(before.ndim == 1 and before.size > 0, "before_usd", "of one account or more", before.shape)
    require(before.shape == after.shape, "after_usd", f"of {before.size} accounts", after.shape)
    require(np.isfinite(before) & (before > 0), "before_usd", "finite and above 0", before)
    require(np.isfinite(after) & (after >= 0), "after_usd", "finite and 0 or more", after)
    n_accounts, total_usd = before.size, before.sum()
    ratio = after.sum() / total_usd
    spread = float(np.sum((after - ratio * before) ** 2)) / total_usd**2
    error = np.sqrt(spread * n_accounts / (n_accounts - 1)) if n_accounts > 1 else np.nan
    return StayerGrowth(float(ratio - 1), float(error), n_accounts)
