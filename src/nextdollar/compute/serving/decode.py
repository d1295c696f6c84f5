"""How long one step of decode takes, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nextdollar.compute.flop import INFERENCE_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.inputs import Deployment
from nextdollar.compute.serving.links import all_reduce_s
from nextdollar.compute.shapes.mixture_of_experts import experts_read
from nextdollar.errors import require
from nextdollar.units import Floats

BOUNDS = ("weights", "kv", "compute", "overhead", "links")
"""What a step can be bound by, in the order of `DecodeStep`."""


@dataclass(frozen=True, slots=True)
class DecodeStep:
    """Seconds of a step by what is waited for.

    Reading (`weights_s` and `kv_s`) and arithmetic (`compute_s`) overlap, so the longer of the two
    counts; `overhead_s` and `links_s` come on top.
    """

    weights_s: Floats
    kv_s: Floats
    compute_s: Floats
    overhead_s: Floats
    links_s: Floats

    @property
    def total_s(self) -> Floats:
        """Seconds of the whole step."""
        return np.maximum(self.weights_s + self.kv_s, self.compute_s) + self.overhead_s + self.links_s

    @property
    def bound_by(self) -> npt.NDArray[np.str_]:
        """The largest part: one of `BOUNDS`, by element."""
        reading = np.greater_equal(self.weights_s + self.kv_s, self.compute_s)
        parts = (
            np.where(reading, self.weights_s, 0.0),
            np.where(reading, self.kv_s, 0.0),
            np.where(reading, 0.0, self.compute_s),
            self.overhead_s,
            self.links_s,
        )
        largest = np.argmax(np.stack(np.broadcast_arrays(*parts)), axis=0)
        named: npt.NDArray[np.str_] = np.take(np.asarray(BOUNDS), largest)
        return named


def weights_read_s(deployment: Deployment, n_tokens: Floats, *, bandwidth_share: Floats) -> Floats:
    """Seconds in which each GPU of a stage reads what a pass over tokens needs of the weights, all stages.

    `n_tokens` are those of the pass, at least 0; `bandwidth_share` of the data sheet. Attention replicas
    each read the whole of what is not routed. Experts: E (1 - (1 - k/E)**B), see `experts_read`.
    """
    model, layout = deployment.model, deployment.layout
    read = experts_read(model.n_experts, model.experts_per_token, n_tokens=n_tokens)
    routed = model.params_routed
    always = model.params_active - routed * (model.experts_per_token / model.n_experts)
    rate_bytes_per_s = deployment.server.bandwidth_bytes_per_s * bandwidth_share
    s_per_param = model.weight_bytes_per_param / rate_bytes_per_s
    experts_s = read * (routed / model.n_experts * s_per_param) / layout.gpus_per_stage
    return always * s_per_param / layout.gpus_per_replica + experts_s


def decode_step(
    deployment: Deployment,
    n_sequences: Floats,
    *,
    n_context_tokens: Floats,
    calibration: ServingCalibration,
    n_positions: Floats = 1.0,
) -> DecodeStep:
    """Time of a step that writes one token of each sequence.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    n_sequences : float or array (...)
        Sequences of the instance that decode together, above 0.
    n_context_tokens : float or array (...)
        Tokens before the one that is written, on average, at least 0.
    calibration : ServingCalibration
        What is reached of the data sheet.
    n_positions : float or array (...)
        Tokens of a sequence that a step checks: 1, or 1 + drafts with speculative decoding.

    Returns
    -------
    DecodeStep
        Its parts in seconds, each float or array (...).

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    max(W_read / (W e_w) + KV / (W e_kv), 2 N_a B / (g P e_d)) + overheads + links: a roofline (Yuan et
    al. 2024, arXiv:2402.16363). With stages of a pipeline the sequences go through in as many parts,
    and a pass takes the sum of the stages: the parts of one step are those of n_sequences / n_stages.
    """
    require(np.greater(n_sequences, 0), "n_sequences", "above 0", n_sequences)
    require(np.greater_equal(n_context_tokens, 0), "n_context_tokens", "at least 0", n_context_tokens)
    require(np.greater_equal(n_positions, 1), "n_positions", "at least 1", n_positions)
    model, server, layout = deployment.model, deployment.server, deployment.layout
    gpus = layout.gpus_per_stage
    sequences = n_sequences / layout.n_stages
    tokens = sequences * n_positions
    kv_rate = deployment.kv_shards * (server.bandwidth_bytes_per_s * calibration.kv_bandwidth_share)
    multiply_s = INFERENCE_FLOP_PER_PARAM_TOKEN * model.params_active / server.peak_flop_per_s
    attend_s = model.tokens_seen(n_context_tokens) * (
        model.decode_flop_per_pair / server.attention_flop_per_s
    )
    experts = np.greater(model.n_experts, 1)
    layer_s = calibration.layer_s + np.where(experts, calibration.expert_layer_s, 0.0)
    per_layer_s = layer_s * calibration.overhead_factor + calibration.doubling_s * np.log2(gpus)
    per_sequence_s = calibration.sequence_s * sequences / layout.n_attention_replicas
    return DecodeStep(
        weights_s=weights_read_s(deployment, tokens, bandwidth_share=calibration.weight_bandwidth_share),
        kv_s=sequences * model.kv_bytes(n_context_tokens) / kv_rate,
        compute_s=tokens * (multiply_s + attend_s) / (gpus * calibration.decode_compute_share),
        overhead_s=calibration.step_s + model.n_layers * per_layer_s + per_sequence_s,
        links_s=all_reduce_s(deployment, tokens, link_share=calibration.link_share),
    )
