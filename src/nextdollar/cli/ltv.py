"""`nextdollar ltv`: what customers are worth, from a table of segments, of survival, or a scenario."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import cast

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.ltv.spend import segments_of_spend
from nextdollar.audience.ltv.table import SegmentsRead, segments_of
from nextdollar.audience.ltv.usage import read_usage_growth
from nextdollar.audience.ltv.values import ltv
from nextdollar.audience.retention.answer import Flag, RetentionAnswer
from nextdollar.audience.retention.cohorts import is_cohort_table
from nextdollar.cli.answer import give
from nextdollar.cli.ltv_log import is_purchase_log, is_summary, run_ltv_of_log, run_ltv_of_summary
from nextdollar.cli.ltv_options import (
    check_together,
    completed,
    drawn_quantities,
    is_of_customers,
    stated_quantities,
)
from nextdollar.cli.ltv_scenario import ScenarioSegments, scenario_segments
from nextdollar.cli.ltv_verbs import LtvOptions
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.cli.tenure_options import stated_tenure
from nextdollar.customers.lifetime_value.curve import PaymentTiming
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.report.audience.ltv.report import ltv_story
from nextdollar.report.audience.ltv.text import ltv_text
from nextdollar.report.audience.ltv.view import ltv_view
from nextdollar.report.write import check_folder
from nextdollar.uncertainty import Design
from nextdollar.units import Floats

_SCENARIOS = (".yaml", ".yml", ".json")
_USUAL_HORIZON_MONTHS = 36.0
_Read = SegmentsRead | ScenarioSegments | RetentionAnswer


def run_ltv(options: LtvOptions) -> int:
    """Print what customers are worth; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    table = None if _is_scenario(options) else read_customer_table(options.table)
    if table is not None and is_purchase_log(table, options):
        return run_ltv_of_log(options, table)
    if table is not None and is_summary(table, options):
        return run_ltv_of_summary(options, table)
    reader = OptionReader()
    stated = stated_quantities(reader, options)
    check_together(reader, options)
    reader.done()
    usage = None if options.usage is None else read_usage_growth(options.usage)
    read = _read(options, table)
    _check_margin(reader, options, read)
    reader.done()
    n_draws = read.n_draws if isinstance(read, RetentionAnswer) else _n_draws(options)
    growth = None if usage is None else usage.distribution
    values = drawn_quantities(stated, growth, n_draws=n_draws, seed=options.seed)
    setting = _setting(options, stated, values, read=read, n_draws=n_draws)
    if isinstance(read, RetentionAnswer):
        read = _priced(read, options, setting, table=table, margin=values.get("margin"))
    answer = ltv(
        [completed(segment, stated, values) for segment in read.segments],
        setting,
        notes=[*read.notes, *([] if usage is None else [usage.words])],
        files=[*read.files, *([] if usage is None else [usage.file])],
    )
    return give(
        ltv_view(answer),
        text=lambda view: ltv_text(view, next_command=_next(options)),
        tell=ltv_story,
        out=options.out,
        as_json=options.as_json,
    )


def _n_draws(options: LtvOptions) -> int:
    return Design.rounded(options.draws, options.seed).n_draws


def _is_scenario(options: LtvOptions) -> bool:
    return options.table.suffix.casefold() in _SCENARIOS


def _read(options: LtvOptions, table: CustomerTable | None) -> _Read:
    """Read the file, by what it is: a scenario, segments, survival, or customers one by one."""
    if table is None:
        return scenario_segments(options.table, n_draws=_n_draws(options), seed=options.seed)
    has_price = options.price is not None and "segment" not in table.columns
    if is_of_customers(options) or has_price or is_cohort_table(table.columns):
        return fitted_retention(
            options.table,
            tenure=stated_tenure(
                tenure=options.tenure,
                entered=options.entered,
                start=options.start,
                cancelled=options.cancelled,
                customer=options.customer,
                watched_since=options.watched_since,
            ),
            churned=options.churned,
            flag=cast(Flag | None, options.flag),
            by=options.by,
            until=options.until,
        )
    return segments_of(table, n_draws=_n_draws(options), seed=options.seed)


def _priced(
    found: RetentionAnswer,
    options: LtvOptions,
    setting: LtvSetting,
    *,
    table: CustomerTable | None,
    margin: Floats | None,
) -> SegmentsRead:
    """Return segments of fitted curves, with one margin for all or with what each customer pays."""
    if options.price is None or table is None:
        usd = 0.0 if margin is None else margin
        return segments_of_curves(found, setting, margin_usd_per_month=usd, period=options.period)
    read = segments_of_spend(
        found,
        setting,
        table=table,
        price=options.price,
        gross_margin_share=1.0 if margin is None else margin,
        period=options.period,
    )
    if margin is not None:
        return read
    note = f"no gross margin is stated: all of {options.price} counts as margin"
    return replace(read, notes=(*read.notes, note))


def _check_margin(reader: OptionReader, options: LtvOptions, read: _Read) -> None:
    """Note a margin or a period that is missing, or that the file states."""
    is_curve = isinstance(read, RetentionAnswer)
    if is_curve and options.margin is None and options.price is None:
        hint = 'what one customer leaves, as --margin "50 USD/month", or --price COLUMN with what each pays'
        reader.refuse("--margin", "is needed: a table of survival has no money in it", "", hint)
    if options.until is not None and not is_curve:
        rule = "is for a log of purchases or a table with days of contracts"
        reader.refuse("--until", rule, options.until, "leave it out")
    for name in ("recency", "buys"):
        if getattr(options, name) is not None:
            rule = "is for a table of customers by frequency, recency and T"
            reader.refuse(f"--{name}", rule, getattr(options, name), "leave it out")
    for name in ("margin", "price", "period", "by"):
        value = getattr(options, name)
        if not is_curve and value is not None:
            rule = "is for a table of survival or of customers one by one"
            reader.refuse(f"--{name}", rule, value, "leave it out")


def _setting(
    options: LtvOptions,
    stated: dict[str, Quantity],
    values: dict[str, Floats],
    *,
    read: _Read,
    n_draws: int,
) -> LtvSetting:
    """Return how payments are counted: as options say, else as the scenario does."""
    usual = _Usual(_USUAL_HORIZON_MONTHS, 0.0)
    if isinstance(read, ScenarioSegments):
        usual = _Usual(read.horizon_months, read.discount_per_month)
    horizon = stated["horizon"].typical() if "horizon" in stated else usual.horizon_months
    return LtvSetting(
        discount_per_month=values.get("discount", usual.discount_per_month),
        pays_at=cast(PaymentTiming, options.pays),
        horizon_months=max(round(horizon), 1),
        age_months=max(round(stated["age"].typical()), 1),
        extra_churn_per_month=stated["extra_churn"].typical(),
        n_draws=n_draws,
        seed=options.seed,
    )


@dataclass(frozen=True, slots=True)
class _Usual:
    """What holds where options say nothing."""

    horizon_months: float
    discount_per_month: Floats


def _next(options: LtvOptions) -> str:
    """Return the command to go on with: a report, then the numbers."""
    words = ["nextdollar ltv", shlex.quote(str(options.table))]
    usual = LtvOptions(table=Path())
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name in ("table", "out", "as_json") or value == getattr(usual, field.name):
            continue
        words.append(f"--{field.name.replace('_', '-')} {shlex.quote(str(value))}")
    words.append("--json" if options.out is not None else "--out ltv-report")
    return " ".join(words)
