"""Gamma-Gamma: what a customer spends per purchase, shrunk to the mean of all as far as it is unsure.

Letters as in the paper. A purchase is Gamma(p, rate nu) for a customer, nu is Gamma(q, rate v) across
customers. Spend and the number of purchases are taken to be unrelated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import digamma, gammaln

from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Gamma distribution of spend per purchase, mixed by a gamma distribution.

    Parameters
    ----------
    p, q, v : float or array (n_draws,)
        Shape of one purchase, shape and rate of its rate across customers; above 0. v is in USD.
    """

    p: Floats
    q: Floats
    v: Floats

    source: ClassVar = Source(
        "Fader and Hardie 2013",
        "note on the Gamma-Gamma model, likelihood and conditional mean",
        "http://www.brucehardie.com/notes/025/",
    )

    def __post_init__(self) -> None:
        for name in ("p", "q", "v"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)

    def log_likelihood(self, x: FloatArray, mean_usd: FloatArray) -> FloatArray:
        """Log-likelihood of a mean spend of `mean_usd` over `x` purchases, both above 0; array (n,)."""
        shape = self.p * x
        total: FloatArray = (
            gammaln(shape + self.q) - gammaln(shape) - gammaln(self.q) + self.q * np.log(self.v)
        )
        total = total + (shape - 1) * np.log(mean_usd) + shape * np.log(x)
        return total - (shape + self.q) * np.log(self.v + x * mean_usd)

    def slopes(self, x: FloatArray, mean_usd: FloatArray) -> FloatArray:
        """Slopes of the log-likelihood of each row to p, q and v, array (3, n)."""
        shape, total_usd = self.p * x, x * mean_usd
        both = digamma(shape + self.q) - np.log(self.v + total_usd)
        return np.stack(
            [
                x * (both - digamma(shape) + np.log(total_usd)),
                both - digamma(self.q) + np.log(self.v),
                self.q / self.v - (shape + self.q) / (self.v + total_usd),
            ]
        )

    def expected_spend_usd(self, x: Floats, mean_usd: Floats) -> Floats:
        """Mean spend per purchase in USD to expect of a customer with `x` purchases of mean `mean_usd`.

        Raises
        ------
        DomainError
            If q is 1 or less and x is 0: the mean over all customers is infinite then.

        Notes
        -----
        p (v + x m) / (p x + q - 1), the mean of all customers p v / (q - 1) at x = 0.
        """
        below = self.p * np.asarray(x, dtype=np.float64) + self.q - 1
        require(below > 0, "p x + q - 1", "above 0: the mean spend of all customers is infinite", below)
        spend_usd: Floats = self.p * (self.v + np.multiply(x, mean_usd)) / below
        return spend_usd
