"""What is assumed of hardware where a scenario is silent, and only where it matters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_constants
from nextdollar.catalogue.training_calibration import training_constant
from nextdollar.plan.derivation import wants_serving, wants_training
from nextdollar.plan.named_input import Input, default_input
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind, linear
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.scenario import Scenario
from nextdollar.uncertainty import Normal

TRAINING_TIME = "hardware.training_time"
SERVING_TIME = "hardware.serving_time"
"""How far the true time lies from the one worked out: inputs that no scenario states."""

_COUNT = linear(1.0)
_SCORE = Kind("standard score", "", {"": _COUNT}, "", -np.inf, np.inf, plain_unit="", example="0")
_SERVING = {
    "prompt": kinds.TOKENS,
    "answer": kinds.TOKENS,
    "speed": kinds.READING_SPEED,
    "load": kinds.POSITIVE_SHARE,
}


def hardware_defaults(scenario: Scenario) -> Iterator[Input]:
    """Yield the inputs of training and serving that the catalogue supplies.

    Where an MFU is stated it decides; else times come from the models fitted to what runs and servers
    took, and their error is an input of its own that all candidates share.
    """
    hardware = scenario.hardware
    if hardware is None:
        return
    candidates = scenario.candidates.values()
    if hardware.mfu is None and any(wants_training(item) for item in candidates):
        yield _score(
            TRAINING_TIME,
            "how much longer training takes than published runs of its kind, in standard deviations",
            str(training_constant("mfu.base").source),
        )
    # Sizes between the candidates are served too: the frontier looks at them.
    if hardware.serving_mfu is None and any(wants_serving(i) or wants_training(i) for i in candidates):
        for field, kind in _SERVING.items():
            yield default_input(f"hardware.serving.{field}", kind)
        yield _score(
            SERVING_TIME,
            "how much longer serving takes than worked out, in standard deviations",
            str(serving_constants()[0].source),
        )


def _score(name: str, words: str, source: str) -> Input:
    """Return a standard score as an input."""
    quantity = Quantity(_SCORE, "normal(0, 1)", "", _COUNT, Normal(0.0, 1.0), words, (), source)
    return Input(name, quantity, "default", source, "B", "state an MFU instead where you know it")
