"""How many instances read and write where nobody says: as many as keep up; and how answers hang on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.continuous_batching import ServingPoint
from nextdollar.compute.serving.disaggregated import serve_disaggregated
from nextdollar.compute.serving.prefill import prefill
from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class UsualCount:
    """Instances of one kind: the 5th, 50th and 95th percentile of deployments that say how many they have."""

    p5: float
    p50: float
    p95: float


READERS = UsualCount(1.0, 1.0, 5.0)
WRITERS = UsualCount(1.0, 3.0, 7.0)
"""Of the 264 disaggregated rows of aiconfigurator-core 0.12.0, silicon_sample.csv, that have both numbers."""


def served_apart(arrays: ServingArrays, calibration: ServingCalibration) -> ServingPoint:
    """Return what instances do whose prompts are read on other GPUs; `arrays` must have readers."""
    readers = arrays.deployment if arrays.readers is None else arrays.readers
    return serve_disaggregated(
        readers,
        arrays.deployment,
        load=arrays.load,
        calibration=calibration,
        n_readers=arrays.n_readers,
        n_writers=arrays.n_writers,
        speculation=arrays.speculation,
    )


def with_counts(arrays: ServingArrays, calibration: ServingCalibration) -> ServingArrays:
    """Return the same questions with numbers of instances where these are not stated.

    So many that write as hold every request in memory, three at least, which is usual; so many that read
    as read prompts while answers are written (the bottleneck law of a closed loop), one at least.
    """
    if arrays.readers is None or not arrays.is_count_assumed.any():
        return arrays
    writing = _counted(arrays, READERS.p50, np.maximum(_holding(arrays), WRITERS.p50))
    step_s = served_apart(writing, calibration).step.total_s
    prompt_s = prefill(arrays.readers, arrays.load.n_prompt_tokens, calibration=calibration).shared_s
    answer_s = arrays.load.n_output_tokens * step_s
    reading = np.ceil(arrays.load.n_concurrent * prompt_s / answer_s)
    return _counted(arrays, np.maximum(reading, READERS.p50), writing.n_writers)


def _holding(arrays: ServingArrays) -> FloatArray:
    """Return how many instances hold every request in memory."""
    fitting = sequences_that_fit(arrays.deployment, arrays.load.n_context_tokens)
    return np.ceil(arrays.load.n_concurrent / np.maximum(fitting, 1.0))


def _counted(arrays: ServingArrays, n_readers: Floats, n_writers: Floats) -> ServingArrays:
    """Return questions with numbers of instances where these are not stated."""
    is_open = arrays.is_count_assumed
    return replace(
        arrays,
        n_readers=np.where(is_open, n_readers, arrays.n_readers),
        n_writers=np.where(is_open, n_writers, arrays.n_writers),
    )


@dataclass(frozen=True, slots=True)
class CountSpread:
    """Factors on times with many and with few instances; 1 where their number is stated."""

    tpot_low: Floats
    tpot_high: Floats
    ttft_low: Floats
    ttft_high: Floats


def count_spread(arrays: ServingArrays, calibration: ServingCalibration, middle: ServingPoint) -> CountSpread:
    """Return how far the times hang on numbers of instances that are assumed.

    `middle` is the answer with the numbers of `arrays`. The ends are those with as many more and fewer as
    deployments differ (P5 and P95 over the median), but with no fewer than hold the requests.
    """
    n_few = np.maximum(arrays.n_writers * (WRITERS.p5 / WRITERS.p50), _holding(arrays))
    n_many = arrays.n_writers * (WRITERS.p95 / WRITERS.p50)
    few = served_apart(_counted(arrays, arrays.n_readers, n_few), calibration)
    readers = arrays.n_readers * (READERS.p95 / READERS.p50)
    many = served_apart(_counted(arrays, readers, n_many), calibration)
    tpot_few, tpot_many = few.tpot_s / middle.tpot_s, many.tpot_s / middle.tpot_s
    ttft_few, ttft_many = few.ttft_s / middle.ttft_s, many.ttft_s / middle.ttft_s
    return CountSpread(
        tpot_low=np.minimum(np.minimum(tpot_few, tpot_many), 1.0),
        tpot_high=np.maximum(np.maximum(tpot_few, tpot_many), 1.0),
        ttft_low=np.minimum(np.minimum(ttft_few, ttft_many), 1.0),
        ttft_high=np.maximum(np.maximum(ttft_few, ttft_many), 1.0),
    )


def widened(band: ErrorBand, low: Floats, high: Floats) -> ErrorBand:
    """Return a band with another spread in it, both independent: logs of the ends add in squares.

    `low` (at most 1) and `high` (at least 1) are the ends of the other as factors, float or array (...).
    """
    return ErrorBand(
        p5_factor=np.exp(-np.hypot(np.log(band.p5_factor), np.log(low))),
        p95_factor=np.exp(np.hypot(np.log(band.p95_factor), np.log(high))),
    )
