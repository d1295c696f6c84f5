"""What the options of `nextdollar ltv` state: quantities, certain or as draws, and what goes together."""

from __future__ import annotations

from dataclasses import replace

from nextdollar.audience.ltv.question import MOST_MONTHS, LtvSegment
from nextdollar.cli.ltv_verbs import LtvOptions
from nextdollar.cli.option_quantities import USD, OptionReader
from nextdollar.customers.acquisition.cost import AcquisitionCost
from nextdollar.customers.lifetime_value.value_density import ValueDensity
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.uncertainty import Constant, Design, Distribution, draw
from nextdollar.units import Floats

_DISCOUNT = replace(kinds.DISCOUNT, plain_unit="%/year")
_MONTHS = replace(
    kinds.POSITIVE_DURATION, plain_unit="months", low=1.0, low_open=False, high=float(MOST_MONTHS)
)
_EXTRA = replace(kinds.CHURN, low_open=False, plain_unit="%/month", example="1 %/month")
_GROWTH = replace(kinds.GROWTH, plain_unit="%/month", example="1 to 3 %/month")
_DECAY = replace(kinds.CHURN, name="decay", low_open=False, plain_unit="%/month", example="3 %/month")
_CAP = replace(kinds.MULTIPLE, example="2")
_CAC = replace(USD, low=0.0, example="300 USD")
_SHARE = replace(kinds.SHARE, name="gross margin of --price", example="80 %")
_MARGIN = replace(kinds.PRICE_PER_MONTH, name="margin of a customer", example="50 USD/month")


def is_of_customers(options: LtvOptions) -> bool:
    """Whether an option says that a table has customers one by one."""
    columns = (options.tenure, options.entered, options.churned, options.flag)
    days = (options.start, options.cancelled, options.customer, options.watched_since)
    return any(name is not None for name in (*columns, *days))


def stated_quantities(reader: OptionReader, options: LtvOptions) -> dict[str, Quantity]:
    """Return every option that holds a quantity and is given; what is wrong is noted."""
    read = {
        "discount": reader.quantity("--discount", options.discount, _DISCOUNT),
        "horizon": reader.quantity("--horizon", options.horizon, _MONTHS),
        "age": reader.quantity("--age", options.age, _MONTHS),
        "extra_churn": reader.quantity("--extra-churn", options.extra_churn, _EXTRA),
        "margin": reader.quantity("--margin", options.margin, _MARGIN if options.price is None else _SHARE),
        "cac": reader.quantity("--cac", options.cac, _CAC),
        "growth": reader.quantity("--growth", options.growth, _GROWTH),
        "cap": reader.quantity("--cap", options.cap, _CAP),
        "decay": reader.quantity("--decay", options.decay, _DECAY),
        "fresh": reader.quantity("--fresh", options.fresh, _MONTHS),
        "update": reader.quantity("--update", options.update, _MONTHS),
    }
    for name in ("horizon", "age", "extra_churn", "fresh", "update"):
        quantity = read[name]
        if quantity is not None and quantity.is_uncertain:
            option = f"--{name.replace('_', '-')}"
            reader.refuse(option, "must be one number here", quantity.text, "for example 12", code="ND1151")
    return {name: quantity for name, quantity in read.items() if quantity is not None}


def check_together(reader: OptionReader, options: LtvOptions) -> None:
    """Note options that are missing or do not go together."""
    if options.pays not in ("start", "end"):
        reader.refuse("--pays", "must be start or end", options.pays)
    grows = options.growth is not None or options.usage is not None
    if options.growth is not None and options.usage is not None:
        reader.refuse("--usage", "goes without --growth", str(options.usage), "give one of the two")
    if grows and options.cap is None:
        hint = "growth without a cap has no end: for example --cap 2"
        reader.refuse("--growth" if options.growth else "--usage", "needs --cap", "", hint)
    if options.cap is not None and not grows:
        reader.refuse("--cap", "needs --growth or --usage", options.cap)
    if options.fresh is not None and not grows:
        reader.refuse("--fresh", "needs --growth or --usage", options.fresh)
    if options.decay is not None and options.fresh is None:
        reader.refuse("--decay", "needs --fresh", options.decay, 'for example --fresh "6 months"')
    if options.update is not None and options.fresh is None:
        reader.refuse("--update", "needs --fresh", options.update, 'for example --fresh "6 months"')


def drawn_quantities(
    stated: dict[str, Quantity], growth: Distribution | None, *, n_draws: int, seed: int
) -> dict[str, Floats]:
    """Return what options state in the units used inside: one number, or draws.

    `growth` is that of a ledger, which stands in place of `--growth`.
    """
    uncertain = {f"option.{name}": item.distribution for name, item in stated.items() if item.is_uncertain}
    is_sure = isinstance(growth, Constant)
    if growth is not None and not is_sure:
        uncertain["option.usage"] = growth
    draws = draw(uncertain, Design.rounded(n_draws, seed)) if uncertain else {}
    values: dict[str, Floats] = {
        name: item.inward(draws[f"option.{name}"]) if item.is_uncertain else item.typical()
        for name, item in stated.items()
    }
    if growth is None:
        return values
    return {**values, "growth": growth.expectation() if is_sure else draws["option.usage"]}


def completed(segment: LtvSegment, stated: dict[str, Quantity], values: dict[str, Floats]) -> LtvSegment:
    """Return a segment with what options state and its row does not."""
    if segment.acquisition is None and "cac" in values:
        segment = replace(segment, acquisition=AcquisitionCost(sales_usd=values["cac"]))
    if segment.density is None and "growth" in values:
        months = {name: round(stated[name].typical()) for name in ("fresh", "update") if name in stated}
        density = ValueDensity(
            values["growth"],
            values["cap"],
            decay_per_month=values.get("decay", 0.0),
            n_months_fresh=months.get("fresh"),
            n_months_between_updates=months.get("update"),
        )
        segment = replace(segment, density=density)
    return segment
