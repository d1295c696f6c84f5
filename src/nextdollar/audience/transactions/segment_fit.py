"""Laws of purchases fitted to one segment of a log, each with its weight and its draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.audience.transactions.history import History, end_of, history_of
from nextdollar.audience.transactions.log import TransactionLog, iso, rows_of
from nextdollar.audience.transactions.split import ALL
from nextdollar.customers.pay_as_you_go import (
    Fitted,
    PurchaseLaw,
    akaike_weights,
    fit_purchases,
    parameter_draws,
)
from nextdollar.errors import FitError, RowsError
from nextdollar.units import FloatArray

AVERAGED = ("bg-nbd", "pareto-nbd")
"""Laws whose forecasts are averaged by default, by how well they fit."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fitted law, its weight, and the draws of its parameters (k, n), as many as its weight says."""

    fitted: Fitted[PurchaseLaw]
    weight_share: float
    draws: FloatArray

    def first(self, n_of_all: int, n_all: int) -> FloatArray:
        """The first draws, as many as are this law's part of `n_of_all`."""
        return self.draws[:, : -(-self.draws.shape[1] * n_of_all // n_all)]


@dataclass(frozen=True, slots=True)
class SegmentFit:
    """A segment, its laws by weight, and what was assumed; `rng` deals what comes after the fit.

    `log` is None where customers were read as summaries.
    """

    segment: str
    log: TransactionLog | None
    history: History
    laws: tuple[Weighed, ...]
    notes: tuple[str, ...]
    rng: np.random.Generator

    @property
    def best(self) -> Fitted[PurchaseLaw]:
        """The law of the largest weight."""
        return max(self.laws, key=lambda law: law.weight_share).fitted

    @property
    def n_draws(self) -> int:
        """Draws of all laws together."""
        return sum(law.draws.shape[1] for law in self.laws)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A segment of which nothing can be said, its customers, and why."""

    segment: str
    n_customers: int
    reason: str

    @property
    def words(self) -> str:
        """The same as a warning."""
        n = f"{self.n_customers:,} customer{'' if self.n_customers == 1 else 's'}"
        return f"nothing can be said of {self.segment}, and totals leave its {n} out: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitQuestion:
    """How a log is fitted: days in a period, last day, law, and draws."""

    period_days: int = 7
    until: str | None = None
    model: str | None = None
    n_draws: int = 4096
    seed: int = 7


def fit_segments(
    log: TransactionLog, question: FitQuestion
) -> tuple[tuple[SegmentFit, ...], tuple[LeftOut, ...]]:
    """Fit each segment of a log by itself, all of them observed to the same last day.

    Raises
    ------
    OptionsError, RowsError
        As `history_of`.
    FitError
        If no segment can be fitted.
    """
    if log.segment_of is None:
        return (_fit(ALL, log, question, question.until, ()),), ()
    end_days, notes = end_of(log, question.until)
    fits: list[SegmentFit] = []
    left_out: list[LeftOut] = []
    refused: FitError | RowsError | None = None
    for name, part in _parts(log):
        try:
            fits.append(_fit(name, part, question, iso(end_days), tuple(notes)))
        except (FitError, RowsError) as error:
            refused = refused or error
            reason = error.faults[0].rule if isinstance(error, RowsError) else str(error)
            left_out.append(LeftOut(name, len(part.customers), reason))
    if not fits and refused is not None:
        raise refused
    return tuple(fits), tuple(left_out)


def _parts(log: TransactionLog) -> Iterator[tuple[str, TransactionLog]]:
    """Yield each segment with its rows, in the order of the log; those with refunds only have none."""
    segment_of = np.zeros(len(log.customers), dtype=np.intp) if log.segment_of is None else log.segment_of
    of_row = segment_of[log.places]
    for place, name in enumerate(log.segments):
        rows = of_row == place
        if rows.any():
            yield name, rows_of(log, rows)


def _fit(
    name: str, log: TransactionLog, question: FitQuestion, until: str | None, notes: Sequence[str]
) -> SegmentFit:
    is_whole = question.model == "bg-bb"
    history = history_of(log, period_days=question.period_days, until=until, is_whole=is_whole)
    # The draws of a segment owe nothing to those of any other, nor to the order of the file.
    own = [question.seed, 0] if log.segment_of is None else [question.seed, 1, *name.encode()]
    fit = fit_history(
        name,
        history,
        question,
        rng=np.random.default_rng(own),
        notes=(*log.notes, *notes, *history.notes),
    )
    return replace(fit, log=log)


def fit_history(
    name: str, history: History, question: FitQuestion, *, rng: np.random.Generator, notes: Sequence[str] = ()
) -> SegmentFit:
    """Fit the histories of one segment, without a log; FitError if no law can be fitted."""
    names = [question.model] if question.model else AVERAGED
    laws, refused = _weighed(names, history, question.n_draws, rng)
    return SegmentFit(name, None, history, laws, (*notes, *refused), rng)


def _weighed(
    names: Sequence[str], history: History, n_draws: int, rng: np.random.Generator
) -> tuple[tuple[Weighed, ...], tuple[str, ...]]:
    """Laws fitted, each with as many draws as its weight says, and why others were not.

    The heaviest takes the draws that rounding leaves.
    """
    fits, refused = _fits(names, history)
    weights = akaike_weights(fits)
    counts = np.round(weights * n_draws).astype(int)
    counts[int(weights.argmax())] += n_draws - int(counts.sum())
    weighed = tuple(
        Weighed(fit, float(weight), parameter_draws(fit, rng.standard_normal((len(fit.theta), int(count)))))
        for fit, weight, count in zip(fits, weights, counts, strict=True)
    )
    return weighed, refused


def _fits(names: Sequence[str], history: History) -> tuple[list[Fitted[PurchaseLaw]], tuple[str, ...]]:
    fits, refused = [], []
    for name in names:
        try:
            fits.append(fit_purchases(name, history.histories))
        except FitError as error:
            refused.append(error)
    if not fits:
        raise refused[0]
    return fits, tuple(f"{error}; the other law stands alone" for error in refused)
