"""From a file of prices to numbers and draws, or to every fault with its place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from nextdollar.audience.pricing.case import ChurnLimit, Default, PriceCase, UsageGrowth
from nextdollar.audience.pricing.price_test import ELASTICITY, TestedPrice
from nextdollar.audience.pricing.price_test_rows import PriceTestRows
from nextdollar.catalogue.quality_priors import quality_prior
from nextdollar.cli.price_fields import PriceFile
from nextdollar.cli.price_list import list_prices, pricing_model
from nextdollar.cli.price_test_model import price_test_faults, tested_of, with_demand_of
from nextdollar.customers.pricing import PRICE_TEST_SOURCES, PRICING_MODELS, PriceResponse, ServingPrices
from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.faults import fault_at, faults_from_validation, in_order
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.reading.document import Document, KeyPath, parse_document, read_document
from nextdollar.sources import Source
from nextdollar.uncertainty import Design, draw
from nextdollar.units import FloatArray, Floats

_CERTAINTY_SHARE = 0.9
_DECIDED = (
    ("retention", "limit"),
    ("retention", "certainty"),
    ("growth", "horizon"),
    ("serving", "payment_fee"),
)
_LEAST_PRIOR = 1.05
_EXAMPLES = {
    "model": "{per_seat: {price: 30 USD/month}}",
    "input": "3 USD/Mtok",
    "output": "15 USD/Mtok",
    "seat": "20 USD/month",
    "tiers": "{start: {price: 20 USD/month}}",
    "churn": "3 %/month",
    "limit": "5 %/month",
    "response": "12 months",
    "usage": "3 to 8 %/month",
    "horizon": "24 months",
}


def read_price_model(path: Path | str, test: PriceTestRows | None = None) -> PriceCase:
    """Read a file of prices; `test` is a test of prices in place of an elasticity.

    Raises
    ------
    ScenarioError
        With every fault that was found: file, line, column, rule, value and hint.
    """
    try:
        return _checked(read_document(Path(path)), test)
    except ScenarioError as error:
        raise ScenarioError([_in_words_of_prices(fault) for fault in error.faults]) from None


def parse_price_model(text: str, file: str = "prices", *, test: PriceTestRows | None = None) -> PriceCase:
    """Read prices from a text; like `read_price_model`."""
    try:
        return _checked(parse_document(text, file), test)
    except ScenarioError as error:
        raise ScenarioError([_in_words_of_prices(fault) for fault in error.faults]) from None


def _in_words_of_prices(fault: Fault) -> Fault:
    """Return a fault whose words are those of a file of prices, not of a scenario."""
    rule = fault.rule.replace("the scenario", "the file of prices")
    name = fault.where.rpartition(".")[2]
    if fault.code == "ND1161":
        example = _EXAMPLES.get(name, "")
        hint = f"for example `{name}: {example}`" if example else "this field has no default"
        return replace(fault, rule=rule, hint=hint, fix=None)
    if "nextdollar init" in fault.hint:
        return replace(fault, rule=rule, hint="see docs/how-to/price.md", fix=None)
    return replace(fault, rule=rule)


def _checked(document: Document, table: PriceTestRows | None) -> PriceCase:
    try:
        stated = with_demand_of(PriceFile.model_validate(document.data), table)
    except ValidationError as error:
        raise ScenarioError(in_order(faults_from_validation(error, document, PriceFile))) from None
    faults = [*_model_faults(stated, document), *_decided_faults(stated, document)]
    faults += [*_limit_faults(stated, document), *price_test_faults(stated, document, table)]
    if faults:
        raise ScenarioError(in_order(faults))
    return _case(stated, document, tested_of(stated, document, table))


def _model_faults(stated: PriceFile, document: Document) -> Iterator[Fault]:
    named = [name for name in PRICING_MODELS if getattr(stated.model, name) is not None]
    if len(named) != 1:
        rule = f"must hold one of {', '.join(PRICING_MODELS)}"
        value = " and ".join(named) or "none"
        fault = fault_at(
            document, ("model",), code="ND1790", rule=rule, hint="one price list a file", on_key=True
        )
        yield replace(fault, value=value)
    tiers = {} if stated.model.tiered is None else stated.model.tiered.tiers
    for name, tier in tiers.items():
        path: KeyPath = ("model", "tiered", "tiers", name)
        if tier.included is not None and tier.overage is None:
            yield fault_at(
                document, path, code="ND1792", on_key=True,
                rule="must state `overage`, as it holds a limited number of tokens",
                hint="the price of a million tokens beyond; leave `included` out where use is free",
            )  # fmt: skip
        if tier.overage is not None and tier.included is None:
            yield fault_at(
                document, path, code="ND1792", on_key=True,
                rule="must state `included`, as it has a price for tokens beyond",
                hint="0 tok/month where the fee holds none",
            )  # fmt: skip


def _decided_faults(stated: PriceFile, document: Document) -> Iterator[Fault]:
    """Yield prices and limits that are ranges: they are decided, not uncertain."""
    for path, quantity in _quantities(stated, ()):
        if quantity.is_uncertain and (path[0] == "model" or path in _DECIDED):
            yield fault_at(
                document, path, code="ND1791",
                rule="must be one number: it is decided, not uncertain",
                hint="compare two price lists by two files",
            )  # fmt: skip


def _limit_faults(stated: PriceFile, document: Document) -> Iterator[Fault]:
    retention, growth = stated.retention, stated.growth
    if retention is not None and stated.demand is None:
        yield fault_at(
            document, ("retention",), code="ND1793", on_key=True,
            rule="needs `demand`: without it no price drives anybody away",
            hint="for example demand: {elasticity: 1.5 to 3}",
        )  # fmt: skip
    if retention is not None and retention.certainty is not None and retention.certainty.typical() <= 0:
        path: KeyPath = ("retention", "certainty")
        yield fault_at(document, path, code="ND1793", rule="must be above 0 %", hint="for example 90 %")
    if growth is not None and not growth.horizon.is_uncertain and growth.horizon.typical() < 0.5:
        rule = "must be a month or more"
        yield fault_at(
            document, ("growth", "horizon"), code="ND1793", rule=rule, hint="for example 24 months"
        )


def _quantities(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Quantity]]:
    if isinstance(value, Quantity):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _quantities(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _quantities(item, (*path, str(key)))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Every quantity by its path, as a number or as draws in the unit used inside."""

    values: dict[str, Floats]

    def get(self, path: str, absent: Floats) -> Floats:
        """Return a quantity, or what stands in its place where it is not stated."""
        return self.values.get(path, absent)


