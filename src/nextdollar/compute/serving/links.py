"""What the GPUs of an instance tell each other."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.serving.inputs import Deployment
from nextdollar.units import Floats

ACTIVATION_BYTES = 2.0
"""Activations travel in 16 bit."""


def all_reduce_s(deployment: Deployment, n_tokens: Floats, *, link_share: Floats = 1.0) -> Floats:
    """Seconds in which the GPUs of a stage exchange the activations of a pass, over all layers.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    n_tokens : float or array (...)
        Tokens of the pass over the whole instance, at least 0.
    link_share : float or array (...)
        Share of one direction of the link that is reached, in (0, 1].

    Returns
    -------
    float or array (...)
        Seconds; 0 on one GPU.

    Notes
    -----
    Tensor parallelism makes two ring all-reduces a layer, 2 (g - 1) / g of the activations each
    (Shoeybi et al. 2019, arXiv:1909.08053). With attention replicas the tokens are gathered before the
    experts and scattered after them: half of that.
    """
    gpus = deployment.layout.gpus_per_stage
    rounds = np.where(np.greater(deployment.layout.n_attention_replicas, 1), 2.0, 4.0)
    # What is one number for all configurations is multiplied first: this runs millions of times.
    bytes_per_token = rounds * deployment.model.n_layers * deployment.model.n_width * ACTIVATION_BYTES
    seconds_per_token = bytes_per_token / (deployment.server.link_bytes_per_s * link_share)
    return n_tokens * seconds_per_token * (1.0 - 1.0 / gpus)
