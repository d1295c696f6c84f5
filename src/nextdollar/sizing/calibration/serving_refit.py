"""Constants of serving refitted to one's own measurements, and how far answers are off after that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.catalogue.serving_calibration import serving_error_band, serving_priors, serving_values
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.fit import (
    PRIOR_STRENGTH,
    OfflineEvidence,
    Prior,
    ServingEvidence,
    calibration_of,
    fit_serving,
)
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.sizing.calibration.serving_logs import Rows, stacked
from nextdollar.units import FloatArray

Constants = Mapping[tuple[str, str], float]

OWN_ROW_WEIGHT = 4.0
"""What a measurement of the own machine counts beside one of another: its scatter is half as wide. Chosen on
17 sweeps of inference_points.csv; on the 17 others three rows take the error of TPOT from 17 to 10 %."""
PRIOR_ROWS = 6.0
"""Rows that the band of the catalogue counts for when it is narrowed. Of 4, 6 and 8 the one with which the
90 % interval held 93 to 98 % of the other rows of those 17 sweeps, from 1 to 24 rows anywhere in a sweep, and
83 to 95 % of those at more requests than were measured."""
_MOST_FOLDS, _FOLDS_OF_MANY, _MANY_ROWS = 8, 4, 40
_SECONDS_QUANTITIES = ("tpot", "ttft")


@dataclass(frozen=True, slots=True)
class Predicted:
    """Logs of measured over predicted, (n_rows,) each, nan where nothing was measured."""

    tpot_log: FloatArray
    ttft_log: FloatArray
    offline_log: FloatArray

    def of(self, quantity: str) -> FloatArray:
        """Logs of "tpot", "ttft" or "offline"."""
        return {"tpot": self.tpot_log, "ttft": self.ttft_log, "offline": self.offline_log}[quantity]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measurements to calibrate to; None where there are none of a kind."""

    served: Rows | None
    queued: Rows | None


def own_priors(evidence: Evidence, start: Constants | None = None) -> tuple[Prior, ...]:
    """What is known before: the fitted constants of the catalogue, each as uncertain as it was without them.

    `start` takes the place of the constants of the catalogue.

    Factors of the engines that were measured are free, those of others stay. An engine that the catalogue
    lacks starts at the mean of those it has.
    """
    engines = {row.ask.engine for rows in (evidence.served, evidence.queued) if rows for row in rows.rows}
    values = serving_values() if start is None else start
    spreads: dict[str, float] = {}
    for prior in serving_priors():
        if prior.engine:
            spreads[prior.name] = max(spreads.get(prior.name, 0.0), prior.spread_log)
    found = []
    for prior in serving_priors():
        spread_log = prior.spread_log
        if prior.engine:
            spread_log = spreads[prior.name] if prior.engine in engines else 0.0
        value = values[prior.name, prior.engine]
        found.append(replace(prior, start=value, spread_log=spread_log * PRIOR_STRENGTH))
    for engine in sorted(engines - {prior.engine for prior in found}):
        for name, spread_log in spreads.items():
            known = [prior for prior in found if prior.name == name]
            mean = float(np.exp(np.mean([np.log(prior.start) for prior in known])))
            found.append(Prior(name, engine, mean, spread_log * PRIOR_STRENGTH, known[0].high))
    return tuple(found)


def refitted(evidence: Evidence, start: Constants | None = None) -> dict[tuple[str, str], float]:
    """Constants that explain the own measurements without leaving what is known of them: `own_priors`.

    Raises
    ------
    FitError
        If the search does not end.
    """
    served = queued = None
    if evidence.served is not None:
        rows = evidence.served
        weights = np.full(len(rows.rows), OWN_ROW_WEIGHT)
        arrays = rows.arrays
        served = ServingEvidence(
            arrays.deployment, arrays.load, arrays.engines, rows.tpot_s, rows.ttft_s, weights
        )
    if evidence.queued is not None:
        rows = evidence.queued
        load = rows.arrays.load
        queued = OfflineEvidence(
            deployment=rows.arrays.deployment,
            n_prompt_tokens=np.asarray(load.n_prompt_tokens),
            n_output_tokens=np.asarray(load.n_output_tokens),
            engines=rows.arrays.engines,
            tokens_per_s_per_gpu=rows.output_tokens_per_s_per_gpu,
            weights=np.full(len(rows.rows), OWN_ROW_WEIGHT),
        )
    return fit_serving(own_priors(evidence, start), served=served, offline=queued)


