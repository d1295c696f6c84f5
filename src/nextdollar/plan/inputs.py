"""The inputs of a scenario by name: every quantity that it states or that a default supplies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from nextdollar.catalogue import has_rent_price, rent_price
from nextdollar.plan.hardware_defaults import hardware_defaults
from nextdollar.plan.named_input import Input, default_input
from nextdollar.plan.quality_defaults import quality_defaults
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.scenario import LawFromRuns, Scenario
from nextdollar.uncertainty import Correlations, Design, correlations_from_pairs, draw
from nextdollar.units import Floats

_DEALT_FIRST = (
    "value_of_quality", "hardware", "law", "discount", "customers", "candidates", "horizon", "risk",
)  # fmt: skip


def inputs_of(scenario: Scenario) -> dict[str, Input]:
    """Return every input by name, defaults included, in the order of the scenario."""
    found = {
        name: Input(name, quantity, "stated", quantity.source, "", quantity.why)
        for name, quantity in (*_quantities(scenario, ""), *_quantities_of_runs(scenario))
    }
    return {**found, **{item.name: item for item in _defaults(scenario) if item.name not in found}}


def _quantities(value: object, path: str) -> Iterator[tuple[str, Quantity]]:
    if isinstance(value, Quantity):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if name != "exchange":
                yield from _quantities(getattr(value, name), _under(path, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _quantities(item, _under(path, str(key)))


def _quantities_of_runs(scenario: Scenario) -> Iterator[tuple[str, Quantity]]:
    """Yield what a law fitted to runs leaves open; nothing until the runs have been read."""
    law = scenario.law
    if isinstance(law, LawFromRuns) and law.fitted is not None:
        yield from law.fitted.inputs(law)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _defaults(scenario: Scenario) -> Iterator[Input]:
    yield from quality_defaults(scenario)
    hardware = scenario.hardware
    if hardware is not None:
        yield from hardware_defaults(scenario)
        if hardware.own is not None:
            yield default_input("hardware.own.cluster_share", kinds.SHARE)
        elif hardware.price is None and has_rent_price(hardware.accelerator):
            yield _rent(hardware.accelerator)
    for name in scenario.customers:
        for field, kind in (("gross_margin", kinds.POSITIVE_SHARE), ("tokens", kinds.TOKENS_PER_MONTH)):
            yield default_input(f"customers.{field}", kind, name=f"customers.{name}.{field}")


def _rent(accelerator: str) -> Input:
    price = rent_price(accelerator)
    low, high = price.low_usd_per_gpu_hour, price.high_usd_per_gpu_hour
    written = f"{low:g} to {high:g} USD/gpu-hour" if low < high else f"{low:g} USD/gpu-hour"
    quantity = read_quantity(written, kinds.GPU_HOUR_PRICE)
    return Input(
        "hardware.price",
        quantity,
        "default",
        str(price.source),
        "C",
        f"list prices of {price.n_rows} offers, newest {price.as_of}",
    )


def uncertain_inputs(inputs: Mapping[str, Input]) -> dict[str, Input]:
    """Return the inputs that are more than one number."""
    return {name: item for name, item in inputs.items() if item.quantity.is_uncertain}


def can_move(name: str, path: tuple[str, ...], today: str) -> bool:
    """Whether an input enters a figure: what is stated of one candidate does not enter that of another.

    Such an input can still go along with the figure where the scenario correlates it with one that enters.
    """
    parts = name.split(".")
    if parts[0] != "candidates" or path[0] != "candidates":
        return parts[0] == "customers" if path[0] == "customers" else True
    return parts[1] in (path[1], today)


def dealing_order(inputs: Mapping[str, Input]) -> tuple[str, ...]:
    """Return the inputs in the order in which dimensions of the draws are dealt to them.

    Certain inputs keep their place, so that giving one a range moves the draws of no other; candidates
    come last, so that adding one does not either. What usually matters most has the first dimensions.
    """
    return tuple(sorted(inputs, key=lambda name: _DEALT_FIRST.index(name.split(".")[0])))


def correlations_of(scenario: Scenario) -> Correlations | None:
    """Return the rank correlations that the scenario states, repaired where they contradict each other."""
    if not scenario.correlations:
        return None
    return correlations_from_pairs(
        [(item.between[0], item.between[1], item.spearman) for item in scenario.correlations]
    )


def draw_values(
    inputs: Mapping[str, Input],
    design: Design,
    correlations: Correlations | None,
    *,
    start: int = 0,
    stop: int | None = None,
) -> dict[str, Floats]:
    """Return all inputs for draws `start` to `stop`, in the units used inside."""
    uncertain = uncertain_inputs(inputs)
    written = draw(
        {name: item.quantity.distribution for name, item in uncertain.items()},
        design,
        correlations=correlations,
        start=start,
        stop=stop,
    )
    return {
        name: item.quantity.inward(written[name]) if name in uncertain else item.quantity.typical()
        for name, item in inputs.items()
    }


def typical_values(inputs: Mapping[str, Input]) -> dict[str, Floats]:
    """Return the median of each input, in the units used inside."""
    return {name: item.quantity.typical() for name, item in inputs.items()}
