"""The verbs of the command line that work on scenarios, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nextdollar.plan.comparison import Comparison, comparison
from nextdollar.plan.evaluate import Progress, evaluate
from nextdollar.plan.evaluation import Evaluation
from nextdollar.plan.explanation import Explanation, explanation
from nextdollar.plan.inputs import inputs_of
from nextdollar.plan.load import load_scenario
from nextdollar.plan.named_input import Input


def plan(
    scenario: Path | str,
    settings: Sequence[str] = (),
    *,
    n_draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    backend: str = "loky",
    progress: Progress | None = None,
) -> Evaluation:
    """Return the evaluation of a scenario file; the twin of `nextdollar plan`.

    Raises
    ------
    ScenarioError
        With every fault of the file.
    """
    loaded = load_scenario(scenario, settings)
    return evaluate(loaded, n_draws=n_draws, seed=seed, workers=workers, backend=backend, progress=progress)


def check(scenario: Path | str, settings: Sequence[str] = ()) -> dict[str, Input]:
    """Return every input of a valid scenario by name, defaults included; the twin of `nextdollar check`.

    Raises
    ------
    ScenarioError
        With every fault of the file.
    """
    return inputs_of(load_scenario(scenario, settings).scenario)


def compare(
    first: Path | str,
    second: Path | str,
    settings: Sequence[str] = (),
    *,
    n_draws: int | None = None,
    seed: int | None = None,
) -> Comparison:
    """Return two scenarios side by side, on the same draws by name; the twin of `nextdollar compare`."""
    one = plan(first, settings, n_draws=n_draws, seed=seed)
    return comparison(one, evaluate(load_scenario(second, settings), beside=one))


def explain(
    scenario: Path | str,
    figure: str = "npv",
    settings: Sequence[str] = (),
    *,
    n_draws: int | None = None,
    seed: int | None = None,
) -> Explanation:
    """Return what is behind one figure of a scenario; the twin of `nextdollar explain`."""
    return explanation(load_scenario(scenario, settings), figure, n_draws=n_draws, seed=seed)
