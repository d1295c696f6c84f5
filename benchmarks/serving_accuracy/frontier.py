"""The cost-speed frontiers of another serving model (Epoch, inference economics), beside ours.

A model and not a measurement: zero prompt, no cache, pipelines, networks by fitted latencies.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_calibration
from nextdollar.compute.decode import decode_step
from nextdollar.compute.serving_inputs import Deployment, Layout, ServedModel, Server
from nextdollar.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK

POINTS = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "evidence" / "inference_frontier_reference.csv"
)
HEADER = ("model", "point", "tokens/s", "ours", "USD/Mtok", "ours", "ours at its speed", "off %")
# layers, width, experts, chosen: published shapes; GPT-4 is a speculation of the reference.
SHAPES = {
    "Llama 3.1 405B": (126.0, 16_384.0, 1.0, 1.0),
    "Llama 3 70B": (80.0, 8192.0, 1.0, 1.0),
    "DeepSeek-V3": (61.0, 7168.0, 256.0, 8.0),
    "Mixtral 8x22B": (56.0, 6144.0, 8.0, 2.0),
    "GPT-4 (speculated shape)": (120.0, 12_288.0, 16.0, 2.0),
}
WIDEST_GPUS = 512


def frontier_rows() -> list[tuple[str, ...]]:
    """Cheapest and preferred points of the reference and of ours, with the price at its speed."""
    if not POINTS.is_file():
        return []
    with POINTS.open(newline="", encoding="utf-8") as lines:
        points = [row for row in csv.DictReader(lines) if row["point"].startswith(("cheapest", "preferred"))]
    rows = []
    for point in points:
        speed, price = _frontier(point)
        cheapest = point["point"] == "cheapest"
        best = np.argmin(price) if cheapest else np.argmax(speed**3 / price)
        asked = float(point["tokens_per_s_per_request"])
        reached = price[speed >= asked]
        theirs = float(point["usd_per_million_output_tokens"])
        at_speed = reached.min() if reached.size else np.inf
        ours = price[best]
        rows.append(
            (
                point["model"],
                point["point"].partition("_")[0],
                f"{asked:.1f}",
                f"{speed[best]:.1f}",
                f"{theirs:.3f}",
                f"{ours:.3f}",
                f"{at_speed:.3f}" if np.isfinite(at_speed) else "not reached",
                f"{100 * (ours / theirs - 1):+.0f}",
            )
        )
    return rows


def _frontier(point: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Speed in tokens a second and price in USD per million tokens of every layout and batch."""
    name = next(name for name in SHAPES if point["model"].startswith(name))
    layers, width, experts, chosen = SHAPES[name]
    bits = float(point["weight_bits"])
    model = ServedModel(
        params=float(point["total_params"]),
        params_active=float(point["active_params"]),
        n_layers=layers,
        n_width=width,
        kv_values_per_token=0.0,
        n_experts=experts,
        experts_per_token=chosen,
        weight_bytes_per_param=bits / 8,
    )
    peak = 1979e12 if bits == 8 else 989.5e12
    server = Server(peak, 989.5e12, 3.35e12, 80e9, 450e9)
    tensor, stages = (2.0 ** axis.ravel() for axis in np.meshgrid(np.arange(10), np.arange(8)))
    small = tensor * stages <= WIDEST_GPUS
    layout = Layout((tensor * stages)[small, None], n_stages=stages[small, None])
    batch = np.geomspace(1, 1e5, 200)[None, :]
    deployment = Deployment(model, server, layout)
    step_s = decode_step(deployment, batch, n_context_tokens=0.0, calibration=serving_calibration()).total_s
    holds = layout.n_gpus * 80e9 >= model.params * model.weight_bytes_per_param
    usd_per_s = float(point["usd_per_gpu_hour"]) / SECONDS_PER_HOUR * layout.n_gpus
    price = np.where(holds, usd_per_s * step_s / batch * TOKENS_PER_MTOK, np.inf)
    return np.ravel(1.0 / step_s), np.ravel(price)
