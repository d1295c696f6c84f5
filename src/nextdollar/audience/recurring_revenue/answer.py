"""What a table of recurring revenue comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nextdollar.audience.recurring_revenue.columns import TableKind
from nextdollar.customers.recurring_revenue import (
    Concentration,
    KeptByAge,
    MonthlyRates,
    Movements,
    StartCohorts,
)
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class SeenShare:
    """A share as it was, and the range in which that of accounts like these lies with 90 %."""

    measured: float
    p5: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class SameAccounts:
    """What the accounts of one month pay `n_months` later, as shares of what they paid."""

    from_month: str
    to_month: str
    n_months: int
    start_usd: float
    n_customers: int
    shares: Mapping[str, SeenShare]


@dataclass(frozen=True, slots=True)
class Pooled:
    """The last `n_months` taken together: each movement over the sum of what the months started with."""

    n_months: int
    rates: MonthlyRates
    logo_churn: SeenShare | None


@dataclass(frozen=True, slots=True)
class Undefined:
    """A measure that cannot be said, of some months or at all, and why."""

    name: str
    months: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class MrrAnswer:
    """Movements, rates, cohorts and what is kept of the same accounts.

    `months` are those of the table; movements and rates begin with the second. `kept_by_month` has, for
    each month that lies a span after another, the shares that its accounts of then have kept.

    Where exchange rates differ by month (`dated_rates_usd`, by currency and month) everything that is
    compared is at the rates of the earlier month, and `kept_at_own_rates` has the same accounts' shares
    with each month at its own.
    """

    file: str
    sha256: str
    kind: TableKind
    months: tuple[str, ...]
    n_accounts: int
    rates_usd: Mapping[str, Decimal]
    dated_rates_usd: Mapping[str, Mapping[str, Decimal]]
    moved: Movements
    rates: MonthlyRates
    pooled: Pooled
    same_accounts: SameAccounts | None
    kept_at_own_rates: Mapping[str, float] | None
    kept_by_month: Mapping[str, Mapping[str, float | None]]
    cohorts: StartCohorts
    by_age: KeptByAge
    starts_are_known: bool
    concentration: Concentration | None
    undefined: tuple[Undefined, ...]
    notes: tuple[str, ...]
    n_draws: int
    seed: int
    sources: tuple[Source, ...]
    rates_file: tuple[str, str] | None = None
