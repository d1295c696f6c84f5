"""Where the cost-speed frontiers of another serving model and ours part, assumption by assumption.

Ours is run again with the reference's assumptions switched on one by one (`epoch.py` has its equations);
with all of them it is the reference, so the steps between explain the whole difference.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from serving_accuracy import epoch
from serving_accuracy.epoch import SHAPES, Cut, Shape

from nextdollar.catalogue.hardware import accelerator
from nextdollar.catalogue.serving_calibration import serving_calibration
from nextdollar.compute.serving.batch import sequences_that_fit, weight_bytes
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.decode import decode_step
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, ServingLoad
from nextdollar.compute.serving.precision import server_of
from nextdollar.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK, FloatArray

POINTS = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "evidence" / "inference_frontier_reference.csv"
)
SWITCHES = (
    *("no prompt", "no attention replicas"),
    *("its MFU", "its memory", "its kernels and network", "its layouts"),
)
HEADER = (
    *("model", "point", "ours, 1,024 + 1,024 tokens", "ours, no prompt", "reference", "off %"),
    *(*(f"x {name}" for name in SWITCHES[1:]), "left %"),
)
PROMPT_TOKENS = ANSWER_TOKENS = 1024.0
WIDEST_GPUS, MOST_SEQUENCES = 512.0, 2.0**18
# Enough for 1 % of the price; the reference has 400 of each.
N_GPU_COUNTS, N_BATCHES, N_OWN_BATCHES = 80, 160, 300
SLOWEST_SHARE = 0.01
"""The reference's frontier ends at a hundredth of the fastest speed."""
GOAL_PERCENT, EXPLAINED_PERCENT, CODED_PERCENT = 30.0, 2.0, 0.01


@dataclass(frozen=True)
class Point:
    """A speed in tokens per second and request, and a price in USD per million output tokens."""

    speed: float
    price: float

    def __str__(self) -> str:
        return f"{self.price:.3f} at {self.speed:.1f}"


@dataclass(frozen=True)
class Explained:
    """A point of the reference, and ours with 0, 1, 2 ... of `SWITCHES`."""

    model: str
    kind: str
    reference: Point
    ours: tuple[Point, ...]

    def price_at_equal_worth(self, point: Point) -> float:
        """Price that makes a point at the reference's speed worth as much: the speed counts cubed."""
        if self.kind == "cheapest":
            return point.price
        return point.price * (self.reference.speed / point.speed) ** 3

    @property
    def off_percent(self) -> float:
        """Our price at equal worth against the reference's, both without a prompt."""
        return 100 * (self.price_at_equal_worth(self.ours[1]) / self.reference.price - 1)

    @property
    def left_percent(self) -> float:
        """What is left when every assumption is the reference's."""
        return 100 * (self.price_at_equal_worth(self.ours[-1]) / self.reference.price - 1)

    @property
    def is_close(self) -> bool:
        """Whether price and speed are within the goal; the speed of the cheapest is free."""
        speeds = self.ours[1].speed / self.reference.speed if self.kind != "cheapest" else 1.0
        prices = self.ours[1].price / self.reference.price
        return max(abs(speeds - 1), abs(prices - 1)) <= GOAL_PERCENT / 100

    @property
    def is_explained(self) -> bool:
        """Whether the switches leave no more than two percent of the price."""
        return abs(self.left_percent) <= EXPLAINED_PERCENT

    def cells(self) -> tuple[str, ...]:
        """One line of the table: factors on the price, the product of which is the difference."""
        prices = [self.price_at_equal_worth(point) for point in self.ours[1:]]
        factors = [f"{after / before:.2f}" for before, after in pairwise(prices)]
        return (
            *(self.model, self.kind, str(self.ours[0]), str(self.ours[1]), str(self.reference)),
            *(f"{self.off_percent:+.0f}", *factors, f"{self.left_percent:+.1f}"),
        )


def explained() -> list[Explained]:
    """Cheapest and preferred points, with what makes the difference; none without the shared table."""
    if not POINTS.is_file():
        return []
    with POINTS.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["point"].startswith(("cheapest", "preferred"))]
    found = []
    for model in dict.fromkeys(row["model"] for row in rows):
        of_model = [row for row in rows if row["model"] == model]
        frontiers = list(_frontiers(of_model[0]))
        for row in of_model:
            kind = row["point"].partition("_")[0]
            theirs = Point(
                float(row["tokens_per_s_per_request"]), float(row["usd_per_million_output_tokens"])
            )
            ours = tuple(_chosen(kind, speed, price) for speed, price in frontiers)
            found.append(Explained(model, kind, theirs, ours))
    return found


def reproduced_percent() -> float:
    """Largest error of our coding of the reference's equations at the GPUs and batches of all its points."""
    worst = 0.0
    with POINTS.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            # The table rounds GPUs to six digits, which can put the weights just beyond memory.
            gpus = np.array([float(row["gpus"]) * (1 + 1e-6)])
            step_s = epoch.step_s(
                _shape(row), int(row["weight_bits"]), n_gpus=gpus, batch=np.array([float(row["batch"])])
            )
            worst = max(worst, abs(1 / (step_s[0] * float(row["tokens_per_s_per_request"])) - 1))
    return 100 * worst


