"""`nextdollar ltv LOG`: what the customers of a log of purchases, or of summaries of one, still bring."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.ltv.purchase_answer import PurchaseValue
from nextdollar.audience.ltv.purchase_question import USUAL_DRAWS, PurchaseValueQuestion
from nextdollar.audience.ltv.purchase_value import ltv_of_purchases
from nextdollar.audience.ltv.question import MOST_MONTHS
from nextdollar.audience.ltv.summary_value import ltv_of_summary
from nextdollar.audience.transactions.log import looks_like_transactions, transactions_of
from nextdollar.audience.transactions.summary_table import looks_like_summary
from nextdollar.cli.answer import give
from nextdollar.cli.ltv_options import drawn_quantities, is_of_customers
from nextdollar.cli.ltv_verbs import LtvOptions
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.cli.summary_options import summary_question
from nextdollar.plan.quantities import kinds
from nextdollar.report.audience.transactions.value_story import purchase_value_story, with_customers
from nextdollar.report.audience.transactions.value_view import purchase_value_view
from nextdollar.report.audience.transactions.value_words import purchase_value_text
from nextdollar.uncertainty import Design

_DISCOUNT = replace(kinds.DISCOUNT, plain_unit="%/year")
_MONTHS = replace(
    kinds.POSITIVE_DURATION, plain_unit="months", low=1.0, low_open=False, high=float(MOST_MONTHS)
)
_MARGIN = replace(kinds.SHARE, name="gross margin", example="70 %")
_USUAL_MONTHS = 36
_OF_A_SUMMARY = ("period", "recency", "buys")
_OF_A_LOG = ("table", "discount", "horizon", "margin", "by", "until", "draws", "seed", "out", "as_json")


def is_purchase_log(table: CustomerTable, options: LtvOptions) -> bool:
    """Whether a table is a log of purchases, and no option names it as one of customers."""
    return looks_like_transactions(table.columns) and not is_of_customers(options)


def run_ltv_of_log(options: LtvOptions, table: CustomerTable) -> int:
    """Print what the customers of a log still bring; with `out`, write a report."""
    found = ltv_of_purchases(transactions_of(table, by=options.by), _question(options, _OF_A_LOG))
    return _given(found, options)


def is_summary(table: CustomerTable, options: LtvOptions) -> bool:
    """Whether a table has customers by purchases, recency and age, and no option says otherwise."""
    return looks_like_summary(table.columns) and not is_of_customers(options)


def run_ltv_of_summary(options: LtvOptions, table: CustomerTable) -> int:
    """Print what the customers of a table of summaries still bring; with `out`, write a report."""
    allowed = (*(name for name in _OF_A_LOG if name != "until"), *_OF_A_SUMMARY)
    question = _question(options, allowed)
    return _given(ltv_of_summary(table, question, summary_question(options), period=options.period), options)


def _given(found: PurchaseValue, options: LtvOptions) -> int:
    return give(
        purchase_value_view(found),
        text=lambda view: purchase_value_text(view, next_command=_next(options)),
        tell=lambda view: with_customers(purchase_value_story(view), found),
        out=options.out,
        as_json=options.as_json,
    )


def _question(options: LtvOptions, allowed: Sequence[str]) -> PurchaseValueQuestion:
    """Return what options state; OptionsError with every one that is wrong or of no use for a log."""
    reader = OptionReader()
    usual = LtvOptions(table=Path())
    for field in fields(options):
        if field.name not in allowed and getattr(options, field.name) != getattr(usual, field.name):
            rule, value = "is of no use for a log of purchases", str(getattr(options, field.name))
            reader.refuse(f"--{field.name.replace('_', '-')}", rule, value, "leave it out", code="ND1761")
    read = {
        "margin": reader.quantity("--margin", options.margin, _MARGIN),
        "discount": reader.quantity("--discount", options.discount, _DISCOUNT),
        "horizon": reader.quantity("--horizon", options.horizon, _MONTHS),
    }
    horizon = read.pop("horizon")
    if horizon is not None and horizon.is_uncertain:
        reader.refuse("--horizon", "must be one number here", horizon.text, "for example 24", code="ND1151")
    reader.done()
    stated = {name: quantity for name, quantity in read.items() if quantity is not None}
    # Each draw scores every customer: the usual number of draws of other tables would take a minute.
    n_draws = USUAL_DRAWS if options.draws == usual.draws else Design.rounded(options.draws, 0).n_draws
    values = drawn_quantities(stated, None, n_draws=n_draws, seed=options.seed)
    months = _USUAL_MONTHS if horizon is None else max(round(horizon.typical()), 1)
    return PurchaseValueQuestion(
        gross_margin_share=values.get("margin", 1.0),
        discount_per_month=values.get("discount", 0.0),
        horizon_months=months,
        until=options.until,
        n_draws=n_draws,
        seed=options.seed,
    )


def _next(options: LtvOptions) -> str:
    """Return the command to go on with: a report, then the numbers."""
    words = ["nextdollar ltv", shlex.quote(str(options.table))]
    for name in ("discount", "horizon", "margin", "by", "until", *_OF_A_SUMMARY):
        value = getattr(options, name)
        if value is not None:
            words.append(f"--{name} {shlex.quote(str(value))}")
    words.append("--json" if options.out is not None else "--out ltv-report")
    return " ".join(words)
