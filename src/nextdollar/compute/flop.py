"""How much arithmetic a model takes to train and to run."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

TRAINING_FLOP_PER_PARAM_TOKEN = 6.0
"""Forward 2, backward 4 (Kaplan et al. 2020, section 2.1, arXiv:2001.08361)."""
INFERENCE_FLOP_PER_PARAM_TOKEN = 2.0
"""One multiply and one add per parameter and token."""


def training_flop(params_active: Floats, tokens: Floats) -> Floats:
    """Work to train a model, 6 N D, in FLOP.

    Parameters
    ----------
    params_active : float or array (...)
        Parameters that one token passes through, at least 0: all of a dense model, the routed share
        of a mixture of experts. Leave out the input embedding, count the output head.
    tokens : float or array (...)
        Training tokens, repeats included, at least 0.

    Returns
    -------
    float or array (...)
        FLOP of the final run.

    Raises
    ------
    DomainError
        If an argument is negative.

    Notes
    -----
    Attention over a sequence of s tokens adds 6 L s h d_h per token (causal): a few percent at
    4 k tokens for a large model, more for a small one or a long context. Recomputed activations are
    not counted, so the MFU that goes with this figure is not the HFU of a log.
    """
    require(np.greater_equal(params_active, 0), "params_active", "at least 0", params_active)
    require(np.greater_equal(tokens, 0), "tokens", "at least 0", tokens)
    # The float factor comes first: 6 N D of integer arrays would wrap above 9.2e18 without a word.
    return TRAINING_FLOP_PER_PARAM_TOKEN * params_active * tokens


def inference_flop_per_token(params_active: Floats) -> Floats:
    """Work to read or to write one token, 2 N, in FLOP; attention over the context is left out."""
    require(np.greater_equal(params_active, 0), "params_active", "at least 0", params_active)
    return INFERENCE_FLOP_PER_PARAM_TOKEN * params_active