def _chosen(kind: str, speed: FloatArray, price: FloatArray) -> Point:
    """The cheapest point that is not too slow, or the one of the highest speed cubed over price."""
    usable = speed >= SLOWEST_SHARE * speed[np.isfinite(price)].max()
    worth = np.where(usable, 1 / price if kind == "cheapest" else speed**3 / price, 0.0)
    best = int(np.argmax(worth))
    return Point(float(speed[best]), float(price[best]))


def _frontiers(row: dict[str, str]) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Speeds and prices of every configuration, with ever more assumptions of the reference."""
    shape, bits = _shape(row), int(row["weight_bits"])
    usd_per_s = float(row["usd_per_gpu_hour"]) / SECONDS_PER_HOUR
    tensor, stages, spread = (axis.ravel() for axis in np.meshgrid(np.arange(10), np.arange(8), np.arange(2)))
    small = (tensor + stages <= np.log2(WIDEST_GPUS)) & (2.0**stages <= shape.layers)
    small &= (spread == 0) | (shape.experts > 1)
    gpus, stages = (2.0 ** axis[small, None] for axis in (tensor + stages, stages))
    replicas = np.where(spread[small, None] == 1, gpus / stages, 1.0)
    batch = np.geomspace(1.0, MOST_SEQUENCES * shape.sparsity, N_OWN_BATCHES)[None, :]
    deployment = _deployment(shape, bits, Layout(gpus, replicas, stages))
    yield _with_prompt(deployment, batch, usd_per_s)
    cut = Cut(gpus, batch, stages * np.ones_like(batch))
    holds = (gpus * epoch.MEMORY_BYTES >= weight_bytes(deployment)) & (stages * replicas <= batch)
    steps = list(_steps(deployment, shape, cut, bits))
    yield _priced(steps[0], gpus, batch, usd_per_s=usd_per_s, holds=holds)
    for step_s in steps:
        yield _priced(step_s, gpus, batch, usd_per_s=usd_per_s, holds=holds & (replicas == 1))
    least = shape.params * bits / 8 / epoch.MEMORY_BYTES
    gpus = np.geomspace(least * (1 + 1e-9), WIDEST_GPUS, N_GPU_COUNTS)[:, None]
    batch = np.geomspace(1.0, MOST_SEQUENCES * shape.sparsity, N_BATCHES)[None, :]
    step_s = epoch.step_s(shape, bits, n_gpus=gpus, batch=batch)
    yield _priced(step_s, gpus, batch, usd_per_s=usd_per_s, holds=np.isfinite(step_s))


def _steps(deployment: Deployment, shape: Shape, cut: Cut, bits: int) -> Iterator[FloatArray]:
    """Seconds of a step with none, one, two ... of its parts as the reference has them.

    Launching kernels and waiting for others are switched together: ours were measured together.
    """
    own = decode_step(deployment, cut.batch, n_context_tokens=0.0, calibration=serving_calibration())
    parts = (own.compute_s, own.weights_s, own.overhead_s + own.links_s)
    theirs = (
        epoch.compute_s(shape, cut, bits),
        epoch.memory_s(shape, cut, bits),
        epoch.kernels_s(shape) + epoch.links_s(shape, cut),
    )
    for place in range(len(parts) + 1):
        compute_s, memory_s, waiting_s = *theirs[:place], *parts[place:]
        yield np.maximum(compute_s, memory_s) + waiting_s


def _priced(
    step_s: FloatArray, gpus: FloatArray, batch: FloatArray, *, usd_per_s: float, holds: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Speed and price of steps; an infinite price where a model does not fit."""
    price = np.where(holds, usd_per_s * gpus * step_s / batch * TOKENS_PER_MTOK, np.inf)
    return np.ravel(1.0 / step_s), np.ravel(price)


def _with_prompt(
    deployment: Deployment, batch: FloatArray, usd_per_s: float
) -> tuple[FloatArray, FloatArray]:
    """Speed and price as ours are used: with a prompt, an answer, and a cache that must fit."""
    load = ServingLoad(batch, PROMPT_TOKENS, ANSWER_TOKENS)
    point = serve(deployment, load, calibration=serving_calibration())
    fits = sequences_that_fit(deployment, load.n_context_tokens) >= batch
    price = np.where(fits, usd_per_s / point.output_tokens_per_s_per_gpu * TOKENS_PER_MTOK, np.inf)
    return np.ravel(1.0 / point.tpot_s), np.ravel(price)


def _deployment(shape: Shape, bits: int, layout: Layout) -> Deployment:
    """The reference's model on H100 as ours has them."""
    latent = shape.keys_rank > 0
    keys = shape.keys_rank if latent else 2 * shape.kv_heads * shape.head_width
    model = ServedModel(
        params=shape.params,
        params_active=shape.params_active,
        n_layers=shape.layers,
        n_width=shape.width,
        kv_values_per_token=shape.layers * keys,
        n_kv_shards=1.0 if latent else shape.kv_heads,
        n_experts=shape.experts,
        experts_per_token=shape.chosen,
        weight_bytes_per_param=bits / 8,
        kv_bytes_per_value=bits / 8,
    )
    server = server_of(accelerator("H100-SXM"), "fp8" if bits == 8 else "bf16")
    return Deployment(model, server, layout)


def _shape(row: dict[str, str]) -> Shape:
    """The shape of a row."""
    return next(shape for name, shape in SHAPES.items() if row["model"].startswith(name))
