"""How long it takes to read a prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.flop import INFERENCE_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.decode import weights_read_s
from nextdollar.compute.serving.inputs import Deployment
from nextdollar.compute.serving.links import all_reduce_s
from nextdollar.errors import require
from nextdollar.units import Floats

PASS_TOKENS = 8192.0
"""Prompt tokens that an engine takes into one pass: the usual default of its budget."""


@dataclass(frozen=True, slots=True)
class Prefill:
    """Seconds of a prompt: `alone_s` by itself, `shared_s` of the instance as one of many that fill it."""

    alone_s: Floats
    shared_s: Floats


def prefill(deployment: Deployment, n_prompt_tokens: Floats, *, calibration: ServingCalibration) -> Prefill:
    """Time to read a prompt, alone and among others.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    n_prompt_tokens : float or array (...)
        Tokens of the prompt that are not already cached, at least 1.
    calibration : ServingCalibration
        What is reached of the data sheet.

    Returns
    -------
    Prefill
        Seconds, each float or array (...).

    Raises
    ------
    DomainError
        If a prompt has less than one token.

    Notes
    -----
    max((2 N_a s + a s^2 / 2) / (g P e_p), weights read) + links + overhead, with causal attention. A
    prompt longer than `PASS_TOKENS` reads the weights once a pass; shorter ones share a pass. A single
    prompt uses one attention replica, many use all of them, and every stage of a pipeline at once.
    """
    require(np.greater_equal(n_prompt_tokens, 1), "n_prompt_tokens", "at least 1", n_prompt_tokens)
    model, server, layout = deployment.model, deployment.server, deployment.layout
    gpus = layout.gpus_per_stage
    tokens = np.multiply(n_prompt_tokens, 1.0)
    experts = np.greater(model.n_experts, 1)
    expert_share = np.where(experts, calibration.expert_compute_share, 1.0)
    rate = gpus * calibration.prefill_compute_share
    multiply_s = INFERENCE_FLOP_PER_PARAM_TOKEN / (expert_share * server.peak_flop_per_s)
    attend_s = model.prefill_flop_per_pair / server.attention_flop_per_s
    always = model.params_always
    own_s = tokens / rate
    always_s = own_s * (multiply_s * always + model.tokens_seen(0.5 * tokens) * attend_s)
    routed_s = own_s * (multiply_s * (model.params_active - always))
    linked_s = all_reduce_s(deployment, tokens, link_share=calibration.link_share)
    per_layer_s = calibration.prefill_layer_s + calibration.doubling_s * np.log2(gpus)
    overhead_s = model.n_layers * per_layer_s
    share = calibration.weight_bandwidth_share
    own_read_s = weights_read_s(deployment, np.minimum(tokens, PASS_TOKENS), bandwidth_share=share)
    full_read_s = weights_read_s(deployment, PASS_TOKENS, bandwidth_share=share)
    passes = tokens / PASS_TOKENS
    own_passes = np.maximum(passes, 1.0)
    alone_s = np.maximum(always_s * layout.n_attention_replicas + routed_s, own_passes * own_read_s)
    shared_s = np.maximum(always_s + routed_s, passes * full_read_s)
    return Prefill(
        alone_s=alone_s + linked_s + own_passes * overhead_s,
        shared_s=(shared_s + linked_s + passes * overhead_s) / layout.n_stages,
    )
