"""What knowing more is worth to a choice, over draws that are equally likely.

The value of an option is a table (n_options, n_draws) in USD. What an observation tells is a table of
likelihoods (n_outcomes, n_draws). Nothing here knows of models or runs.
"""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray


def best_option(value_usd: FloatArray) -> int:
    """Option of the greatest expected value; `value_usd` is (n_options, n_draws)."""
    return int(np.argmax(value_usd.mean(axis=1)))


def perfect_information_usd(value_usd: FloatArray) -> float:
    """Expected value of perfect information in USD, at least 0.

    E[max over options] - max over options of E, with `value_usd` (n_options, n_draws).
    """
    return float(max(value_usd.max(axis=0).mean() - value_usd.mean(axis=1).max(), 0.0))


def outcome_shares(likelihood: FloatArray) -> FloatArray:
    """Chance of each outcome in each draw, (n_outcomes, n_draws); each column adds up to 1.

    `likelihood` is (n_outcomes, n_draws), at least 0, up to a factor by draw; where several outcomes
    stand for a range they must do so evenly. A draw in which none of them can come is spread evenly.
    """
    require(likelihood >= 0, "likelihood", "at least 0", likelihood)
    total = likelihood.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = likelihood / total
    return np.where(total > 0, shares, 1 / len(likelihood))


def sample_information_usd(value_usd: FloatArray, likelihood: FloatArray) -> float:
    """Expected value of sample information in USD: what an observation is worth before it is made.

    Parameters
    ----------
    value_usd : array (n_options, n_draws)
        Value of each option in each equally likely draw.
    likelihood : array (n_outcomes, n_draws)
        How likely each outcome is in each draw (see `outcome_shares`).

    Returns
    -------
    float
        USD, at least 0 and at most the value of perfect information.

    Notes
    -----
    E over outcomes of [max over options of E(value | outcome)] - max over options of E(value). All
    draws are weighed again for every outcome, so the inner expectation is exact for these draws. Both
    bounds hold for any table of likelihoods, by Jensen's inequality.
    """
    shares = outcome_shares(likelihood)
    gain = value_usd - value_usd[best_option(value_usd)]
    by_outcome = gain @ shares.T / value_usd.shape[1]
    return float(max(by_outcome.max(axis=0).sum(), 0.0))


def spread_left(quantity: FloatArray, likelihood: FloatArray) -> float:
    """Share of the standard deviation of a quantity that an observation is expected to leave.

    The root of E[variance given the outcome] over the variance now, from 0 to 1; 1 where it is certain
    already. `quantity` is (n_draws,).
    """
    shares = outcome_shares(likelihood)
    centred = quantity - quantity.mean()
    variance = float(np.mean(centred**2))
    if variance == 0:
        return 1.0
    chance = shares.mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(chance > 0, (shares @ centred / quantity.size) ** 2 / chance, 0.0).sum()
    return float(np.sqrt(np.clip(1 - known / variance, 0.0, 1.0)))
