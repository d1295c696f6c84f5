"""How many users join by the quality that people met some periods before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import Floats

_MOST_LOG = 30.0


@dataclass(frozen=True, slots=True)
class JoinersByQuality:
    """joiners = joiners at q0 x exp(response (q - q0)), q the quality `lag_periods` before.

    Parameters
    ----------
    response : float or array (n_draws,)
        Rise of the log of joiners for a rise of quality from 0 to 1; below 0 where better models went with
        fewer joiners.
    quality_0_share : float or array (n_draws,)
        q0, from 0 to 1.
    lag_periods : int or array (n_draws,) of int
        Periods until people act on quality, 0 or more.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    response: Floats
    quality_0_share: Floats
    lag_periods: int | NDArray[np.int64] = 0

    def __post_init__(self) -> None:
        require(np.isfinite(self.response), "response", "finite", self.response)
        at = self.quality_0_share
        ok = np.greater_equal(at, 0) & np.less_equal(at, 1)
        require(ok, "quality_0_share", "from 0 to 1", at)
        require(np.greater_equal(self.lag_periods, 0), "lag_periods", "0 or more", self.lag_periods)

    def times(self, quality_share: Floats) -> Floats:
        """Joiners at a quality from 0 to 1, over those at q0."""
        lead = np.subtract(quality_share, self.quality_0_share)
        found: Floats = np.exp(np.clip(self.response * lead, -_MOST_LOG, _MOST_LOG))
        return found

    def times_after(self, met_share: Sequence[Floats]) -> Floats:
        """Joiners of a period over those at q0, from the qualities met up to it.

        `met_share` has a float or an array (n_draws,) for each period, oldest first and the period itself
        last; before its first, the first stands in.
        """
        lag = np.asarray(self.lag_periods)
        if lag.ndim == 0:
            return self.times(met_share[max(len(met_share) - 1 - int(lag), 0)])
        recent = met_share[-(int(lag.max()) + 1) :]
        rows = np.array(np.broadcast_arrays(*recent, lag)[:-1])
        place = np.maximum(len(recent) - 1 - np.broadcast_to(lag, rows.shape[1:]), 0)
        return self.times(np.take_along_axis(rows, place[None], axis=0)[0])
