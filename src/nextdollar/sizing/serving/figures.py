"""Times and throughput of many questions at once, each with its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving.bound import Percentiles, tpot_bound_s, tpot_percentiles_s
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.continuous_batching import ServingPoint, serve
from nextdollar.compute.serving.offline_throughput import offline_point
from nextdollar.sizing.calibration import SavedCalibration, calibration_for, error_band_for
from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.sizing.serving.counts import CountSpread, count_spread, served_apart, widened
from nextdollar.sizing.serving.limits import gpus_counted, prompt_bound_s, queued_bound, throughput_bound
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class ServingFigures:
    """Answers to questions of one mode; every number an array (n_asks,).

    Times in seconds, throughput in output tokens per second and GPU (of readers and writers together); a
    time that a mode does not have is None. `n_running` requests are in the memory of an instance at once.
    """

    tpot_s: Percentiles | None
    ttft_s: Percentiles | None
    tokens_per_s_per_gpu: Percentiles
    bound_by: NDArray[np.str_]
    n_running: FloatArray


def served_figures(arrays: ServingArrays, saved: SavedCalibration | None = None) -> ServingFigures:
    """Answer questions at a fixed concurrency.

    Parameters
    ----------
    arrays : ServingArrays
        Questions of which all have readers of their own, or none.
    saved : SavedCalibration, optional
        Constants and ranges of the user's own machines.

    Returns
    -------
    ServingFigures
        With no percentile beyond what the data sheet allows.

    Notes
    -----
    The middle is the model's point. Where nobody says how many instances there are, the times with few and
    with many of them widen the range (`count_spread`).
    """
    load, deployment = arrays.load, arrays.deployment
    calibration = calibration_of_rows(arrays, saved)
    if arrays.readers is None:
        point = serve(
            deployment,
            load,
            calibration=calibration,
            speculation=arrays.speculation,
            cached_prompt_share=arrays.cached_prompt_share,
        )
        bands = _band(arrays, saved, "tpot"), _band(arrays, saved, "ttft")
    else:
        point = served_apart(arrays, calibration)
        bands = _bands_apart(arrays, saved, count_spread(arrays, calibration, point))
    step_bound_s = tpot_bound_s(deployment, load, n_decoding=point.n_decoding)
    tpot_s = tpot_percentiles_s(point.tpot_s, step_bound_s / arrays.tokens_per_step, band=bands[0])
    # A time to the first token is held to its own bound in the same way.
    ttft_s = tpot_percentiles_s(point.ttft_s, prompt_bound_s(arrays), band=bands[1])
    return ServingFigures(
        tpot_s=tpot_s,
        ttft_s=ttft_s,
        tokens_per_s_per_gpu=_speed(arrays, point, saved, times=(tpot_s, ttft_s)),
        bound_by=point.bound_by,
        n_running=np.asarray(point.n_running, dtype=np.float64),
    )


def queued_figures(arrays: ServingArrays, saved: SavedCalibration | None = None) -> ServingFigures:
    """Answer questions whose requests are all queued; parameters as of `served_figures`.

    No percentile is above the data sheet. Where not one request fits, the answer is for one all the same.
    """
    load = arrays.load
    point = offline_point(
        arrays.deployment,
        load.n_prompt_tokens,
        n_output_tokens=load.n_output_tokens,
        calibration=calibration_of_rows(arrays, saved),
    )
    band, middle = _band(arrays, saved, "offline"), point.output_tokens_per_s_per_gpu
    most = queued_bound(arrays)
    ends = [np.minimum(middle * factor, most) for factor in (band.p5_factor, 1.0, band.p95_factor)]
    return ServingFigures(
        tpot_s=None,
        ttft_s=None,
        tokens_per_s_per_gpu=Percentiles(*ends),
        bound_by=point.bound_by,
        n_running=np.asarray(point.n_running, dtype=np.float64),
    )


def _speed(
    arrays: ServingArrays,
    point: ServingPoint,
    saved: SavedCalibration | None,
    *,
    times: tuple[Percentiles, Percentiles],
) -> Percentiles:
    """Return output tokens per second and GPU, no percentile above the data sheet.

    Rows that the user's own logs speak of have bands of both times and none of the throughput: its ends are
    those of both times together, n n_out / (TTFT + (n_out - 1) TPOT) / g.
    """
    kind = "" if arrays.readers is None else "disaggregated_"
    middle = point.output_tokens_per_s_per_gpu
    band = _band(arrays, saved, f"{kind}throughput")
    low, high = middle * band.p5_factor, middle * band.p95_factor
    if saved is not None:
        request_s = arrays.load.n_concurrent * arrays.load.n_output_tokens / gpus_counted(arrays)
        last = arrays.load.n_output_tokens - 1.0
        tpot_s, ttft_s = times
        own, shipped = _band(arrays, saved, f"{kind}tpot"), _band(arrays, None, f"{kind}tpot")
        is_own = np.not_equal(own.p95_factor, shipped.p95_factor)
        low = np.where(is_own, request_s / (ttft_s.p95 + last * tpot_s.p95), low)
        high = np.where(is_own, request_s / (ttft_s.p5 + last * tpot_s.p5), high)
    most = throughput_bound(arrays)
    return Percentiles(np.minimum(low, most), np.minimum(middle, most), np.minimum(high, most))


def _bands_apart(
    arrays: ServingArrays, saved: SavedCalibration | None, spread: CountSpread
) -> tuple[ErrorBand, ErrorBand]:
    """Return the bands of both times, wider where the numbers of instances are assumed."""
    tpot, ttft = (_band(arrays, saved, f"disaggregated_{name}") for name in ("tpot", "ttft"))
    return widened(tpot, spread.tpot_low, spread.tpot_high), widened(ttft, spread.ttft_low, spread.ttft_high)


def calibration_of_rows(arrays: ServingArrays, saved: SavedCalibration | None) -> ServingCalibration:
    """Return constants for each question: of one's own logs where these speak of it, else shipped ones."""
    return calibration_for(
        saved, engines=arrays.engines, accelerators=arrays.accelerators, models=arrays.models
    )


def _band(arrays: ServingArrays, saved: SavedCalibration | None, quantity: str) -> ErrorBand:
    names = {"engines": arrays.engines, "accelerators": arrays.accelerators, "models": arrays.models}
    return error_band_for(saved, quantity, **names)
