"""Configurations a second of training and serving, on one core."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_calibration, serving_error_band
from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server, ServingLoad
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun

BLOCK = 16_384
"""Configurations at a time: what stays in the cache of a core."""
N_AT_ONCE = 1_000_000
N_RUNS, N_DRAWS = 1_000, 10_000
REPEATS = 5
BLOCKS = 60


def training_per_s(n_runs: int, *, blocks: int = 1) -> float:
    """Configurations a second, each with its whole ladder and 90 % intervals."""
    asked, calibration = runs(n_runs), mfu_calibration()

    def work() -> None:
        for _ in range(blocks):
            training_ladder(asked, calibration)

    return n_runs * blocks / least_s(work)


def training_draws_s() -> float:
    """Seconds of 10,000 draws over 1,000 configurations of training: GPU-hours of every draw."""
    asked, calibration, scores = runs(N_RUNS), mfu_calibration(), _scores()
    return least_s(lambda: training_ladder(asked, calibration).gpu_hours_at(scores))


def serving_per_s(n_rows: int, *, blocks: int = 1) -> float:
    """Configurations of a mixture of experts a second: both times, throughput, what binds."""
    deployment, load = deployments(n_rows)
    calibration = serving_calibration("vllm")

    def work() -> None:
        for _ in range(blocks):
            serve(deployment, load, calibration=calibration)

    return n_rows * blocks / least_s(work)


def serving_draws_s() -> float:
    """Seconds of 10,000 draws over 1,000 configurations of serving: both times of every draw."""
    deployment, load = deployments(N_RUNS)
    calibration, scores = serving_calibration("vllm"), _scores()
    bands = serving_error_band("tpot"), serving_error_band("ttft")

    def work() -> None:
        point = serve(deployment, load, calibration=calibration)
        for band, time_s in zip(bands, (point.tpot_s, point.ttft_s), strict=True):
            band.at(np.asarray(time_s)[:, None], scores)

    return least_s(work)


def runs(n_runs: int) -> TrainingRun:
    """Random configurations of training; every field is an array."""
    rng = np.random.default_rng(11)
    active = np.exp(rng.uniform(np.log(1e8), np.log(1e12), n_runs))
    return TrainingRun(
        params_active=active,
        params=active * np.where(rng.random(n_runs) < 0.5, 1.0, rng.uniform(1, 20, n_runs)),
        tokens=np.exp(rng.uniform(np.log(1e10), np.log(1e14), n_runs)),
        peak_flop_per_s=rng.uniform(1e14, 3e15, n_runs),
        bandwidth_bytes_per_s=rng.uniform(1e12, 8e12, n_runs),
        gpus=np.exp(rng.uniform(2, 11, n_runs)),
        tokens_per_sequence=rng.uniform(1024, 32_768, n_runs),
    )


def deployments(n_rows: int) -> tuple[Deployment, ServingLoad]:
    """A mixture of experts (DeepSeek-V3's size) on 4 to 16 GPUs at random loads."""
    rng = np.random.default_rng(1)
    model = ServedModel(
        params=671e9,
        params_active=37e9,
        n_layers=61.0,
        n_width=7168.0,
        kv_values_per_token=35136.0,
        n_experts=256.0,
        experts_per_token=8.0,
        decode_flop_per_pair=17e6,
        prefill_flop_per_pair=5e6,
        weight_bytes_per_param=1.0,
        kv_bytes_per_value=1.0,
    )
    server = Server(4.5e15, 2.25e15, 7.7e12, 180e9, 900e9)
    layout = Layout(n_gpus=2.0 ** rng.integers(2, 5, n_rows))
    load = ServingLoad(rng.uniform(1, 512, n_rows), *rng.uniform(100, 8192, (2, n_rows)))
    return Deployment(model, server, layout), load


def least_s(work: Callable[[], object]) -> float:
    """Least CPU seconds of a few repeats: other work on the machine must not count."""
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def _scores() -> np.ndarray:
    """Standard normal scores of the draws."""
    return np.random.default_rng(12).standard_normal(N_DRAWS)
