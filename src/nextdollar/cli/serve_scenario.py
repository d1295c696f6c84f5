"""What a scenario says of serving: models, what customers use, requests, limits, hardware and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nextdollar.catalogue import model_shape
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.plan.hardware_fields import Hardware
from nextdollar.plan.load import load_scenario
from nextdollar.plan.named_input import default_input
from nextdollar.plan.quantities.kind import Kind
from nextdollar.plan.quantities.kinds import READING_SPEED, TOKENS
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.scenario import Candidate, Scenario
from nextdollar.plan.words import significant
from nextdollar.units import DAYS_PER_MONTH

_LOW, _HIGH = 0.05, 0.95
_SAME_SIZE = 0.05


@dataclass(frozen=True, slots=True)
class ScenarioServing:
    """The plain numbers of a scenario: None where it does not say.

    Parameters
    ----------
    candidate : str
        The model to plan for; `models` name those of all candidates, as `--model` takes them.
    tokens_per_day : float or None
        What all customers of today use.
    n_prompt_tokens, n_output_tokens, tpot_s : float
        Of a request, as a plan of the scenario takes them; `assumed` names those that it does not state.
    """

    candidate: str
    models: Mapping[str, str]
    tokens_per_day: float | None
    n_prompt_tokens: float
    n_output_tokens: float
    ttft_s: float | None
    tpot_s: float
    precision: str | None
    accelerator: str | None
    usd_per_gpu_hour: tuple[float, float] | None
    usd_per_kwh: tuple[float, float] | None
    assumed: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def scenario_serving(path: Path, candidate: str | None, reader: OptionReader) -> ScenarioServing:
    """Read a scenario for what it says of serving; a candidate that it lacks is refused by `reader`.

    ScenarioError with every fault of the file.
    """
    loaded = load_scenario(path)
    scenario = loaded.scenario
    name = scenario.today if candidate is None else candidate
    if name not in scenario.candidates:
        reader.refuse("--candidate", f"must be one of {', '.join(scenario.candidates)}", name)
        name = scenario.today
    named = {key: _model(item) for key, item in scenario.candidates.items()}
    hardware = scenario.hardware
    own = None if hardware is None else hardware.own
    serving = None if hardware is None else hardware.serving
    asked = _Asked(hardware)
    return ScenarioServing(
        candidate=name,
        models={key: text for key, text in named.items() if text is not None},
        tokens_per_day=_tokens_per_day(scenario),
        n_prompt_tokens=max(asked.number("prompt", TOKENS, "tokens of prompt"), 1.0),
        n_output_tokens=max(asked.number("answer", TOKENS, "tokens of answer"), 1.0),
        tpot_s=1.0 / asked.number("speed", READING_SPEED, "tokens/s of an answer"),
        ttft_s=None if serving is None or serving.first_token is None else serving.first_token.typical(),
        precision=None if serving is None else serving.precision,
        accelerator=None if hardware is None else hardware.accelerator,
        usd_per_gpu_hour=None if hardware is None else _ends(hardware.price),
        usd_per_kwh=None if own is None else _ends(own.electricity),
        assumed=tuple(asked.assumed),
        files=loaded.document.files,
    )


class _Asked:
    """Reads what a scenario asks of serving, or the default that a plan of it takes."""

    def __init__(self, hardware: Hardware | None) -> None:
        self._serving = None if hardware is None else hardware.serving
        self.assumed: list[str] = []

    def number(self, field: str, kind: Kind, words: str) -> float:
        """Return what a field of `hardware.serving` states, else its default, which is noted."""
        stated: Quantity | None = None if self._serving is None else getattr(self._serving, field)
        if stated is not None:
            return stated.typical()
        value = default_input(f"hardware.serving.{field}", kind).quantity.typical()
        self.assumed.append(f"{significant(value)} {words}")
        return value


def _model(item: Candidate) -> str | None:
    """Return how `--model` names a candidate: the model that it is built like where it has its size."""
    params = None if item.params is None else item.params.typical()
    if item.shape is not None:
        published = float(model_shape(item.shape).shape.params)
        if params is None or abs(published / params - 1.0) < _SAME_SIZE:
            return item.shape
    if params is None:
        return None
    active = "" if item.active_params is None else f", {item.active_params.typical():.6g} active"
    return f"{params:.6g}{active}"


def _tokens_per_day(scenario: Scenario) -> float | None:
    """Return the tokens that today's customers use in a day; None where no segment states its use."""
    used = [
        segment.count.typical() * segment.tokens.typical()
        for segment in scenario.customers.values()
        if segment.tokens is not None
    ]
    return sum(used) / DAYS_PER_MONTH if used else None


def _ends(found: Quantity | None) -> tuple[float, float] | None:
    return None if found is None else (found.inner_quantile(_LOW), found.inner_quantile(_HIGH))
