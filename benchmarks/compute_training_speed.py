"""How many training configurations a second, each with its whole ladder and 90 % intervals, on one core.

    python benchmarks/compute_training_speed.py

Beside stand the figures of peers measured for shared/facts/compute.md (other hours of the same machine).
Exits with 1 if a goal is missed: 5 million configurations per second, and 10,000 draws over 1,000
configurations in 5 s.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.mfu_model import TrainingRun
from nextdollar.compute.training_ladder import training_ladder

GOAL_PER_S, GOAL_DRAWS_S = 5e6, 5.0
N_ALL, N_BLOCK = 4_000_000, 16_384
N_RUNS, N_DRAWS = 1_000, 10_000
REPEATS = 5
PEERS = {"llm-analysis training()": 4131, "calculon single run()": 269}


def runs(n_runs: int) -> TrainingRun:
    """Random configurations; every field is an array."""
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


def best_s(work: Callable[[], object]) -> float:
    """Least seconds of a few repeats."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> int:
    """Print the rates; the exit code says whether the goals are met."""
    calibration = mfu_calibration()
    n_blocks = N_ALL // N_BLOCK

    def in_blocks() -> None:
        for _ in range(n_blocks):
            training_ladder(runs_of_block, calibration)

    runs_of_block = runs(N_BLOCK)
    per_s = n_blocks * N_BLOCK / best_s(in_blocks)
    million = runs(1_000_000)
    at_once_per_s = 1e6 / best_s(lambda: training_ladder(million, calibration))
    scores = np.random.default_rng(12).standard_normal(N_DRAWS)
    thousand = runs(N_RUNS)
    draws_s = best_s(lambda: training_ladder(thousand, calibration).gpu_hours_at(scores))
    print(f"{per_s / 1e6:8.1f} million configurations/s in blocks of {N_BLOCK:,}")
    print(f"{at_once_per_s / 1e6:8.1f} million configurations/s in one call of a million")
    print(f"{draws_s:8.2f} s for {N_DRAWS:,} draws over {N_RUNS:,} configurations")
    for name, rate in PEERS.items():
        print(f"{rate:8,} configurations/s, {name} (fact sheet)")
    met = min(per_s, at_once_per_s) >= GOAL_PER_S and draws_s <= GOAL_DRAWS_S
    print("goals met" if met else "goals MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
