"""What ails a run, or each run of a table; the twin of `nextdollar diagnose`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import Fault, OptionsError
from nextdollar.research.allocation import price_multiple
from nextdollar.research.allocation_law import (
    coefficient_law,
    knows_repeats,
    require_split,
    sources_of,
    thinned,
    with_unique_tokens,
)
from nextdollar.research.diagnosed_runs import Run, runs_of_table
from nextdollar.research.laws import NamedLaw, law_of_runs, named_law
from nextdollar.research.machine import Machine
from nextdollar.research.reading import RunTable, read_runs
from nextdollar.scaling.diagnose import AILMENTS, TRAINING_GAP_SHARE, Diagnosis, TrainingGap, training_gap
from nextdollar.scaling.diagnose import diagnose as diagnosis_of
from nextdollar.scaling.inference_aware import lifetime_flop
from nextdollar.scaling.laws.law import Law
from nextdollar.sources import Source
from nextdollar.uncertainty import quantiles
from nextdollar.units import FloatArray

_MORE = 1.1
_LEAST_RUNS_FOR_A_LEVEL = 8
_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class DiagnosisAnswer:
    """The diagnosis of runs; arrays are (n_runs,).

    `agreeing_share` is the share of draws of the law with the same ailment, nan where it has no draws;
    `forecast_shares` (4, n_runs) are the shares of draws of the forecast of the same runs with each of
    `AILMENTS`, or None; `best_ratio` (3, n_runs) holds P5, median and P95 of the best tokens per
    parameter, or None.
    `gap` compares the observed losses with the law's, nan where none is known; in a table a run is
    worse only beyond `level_share`, by which the losses lie above the law as a whole. `more_tokens_nats` is
    what a tenth more tokens would take off the loss. `mfu` is what the machines reached.
    """

    law: NamedLaw
    bound_law: Law
    machine: Machine | None
    runs: Run
    inference_tokens: float
    unique_tokens: FloatArray
    diagnosis: Diagnosis
    cost_flop: FloatArray
    agreeing_share: FloatArray
    forecast_shares: FloatArray | None
    best_ratio: FloatArray | None
    gap: TrainingGap
    level_share: float
    tolerated_share: FloatArray
    more_tokens_nats: FloatArray
    mfu: FloatArray
    table: RunTable | None
    sources: tuple[Source, ...]

    @property
    def wasted_flop(self) -> FloatArray:
        """Work that a better split with enough data would have saved, in FLOP of training."""
        return np.asarray(self.diagnosis.waste_share * self.cost_flop)


def diagnose(
    law: NamedLaw | str | None,
    runs: Run | RunTable | Path | str,
    *,
    machine: Machine | None = None,
    inference_tokens: float = 0.0,
    unique_tokens: float = np.inf,
    where: str | None = None,
) -> DiagnosisAnswer:
    """Return what ails runs: under-trained, data-starved, compute-starved, or nothing.

    Parameters
    ----------
    law : NamedLaw or str, optional
        A law of the catalogue by name, the file of an own fit, or what `named_law` returns. None
        takes the law of the table of runs itself.
    runs : Run, RunTable or path
        One run (see `one_run`) or several; a path is read as a table of runs.
    machine : Machine, optional
        What dollars are counted on; with it serving is weighed in dollars, without it in FLOP.
    inference_tokens : float
        Tokens that each model will serve, at least 0.
    unique_tokens : float
        Different tokens there are to train on, above 0; infinity takes those of the table, if it
        has them, for laws that know repeats.
    where : str, optional
        Only rows of the table that meet it.

    Raises
    ------
    OptionsError
        With everything that is wrong with the arguments.
    CatalogueError, RunsError
        If there is no such law, or with every fault of the table.
    """
    table, runs = _read(runs, where)
    named = _law_for(law, table)
    _require(runs, inference_tokens, unique_tokens)
    require_split(named)
    unique = _unique_tokens(named, runs, unique_tokens)
    bound = with_unique_tokens(named, named.law, unique)
    ratio = price_multiple(machine)
    found = diagnosis_of(
        bound, runs.params, runs.tokens, inference_tokens=inference_tokens, price_multiple=ratio
    )
    agreeing, best_ratio, tolerated = _under_draws(named, runs, found, inference_tokens, unique, ratio)
    is_known = np.isfinite(runs.observed_nats)
    observed = np.where(is_known, runs.observed_nats, bound.loss(runs.params, runs.tokens))
    gap = training_gap(bound, runs.params, runs.tokens, observed, tolerated_share=tolerated)
    blank = np.where(is_known, 1.0, np.nan)
    level = _level_share(np.asarray(gap.share)[is_known])
    is_worse = is_known & (np.asarray(gap.share) - level > tolerated)
    return DiagnosisAnswer(
        law=named,
        bound_law=bound,
        machine=machine,
        runs=runs,
        inference_tokens=inference_tokens,
        unique_tokens=unique,
        diagnosis=found,
        cost_flop=np.asarray(lifetime_flop(runs.params, runs.tokens, inference_tokens, price_multiple=ratio)),
        agreeing_share=agreeing,
        forecast_shares=_by_the_forecast(named, runs, inference_tokens, unique, ratio),
        best_ratio=best_ratio,
        gap=TrainingGap(gap.share * blank, gap.lost_flop_share * blank, is_worse),
        level_share=level,
        tolerated_share=tolerated,
        more_tokens_nats=np.asarray(found.loss_nats - bound.loss(runs.params, _MORE * runs.tokens)),
        mfu=_reached_mfu(runs, machine),
        table=table,
        sources=sources_of(named, bound, machine, inference_tokens=inference_tokens),
    )


def _law_for(law: NamedLaw | str | None, table: RunTable | None) -> NamedLaw:
    """Return the law that was named, or that of the table."""
    if law is None:
        if table is None:
            rule = "must be given where there is no table of runs to take it from"
            raise OptionsError([Fault("ND1010", "law", rule, hint="for example hoffmann-2022")])
        return law_of_runs(table)
    return named_law(law) if isinstance(law, str) else law


def _read(runs: Run | RunTable | Path | str, where: str | None) -> tuple[RunTable | None, Run]:
    """Return the table, where there is one, and its runs."""
    if isinstance(runs, Run):
        return None, runs
    table = runs if isinstance(runs, RunTable) else read_runs(Path(runs), where=where)
    return table, runs_of_table(table)


def _unique_tokens(named: NamedLaw, runs: Run, unique_tokens: float) -> FloatArray:
    """Return the unique tokens of each run: those that were asked for, else those of the runs."""
    if np.isfinite(unique_tokens):
        return np.full(runs.n_runs, unique_tokens)
    if not knows_repeats(named.law):
        return np.full(runs.n_runs, np.inf)
    # Tokens that are all different set no limit to a better split.
    return np.where(runs.unique_tokens < runs.tokens, runs.unique_tokens, np.inf)


def _require(runs: Run, inference_tokens: float, unique_tokens: float) -> None:
    """Raise OptionsError with everything that is wrong with the arguments."""
    faults = []
    for name in ("params", "tokens"):
        values = getattr(runs, name)
        wrong = values[~((values > 0) & np.isfinite(values))]
        if wrong.size:
            faults.append(Fault("ND1158", name, "must be above 0 and finite", str(wrong[0])))
    observed = runs.observed_nats
    if (observed <= 0).any():
        faults.append(Fault("ND1158", "observed_nats", "must be above 0", str(observed[observed <= 0][0])))
    if not 0 <= inference_tokens < np.inf:
        faults.append(
            Fault("ND1158", "inference_tokens", "must be at least 0 and finite", str(inference_tokens))
        )
    if not unique_tokens > 0:
        faults.append(Fault("ND1158", "unique_tokens", "must be above 0", str(unique_tokens)))
    if faults:
        raise OptionsError(faults)


def _under_draws(
    named: NamedLaw,
    runs: Run,
    found: Diagnosis,
    inference_tokens: float,
    unique_tokens: FloatArray,
    ratio: float,
) -> tuple[FloatArray, FloatArray | None, FloatArray]:
    """Return how many draws agree, the range of the best ratio, and the excess of a loss that is scatter."""
    least = np.full(runs.n_runs, TRAINING_GAP_SHARE)
    if named.draws is None:
        return np.full(runs.n_runs, np.nan), None, least
    law = coefficient_law(thinned(named.draws, runs.n_runs))
    law = with_unique_tokens(named, law, unique_tokens[:, np.newaxis])
    params, tokens = runs.params[:, np.newaxis], runs.tokens[:, np.newaxis]
    drawn = diagnosis_of(law, params, tokens, inference_tokens=inference_tokens, price_multiple=ratio)
    ailments: NDArray[np.str_] = found.ailment[:, np.newaxis]
    agreeing = (drawn.ailment == ailments).mean(axis=1)
    ratios = np.asarray(drawn.best.tokens_per_param)
    ends = np.array([quantiles(row[np.isfinite(row)], _QUANTILES) for row in ratios]).T
    # The forecast of the same runs is wide enough for a loss, the coefficients of a fit are not.
    widest = law if named.forecast is None else thinned(named.forecast, runs.n_runs)
    excess = np.asarray(widest.loss(params, tokens)) / np.asarray(found.loss_nats)[:, np.newaxis] - 1
    highest = np.array([quantiles(row, (0.95,))[0] for row in excess])
    return agreeing, ends, np.maximum(least, highest)


def _by_the_forecast(
    named: NamedLaw, runs: Run, inference_tokens: float, unique_tokens: FloatArray, ratio: float
) -> FloatArray | None:
    """Return the shares (4, n_runs) of draws of the forecast with each ailment; it knows no repeats."""
    if named.forecast is None or np.isfinite(unique_tokens).any():
        return None
    law = coefficient_law(thinned(named.forecast, runs.n_runs))
    params, tokens = runs.params[:, np.newaxis], runs.tokens[:, np.newaxis]
    drawn = diagnosis_of(law, params, tokens, inference_tokens=inference_tokens, price_multiple=ratio)
    return np.array([(drawn.ailment == name).mean(axis=1) for name in AILMENTS])


def _level_share(shares: FloatArray) -> float:
    """Return by how much losses lie above a law as a whole; 0 for a few runs, which have no whole."""
    return float(np.median(shares)) if shares.size >= _LEAST_RUNS_FOR_A_LEVEL else 0.0


def _reached_mfu(runs: Run, machine: Machine | None) -> FloatArray:
    """Return the share of the peak that runs reached over the time they were billed; nan where not known."""
    if machine is None:
        return np.full(runs.n_runs, np.nan)
    return 6.0 * runs.params * runs.tokens / (runs.gpu_seconds * machine.accelerator.peak_flop_per_s)