def _drawn(stated: PriceFile, defaults: dict[str, Quantity], design: Design) -> _Drawn:
    found = {".".join(str(step) for step in path): item for path, item in _quantities(stated, ())}
    found |= {name: item for name, item in defaults.items() if name not in found}
    uncertain = {name: item for name, item in found.items() if item.is_uncertain}
    written = draw({name: item.distribution for name, item in uncertain.items()}, design)
    return _Drawn(
        {
            name: item.inward(written[name]) if name in uncertain else item.typical()
            for name, item in found.items()
        }
    )


def _case(stated: PriceFile, document: Document, test: TestedPrice | None) -> PriceCase:
    kind = next(name for name in PRICING_MODELS if getattr(stated.model, name) is not None)
    names = [
        ".".join(str(step) for step in path) for path, item in _quantities(stated, ()) if item.is_uncertain
    ]
    design = Design.rounded(stated.simulation.draws, stated.simulation.seed, balanced=names)
    prior = _elasticity_prior() if _is_silent(stated, test) else None
    drawn = _drawn(stated, {} if prior is None else {ELASTICITY: prior[0]}, design)
    model = pricing_model(stated.model)
    tiers = () if stated.model.tiered is None else tuple(stated.model.tiered.tiers)
    return PriceCase(
        title=stated.title or Path(document.file).stem,
        kind=kind,
        model=model,
        list_prices=tuple(list_prices(stated.model)),
        serving=ServingPrices(
            usd_per_prompt_token=drawn.get("serving.input", 0.0),
            usd_per_output_token=drawn.get("serving.output", 0.0),
            usd_per_prediction=drawn.get("serving.prediction", 0.0),
            usd_per_customer_month=drawn.get("serving.customer", 0.0),
        ),
        design=design,
        payment_fee_share=float(drawn.get("serving.payment_fee", 0.0)),
        response=_response(stated, drawn, None if test is None else test.draws(design)),
        leaving_share=drawn.get("demand.leaving", 1.0),
        limit=_limit(stated, drawn),
        growth=_growth(stated, drawn),
        defaults=(*(() if prior is None else (prior[1],)), *_strictest(stated)),
        sources=_sources(prior, test),
        files=(*document.files, *_files(test)),
        tiers=tiers,
        test=test,
    )


def _is_silent(stated: PriceFile, test: TestedPrice | None) -> bool:
    """Return whether demand is asked for and nothing says how strong its response is."""
    return stated.demand is not None and stated.demand.elasticity is None and test is None


def _sources(prior: tuple[Quantity, Default, Source] | None, test: TestedPrice | None) -> tuple[Source, ...]:
    return (*(() if prior is None else (prior[2],)), *(() if test is None else PRICE_TEST_SOURCES))


def _files(test: TestedPrice | None) -> tuple[tuple[str, str], ...]:
    return ((test.rows.file, test.rows.sha256),) if test is not None and test.rows.file else ()


def _elasticity_prior() -> tuple[Quantity, Default, Source]:
    """Return the catalogue's range of the elasticity, cut where no price is best, and its basis."""
    row = quality_prior("own_price_elasticity")
    written = f"{row.low:g} to {row.high:g}"
    quantity = read_quantity({"value": written, "min": _LEAST_PRIOR}, kinds.ELASTICITY)
    words = f"{written}, cut at {_LEAST_PRIOR:g}"
    return quantity, Default(ELASTICITY, words, row.grade, row.source.work), row.source


def _strictest(stated: PriceFile) -> Iterator[Default]:
    """Yield what is assumed of a response that is not parted into those who leave and those who use less."""
    if stated.demand is None or stated.demand.leaving is not None:
        return
    if stated.retention is not None or stated.serving.customer is not None:
        words = "the whole response is taken to be customers who leave, the strictest reading"
        yield Default("demand.leaving", words, "", "")


def _response(stated: PriceFile, drawn: _Drawn, tested: FloatArray | None) -> PriceResponse | None:
    if stated.demand is None:
        return None
    volume_per_price = drawn.values[ELASTICITY] if tested is None else tested
    return PriceResponse(volume_per_price, stated.demand.form)


def _limit(stated: PriceFile, drawn: _Drawn) -> ChurnLimit | None:
    if stated.retention is None:
        return None
    return ChurnLimit(
        drawn.values["retention.churn"],
        float(drawn.values["retention.limit"]),
        drawn.values["retention.response"],
        float(drawn.get("retention.certainty", _CERTAINTY_SHARE)),
    )


def _growth(stated: PriceFile, drawn: _Drawn) -> UsageGrowth | None:
    if stated.growth is None:
        return None
    n_months = max(math.floor(float(drawn.values["growth.horizon"]) + 0.5), 1)
    return UsageGrowth(drawn.values["growth.usage"], drawn.get("growth.serving_price", 0.0), n_months)
