"""What is found out about how long customers stay, segment by segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nextdollar.audience.retention.followed import observed_then_laws
from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.audience.transactions.answer import TransactionsRetention
from nextdollar.customers.contractual import KaplanMeier, LawFit, RetentionFit
from nextdollar.customers.contractual.kaplan_meier import KAPLAN_MEIER_SOURCE
from nextdollar.sources import Source
from nextdollar.uncertainty import Summary, summarise
from nextdollar.units import FloatArray, Floats

Kind = Literal["cohort", "customers", "transactions", "summary"]
Flag = Literal["ever", "last-period"]
Expected: TypeAlias = tuple[tuple[int, Summary], ...]

ENDLESS_FROM_SHARE = 0.05
"""Share of draws without an expected lifetime, above which P95 of it is endless."""

LAW_WORDS = {
    "geometric": "everybody leaves at one rate",
    "sbg": "customers differ, each with a rate of his own",
    "dw": "customers are alike, and their rates change with age",
    "bdw": "customers differ, and their rates change with age",
}


@dataclass(frozen=True, slots=True)
class SegmentRetention:
    """One segment of customers with a contract.

    `observed` is the share left without any law, at each period up to `n_observed`; `fit` are the laws
    and the draws of their average, which `keeps_to_observed` or does not. `warnings` are sentences on
    what to hold against the answer. Where customers entered late and too few were watched when young,
    `observed_from_period` is above 0, and the observed curve is of those who stay that long.

    `start_share` is the share that was left before the first renewal, 1 or draws (n_draws,): the laws are of
    those. `level_scores` (n_draws,) are normal scores of how high in its range the observed curve lies: where
    the laws do not keep to it, forecasts follow it as far as enough customers were watched, and then go down
    at the rates of the laws. `seen` is what it was all made of.
    """

    segment: str
    n_customers: float
    n_observed: int
    observed: KaplanMeier
    fit: RetentionFit
    keeps_to_observed: bool
    warnings: tuple[str, ...]
    level_scores: FloatArray
    start_share: Floats = 1.0
    observed_from_period: int = 0
    seen: SeenSegment | None = None

    @property
    def law(self) -> LawFit:
        """The law whose coefficients are printed."""
        return self.fit.main

    @property
    def law_words(self) -> str:
        """What the law says of customers."""
        return LAW_WORDS[self.law.name]

    @property
    def endless_mean_share(self) -> float:
        """Share of the forecast, over its laws and draws, under which the expected lifetime has no end."""
        return self.fit.draws.endless_mean_share

    @property
    def has_endless_mean(self) -> bool:
        """Whether the range of the expected lifetime, of nine of ten draws, has no upper end."""
        return self.endless_mean_share > ENDLESS_FROM_SHARE

    @property
    def endless_mean_words(self) -> str:
        """In what part of the forecast the expected lifetime has no end; empty where in too little of it."""
        if not self.has_endless_mean:
            return ""
        share = self.endless_mean_share
        draws = "over 99 % of" if 0.99 < share < 1 else "all" if share == 1 else f"{100 * share:.0f} % of"
        return f"the expected lifetime has no end in {draws} draws"

    def law_left(self, n_periods: int) -> FloatArray:
        """Share left after 0 to `n_periods` periods under the laws, (n_periods + 1, n_draws)."""
        left = self.fit.draws.survival(np.arange(n_periods + 1.0))
        left[1:] *= self.start_share
        return left

    def left(self, n_periods: int) -> tuple[FloatArray, int]:
        """Like `law_left`, as forecasts have it: with the observed curve first where the laws miss it.

        The number is the last period of the observed curve in it, 0 where the laws are kept throughout.
        """
        left = self.law_left(max(n_periods, self.n_observed + 1))
        n_followed = 0
        # An observed curve that begins late says nothing of the first periods.
        if not self.keeps_to_observed and not self.observed_from_period:
            left, n_followed = observed_then_laws(self.observed, left, scores=self.level_scores)
        return left[: n_periods + 1], n_followed

    def watched_left(self, n_periods: int) -> tuple[FloatArray, int]:
        """Like `left`, from `observed_from_period` to `n_periods` and of those who stay until then."""
        first = self.observed_from_period
        periods = np.arange(first, max(n_periods, self.n_observed + 1) + 1.0)
        left = survival_from(self.fit, periods, first)
        n_followed = 0
        if not self.keeps_to_observed:
            left, n_followed = observed_then_laws(
                self.observed, left, scores=self.level_scores, first_period=first
            )
        return left[: n_periods - first + 1], n_followed

    def fitted(self, first_period: int, last_period: int) -> Expected:
        """Share left after each period from one to another under the average of the laws."""
        return _summaries(self.law_left(last_period)[first_period:], first_period)

    def expected(self, first_period: int, last_period: int) -> Expected:
        """Share expected to be left after each period from one to another, from the start on."""
        return _summaries(self.left(last_period)[0][first_period:], first_period)

    def fitted_of_watched(self, first_period: int, last_period: int) -> Expected:
        """Like `fitted`, of those who stay `observed_from_period` periods, at periods beyond that."""
        periods = np.arange(first_period, last_period + 1.0)
        return _summaries(survival_from(self.fit, periods, self.observed_from_period), first_period)

    def expected_of_watched(self, first_period: int, last_period: int) -> Expected:
        """Like `expected`, of those who stay `observed_from_period` periods, at periods beyond that."""
        rows, _ = self.watched_left(last_period)
        return _summaries(rows[first_period - self.observed_from_period :], first_period)


def _summaries(rows: FloatArray, first_period: int) -> Expected:
    return tuple((first_period + place, summarise(row, 1)) for place, row in enumerate(rows))


def survival_from(fit: RetentionFit, periods: FloatArray, first_period: int) -> FloatArray:
    """Share left after some periods of those who stay `first_period`, (n_periods, n_draws)."""
    left, at_first = fit.draws.survival(periods), fit.draws.survival(float(first_period))
    # Nobody stays that long in a draw: nobody is left of nobody.
    return np.divide(left, at_first, out=np.zeros_like(left), where=at_first > 0)


@dataclass(frozen=True, slots=True)
class RetentionAnswer:
    """All segments of a table, in its order.

    `period` is the name of one period as the table has it ("year"), and `n_periods` how many of them are
    forecast beyond what each segment was watched for. `transactions` takes the place of `segments` where
    the table is a log of purchases.
    """

    file: str
    sha256: str
    kind: Kind
    period: str
    n_periods: int
    segments: tuple[SegmentRetention, ...]
    transactions: TransactionsRetention | None
    n_draws: int
    seed: int
    warnings: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the laws come from."""
        if self.transactions is not None:
            return self.transactions.sources
        used = (fit.law.source for segment in self.segments for fit in segment.fit.laws)
        return tuple(dict.fromkeys([KAPLAN_MEIER_SOURCE, *used]))
