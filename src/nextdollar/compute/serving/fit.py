"""Constants of the serving model from measurements, held to what is known of them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

TPOT_SCALE_LOG = 0.25
TTFT_SCALE_LOG = 0.4
OFFLINE_SCALE_LOG = 0.25
"""Logs of measured over predicted from which on a row counts less (soft L1)."""
TTFT_WEIGHT = 0.16
"""What a time to the first token counts beside a time per token, which says more of the hardware."""
PRIOR_STRENGTH = 4.0
"""What an established constant weighs, in rows that it disagrees with by one standard deviation, squared."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a constant before: log-normal around `start`, never above `high`.

    `engine` is empty for constants of the hardware; factors of an engine name it.
    """

    name: str
    engine: str
    start: float
    spread_log: float
    high: float


@dataclass(frozen=True, slots=True)
class ServingEvidence:
    """Measured times at fixed concurrency, one row each, with the names of engines.

    `weights` say how many rows each counts for. A time that was not measured is nan, and does not count.
    """

    deployment: Deployment
    load: ServingLoad
    engines: NDArray[np.str_]
    tpot_s: FloatArray
    ttft_s: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class OfflineEvidence:
    """Measured output tokens per second and GPU with a full queue, one row each."""

    deployment: Deployment
    n_prompt_tokens: FloatArray
    n_output_tokens: FloatArray
    engines: NDArray[np.str_]
    tokens_per_s_per_gpu: FloatArray
    weights: FloatArray


def calibration_of(
    constants: Mapping[tuple[str, str], float], engines: NDArray[np.str_]
) -> ServingCalibration:
    """Calibration for rows of engines from constants by (name, engine).

    A factor of an engine that has none is the geometric mean of those that have one.
    """
    hardware = {name: number for (name, engine), number in constants.items() if not engine}
    factors: dict[str, FloatArray] = {}
    for factor in {name for name, engine in constants if engine}:
        known = {engine: number for (name, engine), number in constants.items() if name == factor and engine}
        unknown = float(np.exp(np.mean(np.log(list(known.values())))))
        chosen = [known.get(str(engine), unknown) for engine in np.ravel(engines)]
        factors[factor] = np.asarray(chosen, dtype=np.float64).reshape(np.shape(engines))
    return ServingCalibration(**hardware, **factors)


def fit_serving(
    priors: tuple[Prior, ...], *, served: ServingEvidence | None, offline: OfflineEvidence | None = None
) -> dict[tuple[str, str], float]:
    """Constants that explain the measurements best without leaving what is known of them.

    Parameters
    ----------
    priors : tuple of Prior
        Every constant: start, log spread and upper bound; a spread of 0 keeps it as it is.
    served : ServingEvidence or None
        Times at fixed concurrency.
    offline : OfflineEvidence or None
        Throughput with a full queue.

    Returns
    -------
    dict
        Constants by (name, engine), for `calibration_of`.

    Raises
    ------
    DomainError
        If there is no measurement.
    FitError
        If the search does not end.

    Notes
    -----
    Least squares of logs, soft L1 (undeclared speculation and wrong labels are many), plus one term for
    each prior. Constants of which the rows say nothing stay where they start.
    """
    # Costs a third of a second, which only a fit should pay.
    from scipy.optimize import least_squares

    require(served is not None or offline is not None, "measurements", "given", None)
    free = [index for index, prior in enumerate(priors) if prior.spread_log > 0]
    start = np.log([prior.start for prior in priors])
    spread = np.array([priors[index].spread_log for index in free])
    high = np.log([priors[index].high for index in free])

    def constants(theta: FloatArray) -> dict[tuple[str, str], float]:
        full = start.copy()
        full[free] = theta
        return {(p.name, p.engine): float(number) for p, number in zip(priors, np.exp(full), strict=True)}

    def residuals(theta: FloatArray) -> FloatArray:
        """The pull of the priors, then the weighed errors of the log of what was measured."""
        found = constants(theta)
        parts = [PRIOR_STRENGTH * (theta - start[free]) / spread]
        if served is not None:
            parts.extend(_served_residuals(served, found))
        if offline is not None:
            parts.append(_offline_residuals(offline, found))
        return np.concatenate(parts)

    inside = np.minimum(start[free], high - 1e-3)
    result = least_squares(residuals, inside, bounds=(-np.inf, high))
    if not result.success:
        raise FitError(f"constants of serving must be found by the search, got {result.message}")
    return constants(result.x)


def _served_residuals(
    served: ServingEvidence, constants: Mapping[tuple[str, str], float]
) -> tuple[FloatArray, FloatArray]:
    """Scaled logs of predicted over measured times."""
    point = serve(served.deployment, served.load, calibration=calibration_of(constants, served.engines))
    root = np.sqrt(served.weights)
    tpot = root * _soft(np.log(point.tpot_s / served.tpot_s) / TPOT_SCALE_LOG)
    ttft = root * _soft(np.log(point.ttft_s / served.ttft_s) / TTFT_SCALE_LOG)
    # A log of an engine shows one of the times and not the other.
    return np.nan_to_num(tpot), np.sqrt(TTFT_WEIGHT) * np.nan_to_num(ttft)


def _offline_residuals(offline: OfflineEvidence, constants: Mapping[tuple[str, str], float]) -> FloatArray:
    """Scaled logs of predicted over measured throughput."""
    predicted = offline_tokens_per_s_per_gpu(
        offline.deployment,
        offline.n_prompt_tokens,
        n_output_tokens=offline.n_output_tokens,
        calibration=calibration_of(constants, offline.engines),
    )
    scaled = np.log(predicted / offline.tokens_per_s_per_gpu) / OFFLINE_SCALE_LOG
    off: FloatArray = np.sqrt(offline.weights) * _soft(scaled)
    return off


def _soft(scaled: FloatArray) -> FloatArray:
    """Root of the soft L1 loss, with its sign: linear near 0, growing as a root far away."""
    return np.sign(scaled) * np.sqrt(2.0 * (np.sqrt(1.0 + scaled * scaled) - 1.0))
