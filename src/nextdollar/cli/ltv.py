"""`nextdollar ltv`: what customers are worth, from a table of segments, of survival, or a scenario."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.ltv.table import SegmentsRead, segments_of
from nextdollar.audience.ltv.usage import read_usage_growth
from nextdollar.audience.ltv.values import ltv
from nextdollar.audience.retention.answer import Flag, RetentionAnswer
from nextdollar.audience.retention.cohorts import is_cohort_table
from nextdollar.cli.answer import give
from nextdollar.cli.ltv_options import check_together, completed, drawn_quantities, stated_quantities
from nextdollar.cli.ltv_scenario import ScenarioSegments, scenario_segments
from nextdollar.cli.ltv_verbs import LtvOptions
from nextdollar.cli.option_quantities import OptionReader
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
    reader = OptionReader()
    stated = stated_quantities(reader, options)
    check_together(reader, options)
    reader.done()
    usage = None if options.usage is None else read_usage_growth(options.usage)
    read = _read(options)
    _check_margin(reader, options, read)
    reader.done()
    n_draws = read.n_draws if isinstance(read, RetentionAnswer) else _n_draws(options)
    growth = None if usage is None else usage.distribution
    values = drawn_quantities(stated, growth, n_draws=n_draws, seed=options.seed)
    setting = _setting(options, stated, values, read=read, n_draws=n_draws)
    if isinstance(read, RetentionAnswer):
        margin = values["margin"]
        read = segments_of_curves(read, setting, margin_usd_per_month=margin, period=options.period)
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


def _read(options: LtvOptions) -> _Read:
    """Read the file, by what it is: a scenario, segments, survival, or customers one by one."""
    if options.table.suffix.casefold() in _SCENARIOS:
        return scenario_segments(options.table, n_draws=_n_draws(options), seed=options.seed)
    table = read_customer_table(options.table)
    is_of_customers = any(name is not None for name in (options.tenure, options.churned, options.flag))
    if is_of_customers or is_cohort_table(table.columns):
        return fitted_retention(
            options.table,
            tenure=options.tenure,
            churned=options.churned,
            flag=cast(Flag | None, options.flag),
            by=options.by,
        )
    return segments_of(table, n_draws=_n_draws(options), seed=options.seed)


def _check_margin(reader: OptionReader, options: LtvOptions, read: _Read) -> None:
    """Note a margin or a period that is missing, or that the file states."""
    is_curve = isinstance(read, RetentionAnswer)
    if is_curve and options.margin is None:
        hint = 'what one customer leaves, for example --margin "50 USD/month"'
        reader.refuse("--margin", "is needed: a table of survival has no money in it", "", hint)
    for name in ("margin", "period", "by"):
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
