"""What to hold against a result whose law comes from the user's own runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nextdollar.plan.named_input import Values
from nextdollar.plan.runs_law import LawsOfRuns
from nextdollar.plan.scenario import LawFromRuns, Scenario
from nextdollar.plan.technical import technical
from nextdollar.plan.words import count, percent

_FAR_DECADES = 0.05


def runs_law_warnings(scenario: Scenario, typical: Values) -> Iterator[str]:
    """Yield where candidates lie beyond the runs, where nothing can be said, and what the table needed."""
    law = scenario.law
    if not isinstance(law, LawFromRuns):
        return
    from nextdollar.scaling.forecasting.forecast import MOST_DISAGREEMENT_SHARE, predict

    fitted: LawsOfRuns = law.fitted
    file = Path(fitted.table.file).name
    sizes = {name: size for name in scenario.candidates if (size := _size(scenario, typical, name))}
    if sizes:
        params, tokens = (np.array(values) for values in zip(*sizes.values(), strict=True))
        forecast = predict(fitted.law, params, tokens)
        beyond = [
            f"{name} by {decades:.1f} decades"
            for name, decades in zip(sizes, forecast.distance, strict=True)
            if decades > _FAR_DECADES
        ]
        if beyond:
            yield (
                f"beyond the runs of {file} ({_range_words(fitted)}): {', '.join(beyond)}; "
                "the range of the loss grows with that distance"
            )
        unsaid = [name for name, unsaid in zip(sizes, forecast.cannot_say, strict=True) if unsaid]
        if unsaid:
            yield (
                f"the loss of {', '.join(unsaid)} cannot be said from {file}: laws that fit its runs alike "
                f"part there by more than {percent(MOST_DISAGREEMENT_SHARE)}"
            )
    if fitted.table.left_out or fitted.table.flags:
        yield f"{file}: {'; '.join([fitted.table.accounting(), *map(str, fitted.table.flags)])}"
    left_aside = len(fitted.table.runs) - fitted.n_used
    if left_aside:
        yield f"{file}: {left_aside} runs repeat their data or are mixtures of experts, and enter no law"


def _size(scenario: Scenario, typical: Values, name: str) -> tuple[float, float] | None:
    """Return parameters and tokens of a candidate whose loss is derived."""
    given = scenario.candidates[name].given
    option = technical(scenario, typical, name)
    if (given is not None and given.loss is not None) or option.params is None or option.tokens is None:
        return None
    return float(np.median(option.params)), float(np.median(option.tokens))


def _range_words(fitted: LawsOfRuns) -> str:
    domain = fitted.law.domain
    return (
        f"{count(domain.params_low)} to {count(domain.params_high)} parameters, "
        f"{count(domain.tokens_low)} to {count(domain.tokens_high)} tokens"
    )
