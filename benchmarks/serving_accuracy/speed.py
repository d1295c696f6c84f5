"""How many serving configurations a core evaluates in a second."""

from __future__ import annotations

import time

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_calibration
from nextdollar.compute.continuous_batching import serve
from nextdollar.compute.serving_inputs import Deployment, Layout, ServedModel, Server, ServingLoad

BLOCK = 16_384
"""Configurations at a time: what stays in the cache of a core."""
SECONDS = 2.0


def configurations_per_s(block: int = BLOCK) -> float:
    """Configurations of a mixture of experts that `serve` answers per second of CPU time, sustained."""
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
    calibration = serving_calibration("vllm")
    done, spent_s = 0, 0.0
    while spent_s < SECONDS:
        gpus = 2.0 ** rng.integers(2, 5, block)
        in_flight, prompts, answers = rng.uniform(1, 512, block), *rng.uniform(100, 8192, (2, block))
        start = time.process_time()
        deployment = Deployment(model, server, Layout(n_gpus=gpus))
        serve(deployment, ServingLoad(in_flight, prompts, answers), calibration=calibration)
        spent_s += time.process_time() - start
        done += block
    return done / spent_s
