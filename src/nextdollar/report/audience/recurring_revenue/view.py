"""An answer on recurring revenue as plain data: what `nextdollar mrr --json` prints."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from nextdollar.audience.recurring_revenue.answer import MrrAnswer, SameAccounts, SeenShare
from nextdollar.audience.recurring_revenue.money import MICRO_PER_USD
from nextdollar.customers.recurring_revenue import Concentration, KeptByAge, MonthlyRates
from nextdollar.report.research.envelope import enveloped

MRR_SCHEMA = "nextdollar.mrr/1.0"

_AMOUNTS = {
    "start_mrr_usd": "start_micro_usd",
    "new_usd": "new_micro_usd",
    "expansion_usd": "expansion_micro_usd",
    "reactivation_usd": "reactivation_micro_usd",
    "contraction_usd": "contraction_micro_usd",
    "churn_usd": "churn_micro_usd",
    "currency_usd": "currency_micro_usd",
    "end_mrr_usd": "end_micro_usd",
}
_COUNTS = (
    "customers_start",
    "customers_new",
    "customers_reactivated",
    "customers_lost",
    "customers_end",
)
_RATES = {
    "gross_mrr_churn_share": "gross_churn_share",
    "net_mrr_churn_share": "net_churn_share",
    "grr_share": "grr_share",
    "nrr_without_reactivation_share": "nrr_without_reactivation_share",
    "nrr_with_reactivation_share": "nrr_with_reactivation_share",
    "logo_churn_share": "logo_churn_share",
    "quick_ratio": "quick_ratio_multiple",
}


def mrr_view(found: MrrAnswer) -> dict[str, Any]:
    """Return an answer on recurring revenue as plain data; what has no meaning is None."""
    last = found.pooled
    return enveloped(
        MRR_SCHEMA,
        {
            "kind": found.kind,
            "from_month": found.months[0],
            "to_month": found.months[-1],
            "accounts": found.n_accounts,
            **_currencies(found),
            "months": list(_months(found)),
            "same_accounts": None if found.same_accounts is None else _same(found.same_accounts),
            "same_accounts_by_month": [
                {"to_month": month, **{f"{name}_share": share for name, share in shares.items()}}
                for month, shares in found.kept_by_month.items()
            ],
            "last_months": {
                "n_months": last.n_months,
                **_rates(last.rates, 0),
                "logo_churn_per_month": None if last.logo_churn is None else _seen(last.logo_churn),
            },
            "cohorts": list(_cohorts(found)),
            "by_age": list(_by_age(found.by_age)),
            "concentration": _concentration(found.concentration),
            "undefined": [
                {"name": item.name, "months": list(item.months), "reason": item.reason}
                for item in found.undefined
            ],
        },
        files=[(found.file, found.sha256), *([] if found.rates_file is None else [found.rates_file])],
        draws=found.n_draws,
        seed=found.seed,
        warnings=found.notes,
        sources=found.sources,
    )


def _currencies(found: MrrAnswer) -> dict[str, Any]:
    """Return exchange rates, and what is kept where these differ by month."""
    own = found.kept_at_own_rates
    return {
        "currency_rates": [{"currency": name, "usd": float(rate)} for name, rate in found.rates_usd.items()],
        "currency_rates_by_month": [
            {"currency": name, "month": month, "usd": float(rate)}
            for name, by_month in found.dated_rates_usd.items()
            for month, rate in by_month.items()
        ],
        "same_accounts_at_own_rates": (
            None if own is None else {f"{name}_share": share for name, share in own.items()}
        ),
    }


def _months(found: MrrAnswer) -> Iterator[dict[str, Any]]:
    moved = found.moved
    for place, month in enumerate(found.months[1:]):
        yield {
            "month": month,
            **{key: int(getattr(moved, name)[place]) / MICRO_PER_USD for key, name in _AMOUNTS.items()},
            **{name: int(getattr(moved, name)[place]) for name in _COUNTS},
            **_rates(found.rates, place),
        }


def _rates(rates: MonthlyRates, place: int) -> dict[str, float | None]:
    return {key: _known(getattr(rates, name)[place]) for key, name in _RATES.items()}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _by_age(found: KeptByAge) -> Iterator[dict[str, Any]]:
    for place in range(found.n_cohorts.size):
        yield {
            "age_months": place + 1,
            "cohorts": int(found.n_cohorts[place]),
            "customers_at_risk": int(found.n_at_risk[place]),
            "customers_never_stopped_share": float(found.customers_share[place]),
            "p5": _known(found.low_share[place]),
            "p95": _known(found.high_share[place]),
            "mrr_share": _known(found.mrr_share[place]),
        }


def _same(found: SameAccounts) -> dict[str, Any]:
    return {
        "from_month": found.from_month,
        "to_month": found.to_month,
        "n_months": found.n_months,
        "start_mrr_usd": found.start_usd,
        "customers": found.n_customers,
        **{f"{name}_share": _seen(share) for name, share in found.shares.items()},
    }


def _seen(share: SeenShare) -> dict[str, float]:
    return {"measured": share.measured, "p5": share.p5, "p50": share.p50, "p95": share.p95}


def _concentration(crowd: Concentration | None) -> dict[str, float] | None:
    if crowd is None:
        return None
    return {
        "largest_share": crowd.largest_share,
        "top_ten_share": crowd.top_ten_share,
        "accounts_of_one_size": crowd.count,
    }


def _cohorts(found: MrrAnswer) -> Iterator[dict[str, Any]]:
    cohorts, shares = found.cohorts, found.cohorts.kept_mrr_shares()
    for place, first in enumerate(cohorts.first_month.tolist()):
        customers, stayed, mrr = (
            table[place, first:].tolist()
            for table in (cohorts.customers, cohorts.customers_never_stopped, cohorts.mrr_micro_usd)
        )
        yield {
            "month": found.months[first],
            "is_start_known": found.starts_are_known or first > 0,
            "ages": [
                {
                    "age_months": age,
                    "customers": customers[age],
                    "customers_never_stopped": stayed[age],
                    "mrr_usd": mrr[age] / MICRO_PER_USD,
                    "customers_share": customers[age] / customers[0],
                    "mrr_share": float(shares[place][age]),
                }
                for age in range(len(customers))
            ],
        }
