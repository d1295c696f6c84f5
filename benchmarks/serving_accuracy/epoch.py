"""The step of decode as Epoch's model of inference economics has it, in own words and code.

Erdil 2025, "Inference economics of language models" (arXiv:2506.04645), and its notebook
(github.com/YafahEdelman/inference-economics at c8808fb), from which the shared frontiers were computed:
no prompt, no cache, GPUs and stages as real numbers. It is a model and not a measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nextdollar.units import FloatArray, Floats

BANDWIDTH_BYTES_PER_S = 0.75 * 3.3e12
PEAK_SHARE = 0.7
PEAK_FLOP_PER_S = {8: 2e15, 16: 1e15}
MEMORY_BYTES = 80e9
INTRA_BYTES_PER_S, INTER_BYTES_PER_S = 9e11 / 4, 5e10 / 2
GPUS_PER_SERVER = 8
KERNELS_PER_LAYER, KERNEL_S = 4, 4e-6
ACTIVATION_BYTES = 2.0
# Protocols of collectives: seconds per GPU of a server, per doubling of servers, once, share of bandwidth.
PROTOCOLS = ((28e-6, 28e-6, 0.0, 1.0), (1.25e-6, 8.5e-6, 14e-6, 0.95), (0.6e-6, 5e-6, 6.8e-6, 0.5))
N_STAGES, N_SCALEDOWNS = 10, 6


@dataclass(frozen=True)
class Shape:
    """A model of the reference; `queries_rank` and `keys_rank` are those of latent attention, or 0."""

    width: float
    ffn_width: float
    matrices: tuple[int, int]
    layers: float
    heads: float
    kv_heads: float
    head_width: float
    vocabulary: float
    experts: float = 1.0
    chosen: float = 1.0
    keys_rank: float = 0.0
    queries_rank: float = 0.0

    @property
    def sparsity(self) -> float:
        """Experts over those chosen, a whole number."""
        return self.experts // self.chosen

    @property
    def attention_width(self) -> float:
        """Width of queries, keys and values of all heads."""
        return (self.heads + 2 * self.kv_heads) * self.head_width

    @property
    def ffn_params(self) -> float:
        """Parameters of all experts of all layers."""
        return self.layers * self.experts * sum(self.matrices) * self.width * self.ffn_width

    @property
    def attention_params(self) -> float:
        """Parameters of attention and of both embedding tables."""
        d, queries = self.width, self.heads * self.head_width
        if self.keys_rank:
            keys = 2 * self.kv_heads * self.head_width
            ranks = 2 * self.keys_rank * d + self.queries_rank * d
            layer = ranks + keys * self.keys_rank + queries * self.queries_rank + queries * d
        else:
            layer = self.attention_width * d + queries * d
        return self.layers * layer + 2 * self.vocabulary * d

    @property
    def params(self) -> float:
        """All parameters."""
        return self.ffn_params + self.attention_params

    @property
    def params_active(self) -> float:
        """Parameters that a token passes through."""
        return self.ffn_params // self.sparsity + self.attention_params


SHAPES = {
    "Llama 3.1 405B": Shape(16_384, 53_248, (2, 1), 126, 128, 16, 128, 128_256),
    "Llama 3 70B": Shape(8192, 28_672, (2, 1), 80, 64, 8, 128, 128_256),
    "DeepSeek-V3": Shape(7168, 2048, (2, 1), 58, 128, 128, 128, 129_280, 256, 9, 512, 1536),
    "Mixtral 8x22B": Shape(6144, 16_384, (2, 1), 56, 48, 8, 128, 32_000, 8, 2),
    "GPT-4 (speculated shape)": Shape(12_288, 36_864, (1, 1), 120, 96, 1, 192, 100_256, 16, 2),
}


@dataclass(frozen=True)
class Cut:
    """One way to spread a model: stages, two-dimensional matrices or not, attention on 1 in so many GPUs."""

    n_gpus: FloatArray
    batch: FloatArray
    n_stages: FloatArray
    two_dimensional: bool = False
    scaledown: Floats = 1.0

    @property
    def gpus(self) -> FloatArray:
        """GPUs of a stage."""
        return self.n_gpus / self.n_stages

    @property
    def sequences(self) -> FloatArray:
        """Sequences of a micro-batch."""
        return self.batch / self.n_stages

    def expert_gpus(self, shape: Shape) -> tuple[FloatArray, FloatArray]:
        """Groups of experts, and the GPUs over which one expert is split."""
        enough = self.sequences >= 2 * shape.sparsity
        groups = np.where(enough, np.minimum(self.gpus, shape.experts), 1.0)
        return groups, np.maximum(1.0, self.gpus / np.maximum(1.0, groups))


def compute_s(shape: Shape, cut: Cut, bits: int) -> FloatArray:
    """Seconds of arithmetic at 0.7 of the peak, attention's on fewer GPUs where it is scaled down."""
    ffn = 2 * shape.ffn_params / shape.sparsity * cut.batch
    rest = 2 * shape.params_active * cut.batch - ffn
    return (ffn + rest * cut.scaledown) / (cut.n_gpus * PEAK_FLOP_PER_S[bits] * PEAK_SHARE)


