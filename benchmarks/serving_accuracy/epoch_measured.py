"""The reference's equations against measured steps: which of two models is too fast."""

from __future__ import annotations

import numpy as np
from serving_accuracy import epoch
from serving_accuracy.measurements import aggregated

from nextdollar.units import FloatArray

HEADER = ("GPU", "in flight", "rows", "reference, median", "ours, family left out")
SHAPE = "Llama 3 70B"
# Long answers: prompts of others hardly interrupt, so the step is what is measured.
ANSWER_TOKENS = 8192.0
GPUS = {"H100": 3.35e12, "H200": 4.8e12}
IN_FLIGHT = ((2, 8), (9, 32), (33, 1024))


def rows(predicted_s: FloatArray) -> list[tuple[str, ...]]:
    """Predicted over measured time per token; `predicted_s` are ours, in the order of the table."""
    served = aggregated()
    model, layout, load = served.deployment.model, served.deployment.layout, served.load
    bandwidth = np.asarray(served.deployment.server.bandwidth_bytes_per_s)
    shape = epoch.SHAPES[SHAPE]
    same = (served.families == "Llama-3") & np.isclose(model.params, shape.params, rtol=0.01)
    same &= served.complete & np.equal(model.weight_bytes_per_param, 1.0)
    same &= np.equal(load.n_output_tokens, ANSWER_TOKENS)
    same &= np.equal(layout.n_attention_replicas, 1) & np.equal(layout.n_stages, 1)
    found = []
    for gpu, rate in GPUS.items():
        for low, high in IN_FLIGHT:
            own = same & (bandwidth == rate) & (low <= load.n_concurrent) & (load.n_concurrent <= high)
            if not own.any():
                continue
            cut = epoch.Cut(layout.n_gpus[own], load.n_concurrent[own], np.ones(own.sum()))
            faster = rate / GPUS["H100"]
            cache_bytes = model.kv_bytes(load.n_context_tokens)[own] * load.n_concurrent[own]
            cache_s = cache_bytes / (cut.n_gpus * epoch.BANDWIDTH_BYTES_PER_S)
            moved_s = (epoch.memory_s(shape, cut, 8) + cache_s) / faster
            waiting_s = epoch.kernels_s(shape) + epoch.links_s(shape, cut)
            theirs_s = np.maximum(moved_s, epoch.compute_s(shape, cut, 8)) + waiting_s
            ratios = (np.median(said[own] / served.tpot_s[own]) for said in (_at(theirs_s, own), predicted_s))
            figures = (f"{ratio:.2f}" for ratio in ratios)
            found.append((gpu, f"{low} to {high}", str(own.sum()), *figures))
    return found


def _at(values: FloatArray, chosen: np.ndarray) -> FloatArray:
    """Values of chosen rows, in the order of all."""
    full = np.full(len(chosen), np.nan)
    full[chosen] = values
    return full
