"""How much of a mixture of experts a step reads."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import require
from nextdollar.units import Floats


def experts_read(n_experts: Floats, experts_per_token: Floats, *, n_tokens: Floats) -> Floats:
    """Expected number of experts of a layer that at least one token of a step visits.

    Parameters
    ----------
    n_experts : float or array (...)
        Routed experts of the layer, at least 1.
    experts_per_token : float or array (...)
        Experts that one token visits, in [0, n_experts].
    n_tokens : float or array (...)
        Tokens of the step, at least 0: sequences in decode.

    Returns
    -------
    float or array (...)
        Experts, at most `n_experts`.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    E (1 - (1 - k/E)**B): tokens choose independently and every expert is as likely. Real routers are
    uneven, so fewer experts are read and the fullest gets more tokens.
    """
    require(np.greater_equal(n_experts, 1), "n_experts", "at least 1", n_experts)
    chosen_ok = np.greater_equal(experts_per_token, 0) & np.less_equal(experts_per_token, n_experts)
    require(chosen_ok, "experts_per_token", "at least 0 and at most n_experts", experts_per_token)
    require(np.greater_equal(n_tokens, 0), "n_tokens", "at least 0", n_tokens)
    share = np.true_divide(experts_per_token, n_experts)
    # All experts for every token leaves log1p(-1); no tokens times that would be nan.
    with np.errstate(divide="ignore", invalid="ignore"):
        read = np.where(np.equal(n_tokens, 0), 0.0, -np.expm1(n_tokens * np.log1p(-share)))
    return (n_experts * read)[()]


def params_read(shape: Transformer, n_tokens: Floats) -> Floats:
    """Parameters that a step of decode reads from memory, for a number of tokens.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    n_tokens : float or array (...)
        Tokens of the step, at least 1.

    Returns
    -------
    float or array (...)
        Parameters: `shape.params_multiplied` for one token, all but the looked-up tables for many.

    Raises
    ------
    DomainError
        If there is no token.

    Notes
    -----
    Everything that every token passes, and the experts that at least one visits (`experts_read`). Of an
    input embedding only single rows are read.
    """
    require(np.greater_equal(n_tokens, 1), "n_tokens", "at least 1", n_tokens)
    read = experts_read(shape.n_experts, shape.experts_per_token, n_tokens=n_tokens)
    more = shape.expert_layers * shape.expert_params * (read - shape.experts_per_token)
    return shape.params_multiplied + more
