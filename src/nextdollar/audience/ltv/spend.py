"""What customers pay one by one: LTV of dollars that stay, not of heads times a mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.ltv.curves import curve_of, months_of, notes_on_data
from nextdollar.audience.ltv.question import LtvSegment, LtvSetting, RetentionCurve
from nextdollar.audience.ltv.table import SegmentsRead
from nextdollar.audience.recurring_revenue.cells import MrrCells, amount_of, thousands_note
from nextdollar.audience.retention.answer import RetentionAnswer, SegmentRetention
from nextdollar.audience.retention.retention import N_PERIODS, SEED, fitted_segment
from nextdollar.audience.retention.segment import Stays
from nextdollar.catalogue.table_file import refuse
from nextdollar.errors import Fault, OptionsError
from nextdollar.uncertainty import Design, uniforms
from nextdollar.uncertainty.reading import plain
from nextdollar.units import FloatArray, Floats

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_A_MONTH = frozenset(("month", "monthly", "months", "mrr"))
_NOT_A_MONTH = frozenset(
    ("total", "sum", "lifetime", "ltv", "arr", "year", "yearly", "annual", "annually", "quarter")
)
_LEVEL = 0.95
# Leavers of another spend than those beside them, by chance in one of a hundred cases.
_FAR_OFF = 2.58
_AS_NEW = "all customers together are those who are still there, each at the value of one, whatever the age"


@dataclass(frozen=True, slots=True)
class SpendOfLeavers:
    """What those who left paid a month, and those who were there beside them at the same renewal.

    `score` is how far apart they are in standard errors, as they would be if spend said nothing of leaving.
    """

    left_usd_per_month: float
    beside_usd_per_month: float
    score: float

    @property
    def is_telling(self) -> bool:
        """Whether spend and leaving go together, beyond chance."""
        return abs(self.score) > _FAR_OFF


def read_spend(table: CustomerTable, column: str) -> FloatArray:
    """Return what each customer of a table pays a month, in USD, (n_rows,).

    Raises
    ------
    OptionsError
        If there is no such column, or its name says that it is no amount a month.
    RowsError
        With every cell that is no amount of 0 or more.
    """
    if column not in table.columns:
        hint = f"one of {', '.join(table.columns[:24])}"
        raise OptionsError([Fault("ND1704", "--price", "must name a column of the table", column, hint)])
    words = {word.casefold() for word in _WORD.findall(column)}
    if words & _NOT_A_MONTH and not words & _A_MONTH:
        rule = "must name a column with what each customer pays a month"
        hint = "divide it by its months, and name it with month if it is one already"
        raise OptionsError([Fault("ND1768", "--price", rule, column, hint)])
    cells = MrrCells(table)
    rule, hint = "must be an amount of 0 or more", "plain digits, as 29.85, without a sign of currency"
    found = cells.read(column, amount_of, code="ND1769", rule=rule, hint=hint)
    if cells.faults:
        refuse(cells.faults)
    return np.array([float(value or 0) for value in found])


def segments_of_spend(
    found: RetentionAnswer,
    setting: LtvSetting,
    *,
    table: CustomerTable,
    price: str,
    gross_margin_share: Floats = 1.0,
    period: str | None = None,
) -> SegmentsRead:
    """Return a segment for each curve of dollars: customers count by what they pay.

    Parameters
    ----------
    found : RetentionAnswer
        What `fitted_retention` gives of customers one by one.
    setting : LtvSetting
        Says how far ahead payments count.
    table : CustomerTable
        The table that it was made of.
    price : str
        Column with what each customer pays a month, in USD, at any age.
    gross_margin_share : float or array (n_draws,)
        Share of the price that is left.
    period : "month", "quarter" or "year", optional
        Time between two renewals, where the table does not name it.

    Raises
    ------
    OptionsError
        If the table counts customers, one may have several rows, or as `read_spend`, `segments_of_curves`.
    RowsError
        As `read_spend`.

    Notes
    -----
    What one customer is worth is E[m sum S(t) v**t] = E[m] sum S_m(t) v**t, with S_m the share of dollars
    that is left: the product of the mean spend and the mean time holds where the two do not go together
    alone. S_m is fitted to customers weighed by m, who count at each renewal as (sum m)**2 / sum m**2
    customers of one spend (Kish 1965, Survey Sampling, section 11.7).
    """
    spend = read_spend(table, price)
    n_months = months_of(found, period)
    segments, notes = [], [*found.warnings, *thousands_note(table.cells[price]), _AS_NEW]
    for item in found.segments:
        stays, paid = _paid(item, spend)
        segment = _segment(item, setting, stays, paid, n_months_per_period=n_months)
        segments.append(replace(segment, gross_margin_share=gross_margin_share))
        notes += [*notes_on_data(item), *_notes(segment, stays, paid)]
    return SegmentsRead(tuple(segments), tuple(dict.fromkeys(notes)), ((found.file, found.sha256),))


def _paid(item: SegmentRetention, spend_usd: FloatArray) -> tuple[Stays, FloatArray]:
    """Return the customers of a segment one by one, and what each pays."""
    stays = None if item.seen is None else item.seen.stays
    if stays is None:
        rule = "is for customers one by one: the table counts them"
        raise OptionsError([Fault("ND1768", "--price", rule, "", "state --margin instead")])
    if stays.rows is None:
        rule = "does not go with --customer: contracts of one customer may have several prices"
        hint = "give one row for each customer, with what he pays a month"
        raise OptionsError([Fault("ND1768", "--price", rule, "", hint)])
    return stays, spend_usd[stays.rows]


def _segment(
    item: SegmentRetention, setting: LtvSetting, stays: Stays, paid: FloatArray, *, n_months_per_period: int
) -> LtvSegment:
    """Return a segment whose curve is that of dollars, where somebody pays."""
    heads = curve_of(item, setting, n_months_per_period)
    dollars = _of_dollars(item, paid)
    kept = heads if dollars is None else curve_of(dollars, setting, n_months_per_period)
    is_there = stays.is_there
    begins = _watched_at(stays, kept.from_period)
    return LtvSegment(
        name=item.segment,
        stays=kept,
        price_usd_per_month=mean_spend(paid[begins], item.segment, item.fit.draws.n_draws),
        customers=float(np.count_nonzero(is_there)),
        revenue_usd_per_month=float(paid[is_there].sum()),
        of_heads=None if dollars is None or heads.from_period != kept.from_period else heads,
    )


def _of_dollars(item: SegmentRetention, paid: FloatArray) -> SegmentRetention | None:
    """Return the laws of customers weighed by what they pay; None where nobody who was watched pays."""
    if item.seen is None or not paid.any():
        return None
    seen = item.seen.weighted(paid)
    return fitted_segment(seen, N_PERIODS) if seen.table.n_at_risk.any() else None


def _watched_at(stays: Stays, period: int) -> NDArray[np.bool_]:
    """Return who was watched at an age: those who come to it, and not only those who stay long after."""
    if period == 0:
        found: NDArray[np.bool_] = stays.n_before == 0
        return found
    return np.less_equal(stays.n_before, period) & np.greater(stays.n_periods, period)


def mean_spend(paid_usd: FloatArray, name: str, n_draws: int) -> Floats:
    """Return the mean of what customers pay, with its error of sampling.

    Parameters
    ----------
    paid_usd : array (n_customers,)
        What each pays, 0 or more; one or more.
    name : str
        Of the segment: its draws owe nothing to those of any other.
    n_draws : int
        How many draws.

    Returns
    -------
    float or array (n_draws,)
        One number where all pay the same, or there is one customer alone.

    Notes
    -----
    Lognormal around the mean with the standard error s / sqrt(n), so that no draw is below 0; as wide at nine
    of ten as Student's t of n - 1 degrees of freedom.
    """
    mean, n = float(paid_usd.mean()), paid_usd.size
    if n < 2 or not paid_usd.std() > 0:
        return mean
    error = float(paid_usd.std(ddof=1) / np.sqrt(n) / mean)
    spread = np.sqrt(np.log1p(error**2)) * float(stdtrit(n - 1, _LEVEL) / ndtri(_LEVEL))
    scores = ndtri(uniforms([f"ltv/{name}/spend"], Design.rounded(n_draws, SEED))[0])
    draws: FloatArray = mean * np.exp(spread * scores - spread**2 / 2)
    return draws


def leavers(stays: Stays, paid_usd: FloatArray) -> SpendOfLeavers | None:
    """Return what those who left paid, beside others of their age; None where it cannot be told.

    Notes
    -----
    Spend summed over leavers, less what as many of those at risk at each renewal would pay on average, over
    its standard error when leavers are dealt from them (a score test; Cox 1972, J. R. Statist. Soc. B 34).
    """
    heads = stays.table()
    n, gone = heads.n_at_risk, heads.n_left
    some = np.where(n > 0, n, 1.0)
    first, left = (getattr(stays.table(paid_usd), name) for name in ("n_at_risk", "n_left"))
    mean = first / some
    square = stays.table(np.square(paid_usd)).n_at_risk / some
    chance = gone * np.maximum(square - mean**2, 0.0) * (n - gone) / np.maximum(n - 1, 1.0)
    total = float(gone.sum())
    if not total or not chance.sum() > 0:
        return None
    beside = float((gone * mean).sum())
    score = (float(left.sum()) - beside) / float(np.sqrt(chance.sum()))
    return SpendOfLeavers(float(left.sum()) / total, beside / total, score)


def _notes(segment: LtvSegment, stays: Stays, paid: FloatArray) -> Iterator[str]:
    name = segment.name
    first = segment.stays.from_period if isinstance(segment.stays, RetentionCurve) else 0
    begins = _watched_at(stays, first)
    if not paid.any():
        yield f"in {name}: nobody pays anything"
    elif np.count_nonzero(begins) == 1:
        yield f"in {name}: one customer alone says what is paid: how sure that is, is not known"
    found = leavers(stays, paid)
    if found is not None and found.is_telling:
        way = "more" if found.score > 0 else "less"
        yield (
            f"in {name}: those who left paid {plain(found.left_usd_per_month)} USD a month, {way} than the "
            f"{plain(found.beside_usd_per_month)} USD of others of their age: spend and staying go together, "
            "so that dollars are followed and not heads"
        )
