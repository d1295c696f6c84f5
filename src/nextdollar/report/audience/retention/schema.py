"""The shape of `nextdollar retention --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.audience.transactions.schema import TransactionsShape
from nextdollar.report.research.envelope import Envelope, Shape


class ShareShape(Shape):
    """A share of customers with its range: P5 to P95 holds nine of ten draws."""

    mean: float
    p5: float
    p50: float
    p95: float


class ExpectedShape(Shape):
    """What is expected to be left after a period."""

    period: int
    survival_share: ShareShape
    watched_share: ShareShape | None = Field(
        description="of those who stay `observed_from_period` periods; null up to there, and where it is 0"
    )


class ObservedShape(Shape):
    """What was seen at a period."""

    period: int
    survival_share: float | None = Field(
        description="left, without any law, of those who stay `observed_from_period` periods; null where the "
        "curve cannot be read, and in a log of purchases"
    )
    low_share: float | None = Field(description="end of the range of 90 % of the observed share")
    high_share: float | None
    customers: float = Field(description="who came to the period and were watched there")
    left: float | None = Field(description="who left there; null in a log of purchases")
    bought_share: float | None = Field(description="who bought in the period; null where there is a contract")


class LawShape(Shape):
    """One law at its maximum likelihood."""

    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float | None]
    intervals: dict[str, list[float]] = Field(description="P5 and P95 of each parameter")
    log_likelihood: float
    limit: str = Field(description="where the likelihood has no peak of its own; empty where it has one")
    weight_share: float = Field(description="share of the law in the forecast")


class SegmentShape(Shape):
    """One segment. The forecast averages over `laws`; `model` is the one with the usual parameters."""

    segment: str
    customers: float
    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float | None]
    log_likelihood: float
    mean_lifetime_periods: float | None = Field(description="under `model`; null where it has no end")
    endless_mean_share: float | None = Field(
        description="share of draws of the forecast under which the expected lifetime has no end; null in a "
        "log of purchases"
    )
    observed: list[ObservedShape]
    observed_from_period: int = Field(
        description="age at which the observed curve begins; above 0 where too few were watched when younger"
    )
    fitted: list[ExpectedShape] = Field(description="under the average, at the periods that were watched")
    forecast: list[ExpectedShape] = Field(description="under the average, beyond them")
    laws: list[LawShape]
    keeps_to_observed: bool | None = Field(
        description="whether the average lies in the range of what was observed, at four of five periods"
    )
    warnings: list[str]


class RetentionShape(Envelope):
    """Everything that `nextdollar retention --json` prints."""

    schema_: Literal["nextdollar.retention/1.0"] = Field(alias="schema")
    kind: Literal["cohort", "customers", "transactions", "summary"]
    period: str = Field(description="name of one period")
    n_periods: int = Field(description="forecast beyond what was watched")
    segments: list[SegmentShape]
    transactions: TransactionsShape | None = Field(description="null where there is a contract")
