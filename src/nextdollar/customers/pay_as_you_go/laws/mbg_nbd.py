"""MBG/NBD: like BG/NBD, and a customer may be gone right after the first purchase too.

Letters as in the paper. Who never came back may have left: the one thing that BG/NBD cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import digamma, expit, gammaln

from nextdollar.customers.pay_as_you_go.histories import Histories
from nextdollar.customers.pay_as_you_go.laws.bg_nbd import BgNbd
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class MbgNbd:
    """Modified beta-geometric / negative binomial distribution.

    Parameters
    ----------
    r, alpha : float or array (n_draws,)
        Shape and rate of the purchase rate across customers; above 0. Alpha is in periods.
    a, b : float or array (n_draws,)
        Of the beta distribution of the chance to leave after a purchase, the first included; above 0.

    Notes
    -----
    Who is alive has come through one chance to leave more than in BG/NBD: what is to come from them is that
    of BG/NBD with b + 1.
    """

    r: Floats
    alpha: Floats
    a: Floats
    b: Floats

    source: ClassVar = Source(
        "Batislam et al. 2007",
        "likelihood of the modified BG/NBD",
        "doi:10.1016/j.ijresmar.2006.12.005",
    )

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "a", "b"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)

    @property
    def later(self) -> BgNbd:
        """Law of who is alive after the first purchase."""
        return BgNbd(self.r, self.alpha, self.a, np.add(self.b, 1.0))

    def log_likelihood(self, histories: Histories) -> FloatArray:
        """Log-likelihood of one customer of each history, array (n,).

        Notes
        -----
        Gamma(r + x) alpha**r / Gamma(r) / B(a, b) (B(a, b + x + 1) / (alpha + T)**(r + x)
        + B(a + 1, b + x) / (alpha + t_x)**(r + x)).
        """
        alive, gone = self._log_alive_and_gone(histories)
        x = histories.n_repeats
        chance = gammaln(self.b + 1 + x) - gammaln(self.b) + gammaln(self.a + self.b)
        chance = chance - gammaln(self.a + self.b + 1 + x)
        rate = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        total: FloatArray = rate + chance + np.logaddexp(alive, gone)
        return total

    def slopes(self, histories: Histories) -> FloatArray:
        """Slopes of the log-likelihood of each history to r, alpha, a and b, array (4, n)."""
        x, last, seen = histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed
        alive_share = self.alive_share(histories)
        gone_share = 1 - alive_share
        log_mean = alive_share * np.log(self.alpha + seen) + gone_share * np.log(self.alpha + last)
        inverse_mean = alive_share / (self.alpha + seen) + gone_share / (self.alpha + last)
        both = digamma(self.a + self.b) - digamma(self.a + self.b + 1 + x)
        stayed = digamma(self.b + 1 + x) - digamma(self.b)
        return np.stack(
            [
                digamma(self.r + x) - digamma(self.r) + np.log(self.alpha) - log_mean,
                self.r / self.alpha - (self.r + x) * inverse_mean,
                both + gone_share / self.a,
                both + stayed - gone_share / (self.b + x),
            ]
        )

    def likelihood_and_slopes(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood and slopes of each history: (n,) and (4, n)."""
        return self.log_likelihood(histories), self.slopes(histories)

    def alive_share(self, histories: Histories) -> FloatArray:
        """Chance that a customer of each history is still one at the end of the observation, array (n,).

        Notes
        -----
        1 / (1 + a / (b + x) ((alpha + T) / (alpha + t_x))**(r + x)), also where there is no repeat.
        """
        alive, gone = self._log_alive_and_gone(histories)
        share: FloatArray = expit(alive - gone)
        return share

    def survival(self, n_periods: Floats) -> Floats:
        """Share of new customers still active after `n_periods`, 0 or more; b / (a + b) at 0."""
        stay: Floats = self.b / (self.a + self.b) * self.later.survival(n_periods)
        return stay

    def survival_of(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Chance that a customer of each history is active `n_periods` from the end of the observation."""
        return self.alive_share(histories) * self.later.stay_share(histories, n_periods)

    def expected_purchases(self, n_periods: Floats) -> Floats:
        """Repeat purchases that a new customer makes within `n_periods`."""
        purchases: Floats = self.b / (self.a + self.b) * self.later.expected_purchases(n_periods)
        return purchases

    def expected_purchases_if_alive(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Purchases in the next `n_periods` of a customer who is alive, array (n,); t_x plays no part."""
        return self.later.expected_purchases_if_alive(histories, n_periods)

    def _log_alive_and_gone(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Logs of the two ways in which a history comes about, up to a common factor."""
        x, last, seen = histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed
        alive = -(self.r + x) * np.log(self.alpha + seen)
        gone = np.log(self.a) - np.log(self.b + x) - (self.r + x) * np.log(self.alpha + last)
        return alive, gone
