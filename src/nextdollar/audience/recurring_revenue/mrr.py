"""`nextdollar mrr`: how recurring revenue moves, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.recurring_revenue.answer import MrrAnswer
from nextdollar.audience.recurring_revenue.book import MrrOptions, MrrSource
from nextdollar.audience.recurring_revenue.cells import day_of, is_of_our_time
from nextdollar.audience.recurring_revenue.columns import mrr_columns
from nextdollar.audience.recurring_revenue.export import mrr_of_export
from nextdollar.audience.recurring_revenue.kept import kept_by_month, pooled, same_accounts
from nextdollar.audience.recurring_revenue.ledger import mrr_of_ledger
from nextdollar.audience.recurring_revenue.money import (
    BILLED_RULE,
    MICRO_PER_USD,
    billed_months,
    checked_rates,
)
from nextdollar.audience.recurring_revenue.notes import notes_on, undefined
from nextdollar.customers.contractual.kaplan_meier import KAPLAN_MEIER_SOURCE
from nextdollar.customers.recurring_revenue import (
    concentration,
    kept_after,
    kept_by_age,
    monthly_rates,
    movements,
    start_cohorts,
)
from nextdollar.customers.recurring_revenue.monthly_rates import SOURCES
from nextdollar.customers.recurring_revenue.movements import SOURCE
from nextdollar.errors import Fault, OptionsError
from nextdollar.sources import Source

USUAL_SPAN_MONTHS = 12
_MOST_SPAN_MONTHS = 120
_LEAST_DRAWS, _MOST_DRAWS = 128, 65_536
_RANGES = (
    Source(
        "Rubin 1981, The Bayesian Bootstrap",
        "Annals of Statistics 9(1)",
        "https://doi.org/10.1214/aos/1176345338",
    ),
    Source(
        "Brown, Cai & DasGupta 2001, Interval Estimation for a Binomial Proportion",
        "section 4.1",
        "https://doi.org/10.1214/ss/1009213286",
    ),
)


def mrr(
    table: Path | str,
    *,
    usd_per_unit: Mapping[str, str | int | float | Decimal] | None = None,
    billed: str | None = None,
    as_of: date | str | None = None,
    span_months: int = USUAL_SPAN_MONTHS,
    n_draws: int = 4096,
    seed: int = 0,
) -> MrrAnswer:
    """Movements of recurring revenue, retention of the same accounts, and cohorts, from a table.

    Parameters
    ----------
    table : Path or str
        A CSV file: a ledger (account, month, mrr_usd) or an export of subscriptions (customer, plan,
        amount, currency, start, cancelled; also interval, quantity, status, trial_end).
    usd_per_unit : mapping of str to number, optional
        The price of one unit of each currency in USD; a text or a Decimal is taken to the last digit.
    billed : str, optional
        How often amounts are billed where no column says it: "month", "year", "6 months".
    as_of : date or str, optional
        The day of the export, "2026-06-30"; months that were not over are left out.
    span_months : int
        Over which the same accounts are compared and months are pooled, 1 or more.
    n_draws, seed : int
        Draws behind the ranges, and what they start from.

    Returns
    -------
    MrrAnswer

    Raises
    ------
    RowsError
        With every fault of the table.
    OptionsError
        With every fault of the other arguments.
    """
    options = _checked(
        usd_per_unit or {}, billed=billed, as_of=as_of, span_months=span_months, n_draws=n_draws
    )
    read = read_customer_table(table)
    source = MrrSource(read, mrr_columns(read), options)
    book = (mrr_of_ledger if source.columns.kind == "ledger" else mrr_of_export)(source)
    moved = movements(book.mrr_micro_usd)
    rates = monthly_rates(moved)
    span = min(span_months, len(book.months) - 1)
    kept = kept_after(book.mrr_micro_usd, span)
    same = same_accounts(book, kept, span, n_draws=n_draws, seed=seed)
    cohorts = start_cohorts(book.mrr_micro_usd)
    compared = kept.start_micro_usd[:, -1]
    crowd = None if same is None else concentration(compared / MICRO_PER_USD)
    return MrrAnswer(
        file=read.file,
        sha256=read.sha256,
        kind=book.kind,
        months=book.months,
        n_accounts=book.mrr_micro_usd.shape[0],
        rates_usd=options.rates,
        moved=moved,
        rates=rates,
        pooled=pooled(moved, span),
        same_accounts=same,
        kept_by_month=kept_by_month(book, kept, span),
        cohorts=cohorts,
        by_age=kept_by_age(cohorts, book.starts_are_known | (cohorts.first_month > 0)),
        starts_are_known=book.starts_are_known,
        concentration=crowd,
        undefined=tuple(undefined(book, rates, same, span)),
        notes=(*book.notes, *notes_on(book, same, crowd, span_months=span_months)),
        n_draws=n_draws,
        seed=seed,
        sources=(SOURCE, *SOURCES, *_RANGES, KAPLAN_MEIER_SOURCE),
    )


def _checked(
    usd_per_unit: Mapping[str, str | int | float | Decimal],
    *,
    billed: str | None,
    as_of: date | str | None,
    span_months: int,
    n_draws: int,
) -> MrrOptions:
    """Return what is stated of the table; all that is wrong with it is refused at once."""
    faults: list[Fault] = []
    rates: dict[str, Decimal] = {}
    try:
        rates = checked_rates(usd_per_unit)
    except OptionsError as error:
        faults += error.faults
    if billed is not None and billed_months(billed) is None:
        faults.append(Fault("ND1738", "--billed", BILLED_RULE, billed, "for example --billed year"))
    day = day_of(as_of.strip()) if isinstance(as_of, str) else as_of
    if as_of is not None and (day is None or not is_of_our_time(day.year)):
        hint = "for example --as-of 2026-06-30"
        faults.append(Fault("ND1738", "--as-of", "must be a day", str(as_of), hint))
    if not 1 <= span_months <= _MOST_SPAN_MONTHS:
        rule = f"must lie between 1 and {_MOST_SPAN_MONTHS} months"
        faults.append(Fault("ND1738", "--span", rule, str(span_months)))
    if not _LEAST_DRAWS <= n_draws <= _MOST_DRAWS:
        rule = f"must lie between {_LEAST_DRAWS} and {_MOST_DRAWS:,}"
        faults.append(Fault("ND1738", "--draws", rule, str(n_draws)))
    if faults:
        raise OptionsError(faults)
    return MrrOptions(rates, billed, day)
