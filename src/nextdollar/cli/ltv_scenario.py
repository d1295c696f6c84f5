"""What a scenario says of its customers, as segments whose lifetime is valued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nextdollar.audience.ltv.question import ConstantChurn, LtvSegment
from nextdollar.plan.inputs import correlations_of, dealing_order, draw_values, inputs_of
from nextdollar.plan.load import load_scenario
from nextdollar.plan.named_input import Input
from nextdollar.plan.scenario import Scenario
from nextdollar.uncertainty import Design
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class ScenarioSegments:
    """Segments of a scenario, its discount and horizon, what to know, and the files that were read."""

    segments: tuple[LtvSegment, ...]
    discount_per_month: Floats
    horizon_months: float
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def scenario_segments(path: Path, *, n_draws: int, seed: int) -> ScenarioSegments:
    """Read the customers of a scenario; ScenarioError with every fault of the file."""
    loaded = load_scenario(path)
    scenario = loaded.scenario
    inputs = inputs_of(scenario)
    wanted = {
        name: item
        for name, item in inputs.items()
        if name.split(".")[0] in ("customers", "discount", "horizon")
    }
    design = Design.rounded(n_draws, seed).balancing(dealing_order(inputs))
    correlations = correlations_of(scenario)
    inside = correlations is None or all(name in wanted for name in correlations.names)
    values = draw_values(wanted if inside else inputs, design, correlations)
    segments = tuple(
        LtvSegment(
            name=name,
            stays=ConstantChurn(values[f"customers.{name}.churn"]),
            price_usd_per_month=values[f"customers.{name}.price"],
            gross_margin_share=values[f"customers.{name}.gross_margin"],
            customers=values[f"customers.{name}.count"],
        )
        for name in scenario.customers
    )
    return ScenarioSegments(
        segments,
        values["discount"],
        scenario.horizon.typical(),
        tuple(_notes(scenario, inputs)),
        loaded.document.files,
    )


def _notes(scenario: Scenario, inputs: Mapping[str, Input]) -> Iterator[str]:
    yield "growth of the number of customers is left out: these are the customers of today, one by one"
    yield "the gross margin of a scenario is before the cost of serving"
    names = [
        name for name in scenario.customers if inputs[f"customers.{name}.gross_margin"].origin == "default"
    ]
    if names:
        taken = inputs[f"customers.{names[0]}.gross_margin"].quantity.reading()
        yield f"no gross margin is stated for {', '.join(names)}: {taken} is taken"
