"""`nextdollar mrr`: how recurring revenue moves, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.recurring_revenue.answer import MrrAnswer
from nextdollar.audience.recurring_revenue.book import MrrBook, MrrOptions, MrrSource
from nextdollar.audience.recurring_revenue.cells import day_of, is_of_our_time
from nextdollar.audience.recurring_revenue.columns import mrr_columns
from nextdollar.audience.recurring_revenue.dated_rates import read_dated_rates
from nextdollar.audience.recurring_revenue.export import mrr_of_export
from nextdollar.audience.recurring_revenue.kept import at_own_rates, kept_by_month, pooled, same_accounts
from nextdollar.audience.recurring_revenue.ledger import mrr_of_ledger
from nextdollar.audience.recurring_revenue.money import (
    BILLED_RULE,
    MICRO_PER_USD,
    USD,
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
_CONSTANT_CURRENCY = (
    Source(
        "Association of Corporate Treasurers, Constant currency",
        "the later period at the rates of the earlier",
        "https://wiki.treasurers.org/wiki/Constant_currency",
    ),
    Source(
        "Chargebee, How exchange rates affect RevenueStory metrics over time",
        "MRR at the rates of the end of each period, the difference as a movement of its own",
        "https://support.chargebee.com/support/solutions/articles/256559",
    ),
)
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
    rates: Path | str | None = None,
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
    rates : Path or str, optional
        A CSV file of exchange rates by month (month or date, currency, usd): movements and what is kept
        are then at constant currency, and what rates have moved stands apart.
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
        With every fault of the table, or of the exchange rates.
    OptionsError
        With every fault of the other arguments.
    """
    options = _checked(
        usd_per_unit or {}, billed=billed, as_of=as_of, span_months=span_months, n_draws=n_draws
    )
    options = _with_rates(options, rates)
    read = read_customer_table(table)
    source = MrrSource(read, mrr_columns(read), options)
    book = (mrr_of_ledger if source.columns.kind == "ledger" else mrr_of_export)(source)
    return _answer(source, book, span_months=span_months, n_draws=n_draws, seed=seed)


def _answer(source: MrrSource, book: MrrBook, *, span_months: int, n_draws: int, seed: int) -> MrrAnswer:
    """Return what a table comes to, once it is read."""
    at_last_rates = None if book.valued is None else book.valued.table(1)
    moved = movements(book.mrr_micro_usd, at_last_rates)
    by_month = monthly_rates(moved)
    span = min(span_months, len(book.months) - 1)
    at_start_rates = None if book.valued is None else book.valued.table(span)
    kept = kept_after(book.mrr_micro_usd, span, at_start_rates_micro_usd=at_start_rates)
    same = same_accounts(book, kept, span, n_draws=n_draws, seed=seed)
    cohorts = start_cohorts(book.mrr_micro_usd, at_last_rates)
    crowd = None if same is None else concentration(kept.start_micro_usd[:, -1] / MICRO_PER_USD)
    return MrrAnswer(
        file=source.table.file,
        sha256=source.table.sha256,
        kind=book.kind,
        months=book.months,
        n_accounts=book.mrr_micro_usd.shape[0],
        rates_usd=source.options.rates,
        dated_rates_usd=_rates_by_month(book),
        kept_at_own_rates=at_own_rates(book, same, span),
        moved=moved,
        rates=by_month,
        pooled=pooled(moved, span),
        same_accounts=same,
        kept_by_month=kept_by_month(book, kept, span),
        cohorts=cohorts,
        by_age=kept_by_age(cohorts, book.starts_are_known | (cohorts.first_month > 0)),
        starts_are_known=book.starts_are_known,
        concentration=crowd,
        undefined=tuple(undefined(book, by_month, same, span)),
        notes=(*book.notes, *notes_on(book, same, crowd, span_months=span_months)),
        n_draws=n_draws,
        seed=seed,
        rates_file=None if book.valued is None else (book.valued.dated.file, book.valued.dated.sha256),
        sources=(
            SOURCE,
            *SOURCES,
            *(() if book.valued is None else _CONSTANT_CURRENCY),
            *_RANGES,
            KAPLAN_MEIER_SOURCE,
        ),
    )


def _with_rates(options: MrrOptions, rates: Path | str | None) -> MrrOptions:
    """Return the options with rates by month; a currency that is stated in both ways is refused."""
    if rates is None:
        return options
    dated = read_dated_rates(rates)
    rule = "must be stated once, by --rate for all months or by --rates for each"
    twice = sorted(name for name in options.rates if name in dated.usd and name != USD)
    faults = [Fault("ND1738", f"--rate {name}", rule, "both", "leave one out") for name in twice]
    if faults:
        raise OptionsError(faults)
    return replace(options, dated=dated)


def _rates_by_month(book: MrrBook) -> dict[str, dict[str, Decimal]]:
    """Return the rates that differ by month, by currency and month of the table."""
    valued = book.valued
    if valued is None:
        return {}
    used = {currency for _, currency in valued.bills if currency in valued.dated.usd and currency != USD}
    return {
        name: {
            month: valued.dated.usd[name][book.first_month + place] for place, month in enumerate(book.months)
        }
        for name in sorted(used)
    }


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
