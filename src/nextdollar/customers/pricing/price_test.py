"""How strongly demand responds to a price, from a test that showed several prices to different people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, chdtrc

from nextdollar.customers.pricing.price_test_likelihood import (
    Arms,
    best_elasticity,
    elasticity_posterior,
    fitted_share,
    log_likelihood,
)
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

Form = Literal["constant", "linear"]
_SEEN = np.array([0.05, 0.5, 0.95])
PRICE_TEST_SOURCES = (
    Source(
        "Jeffreys 1946, An Invariant Form for the Prior Probability in Estimation Problems",
        "the prior of both parameters",
        "https://doi.org/10.1098/rspa.1946.0056",
    ),
    Source(
        "Brown, Cai & DasGupta 2001, Interval Estimation for a Binomial Proportion",
        "section 4.1",
        "https://doi.org/10.1214/ss/1009213286",
    ),
)


@dataclass(frozen=True, slots=True)
class PriceTest:
    """Prices that were shown to different people at the same time, and how many of them bought.

    Parameters
    ----------
    price_usd : array (n_arms,)
        What was asked, above 0.
    n_offered, n_bought : array (n_arms,)
        People who were shown it, 1 or more, and how many bought, whole numbers; somebody bought.
    segment : array of int (n_arms,)
        Whose people an arm saw, from 0 without gaps: each segment buys at a level of its own.

    Raises
    ------
    DomainError
        If the counts are impossible, or no segment bought at two prices: then nothing bounds the elasticity.
    """

    price_usd: FloatArray
    n_offered: FloatArray
    n_bought: FloatArray
    segment: NDArray[np.int64]

    def __post_init__(self) -> None:
        ok = np.isfinite(self.price_usd) & np.greater(self.price_usd, 0)
        require(ok, "price_usd", "finite and above 0", self.price_usd)
        for name in ("n_offered", "n_bought"):
            values = getattr(self, name)
            require(np.equal(values, np.floor(values)), name, "whole numbers", values)
        require(np.greater_equal(self.n_offered, 1), "n_offered", "1 or more", self.n_offered)
        ok = np.greater_equal(self.n_bought, 0) & np.less_equal(self.n_bought, self.n_offered)
        require(ok, "n_bought", "from 0 to n_offered", self.n_bought)
        require(self.comparable().size > 0, "n_bought", "above 0 at two prices of one segment", self.n_bought)

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        return int(self.segment.max()) + 1

    def of_segment(self, place: np.int64) -> PriceTest:
        """Return one segment as a test of its own."""
        chosen = self.segment == place
        columns = (self.price_usd[chosen], self.n_offered[chosen], self.n_bought[chosen])
        return PriceTest(*columns, np.zeros(int(chosen.sum()), dtype=np.int64))

    def comparable(self) -> NDArray[np.int64]:
        """Return the segments in which somebody bought at two prices or more."""
        sold = self.n_bought > 0
        places = [
            place
            for place in range(self.n_segments)
            if np.unique(self.price_usd[sold & (self.segment == place)]).size > 1
        ]
        return np.array(places, dtype=np.int64)

    def compared(self) -> PriceTest:
        """Return the segments that can be compared, numbered anew."""
        places = self.comparable()
        chosen = np.isin(self.segment, places)
        numbers = np.searchsorted(places, self.segment[chosen]).astype(np.int64)
        return PriceTest(self.price_usd[chosen], self.n_offered[chosen], self.n_bought[chosen], numbers)


@dataclass(frozen=True, slots=True)
class TestedElasticity:
    """What a test of prices says of the own-price elasticity.

    Attributes
    ----------
    form : "constant" or "linear"
        As in `PriceResponse`; an elasticity of the linear form is that at today's price.
    volume_per_price : array (n_points,)
        Elasticities, rising.
    below_share : array (n_points,)
        Probability of an elasticity below each, rising from 0 to 1.
    best_volume_per_price : float
        The elasticity of highest likelihood.
    fitted_share : array (n_arms,)
        Share that buys in each arm at it; nan in segments that did not buy at two prices.
    misfit_share : float
        Probability of counts at least as far from the form by chance; nan where prices are too few to tell.
    likelihood_log : float
        Highest, up to a constant that is the same for both forms.
    """

    form: Form
    volume_per_price: FloatArray
    below_share: FloatArray
    best_volume_per_price: float
    fitted_share: FloatArray
    misfit_share: float
    likelihood_log: float

    def quantile(self, share: Floats) -> Floats:
        """Return the elasticity below which so much of the probability lies; of the shape of `share`."""
        found = np.interp(share, self.below_share, self.volume_per_price)
        return found if np.ndim(share) else float(found)

    def probability_below(self, volume_per_price: float) -> float:
        """Return the probability of a lower elasticity."""
        return float(np.interp(volume_per_price, self.volume_per_price, self.below_share))

    def draws(self, uniform_share: FloatArray, *, least_volume_per_price: float = 0.0) -> FloatArray:
        """Draws of the elasticity, given that it is `least` or more.

        Parameters
        ----------
        uniform_share : array (n_draws,)
            Between 0 and 1.
        least_volume_per_price : float
            What lies below is ruled out and dealt again above it; at 0 it is held there instead, since a
            dearer price that sells more is chance.

        Returns
        -------
        array (n_draws,)

        Raises
        ------
        DomainError
            If next to nothing of the probability lies above the least.
        """
        least = least_volume_per_price
        below = self.probability_below(least) if least > 0 else 0.0
        require(
            below < 1 - 1e-3, "least_volume_per_price", "an elasticity that the test leaves possible", least
        )
        return np.maximum(self.quantile(below + uniform_share * (1 - below)), least)


def fit_price_test(test: PriceTest, form: Form, *, today_usd: float | None = None) -> TestedElasticity:
    """Own-price elasticity of those who saw a price for the first time, from who bought at which.

    Parameters
    ----------
    test : PriceTest
        Arms with counts.
    form : "constant" or "linear"
        How demand falls with the price.
    today_usd : float, optional
        Today's price, above 0, at which a linear elasticity is meant; the constant form needs none.

    Returns
    -------
    TestedElasticity
        Posterior under the prior of Jeffreys. For two prices that is exactly what Beta(bought + 1/2,
        not bought + 1/2) of each arm says of the ratio of the two shares.

    Raises
    ------
    DomainError
        If the linear form has no price of today.

    Notes
    -----
    bought ~ Binomial(offered, c s(p)), s = (p / p0)**-e or max(0, 1 - e (p / p0 - 1)), with a level c for
    each segment and one e for all. c is integrated out by a midpoint rule in arcsin(sqrt(share)), where
    the prior is flat, over 7 standard errors either side; e lies on a grid that is narrowed until its
    ends hold no weight.
    """
    known = today_usd is not None and today_usd > 0
    require(form == "constant" or known, "today_usd", "above 0 for the linear form", today_usd)
    told = test.compared()
    columns = (told.price_usd, told.n_offered, told.n_bought)
    arms = Arms.of(*columns, segment=told.segment, form=form, today_usd=today_usd)
    volume_per_price, below_share = elasticity_posterior(arms)
    best = best_elasticity(arms, volume_per_price)
    shares = np.full(len(test.n_offered), np.nan)
    shares[np.isin(test.segment, test.comparable())] = fitted = fitted_share(arms, best)
    n_free = len(told.n_offered) - told.n_segments - 1
    top = log_likelihood(arms, fitted)
    lack = max(2 * (log_likelihood(arms, told.n_bought / told.n_offered) - top), 0.0)
    return TestedElasticity(
        form=form,
        volume_per_price=volume_per_price,
        below_share=below_share,
        best_volume_per_price=best,
        fitted_share=shares,
        misfit_share=float(chdtrc(n_free, lack)) if n_free > 0 else float("nan"),
        likelihood_log=top,
    )


def share_that_differs(test: PriceTest, form: Form, *, today_usd: float | None = None) -> float:
    """Probability of segments at least as unlike each other by chance, if all had one elasticity.

    Parameters
    ----------
    test : PriceTest
        Arms with counts.
    form, today_usd
        As for `fit_price_test`.

    Returns
    -------
    float
        From 0 to 1; nan where fewer than two segments saw two prices.

    Notes
    -----
    Twice the log-likelihood lost by one elasticity for all, against chi-squared with a degree of freedom
    for each further segment.
    """
    places = test.comparable()
    if places.size < 2:
        return float("nan")
    parts = [test.of_segment(place) for place in places]
    apart = sum(fit_price_test(part, form, today_usd=today_usd).likelihood_log for part in parts)
    together = fit_price_test(test, form, today_usd=today_usd).likelihood_log
    return float(chdtrc(places.size - 1, max(2 * (apart - together), 0.0)))


def bought_share_range(test: PriceTest) -> FloatArray:
    """Share that buys in each arm alone, (3, n_arms): P5, P50 and P95 of Beta(bought + 1/2, not + 1/2)."""
    low, high = test.n_bought + 0.5, test.n_offered - test.n_bought + 0.5
    found: FloatArray = np.asarray(betaincinv(low, high, _SEEN[:, np.newaxis]), dtype=np.float64)
    return found
