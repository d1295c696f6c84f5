"""BG/NBD: purchases at random at a customer's own rate; after each one, the customer may be gone.

Letters as in the paper. A customer's rate of purchases is Gamma(r, rate alpha) across customers, the chance
of leaving after a purchase Beta(a, b). A customer who never came back cannot have left: the law calls each
of them alive. Where that is wrong the Pareto/NBD fits better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import digamma, expit, gammaln, hyp2f1

from nextdollar.customers.pay_as_you_go.histories import Histories
from nextdollar.customers.pay_as_you_go.laws.beta_mean import beta_mean
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

# The formula divides by a - 1 and by c; moving a millionth away changes the answer by about a millionth.
_LEAST_DISTANCE = 1e-6
# exp(-650) times the largest float is still a float.
_UNDERFLOW = 650.0


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Beta-geometric / negative binomial distribution.

    Parameters
    ----------
    r, alpha : float or array (n_draws,)
        Shape and rate of the purchase rate across customers; above 0. Alpha is in periods.
    a, b : float or array (n_draws,)
        Of the beta distribution of the chance to leave after a purchase; above 0.
    """

    r: Floats
    alpha: Floats
    a: Floats
    b: Floats

    source: ClassVar = Source(
        "Fader et al. 2005",
        "likelihood and expectations, equations 6, 9 and 10",
        "doi:10.1287/mksc.1040.0098",
    )

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "a", "b"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)

    def log_likelihood(self, histories: Histories) -> FloatArray:
        """Log-likelihood of one customer of each history, array (n,)."""
        alive, gone = self._log_alive_and_gone(histories)
        x = histories.n_repeats
        chance = gammaln(self.b + x) - gammaln(self.b) + gammaln(self.a + self.b)
        chance = chance - gammaln(self.a + self.b + x)
        rate = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        total: FloatArray = rate + chance + np.logaddexp(alive, gone)
        return total

    def slopes(self, histories: Histories) -> FloatArray:
        """Slopes of the log-likelihood of each history to r, alpha, a and b, array (4, n)."""
        x, last, seen = histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed
        gone_share = 1 - self.alive_share(histories)
        alive_share = 1 - gone_share
        log_mean = alive_share * np.log(self.alpha + seen) + gone_share * np.log(self.alpha + last)
        inverse_mean = alive_share / (self.alpha + seen) + gone_share / (self.alpha + last)
        both = digamma(self.a + self.b) - digamma(self.a + self.b + x)
        # A customer without repeats has a share gone of 0, which keeps b + x - 1 = b - 1 out of play.
        before = np.where(x > 0, self.b + x - 1, 1.0)
        return np.stack(
            [
                digamma(self.r + x) - digamma(self.r) + np.log(self.alpha) - log_mean,
                self.r / self.alpha - (self.r + x) * inverse_mean,
                both + gone_share / self.a,
                both + digamma(self.b + x) - digamma(self.b) - gone_share / before,
            ]
        )

    def likelihood_and_slopes(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood and slopes of each history: (n,) and (4, n)."""
        return self.log_likelihood(histories), self.slopes(histories)

    def alive_share(self, histories: Histories) -> FloatArray:
        """Chance that a customer of each history is still one at the end of the observation, array (n,).

        Notes
        -----
        1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha + t_x))**(r + x)), and 1 where there is no repeat.
        """
        alive, gone = self._log_alive_and_gone(histories)
        share: FloatArray = expit(alive - gone)
        return share

    def survival(self, n_periods: Floats) -> Floats:
        """Share of new customers still active after `n_periods`, 0 or more.

        Notes
        -----
        A customer of rate lambda and chance p leaves at the rate lambda p, so S(t) = E[exp(-lambda p t)]
        = 2F1(r, a; a + b; -t / alpha).
        """
        stay: Floats = self._stay_share(0.0, 0.0, n_periods)
        return stay

    def survival_of(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Chance that a customer of each history is active `n_periods` from the end of the observation."""
        return self.alive_share(histories) * self.stay_share(histories, n_periods)

    def stay_share(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Like `survival_of`, of customers who are alive at the end of the observation."""
        stay = self._stay_share(histories.n_repeats, histories.n_periods_observed, n_periods)
        return np.asarray(stay, dtype=np.float64)

    def expected_purchases(self, n_periods: Floats) -> Floats:
        """Repeat purchases that a new customer makes within `n_periods`."""
        return self._purchases_if_alive(0.0, 0.0, n_periods)

    def expected_purchases_if_alive(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Purchases in the next `n_periods` of a customer who is alive, array (n,); t_x plays no part.

        Notes
        -----
        Equation 10 without its last factor, in the form (a + b + x - 1) / (a - 1)
        (1 - 2F1(r + x, a - 1; a + b + x - 1; -t / (alpha + T))).
        """
        ahead = self._purchases_if_alive(histories.n_repeats, histories.n_periods_observed, n_periods)
        return np.asarray(ahead, dtype=np.float64)

    def _log_alive_and_gone(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Logs of the two ways in which a history comes about, up to a common factor."""
        x, last, seen = histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed
        alive = -(self.r + x) * np.log(self.alpha + seen)
        odds = np.log(self.a) - np.log(np.where(x > 0, self.b + x - 1, 1.0))
        gone = np.where(x > 0, odds - (self.r + x) * np.log(self.alpha + last), -np.inf)
        return alive, gone

    def _stay_share(self, x: Floats, seen: Floats, n_periods: Floats) -> Floats:
        r, a, b, ratio = self._broadcast(x, seen, n_periods)
        stay = _falling(r, a, a + b, ratio=ratio)
        return _filled(stay, _stays, r, a, b, ratio)

    def _purchases_if_alive(self, x: Floats, seen: Floats, n_periods: Floats) -> Floats:
        r, a, b, ratio = self._broadcast(x, seen, n_periods)
        off = np.where(np.abs(a - 1) < _LEAST_DISTANCE, 1 + _LEAST_DISTANCE, a)
        c = off + b - 1
        c = np.where(np.abs(c) < _LEAST_DISTANCE, _LEAST_DISTANCE, c)
        purchases = c / (off - 1) * (1 - _falling(r, off - 1, c, ratio=ratio))
        return _filled(purchases, _buys, r, a, b, ratio)

    def _broadcast(
        self, x: Floats, seen: Floats, n_periods: Floats
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """What is known of a customer: r + x, a, b + x, and t / (alpha + T), all of one shape."""
        ratio = n_periods / (self.alpha + seen)
        r, a, b, ratio = np.broadcast_arrays(self.r + x, self.a, self.b + x, ratio)
        return r, a, b, ratio


def _filled(
    values: FloatArray,
    function: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
    *known: FloatArray,
) -> Floats:
    """Values, with a mean over the chance to leave where they are no numbers.

    scipy has no answer for some large c with an argument near 1.
    """
    missing = ~np.isfinite(values)
    if not missing.any():
        return values
    r, a, b, ratio = (np.atleast_1d(part[missing]) for part in known)
    filled = np.array(values)
    filled[missing] = beta_mean(lambda p, row: function(p, r[row], ratio[row]), a, b, scale=r * ratio)
    return filled


def _stays(p: FloatArray, r: FloatArray, ratio: FloatArray) -> FloatArray:
    stay: FloatArray = np.exp(-r * np.log1p(p * ratio))
    return stay


def _buys(p: FloatArray, r: FloatArray, ratio: FloatArray) -> FloatArray:
    """(1 - (1 + p t)**-r) / p, which is r t where p is 0."""
    gone = -np.expm1(-r * np.log1p(p * ratio))
    buys: FloatArray = np.where(p > 0, gone / np.where(p > 0, p, 1.0), r * ratio)
    return buys


def _falling(one: FloatArray, two: FloatArray, c: FloatArray, *, ratio: FloatArray) -> FloatArray:
    """2F1(one, two; c; -ratio), which falls from 1 as the ratio rises from 0 (two > 0).

    By either of Pfaff's transformations, the argument lies within 0 to 1; the one with the smaller power in
    front keeps both factors in the range of floats. Where that underflows, so does the function.
    """
    power, other = np.minimum(one, two), np.maximum(one, two)
    passed = power * np.log1p(ratio)
    series = hyp2f1(power, c - other, c, ratio / (1 + ratio))
    with np.errstate(invalid="ignore"):
        value = np.exp(-passed) * series
    falling: FloatArray = np.where(passed > _UNDERFLOW, 0.0, value)
    return falling