def errors_log(evidence: Evidence, constants: Constants) -> Predicted:
    """Logs of measured over predicted at constants."""
    empty = np.empty(0)
    tpot, ttft, offline = empty, empty, empty
    if evidence.served is not None:
        rows = evidence.served
        point = serve(
            rows.arrays.deployment,
            rows.arrays.load,
            calibration=calibration_of(constants, rows.arrays.engines),
        )
        tpot, ttft = np.log(rows.tpot_s / point.tpot_s), np.log(rows.ttft_s / point.ttft_s)
    if evidence.queued is not None:
        rows = evidence.queued
        speed = offline_tokens_per_s_per_gpu(
            rows.arrays.deployment,
            rows.arrays.load.n_prompt_tokens,
            n_output_tokens=rows.arrays.load.n_output_tokens,
            calibration=calibration_of(constants, rows.arrays.engines),
        )
        offline = np.log(rows.output_tokens_per_s_per_gpu / speed)
    return Predicted(tpot, ttft, offline)


def left_out_log(evidence: Evidence, start: Constants | None = None) -> Predicted:
    """Logs of measured over predicted, each row from constants fitted to the others.

    Rows are left out in at most eight groups, each of rows all over the table; a single row is predicted
    from the catalogue.
    """
    found = []
    for name in ("served", "queued"):
        rows: Rows | None = getattr(evidence, name)
        logs = {quantity: np.empty(0) for quantity in ("tpot", "ttft", "offline")}
        if rows is not None:
            n = len(rows.rows)
            logs = {quantity: np.full(n, np.nan) for quantity in logs}
            n_folds = min(n, _MOST_FOLDS if n <= _MANY_ROWS else _FOLDS_OF_MANY)
            for fold in range(n_folds):
                out = np.arange(n) % n_folds == fold
                _predict_fold(evidence, name, out, logs=logs, start=start)
        found.append(logs)
    served, queued = found
    return Predicted(served["tpot"], served["ttft"], queued["offline"])


def _predict_fold(
    evidence: Evidence,
    name: str,
    out: NDArray[np.bool_],
    *,
    logs: dict[str, FloatArray],
    start: Constants | None,
) -> None:
    """Fill in the rows of a fold."""
    rows: Rows = getattr(evidence, name)
    kept = [row for row, is_out in zip(rows.rows, out, strict=True) if not is_out]
    fitted: Constants = serving_values() if start is None else start
    learned = replace(evidence, **{name: stacked(kept) if kept else None})
    if learned.served is not None or learned.queued is not None:
        fitted = refitted(learned, start)
    left = stacked([row for row, is_out in zip(rows.rows, out, strict=True) if is_out])
    alone = Evidence(left if name == "served" else None, left if name == "queued" else None)
    errors = errors_log(alone, fitted)
    for quantity in _SECONDS_QUANTITIES if name == "served" else ("offline",):
        logs[quantity][out] = errors.of(quantity)


def narrowed_band(quantity: str, logs: FloatArray) -> ErrorBand:
    """Band of a quantity once the errors of rows left out are known.

    Parameters
    ----------
    quantity : str
        "tpot", "ttft" or "offline".
    logs : array (n_rows,)
        Logs of measured over predicted, of rows that the constants were not fitted to; nan ones are left out.

    Returns
    -------
    ErrorBand
        Symmetric in logs.

    Notes
    -----
    The variance is that of a normal with a scaled inverse chi-squared prior (Gelman et al., Bayesian Data
    Analysis, section 2.6): s**2 = (6 s0**2 + sum of log**2) / (6 + n), and the half-width that of Student's t
    of 6 + n degrees of freedom. s0 is such that without a row the band is that of the catalogue. Three rows
    that agree to the last digit leave 77 % of it, twelve 52 %.
    """
    # Costs a third of a second, which only a fit should pay.
    from scipy.stats import t as student_t

    shipped = serving_error_band(quantity)
    known = logs[np.isfinite(logs)]
    if not len(known):
        return shipped
    shipped_half = float(np.log(shipped.p95_factor / shipped.p5_factor)) / 2
    sd_log = shipped_half / float(student_t.ppf(0.95, PRIOR_ROWS))
    freedom = PRIOR_ROWS + len(known)
    variance = (PRIOR_ROWS * sd_log**2 + float(np.sum(known**2))) / freedom
    half = float(student_t.ppf(0.95, freedom)) * float(np.sqrt(variance))
    return ErrorBand(float(np.exp(-half)), float(np.exp(half)))
