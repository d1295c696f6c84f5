"""Models, servers and random configurations that the tests of serving share."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server, ServingLoad

H100 = Server(1979e12, 989.5e12, 3.35e12, 80e9, 450e9)
B200 = Server(4500e12, 2250e12, 7.7e12, 180e9, 900e9)

# shared/data/compute/model_architectures.csv, which took them from each config.json.
LLAMA_70B = ServedModel(
    params=70.55e9,
    params_active=70.55e9,
    n_layers=80.0,
    n_width=8192.0,
    kv_values_per_token=163_840.0,
    n_kv_shards=8.0,
    decode_flop_per_pair=4.0 * 64 * 128 * 80,
    prefill_flop_per_pair=4.0 * 64 * 128 * 80,
    weight_bytes_per_param=1.0,
    kv_bytes_per_value=1.0,
)
DEEPSEEK_R1 = ServedModel(
    params=671e9,
    params_active=37e9,
    n_layers=61.0,
    n_width=7168.0,
    kv_values_per_token=35_136.0,
    n_experts=256.0,
    experts_per_token=8.0,
    decode_flop_per_pair=2.0 * 128 * (2 * 512 + 64) * 61,
    prefill_flop_per_pair=2.0 * 128 * (192 + 128) * 61,
    weight_bytes_per_param=1.0,
    kv_bytes_per_value=1.0,
)

# Round numbers near the fitted ones: what is tested does not hang on them.
CALIBRATION = ServingCalibration(
    weight_bandwidth_share=0.8,
    kv_bandwidth_share=0.6,
    decode_compute_share=0.6,
    prefill_compute_share=0.65,
    expert_compute_share=0.4,
    link_share=0.6,
    step_s=1e-3,
    layer_s=3e-5,
    expert_layer_s=4e-5,
    doubling_s=8e-6,
    sequence_s=2e-5,
    prefill_layer_s=1e-4,
    first_token_s=0.05,
    request_s=1e-3,
)


def dense(n_gpus=4.0, **layout) -> Deployment:
    return Deployment(LLAMA_70B, H100, Layout(n_gpus, **layout))


def experts(n_gpus=8.0, **layout) -> Deployment:
    return Deployment(DEEPSEEK_R1, B200, Layout(n_gpus, **layout))


def random_configurations(n: int, seed: int = 20_261_121) -> tuple[Deployment, ServingLoad]:
    """Anything that the domains allow, sensible or not."""
    rng = np.random.default_rng(seed)

    def between(low, high):
        return np.exp(rng.uniform(np.log(low), np.log(high), n))

    active = between(1e8, 1e12)
    n_experts = np.where(rng.random(n) < 0.5, 1.0, np.round(between(2, 512)))
    chosen = np.ceil(n_experts * rng.random(n))
    chosen = np.where(n_experts == 1, 1.0, np.minimum(chosen, n_experts))
    model = ServedModel(
        params=np.where(n_experts == 1, active, active * (1 + 20 * rng.random(n))),
        params_active=active,
        n_layers=np.round(between(1, 128)),
        n_width=np.round(between(64, 32_768)),
        kv_values_per_token=between(1e2, 1e6),
        n_kv_shards=np.round(between(1, 64)),
        n_experts=n_experts,
        experts_per_token=chosen,
        decode_flop_per_pair=between(1e2, 1e8),
        prefill_flop_per_pair=between(1e2, 1e8),
        weight_bytes_per_param=rng.choice([0.5, 1.0, 2.0], n),
        kv_bytes_per_value=rng.choice([0.5, 1.0, 2.0], n),
        windowed_share=rng.random(n),
        n_window_tokens=between(16, 1e5),
    )
    server = Server(
        between(1e13, 1e16), between(1e13, 1e16), between(1e11, 1e13), between(1e10, 4e11), between(1e9, 1e12)
    )
    replicas, stages = 2.0 ** rng.integers(0, 4, n), 2.0 ** rng.integers(0, 3, n)
    layout = Layout(replicas * stages * 2.0 ** rng.integers(0, 4, n), replicas, stages)
    load = ServingLoad(between(1, 1e4), between(1, 1e5), between(1, 1e4))
    return Deployment(model, server, layout), load


def random_calibration(n: int, seed: int = 7) -> ServingCalibration:
    """Constants anywhere in their domain."""
    rng = np.random.default_rng(seed)
    shares = {name: rng.uniform(0.01, 1.0, n) for name in SHARES}
    times = {name: 10.0 ** rng.uniform(-9, -2, n) for name in TIMES}
    return ServingCalibration(**shares, **times)


SHARES = (
    "weight_bandwidth_share",
    "kv_bandwidth_share",
    "decode_compute_share",
    "prefill_compute_share",
    "expert_compute_share",
    "link_share",
)
TIMES = (
    "step_s",
    "layer_s",
    "expert_layer_s",
    "doubling_s",
    "sequence_s",
    "prefill_layer_s",
    "first_token_s",
    "request_s",
)


def row(thing, index: int):
    """One element of every array in a tree of dataclasses, as plain numbers."""
    if isinstance(thing, np.ndarray):
        return thing[index].item()
    if hasattr(thing, "__dataclass_fields__"):
        return type(thing)(**{name: row(getattr(thing, name), index) for name in thing.__dataclass_fields__})
    return thing
