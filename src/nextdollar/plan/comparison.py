"""Two evaluations side by side: which inputs differ, and what changes with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.plan.decision import full
from nextdollar.plan.evaluation import Evaluation
from nextdollar.uncertainty import replicate_error
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class InputDifference:
    """An input that is stated differently; empty text means that one side lacks it."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class CandidateDifference:
    """Expected present value of a candidate that both scenarios have, and the paired difference.

    The error is that of the difference where both used the same draws, and `None` where they did not.
    """

    name: str
    first_npv_usd: float
    second_npv_usd: float
    change_usd: float
    change_standard_error_usd: float | None
    falls_probability: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations, their input differences and what these do to each shared candidate."""

    first: Evaluation
    second: Evaluation
    inputs: tuple[InputDifference, ...]
    candidates: tuple[CandidateDifference, ...]
    is_paired: bool


def comparison(first: Evaluation, second: Evaluation) -> Comparison:
    """Return the differences between two evaluations."""
    paired = first.design == replace(second.design, balanced=first.design.balanced)
    names = [*first.inputs, *(name for name in second.inputs if name not in first.inputs)]
    differences = []
    for name in names:
        texts = [side.inputs[name].quantity.text if name in side.inputs else "" for side in (first, second)]
        if texts[0] != texts[1]:
            differences.append(InputDifference(name, texts[0], texts[1]))
    shared = [item.name for item in first.candidates if item.name in second.scenario.candidates]
    return Comparison(
        first,
        second,
        tuple(differences),
        tuple(_candidate(first, second, name, paired) for name in shared),
        paired,
    )


def _candidate(first: Evaluation, second: Evaluation, name: str, paired: bool) -> CandidateDifference:
    sides = [full(side.draws_of(name, "npv_usd"), side.design.n_draws) for side in (first, second)]
    means = [float(np.mean(side)) for side in sides]
    if not paired:
        return CandidateDifference(name, means[0], means[1], means[1] - means[0], None, None)
    difference: FloatArray = sides[1] - sides[0]
    return CandidateDifference(
        name,
        means[0],
        means[1],
        means[1] - means[0],
        replicate_error(lambda draws: float(np.mean(draws)), difference, first.design.n_scrambles),
        float(np.mean(difference < 0)),
    )
