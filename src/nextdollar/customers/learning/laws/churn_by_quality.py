"""How churn answers to quality; part of churn is not cured by any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

_MOST_LOG = 30.0


@dataclass(frozen=True, slots=True)
class ChurnByQuality:
    """churn(q) = involuntary + voluntary exp(-response (q - q0)), at most 1.

    Parameters
    ----------
    involuntary_share : float or array (n_draws,)
        Churn per period that no quality cures, such as failed payments, from 0 to 1.
    voluntary_share : float or array (n_draws,)
        The rest of churn at quality q0, above 0.
    response : float or array (n_draws,)
        Fall of the log of voluntary churn for a rise of quality from 0 to 1; below 0 where better models
        went with more churn.
    quality_0_share : float
        q0, from 0 to 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    involuntary_share: Floats
    voluntary_share: Floats
    response: Floats
    quality_0_share: float

    def __post_init__(self) -> None:
        ok = np.greater_equal(self.involuntary_share, 0) & np.less_equal(self.involuntary_share, 1)
        require(ok, "involuntary_share", "from 0 to 1", self.involuntary_share)
        require(np.greater(self.voluntary_share, 0), "voluntary_share", "above 0", self.voluntary_share)
        require(np.isfinite(self.response), "response", "finite", self.response)

    def voluntary(self, quality_share: Floats) -> Floats:
        """Churn per period that quality can cure, at a quality from 0 to 1."""
        lead = np.subtract(quality_share, self.quality_0_share)
        left: Floats = self.voluntary_share * np.exp(np.clip(-self.response * lead, -_MOST_LOG, _MOST_LOG))
        return left

    def churn_share(self, quality_share: Floats) -> Floats:
        """Share of users that leaves in a period at a quality from 0 to 1; at most 1."""
        churn: Floats = np.minimum(self.involuntary_share + self.voluntary(quality_share), 1.0)
        return churn
