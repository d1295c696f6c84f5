"""What to hold against an answer on recurring revenue, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nextdollar.audience.recurring_revenue.answer import SameAccounts, Undefined
from nextdollar.audience.recurring_revenue.book import MrrBook
from nextdollar.audience.recurring_revenue.cells import n_of
from nextdollar.customers.recurring_revenue import Concentration, MonthlyRates

_FEW_ACCOUNTS = 30
_LARGE_SHARE = 0.25
_NO_START = "the month starts without revenue"
_NO_LOSS = "nothing was lost, so that there is nothing to divide by"


def undefined(
    book: MrrBook, rates: MonthlyRates, same: SameAccounts | None, n_months: int
) -> list[Undefined]:
    """Return the measures that have no meaning, with the months of which they have none."""
    months = np.array(book.months[1:])
    no_start = np.isnan(rates.grr_share)
    no_ratio = np.isnan(rates.quick_ratio_multiple)
    found = []
    if no_start.any():
        found.append(Undefined("churn, NRR and GRR", tuple(months[no_start].tolist()), _NO_START))
    if no_ratio.any():
        found.append(Undefined("quick ratio", tuple(months[no_ratio].tolist()), _NO_LOSS))
    if same is None:
        month = book.months[-1 - n_months]
        reason = f"nobody paid in {month}"
        found.append(Undefined("NRR and GRR of the same accounts", (book.months[-1],), reason))
    return found


def notes_on(
    book: MrrBook, same: SameAccounts | None, crowd: Concentration | None, *, span_months: int
) -> Iterator[str]:
    """Yield what narrows the answer: a short table, few accounts, one that is most of the revenue."""
    n_months = len(book.months) - 1
    if n_months < span_months:
        yield (
            f"NRR and GRR are those of {n_of(n_months, 'month')}, as many as the table spans: "
            f"{span_months} cannot be said, and are no multiple of them"
        )
    if same is not None and crowd is not None:
        if crowd.count < _FEW_ACCOUNTS:
            size = f"{crowd.count:.2g}"
            accounts = "account" if size == "1" else "accounts"
            yield (
                f"revenue is as concentrated as if {size} {accounts} of one size paid it: ranges from so "
                "few are rough"
            )
        if crowd.largest_share >= _LARGE_SHARE:
            yield f"one account paid {100 * crowd.largest_share:.0f} % of the MRR that is compared"
