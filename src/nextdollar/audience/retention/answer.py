"""What is found out about how long customers stay, segment by segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextdollar.audience.transactions.answer import TransactionsRetention
from nextdollar.customers.contractual import KaplanMeier, LawFit, RetentionFit
from nextdollar.customers.contractual.kaplan_meier import KAPLAN_MEIER_SOURCE
from nextdollar.sources import Source
from nextdollar.uncertainty import Summary, summarise

Kind = Literal["cohort", "customers", "transactions"]
Flag = Literal["ever", "last-period"]

LAW_WORDS = {
    "geometric": "everybody leaves at one rate",
    "sbg": "customers differ, each with a rate of his own",
    "bdw": "customers differ, and their rates change with age",
}


@dataclass(frozen=True, slots=True)
class SegmentRetention:
    """One segment of customers with a contract.

    `observed` is the share left without any law, at each period up to `n_observed`; `fit` are the laws
    and the draws of their average, which `keeps_to_observed` or does not. `warnings` are sentences on
    what to hold against the answer.
    """

    segment: str
    n_customers: float
    n_observed: int
    observed: KaplanMeier
    fit: RetentionFit
    keeps_to_observed: bool
    warnings: tuple[str, ...]

    @property
    def law(self) -> LawFit:
        """The law whose coefficients are printed."""
        return self.fit.main

    @property
    def law_words(self) -> str:
        """What the law says of customers."""
        return LAW_WORDS[self.law.name]

    @property
    def has_endless_mean(self) -> bool:
        """Whether the expected lifetime under the law is infinite."""
        return self.law.has_endless_mean

    def expected(self, first_period: int, last_period: int) -> tuple[tuple[int, Summary], ...]:
        """Share expected to be left after each period from one to another, under the average of the laws."""
        periods = np.arange(first_period, last_period + 1)
        rows = self.fit.draws.survival(periods.astype(np.float64))
        return tuple((int(period), summarise(row, 1)) for period, row in zip(periods, rows, strict=True))


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
