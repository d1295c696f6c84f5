"""The law of a scenario from its own runs: `law: {fit: runs.csv}`.

What the runs leave open is dealt like every other input, as two numbers: `law.fit` says which of the
laws that the runs allow holds, `law.misfit` how far the truth lies from it. So blocks, comparisons on
the same draws, correlations and explanations treat a fitted law as they treat a price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nextdollar.errors import Fault, FitError, RunsError
from nextdollar.plan.faults import fault_at
from nextdollar.plan.quantities.kind import linear
from nextdollar.plan.quantities.kinds import Kind
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.reading.document import Document
from nextdollar.plan.reading.settings import SETTING_FILE
from nextdollar.plan.runs_law_faults import placed
from nextdollar.plan.scenario import LawFromRuns, Scenario
from nextdollar.uncertainty.distributions import Normal, Uniform
from nextdollar.units import FloatArray, Floats

# What reads and fits runs is loaded when a scenario names some: most do not.
if TYPE_CHECKING:
    from nextdollar.research.reading import RunTable
    from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
    from nextdollar.scaling.laws.coupled import Coupled
    from nextdollar.scaling.runs import Runs

N_LAWS = 1024
"""Laws that stand for what the runs allow. Their seed is fixed: equal runs give equal laws."""

_SEED = 0
_LARGEST_PARAMS_FACTOR = 10.0
_COUNT = {"": linear(1.0)}
_RANK = Kind("rank of a law", "", _COUNT, "", 0.0, 1.0, plain_unit="", example="0.5")
_SCORE = Kind("standard score", "", _COUNT, "", -np.inf, np.inf, plain_unit="", example="0")


@dataclass(frozen=True, slots=True)
class LawsOfRuns:
    """A table of runs and the laws that it allows, in the order of their loss at the largest candidate."""

    table: RunTable
    law: ForecastLaw
    n_used: int
    largest: str

    def at(self, rank: Floats, misfit: Floats) -> ForecastLaw:
        """Return the law of given draws.

        Parameters
        ----------
        rank : float or array (n_draws,)
            From 0 (the law of least loss at the largest candidate) to 1.
        misfit : float or array (n_draws,)
            Standard score of the truth about the law.
        """
        n_laws = self.law.n_draws
        index = np.minimum((np.asarray(rank) * n_laws).astype(np.int64), n_laws - 1)
        scores = np.broadcast_to(np.asarray(misfit, dtype=float), index.shape)
        return replace(self.law.take(index), misfit=scores)

    def inputs(self, stated: LawFromRuns) -> Iterator[tuple[str, Quantity]]:
        """Yield the two uncertain inputs of the law, by name."""
        name = Path(self.table.file).name
        source = f"{name}, {self.n_used} runs"
        notes = [self.table.accounting(), *(str(flag) for flag in self.table.flags)]
        laws = f"{self.law.n_draws:,} laws that {self.n_used} runs allow"
        words = f"which of {laws}, by their loss at {self.largest}"
        yield (
            "law.fit",
            Quantity(_RANK, stated.fit, "", _COUNT[""], Uniform(0.0, 1.0), words, tuple(notes), source),
        )
        words = "how far the truth lies from the law, in standard deviations"
        yield "law.misfit", Quantity(
            _SCORE, "normal(0, 1)", "", _COUNT[""], Normal(0.0, 1.0), words, (), source,
            "the width grows with the distance from the runs",
        )  # fmt: skip


def with_fitted_law(scenario: Scenario, document: Document) -> tuple[Scenario, Document]:
    """Return a scenario whose law is fitted, and its document with the file of runs among its files.

    A scenario with another law, or none, comes back as it is.

    Raises
    ------
    RunsLawError
        With the faults of the table, each where it stands, or at the field that names it.
    """
    stated = scenario.law
    if not isinstance(stated, LawFromRuns):
        return scenario, document
    try:
        table, used, law = _fitted(stated, _path_of(stated, document))
    except RunsError as error:
        raise RunsLawError([placed(fault, document) for fault in error.faults]) from None
    except FitError as error:
        hint = "add runs, or name a published law: law: hoffmann-2022"
        fault = fault_at(
            document, ("law", "fit"), code="ND1183", rule=f"must allow a law: {error}", hint=hint
        )
        raise RunsLawError([fault]) from None
    name, params, tokens = _largest(scenario, law)
    order = np.argsort(np.asarray(law.law.loss(params, tokens)), kind="stable")
    fitted = LawsOfRuns(table, law.take(order), len(used), name)
    files = tuple(dict.fromkeys((*document.files, (table.file, table.sha256))))
    return scenario.model_copy(update={"law": stated.with_runs(fitted)}), replace(document, files=files)


def _fitted(stated: LawFromRuns, path: Path) -> tuple[RunTable, Runs, ForecastLaw]:
    """Return the table of runs, those that enter, and the laws that they allow."""
    from nextdollar.research.foreign_runs import forecast_of_runs, forecast_runs
    from nextdollar.research.reading import read_runs

    table = read_runs(path, where=stated.where, family=stated.family, columns=stated.columns)
    used = forecast_runs(table.runs)
    of_forecast, of_form = (np.random.default_rng([_SEED, i]) for i in range(2))
    law = forecast_of_runs(used, n_draws=N_LAWS, generator=of_forecast)
    if stated.form != "coupled":
        resampled = _resampled(used, stated.form, law, of_form)
        law = replace(law, law=resampled, misfit=np.zeros(np.size(resampled.alpha)))
    return table, used, law


def _resampled(runs: Runs, form: str, law: ForecastLaw, generator: np.random.Generator) -> Coupled:
    """Return laws of a form fitted to resampled runs, written as the coupled law that holds them.

    Chinchilla's has k = 1; Kaplan's, ((Nc/N)**(aN/aD) + Dc/D)**aD, has no floor and k = aD.
    """
    from nextdollar.scaling import Chinchilla, Kaplan
    from nextdollar.scaling.fitting import fit

    found = fit(runs, form, n_draws=N_LAWS, generator=generator).law_draws
    if isinstance(found, Chinchilla):
        ones = np.ones(np.size(found.alpha))
        return replace(law.law, E=found.E, A=found.A, alpha=found.alpha, B=found.B, beta=found.beta, k=ones)
    if not isinstance(found, Kaplan):
        raise FitError(f"the form {form} cannot stand in a plan")
    A, B = found.N_c**found.alpha_N, found.D_c**found.alpha_D  # noqa: N806
    no_floor = np.zeros(np.size(A))
    return replace(law.law, E=no_floor, A=A, alpha=found.alpha_N, B=B, beta=found.alpha_D, k=found.alpha_D)


class RunsLawError(Exception):
    """Faults of a table of runs, for the list of faults of the scenario that names it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


def _path_of(stated: LawFromRuns, document: Document) -> Path:
    """Return the path of the table: relative to the file that names it, or to here from a `--set`."""
    named_in = document.place_of(("law", "fit")).file
    return Path(stated.fit) if named_in == SETTING_FILE else Path(named_in).parent / stated.fit


def _largest(scenario: Scenario, law: ForecastLaw) -> tuple[str, float, float]:
    """Return the name, parameters and tokens of the candidate of most work, or of a run ten times larger."""
    found = []
    for name, candidate in scenario.candidates.items():
        if candidate.params is None:
            continue
        params = candidate.params.typical()
        tokens = None if candidate.tokens is None else candidate.tokens.typical()
        if tokens is None and candidate.tokens_per_param is not None:
            tokens = candidate.tokens_per_param.typical() * params
        if tokens is not None:
            found.append((name, params, tokens))
    if not found:
        most = law.domain
        return "ten times the largest run", most.params_high * _LARGEST_PARAMS_FACTOR, most.tokens_high
    return max(found, key=lambda item: item[1] * item[2])


def ranks(n_laws: int = N_LAWS) -> FloatArray:
    """Return one rank for every law, for those who want to see them all."""
    return (np.arange(n_laws) + 0.5) / n_laws