def memory_s(shape: Shape, cut: Cut, bits: int) -> FloatArray:
    """Seconds of reading weights and passing activations through memory."""
    weight, tokens = bits / 8, cut.sequences
    attention_gpus = cut.gpus / cut.scaledown
    visited = 1 - (1 - 1 / shape.sparsity) ** tokens
    ffn = (visited * shape.experts * sum(shape.matrices)) * _product_bytes(
        shape.width, shape.ffn_width, tokens / shape.sparsity, weight=weight, gpus=cut.expert_gpus(shape)[1]
    )
    queries = shape.heads * shape.head_width
    ranks = shape.keys_rank + shape.queries_rank
    products = [(shape.attention_width, ranks or shape.width), (shape.width, queries)]
    products += [(ranks, shape.width)] if ranks else []
    attention = sum(
        _product_bytes(rows, inner, tokens, weight=weight, gpus=attention_gpus) for rows, inner in products
    )
    table = weight * shape.vocabulary * shape.width
    moved = shape.layers * (ffn + attention * cut.scaledown) + table
    return cut.n_stages * moved / (cut.n_gpus * BANDWIDTH_BYTES_PER_S)


def _product_bytes(
    rows: float, inner: float, tokens: FloatArray, *, weight: float, gpus: FloatArray
) -> FloatArray:
    """Bytes of a matrix product over GPUs in a grid that suits its sides."""
    one = np.clip(np.sqrt(rows * gpus / inner), 1.0, gpus)
    activations = one * inner * tokens + gpus / one * rows * tokens
    return rows * inner * weight + activations * ACTIVATION_BYTES


def kernels_s(shape: Shape) -> float:
    """Seconds of launching kernels."""
    return shape.layers * KERNELS_PER_LAYER * KERNEL_S


def links_s(shape: Shape, cut: Cut) -> FloatArray:
    """Seconds of collectives: reduces of attention and experts, tokens to experts, stage to stage."""
    groups, expert_gpus = cut.expert_gpus(shape)
    up, down = (count * shape.chosen for count in shape.matrices)
    token = cut.sequences * ACTIVATION_BYTES
    total = np.zeros(np.broadcast_shapes(np.shape(cut.gpus), np.shape(cut.scaledown)))
    for gpus, inner, outer in (
        (cut.gpus / cut.scaledown, shape.attention_width, shape.width),
        (expert_gpus, up * shape.ffn_width, down * shape.width),
    ):
        servers = np.ceil(gpus / GPUS_PER_SERVER)
        ranks, nodes = (np.sqrt(gpus), np.sqrt(servers)) if cut.two_dimensional else (gpus, servers)
        spread = gpus if gpus is not expert_gpus else cut.gpus
        for words in (outer, inner) if cut.two_dimensional else (outer,):
            total = total + shape.layers * _collective_s(ranks, nodes, words * ranks / spread * token)
    if shape.experts > 1:
        ranks = np.minimum(shape.chosen, groups)
        sent = shape.width * token * ranks / cut.gpus
        nodes = np.ceil(ranks / GPUS_PER_SERVER)
        total = total + 2 * shape.layers * _collective_s(ranks, nodes, sent, reduces=False)
    two = np.full_like(cut.gpus, 2.0)
    passed = _collective_s(two, two, shape.width * token / cut.gpus, reduces=False)
    return total + (cut.n_stages - 1) * passed


def _collective_s(
    ranks: FloatArray, nodes: FloatArray, n_bytes: FloatArray, *, reduces: bool = True
) -> FloatArray:
    """Seconds of a collective by the best of three protocols; half of it where nothing is reduced."""
    passes = 2.0 if reduces else 1.0
    inside = nodes * np.maximum(0.0, ranks / nodes - 1) / INTRA_BYTES_PER_S
    slowest = passes / 2 * np.maximum(inside, (nodes - 1) / INTER_BYTES_PER_S) * n_bytes / ranks
    times = [
        passes * ((ranks / nodes - 1) * each + np.log2(nodes) * doubling) + once + slowest / share
        for each, doubling, once, share in PROTOCOLS
    ]
    return np.where(ranks <= 1, 0.0, np.minimum.reduce(times))


def cuts(shape: Shape, n_gpus: FloatArray, batch: FloatArray) -> Iterator[Cut]:
    """Every cut that the reference tries at each number of GPUs and batch."""
    most = np.minimum(batch, shape.layers)
    for step in range(N_STAGES):
        stages = np.broadcast_to(
            most ** (step / (N_STAGES - 1)), np.broadcast_shapes(n_gpus.shape, batch.shape)
        )
        gpus = n_gpus / stages
        for part in range(N_SCALEDOWNS):
            for two_dimensional in (True, False):
                scaledown = gpus ** (part / (N_SCALEDOWNS - 1))
                yield Cut(n_gpus, batch, stages, two_dimensional, scaledown)


def step_s(
    shape: Shape,
    bits: int,
    *,
    n_gpus: FloatArray,
    batch: FloatArray,
    time_s: Callable[[Shape, Cut, int], FloatArray] | None = None,
) -> FloatArray:
    """Seconds of a step by the best cut, infinite where the weights do not fit."""
    best = np.full(np.broadcast_shapes(n_gpus.shape, batch.shape), np.inf)
    for cut in cuts(shape, n_gpus, batch):
        found = (time_s or whole_s)(shape, cut, bits)
        allowed = cut.n_stages <= np.minimum(n_gpus, batch)
        best = np.minimum(best, np.where(allowed, found, np.inf))
    return np.where(n_gpus * MEMORY_BYTES < shape.params * bits / 8, np.inf, best)


def whole_s(shape: Shape, cut: Cut, bits: int) -> FloatArray:
    """Seconds of a step of one cut."""
    busy = np.maximum(memory_s(shape, cut, bits), compute_s(shape, cut, bits))
    return busy + kernels_s(shape) + links_s(shape, cut)
