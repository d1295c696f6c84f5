"""How far a kept share of revenue could lie elsewhere, had other accounts like these been there."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray

_MOST_WEIGHTS_HELD = 2**22
_HALF = 0.5


def kept_share_draws(
    kept_usd: FloatArray, start_usd: FloatArray, *, n_draws: int, generator: np.random.Generator
) -> FloatArray:
    """Draws of the share of revenue that is kept, several measures of it on the same draws.

    Parameters
    ----------
    kept_usd, start_usd : array (n_accounts, n_measures)
        What each account pays later and at the start, 0 or more; starts are not all 0. Any unit, one
        for both.
    n_draws : int
        1 or more.
    generator : numpy Generator
        Where the weights of the accounts come from.

    Returns
    -------
    array (n_measures, n_draws)

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    The Bayesian bootstrap (Rubin 1981): each draw weighs the accounts by independent exponentials,
    sum(w kept) / sum(w start). Alone it never draws a loss where none was seen, and is too narrow where
    few were. So two accounts of weight 1/2 are added, one that keeps nothing and one that keeps as
    those do who keep something, both of the size sum(start^2) / sum(start): for accounts of one size
    this is the Beta(lost + 1/2, kept + 1/2) of `logo_churn_share`, and for others the size at which as
    many equal accounts would be as concentrated. Accounts are taken to act one by one.
    """
    require(
        np.shape(kept_usd) == np.shape(start_usd), "kept_usd", "as many as the starts", np.shape(kept_usd)
    )
    require(n_draws >= 1, "n_draws", "1 or more", n_draws)
    require(np.greater_equal(kept_usd, 0), "kept_usd", "0 or more", kept_usd)
    require(np.greater_equal(start_usd, 0), "start_usd", "0 or more", start_usd)
    totals = np.sum(start_usd, axis=0)
    require(totals > 0, "start_usd", "above 0 in sum", totals)
    added = np.square(start_usd).sum(axis=0) / totals
    added_kept = added * _share_of_those_who_keep(kept_usd, start_usd)
    n_accounts, n_measures = np.shape(kept_usd)
    found = np.empty((n_measures, n_draws))
    step = max(_MOST_WEIGHTS_HELD // n_accounts, 1)
    halves = generator.standard_gamma(_HALF, (2, n_draws, 1))
    for first in range(0, n_draws, step):
        last = min(first + step, n_draws)
        weights = generator.standard_exponential((last - first, n_accounts))
        keeps, loses = halves[:, first:last]
        kept = weights @ kept_usd + keeps * added_kept
        found[:, first:last] = (kept / (weights @ start_usd + (keeps + loses) * added)).T
    return found


def _share_of_those_who_keep(kept_usd: FloatArray, start_usd: FloatArray) -> FloatArray:
    """Return what accounts keep that keep something, over what they paid, (n_measures,); 1 without any."""
    keeps = (kept_usd > 0) & (start_usd > 0)
    kept, start = (np.sum(values, axis=0, where=keeps) for values in (kept_usd, start_usd))
    return np.asarray(np.divide(kept, start, out=np.ones_like(start), where=start > 0))
