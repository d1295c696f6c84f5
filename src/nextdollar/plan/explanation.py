"""What is behind one figure: its formula, the inputs that move it, and where they were stated."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from nextdollar.catalogue.figures import FigureMeaning, figure_meanings, meaning_of
from nextdollar.errors import Fault, ScenarioError
from nextdollar.finance import first_order_shares
from nextdollar.plan.evaluate import evaluate
from nextdollar.plan.evaluation import Evaluation
from nextdollar.plan.inputs import can_move, uncertain_inputs
from nextdollar.plan.load import LoadedScenario
from nextdollar.plan.named_input import Input
from nextdollar.plan.outcome import Outcome
from nextdollar.plan.quality_measured import MEASURED_NAME
from nextdollar.units import FloatArray, Floats

_SHORT = {"npv": "npv_usd", "irr": "irr_per_year", "payback": "payback_cash_months", "loss": "loss_nats",
          "var": "value_at_risk_usd", "es": "expected_shortfall_usd", "cost": "extra_cost_usd",
          "value": "value_usd", "ltv": "ltv_gain_usd"}  # fmt: skip
_SAME_DRAWS = {
    "roi": "benefit_cost_ratio", "gpus_for_deadline": "gpus", "value_uplift_share": "uplift_share",
}  # fmt: skip
_READ_FROM_NPV = (
    "value_at_risk_usd", "expected_shortfall_usd", "loss_probability",
    "value_at_risk_usd_standard_error", "expected_shortfall_usd_standard_error",
    "loss_probability_standard_error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure (`meaning` set) or one input (`stated` set) of an evaluation.

    `influence` is the share of the figure's variance that each uncertain input explains alone.
    `place` is file:line of a stated input.
    """

    evaluation: Evaluation
    path: tuple[str, ...]
    meaning: FigureMeaning | None
    stated: Input | None
    place: str
    influence: Mapping[str, float]


def explanation(
    loaded: LoadedScenario, name: str, *, n_draws: int | None = None, seed: int | None = None
) -> Explanation:
    """Return what is behind a figure or an input.

    `name` is the path of a figure (`candidates.v3.npv_usd`), a short word for one of the decisive
    candidate (`npv`, `irr`, `payback`), or the path of an input (`hardware.price`).

    Raises
    ------
    ScenarioError
        If no figure or input has that name.
    """
    evaluation = evaluate(loaded, n_draws=n_draws, seed=seed)
    if name in evaluation.inputs:
        place = _place(loaded, name)
        return Explanation(evaluation, tuple(name.split(".")), None, evaluation.inputs[name], place, {})
    path = _figure_path(evaluation, name)
    meaning = None if path is None else meaning_of(path)
    if path is None or meaning is None:
        raise ScenarioError([_unknown(evaluation, name)])
    return Explanation(evaluation, path, meaning, None, "", _influence(evaluation, path))


def focus_of(evaluation: Evaluation) -> str:
    """Return whom figures without a name belong to: the last worth funding, else the cheapest."""
    decision = evaluation.decision
    return decision.last_worth_funding or decision.order[min(1, len(decision.order) - 1)]


def _place(loaded: LoadedScenario, name: str) -> str:
    document = loaded.document
    path = tuple(name.split("."))
    is_of_runs = path[0] == "law" and ("law", "fit") in document.values
    if name == MEASURED_NAME and path not in document.values:
        path = (*path[:-1], "measured")
    if path not in document.values and not is_of_runs:
        return ""
    place = document.place_of(path)
    return f"{place.file}:{place.line}"


def _figure_path(evaluation: Evaluation, name: str) -> tuple[str, ...] | None:
    parts = tuple(name.split("."))
    candidates = evaluation.scenario.candidates
    if parts[0] in candidates:
        parts = ("candidates", *parts)
    if len(parts) == 1 and meaning_of(parts) is None:
        parts = ("candidates", focus_of(evaluation), _SHORT.get(parts[0], parts[0]))
    if parts[0] == "candidates" and len(parts) > 2:
        if parts[1] not in candidates:
            return None
        parts = (parts[0], parts[1], _SHORT.get(parts[2], parts[2]), *parts[3:])
    if (
        parts[:2] == ("customers", "segments")
        and len(parts) > 2
        and parts[2] not in evaluation.scenario.customers
    ):
        return None
    return parts


def _influence(evaluation: Evaluation, path: tuple[str, ...]) -> dict[str, float]:
    found = _draws_at(evaluation, path)
    if found is None or np.ndim(found) == 0:
        return {}
    inputs = {
        name: np.asarray(evaluation.values[name])
        for name in uncertain_inputs(evaluation.inputs)
        if can_move(name, path, evaluation.scenario.today)
    }
    n_detail = next((item.size for item in inputs.values()), 0)
    draws: FloatArray = np.asarray(found)[:n_detail]
    answered = np.isfinite(draws)
    if not answered.any() or bool((draws[answered] == draws[answered][0]).all()):
        return {}
    shares = first_order_shares({name: item[answered] for name, item in inputs.items()}, draws[answered])
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _draws_at(evaluation: Evaluation, path: tuple[str, ...]) -> Floats | None:
    """Return the draws behind a figure, or None where it is no single number per draw."""
    if path[0] == "candidates" and len(path) > 2:
        figure = "npv_usd" if path[2] in _READ_FROM_NPV else _SAME_DRAWS.get(path[2], path[2])
        known = {field.name for field in fields(Outcome)} - {"cash_usd", "n_draws"}
        return evaluation.draws_of(path[1], figure) if figure in known else None
    worth: object = evaluation.customers
    if path[:2] == ("customers", "segments") and len(path) > 3:
        worth = next(item for item in evaluation.customers.segments if item.name == path[2])
    found = getattr(worth, path[-1], None) if path[0] == "customers" else None
    return found if isinstance(found, float | np.ndarray) else None


def _unknown(evaluation: Evaluation, name: str) -> Fault:
    words = [*_SHORT, *evaluation.inputs]
    for candidate in evaluation.scenario.candidates:
        words += [
            item.pattern.replace("*", candidate)
            for item in figure_meanings()
            if item.pattern.startswith("candidates.*.") and item.pattern.count("*") == 1
        ]
    words += [item.pattern for item in figure_meanings() if "*" not in item.pattern]
    close = difflib.get_close_matches(name, words, n=3, cutoff=0.4)
    hint = (
        f"did you mean `{close[0]}`?"
        if close
        else "try npv, irr, payback, or an input such as hardware.price"
    )
    return Fault("ND1180", "FIGURE", "must name a figure or an input", name, hint)
