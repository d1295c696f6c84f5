"""What input and output tokens cost, when one machine reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.serving.continuous_batching import ServingPoint
from nextdollar.errors import require
from nextdollar.units import TOKENS_PER_MTOK, Floats


@dataclass(frozen=True, slots=True)
class TokenCost:
    """Cost of a request and of a million tokens that are read and written, in USD."""

    usd_per_request: Floats
    usd_per_mtok_input: Floats
    usd_per_mtok_output: Floats


def reading_share(point: ServingPoint, n_output_tokens: Floats) -> Floats:
    """Share of an instance's busy time that goes to reading prompts, in [0, 1].

    Parameters
    ----------
    point : ServingPoint
        Speed of the instance.
    n_output_tokens : float or array (...)
        Tokens of an answer, at least 1.

    Returns
    -------
    float or array (...)
        Share.

    Raises
    ------
    DomainError
        If an answer has less than one token.

    Notes
    -----
    Prompts interrupt decoding, so of each token's time `prompt_s` goes to prompts and the rest to the step:
    prompt_s / tpot_s. By that rule a token that is read costs what the machine does for it, and neither the
    idle time nor the price of the hour changes how the two compare.
    """
    require(np.greater_equal(n_output_tokens, 1), "n_output_tokens", "at least 1", n_output_tokens)
    return np.clip(point.prompt_s / point.tpot_s, 0.0, 1.0)


def token_cost(
    usd_per_month: Floats,
    requests_per_month: Floats,
    *,
    n_prompt_tokens: Floats,
    n_output_tokens: Floats,
    reading_share: Floats,
) -> TokenCost:
    """Cost of a request and of a million input and output tokens.

    Parameters
    ----------
    usd_per_month : float or array (...)
        Cost of the fleet, at least 0, idle time and all.
    requests_per_month : float or array (...)
        Requests that it answers, above 0.
    n_prompt_tokens, n_output_tokens : float or array (...)
        Lengths of a request in tokens, at least 1; cached tokens of a prompt count.
    reading_share : float or array (...)
        Share of the busy time that goes to prompts, in [0, 1].

    Returns
    -------
    TokenCost
        In USD; input and output of a request add up to its cost.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Input costs share x cost / (requests x prompt), output the rest over the tokens that are written.
    """
    require(np.greater_equal(usd_per_month, 0), "usd_per_month", "at least 0", usd_per_month)
    require(np.greater(requests_per_month, 0), "requests_per_month", "above 0", requests_per_month)
    require(np.greater_equal(n_prompt_tokens, 1), "n_prompt_tokens", "at least 1", n_prompt_tokens)
    require(np.greater_equal(n_output_tokens, 1), "n_output_tokens", "at least 1", n_output_tokens)
    share_ok = np.greater_equal(reading_share, 0) & np.less_equal(reading_share, 1)
    require(share_ok, "reading_share", "at least 0 and at most 1", reading_share)
    usd_per_request = usd_per_month / requests_per_month
    return TokenCost(
        usd_per_request=usd_per_request,
        usd_per_mtok_input=usd_per_request * reading_share / n_prompt_tokens * TOKENS_PER_MTOK,
        usd_per_mtok_output=usd_per_request * (1.0 - reading_share) / n_output_tokens * TOKENS_PER_MTOK,
    )
