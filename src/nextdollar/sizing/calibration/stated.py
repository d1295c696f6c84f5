"""What the user says of logs that do not say it themselves."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from nextdollar.errors import require
from nextdollar.sizing.calibration.measured import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Facts on logs; what is None is left to the log, what is given counts before it.

    Parameters
    ----------
    model, hardware, engine, precision : str, optional
        As `estimate serving` and `estimate training` take them.
    gpus : float, optional
        All GPUs of the instance or of the run.
    tensor, replicas, stages : float, optional
        Tensor parallelism, replicas of attention, and stages of the pipeline of an instance.
    prompt_tokens, output_tokens, concurrent : float, optional
        Lengths of a request, and requests in flight.
    tokens_per_sequence, tokens_per_step : float, optional
        Of training; a step counts over all GPUs.

    Raises
    ------
    DomainError
        If a number is not above 0.
    """

    model: str | None = None
    hardware: str | None = None
    engine: str | None = None
    precision: str | None = None
    gpus: float | None = None
    tensor: float | None = None
    replicas: float | None = None
    stages: float | None = None
    prompt_tokens: float | None = None
    output_tokens: float | None = None
    concurrent: float | None = None
    tokens_per_sequence: float | None = None
    tokens_per_step: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float):
                require(value > 0, field.name, "above 0", value)


NOTHING_STATED = Stated()
_MOST = 1e15

_FACTS = {
    "model": "model",
    "hardware": "hardware",
    "engine": "engine",
    "precision": "precision",
    "gpus": "n_gpus",
    "tensor": "n_tensor",
    "replicas": "n_attention_replicas",
    "stages": "n_stages",
    "prompt_tokens": "n_prompt_tokens",
    "output_tokens": "n_output_tokens",
    "concurrent": "n_concurrent",
    "tokens_per_sequence": "tokens_per_sequence",
    "tokens_per_step": "tokens_per_step",
}


def with_stated(facts: Facts, stated: Stated) -> Facts:
    """Return the facts of a log with what the user states in their place.

    Numbers that no log can mean (below 1, above 1e15) are left out: a damaged line must not speak.
    """
    odd: dict[str, Any] = {
        field.name: None
        for field in fields(facts)
        if isinstance(value := getattr(facts, field.name), float) and not 1 <= value <= _MOST
    }
    facts = replace(facts, **odd)
    given = {fact: getattr(stated, name) for name, fact in _FACTS.items()}
    given = {fact: value for fact, value in given.items() if value is not None}
    if {"n_tensor", "n_attention_replicas", "n_stages"} & given.keys():
        given |= {"parallel": "", "is_labelled": False}
    return replace(facts, **given)
