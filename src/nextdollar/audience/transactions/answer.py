"""What a log of purchases says of the customers: who is still there, and what they will buy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from nextdollar.audience.transactions.segment_fit import LeftOut, SegmentFit
from nextdollar.sources import Source
from nextdollar.uncertainty import Summary


class ObservedPeriod(TypedDict):
    """Share of customers who bought in a period counted from their first purchase.

    `customers` are those who were observed to the end of that period.
    """

    period: int
    bought_share: float
    customers: int


class ForecastPeriod(TypedDict):
    """Share of new customers who are still active after so many periods."""

    period: int
    survival_share: Summary


@dataclass(frozen=True, slots=True)
class LawWeighed:
    """A law that was fitted, its weight in the forecasts, and what it alone says.

    `alive_now_customers` are those of the log who are still there, `last_survival_share` the share of new
    customers who are active after the last period.
    """

    model: str
    weight_share: float
    log_likelihood: float
    parameters: Mapping[str, float]
    alive_now_customers: float
    last_survival_share: float


@dataclass(frozen=True, slots=True)
class Holdout:
    """A forecast from the first part of the log, held against the rest of it.

    `came` counts the repeat purchases of the later periods by customers of the first part.
    """

    known_to: str
    n_periods: float
    model: str
    expected: Summary
    came: int
    is_within: bool


@dataclass(frozen=True, slots=True)
class SpendAnswer:
    """Spend per purchase; `mean_usd` is None where the mean over all customers is infinite.

    `value_usd` is what one of today's customers spends over the periods ahead on average, undiscounted.
    `rank_correlation` is between spend per purchase and the number of purchases: the model takes it as 0.
    """

    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float | None]
    log_likelihood: float
    n_customers: int
    mean_usd: Summary | None
    value_usd: Summary | None
    rank_correlation: float


@dataclass(frozen=True, slots=True)
class TransactionsSegment:
    """Fit and forecast of one segment; `model` is the law of the larger weight in the forecast."""

    segment: str
    model: str
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float | None]
    log_likelihood: float
    observed: tuple[ObservedPeriod, ...]
    forecast: tuple[ForecastPeriod, ...]
    warnings: tuple[str, ...]
    n_customers: int
    n_repeat_purchases: int
    laws: tuple[LawWeighed, ...]
    alive_now_customers: Summary
    purchases_ahead: Summary
    holdout: Holdout | None
    spend: SpendAnswer | None


@dataclass(frozen=True, slots=True)
class TransactionsRetention:
    """Answer for a log of purchases.

    Also for a table of summaries, which has no days (`first_day` and `last_day` are empty) and may not say
    how long a period is (`period_days` is None).
    Customers and purchases are those of all segments that were fitted; `laws`, `holdout` and `spend` those
    of the one segment, and empty where there are several. `fits` are what customers are scored with.
    """

    file: str
    sha256: str
    segments: tuple[TransactionsSegment, ...]
    n_customers: int
    n_repeat_purchases: int
    period_days: int | None
    n_periods: int
    first_day: str
    last_day: str
    laws: tuple[LawWeighed, ...]
    alive_now_customers: Summary
    purchases_ahead: Summary
    holdout: Holdout | None
    spend: SpendAnswer | None
    sources: tuple[Source, ...]
    seed: int
    n_draws: int
    left_out: tuple[LeftOut, ...]
    fits: tuple[SegmentFit, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not in any segment: those of which nothing can be said."""
        return tuple(item.words for item in self.left_out)
