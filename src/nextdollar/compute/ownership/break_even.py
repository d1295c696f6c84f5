"""From which volume of tokens machines of one's own cost less than an API."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

NEVER = np.inf
"""A break-even that is not reached."""


def break_even_volume(
    fleet_usd: FloatArray, served_tokens: FloatArray, *, api_usd_per_token: Floats
) -> Floats:
    """Volume from which fleets of one's own cost less than an API that is paid by the token.

    Parameters
    ----------
    fleet_usd : array (n_sizes, ...)
        Cost of each fleet over some time, rising with its size, at least 0.
    served_tokens : array (n_sizes, ...)
        Tokens that each fleet can serve in that time, above 0.
    api_usd_per_token : float or array (...)
        Price of a token, at least 0.

    Returns
    -------
    float or array (...)
        Tokens in that time; `NEVER` where no fleet can serve as many tokens as its cost buys.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    A fleet pays from volume cost / price on, if it can serve that much: the least such volume over the
    sizes. A larger volume may fall between two sizes and cost more for a while; the first is meant.
    """
    require(np.greater_equal(fleet_usd, 0), "fleet_usd", "at least 0", fleet_usd)
    require(np.greater(served_tokens, 0), "served_tokens", "above 0", served_tokens)
    require(np.greater_equal(api_usd_per_token, 0), "api_usd_per_token", "at least 0", api_usd_per_token)
    priced = np.greater(api_usd_per_token, 0)
    volume = fleet_usd / np.where(priced, api_usd_per_token, 1.0)
    reached = np.where(priced & (volume <= served_tokens), volume, NEVER)
    least: Floats = np.min(reached, axis=0)[()]
    return least
