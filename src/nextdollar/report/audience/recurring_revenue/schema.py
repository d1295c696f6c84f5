"""The shape of `nextdollar mrr --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape

_NULL = "null where it has no meaning"


class SeenShareShape(Shape):
    """A share as it was, and the range that holds that of accounts like these with 90 %."""

    measured: float
    p5: float
    p50: float
    p95: float


class MrrRatesShape(Shape):
    """Rates over the MRR, or the customers, that the month starts with."""

    gross_mrr_churn_share: float | None = Field(description=f"churn and contraction; {_NULL}")
    net_mrr_churn_share: float | None = Field(description="less expansion and reactivation")
    grr_share: float | None = Field(description="1 - gross churn")
    nrr_without_reactivation_share: float | None
    nrr_with_reactivation_share: float | None
    logo_churn_share: float | None
    quick_ratio: float | None = Field(description=f"gained over lost MRR; {_NULL}")


class MrrMonthShape(MrrRatesShape):
    """Movements: start + new + expansion + reactivation - contraction - churn + currency is end."""

    month: str
    start_mrr_usd: float
    new_usd: float
    expansion_usd: float
    reactivation_usd: float
    contraction_usd: float
    churn_usd: float
    currency_usd: float = Field(description="what exchange rates alone moved, either sign; 0 at one rate")
    end_mrr_usd: float
    customers_start: int
    customers_new: int
    customers_reactivated: int
    customers_lost: int
    customers_end: int


class LastMonthsShape(MrrRatesShape):
    """The last months taken together: movements over the sum of what the months started with."""

    n_months: int
    logo_churn_per_month: SeenShareShape | None


class SameAccountsShape(Shape):
    """What the accounts of one month pay some months later, over what they paid."""

    from_month: str
    to_month: str
    n_months: int
    start_mrr_usd: float
    customers: int
    nrr_without_reactivation_share: SeenShareShape
    nrr_with_reactivation_share: SeenShareShape
    grr_without_reactivation_share: SeenShareShape
    grr_with_reactivation_share: SeenShareShape
    logo_retention_share: SeenShareShape


class OwnRatesShape(Shape):
    """What the same accounts keep with each month at its own exchange rates."""

    nrr_without_reactivation_share: float
    nrr_with_reactivation_share: float
    grr_without_reactivation_share: float
    grr_with_reactivation_share: float


class KeptInMonthShape(Shape):
    """The same shares for each month that lies the span after another, as they were."""

    to_month: str
    nrr_without_reactivation_share: float | None
    nrr_with_reactivation_share: float | None
    grr_without_reactivation_share: float | None
    grr_with_reactivation_share: float | None
    logo_retention_share: float | None


class CohortAgeShape(Shape):
    """A cohort at an age."""

    age_months: int
    customers: int
    customers_never_stopped: int
    mrr_usd: float
    customers_share: float = Field(description="of those of age 0 who pay, come back or not")
    mrr_share: float = Field(description="of the MRR of age 0, at constant currency")


class CohortShape(Shape):
    """Accounts that first paid in one month."""

    month: str
    is_start_known: bool = Field(description="false where they may be older than the table")
    ages: list[CohortAgeShape]


class AgeShape(Shape):
    """What is left at an age, over age 0, chained over the cohorts whose start is known."""

    age_months: int
    cohorts: int
    customers_at_risk: int
    customers_never_stopped_share: float
    p5: float | None = Field(description="of that share; null where none has left yet")
    p95: float | None
    mrr_share: float | None = Field(description="those who came back included; null from where it is 0")


class ConcentrationShape(Shape):
    """How much of the MRR that is compared hangs on few accounts."""

    largest_share: float
    top_ten_share: float
    accounts_of_one_size: float = Field(
        description="that would be as concentrated: 1 / sum of squared shares"
    )


class UndefinedShape(Shape):
    """What cannot be said, and why."""

    name: str
    months: list[str]
    reason: str


class CurrencyRateShape(Shape):
    """USD for one unit of a currency, as stated."""

    currency: str
    usd: float


class MonthRateShape(Shape):
    """USD for one unit of a currency at the end of a month."""

    currency: str
    month: str
    usd: float


class MrrShape(Envelope):
    """Everything that `nextdollar mrr --json` prints."""

    schema_: Literal["nextdollar.mrr/1.0"] = Field(alias="schema")
    kind: Literal["ledger", "subscriptions"]
    from_month: str
    to_month: str
    accounts: int
    currency_rates: list[CurrencyRateShape]
    currency_rates_by_month: list[MonthRateShape] = Field(description="empty where one rate holds")
    months: list[MrrMonthShape] = Field(description="from the second month of the table")
    same_accounts: SameAccountsShape | None = Field(description="at constant currency")
    same_accounts_at_own_rates: OwnRatesShape | None = Field(description="null where one rate holds")
    same_accounts_by_month: list[KeptInMonthShape]
    last_months: LastMonthsShape
    cohorts: list[CohortShape] = Field(description="by first paying month")
    by_age: list[AgeShape] = Field(description="from age 1; those of a ledger's first month are not known")
    concentration: ConcentrationShape | None
    undefined: list[UndefinedShape]
