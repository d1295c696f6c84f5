"""Where a law was fitted, and whether a model lies outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import Floats

FLOP_PER_PARAM_TOKEN = 6.0
"""Training work per parameter and token: 2 forward, 4 backward (Kaplan et al. 2020, section 2.1)."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The range of runs that a law was fitted to, ends included.

    A bound of 0 or infinity means that the source states none. `flop` is training work, 6 N D
    unless the source counts otherwise.
    """

    params_low: float = 0.0
    params_high: float = np.inf
    tokens_low: float = 0.0
    tokens_high: float = np.inf
    flop_low: float = 0.0
    flop_high: float = np.inf

    def __post_init__(self) -> None:
        for name in ("params", "tokens", "flop"):
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            require(0 <= low <= high, f"{name}_low", f"between 0 and {name}_high ({high})", low)


UNBOUNDED = Domain()
"""No stated range: nothing lies outside."""


def outside_domain(domain: Domain, N: Floats, D: Floats) -> NDArray[np.bool_]:
    """Whether a model of N parameters on D tokens lies outside the runs that a law was fitted to.

    Parameters
    ----------
    domain : Domain
        The range of the fit.
    N, D : float or array (...)
        Parameters and training tokens, above 0.

    Returns
    -------
    bool array (...)
        True where parameters, tokens or 6 N D leave their range: a loss there is extrapolated.

    Raises
    ------
    DomainError
        If N or D is 0 or less.

    Notes
    -----
    Outside is not wrong, but it is not evidence either: intervals that come from the fit alone are
    far too narrow there, and the more so the further out.
    """
    require(np.greater(N, 0), "N", "above 0", N)
    require(np.greater(D, 0), "D", "above 0", D)
    flop = FLOP_PER_PARAM_TOKEN * N * D
    inside = (
        np.greater_equal(N, domain.params_low)
        & np.less_equal(N, domain.params_high)
        & np.greater_equal(D, domain.tokens_low)
        & np.less_equal(D, domain.tokens_high)
        & np.greater_equal(flop, domain.flop_low)
        & np.less_equal(flop, domain.flop_high)
    )
    return np.logical_not(inside)
