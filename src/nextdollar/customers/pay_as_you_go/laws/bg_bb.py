"""BG/BB: one chance to buy in each period (a day, a month, an appeal); before each, the customer may leave.

Letters as in the paper. The chance to buy is Beta(alpha, beta) across customers, the chance to leave before
a period Beta(gamma, delta). Periods are whole numbers, and a period counts once however much was bought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, digamma, gammaln, logsumexp

from nextdollar.customers.pay_as_you_go.histories import Histories
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

_CELLS = 400_000


@dataclass(frozen=True, slots=True)
class BgBb:
    """Beta-geometric / beta-Bernoulli distribution.

    Parameters
    ----------
    alpha, beta : float or array (n_draws,)
        Of the beta distribution of the chance to buy in a period; above 0.
    gamma, delta : float or array (n_draws,)
        Of the beta distribution of the chance to leave before a period; above 0.
    """

    alpha: Floats
    beta: Floats
    gamma: Floats
    delta: Floats

    source: ClassVar = Source(
        "Fader et al. 2010", "likelihood, P(alive) and expectations", "doi:10.1287/mksc.1100.0580"
    )

    def __post_init__(self) -> None:
        for name in ("alpha", "beta", "gamma", "delta"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)

    def log_likelihood(self, histories: Histories) -> FloatArray:
        """Log-likelihood of one customer of each history, array (n,).

        Raises
        ------
        DomainError
            If periods are not whole, or a customer bought in more periods than there were.
        """
        return np.concatenate([logsumexp(self._log_ways(part), axis=1) for part in _parts(histories)])

    def slopes(self, histories: Histories) -> FloatArray:
        """Slopes of the log-likelihood of each history to alpha, beta, gamma and delta, array (4, n)."""
        return self.likelihood_and_slopes(histories)[1]

    def likelihood_and_slopes(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood and slopes of each history in one pass: (n,) and (4, n)."""
        found = [self._likelihood_and_slopes(part) for part in _parts(histories)]
        return np.concatenate([one for one, _ in found]), np.concatenate([many for _, many in found], axis=1)

    def _likelihood_and_slopes(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        ways = self._log_ways(histories)
        total = logsumexp(ways, axis=1)
        share = np.exp(ways - total[:, None])
        x, missed, passed, left = _counts(histories)
        bought = _rise(digamma, self.alpha + self.beta, x + missed)
        stayed = _rise(digamma, self.gamma + self.delta, passed + left)
        slopes = [
            _rise(digamma, self.alpha, x) - bought,
            _rise(digamma, self.beta, missed) - bought,
            _rise(digamma, self.gamma, left) - stayed,
            _rise(digamma, self.delta, passed) - stayed,
        ]
        return total, np.stack([(share * slope).sum(axis=1) for slope in slopes])

    def alive_share(self, histories: Histories) -> FloatArray:
        """Chance that a customer of each history has not left by the last period observed, array (n,).

        The paper's P(alive) is for the period after; it is `survival_of(histories, 1)`.
        """
        return np.concatenate([self._alive_share(part) for part in _parts(histories)])

    def _alive_share(self, histories: Histories) -> FloatArray:
        ways = self._log_ways(histories)
        share: FloatArray = np.exp(ways[:, 0] - logsumexp(ways, axis=1))
        return share

    def survival(self, n_periods: Floats) -> Floats:
        """Share of new customers active in period t = `n_periods`: B(gamma, delta + t) / B(gamma, delta)."""
        share: Floats = np.exp(betaln(self.gamma, self.delta + n_periods) - betaln(self.gamma, self.delta))
        return share

    def survival_of(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Chance that a customer of each history is active `n_periods` from the end of the observation."""
        return self.alive_share(histories) * self._stay_share(histories.n_periods_observed, n_periods)

    def expected_purchases(self, n_periods: Floats) -> Floats:
        """Periods among the next `n_periods` (whole) in which a new customer buys."""
        stay = self._periods_to_come(0.0, n_periods)
        purchases: Floats = self.alpha / (self.alpha + self.beta) * stay
        return purchases

    def expected_purchases_if_alive(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Periods with a purchase among the next `n_periods` (whole) if alive, array (n,)."""
        x, seen = histories.n_repeats, histories.n_periods_observed
        often = (self.alpha + x) / (self.alpha + self.beta + seen)
        return np.asarray(often * self._periods_to_come(seen, n_periods), dtype=np.float64)

    def _periods_to_come(self, seen: Floats, n_periods: Floats) -> Floats:
        """Periods, of the next `n_periods`, in which a customer who is active now still is."""
        stay: Floats = 1.0
        total: Floats = 0.0
        for period in _periods_ahead(n_periods):
            # B(gamma, delta + m + 1) / B(gamma, delta + m) = (delta + m) / (gamma + delta + m).
            passed = self.delta + seen + period - 1
            stay = stay * passed / (self.gamma + passed)
            total = total + stay
        return total

    def _stay_share(self, seen: Floats, n_periods: Floats) -> Floats:
        stay = betaln(self.gamma, self.delta + seen + n_periods) - betaln(self.gamma, self.delta + seen)
        share: Floats = np.exp(stay)
        return share

    def _log_ways(self, histories: Histories) -> FloatArray:
        """Logs of the ways in which a history comes about, array (n, most missed at the end + 1).

        The first column is to be active to the end; then come leaving right before the end, one period
        earlier, and so on to leaving right after the last purchase.
        """
        x, missed, passed, left = _counts(histories)
        last, seen = histories.n_periods_to_last[:, None], histories.n_periods_observed[:, None]
        # Logs of B(alpha + x, beta + missed) / B(alpha, beta), and of the same for staying and leaving.
        bought = _rise(gammaln, self.alpha, x) + _rise(gammaln, self.beta, missed)
        bought = bought - _rise(gammaln, self.alpha + self.beta, x + missed)
        stayed = _rise(gammaln, self.gamma, left) + _rise(gammaln, self.delta, passed)
        stayed = stayed - _rise(gammaln, self.gamma + self.delta, passed + left)
        is_possible = np.arange(passed.shape[1]) <= seen - last
        ways: FloatArray = np.where(is_possible, bought + stayed, -np.inf)
        return ways


def _parts(histories: Histories) -> list[Histories]:
    """Rows in blocks, so that their ways of leaving are not all held at once."""
    n_rows = len(histories.n_repeats)
    n_ways = int(np.max(histories.n_periods_observed - histories.n_periods_to_last)) + 1
    rows = max(1, _CELLS // n_ways)
    return [histories.rows(slice(start, start + rows)) for start in range(0, n_rows, rows)]


def _rise(function: Callable[[FloatArray], FloatArray], letter: Floats, counts: FloatArray) -> FloatArray:
    """function(letter + count) - function(letter), looked up in a table of the few different counts."""
    table = function(np.asarray(letter + np.arange(int(counts.max()) + 1), dtype=np.float64))
    rise: FloatArray = table[counts.astype(np.intp)] - table[0]
    return rise


def _counts(histories: Histories) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return purchases, periods missed while active, periods passed while active, and whether left."""
    x = histories.n_repeats[:, None]
    last, seen = histories.n_periods_to_last[:, None], histories.n_periods_observed[:, None]
    whole = (np.floor(last) == last) & (np.floor(seen) == seen)
    require(whole, "n_periods_observed and n_periods_to_last", "whole numbers for BG/BB", "fractions")
    require(x <= last, "n_repeats", "at most one a period for BG/BB", x)
    column = np.arange(int(np.max(seen - last)) + 1, dtype=np.float64)
    # Below the last purchase there is no leaving: such columns are kept finite here and masked later.
    passed = np.maximum(seen - column, last)
    return x, passed - x, passed, (column > 0).astype(np.float64)


def _periods_ahead(n_periods: Floats) -> range:
    ok = np.ndim(n_periods) == 0 and float(n_periods) >= 0 and float(n_periods).is_integer()
    require(ok, "n_periods", "one whole number, 0 or more, for BG/BB", n_periods)
    return range(1, int(n_periods) + 1)
