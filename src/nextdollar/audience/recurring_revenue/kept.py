"""What the same accounts keep over a span of months, and how far that could lie elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nextdollar.audience.recurring_revenue.answer import Pooled, SameAccounts, SeenShare
from nextdollar.audience.recurring_revenue.book import MrrBook
from nextdollar.audience.recurring_revenue.money import MICRO_PER_USD
from nextdollar.customers.recurring_revenue import (
    Kept,
    Movements,
    kept_after,
    kept_share_draws,
    logo_churn_share,
    monthly_rates,
)

MEASURES: Mapping[str, tuple[str, str]] = {
    "nrr_without_reactivation": ("nrr_without_reactivation_share", "net_without_reactivation_micro_usd"),
    "nrr_with_reactivation": ("nrr_with_reactivation_share", "net_micro_usd"),
    "grr_without_reactivation": ("grr_without_reactivation_share", "gross_without_reactivation_micro_usd"),
    "grr_with_reactivation": ("grr_with_reactivation_share", "gross_micro_usd"),
}
"""Measures of what the same accounts keep, and what `Kept` calls their shares and their amounts."""

_LEVELS = np.array([0.05, 0.5, 0.95])
_LOGOS = "logo_retention"


def same_accounts(
    book: MrrBook, kept: Kept, n_months: int, *, n_draws: int, seed: int
) -> SameAccounts | None:
    """Return what the accounts of `n_months` before the last month pay in it; None where nobody paid then.

    All measures are drawn with the same weights of accounts, so that they can be compared.
    """
    start = kept.start_micro_usd[:, -1]
    if not (start > 0).any():
        return None
    customers = start > 0
    amounts = [getattr(kept, name)[customers, -1] for _, name in MEASURES.values()]
    stayed = kept.net_without_reactivation_micro_usd[customers, -1] > 0
    parts = np.column_stack(amounts) / MICRO_PER_USD
    wholes = np.repeat(start[customers, None] / MICRO_PER_USD, len(MEASURES), axis=1)
    draws = kept_share_draws(parts, wholes, n_draws=n_draws, generator=np.random.default_rng([seed, 0]))
    ends = np.quantile(draws, _LEVELS, axis=1).T
    shares = {
        name: _seen(float(getattr(kept, share)[-1]), *map(float, range_of))
        for (name, (share, _)), range_of in zip(MEASURES.items(), ends, strict=True)
    }
    n_customers = int(customers.sum())
    shares[_LOGOS] = _counted(int(stayed.sum()), n_customers)
    return SameAccounts(
        from_month=book.months[-1 - n_months],
        to_month=book.months[-1],
        n_months=n_months,
        start_usd=int(start.sum()) / MICRO_PER_USD,
        n_customers=n_customers,
        shares=shares,
    )


def at_own_rates(book: MrrBook, same: SameAccounts | None, n_months: int) -> dict[str, float] | None:
    """Return what the same accounts keep with each month at its own exchange rates; None where one holds."""
    if book.valued is None or same is None:
        return None
    kept = kept_after(book.mrr_micro_usd, n_months)
    return {name: float(getattr(kept, share)[-1]) for name, (share, _) in MEASURES.items()}


def kept_by_month(book: MrrBook, kept: Kept, n_months: int) -> dict[str, dict[str, float | None]]:
    """Return, for each month that lies `n_months` after another, what its accounts of then have kept."""
    names = {name: share for name, (share, _) in MEASURES.items()} | {_LOGOS: "logo_retention_share"}
    columns = {name: getattr(kept, share) for name, share in names.items()}
    return {
        month: {
            name: None if np.isnan(values[place]) else float(values[place])
            for name, values in columns.items()
        }
        for place, month in enumerate(book.months[n_months:])
    }


def pooled(moved: Movements, n_months: int) -> Pooled:
    """Return the rates of the last months taken together, and the range of the churn of customers."""
    whole = Movements(*(getattr(moved, name)[-n_months:].sum(keepdims=True) for name in moved.__slots__))
    n_customers, n_lost = int(whole.customers_start[0]), int(whole.customers_lost[0])
    return Pooled(
        n_months=n_months,
        rates=monthly_rates(whole),
        logo_churn=_counted(n_lost, n_customers) if n_customers else None,
    )


def _counted(n_of_them: int, n_customers: int) -> SeenShare:
    """Return the share of customers to whom something happened, with its range."""
    ends = np.asarray(logo_churn_share(float(n_of_them), float(n_customers), level=_LEVELS))
    return _seen(n_of_them / n_customers, *map(float, ends))


def _seen(measured: float, p5: float, p50: float, p95: float) -> SeenShare:
    """Return a share with its range, which reaches what was measured where nobody or everybody was lost.

    So Brown, Cai & DasGupta 2001 mend the interval at its ends.
    """
    return SeenShare(measured, min(p5, measured), p50, max(p95, measured))
