"""What a test of prices says of demand, and how far it carries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.pricing.price_test_rows import PriceTestRows
from nextdollar.customers.pricing import (
    PriceTest,
    TestedElasticity,
    bought_share_range,
    fit_price_test,
    share_that_differs,
)
from nextdollar.customers.pricing.price_test import Form
from nextdollar.uncertainty import Design, uniforms
from nextdollar.units import FloatArray

ELASTICITY = "demand.elasticity"
MISFIT_REFUSED, MISFIT_TOLD = 0.001, 0.05
"""Probabilities of such counts by chance, under which no price is advised, and under which it is said."""
MOST_ELASTICITY, MOST_HELD = 10.0, 20.0
"""P95 above which a test bounds nothing, as half the price would sell a thousand times as much; where draws
are held."""
_SEEN = np.array([0.05, 0.5, 0.95])
_LEAST_LEFT = 0.01
_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class SegmentElasticity:
    """What one segment alone says: p5, p50 and p95 of the elasticity."""

    name: str
    p5: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class TestedPrice:
    """A test of prices with what it says of the elasticity.

    Attributes
    ----------
    rows : PriceTestRows
        Arms by segment and price, in the order of `counts`.
    today_usd : float, optional
        Today's price in the terms of the test.
    least : float
        Elasticity under which nothing is thought possible; 0 where nothing is ruled out.
    fit : TestedElasticity
        Of all segments together, each at a level of its own.
    bought_share : array (3, n_arms)
        P5, P50 and P95 of the share that buys in each arm.
    by_segment : tuple of SegmentElasticity
        Those that bought at two prices; empty where there is only one.
    differs_share : float
        Probability of segments at least as unlike by chance; nan where there is one.
    """

    rows: PriceTestRows
    counts: PriceTest
    today_usd: float | None
    least: float
    fit: TestedElasticity
    bought_share: FloatArray
    by_segment: tuple[SegmentElasticity, ...]
    differs_share: float

    @property
    def misses_form(self) -> bool:
        """Whether the counts are so far from the form that no price can rest on it."""
        return self.fit.misfit_share < MISFIT_REFUSED

    @property
    def bears_no_price(self) -> str:
        """Why no price can rest on the test, as a clause; empty where one can."""
        if self.misses_form:
            return (
                f"the tested prices do not lie on one curve of the form {self.fit.form}, so that no price "
                "can rest on it"
            )
        p5, _, p95 = self.quantiles()
        below = self.fit.probability_below(0.0) if self.least == 0 else 0.0
        if below > 1 - _CHANCE:
            return (
                "in the test the dearer price sold more, beyond chance: no curve of demand does that, so "
                "that something else differed"
            )
        if p95 > MOST_ELASTICITY:
            return (
                f"the test leaves open how strongly demand responds (elasticities up to {p95:,.0f}): it "
                "needs more people, or prices farther apart"
            )
        if below > _CHANCE:
            return (
                "the test cannot tell whether a dearer price drives anybody away (elasticity "
                f"{p5:.3g} to {p95:.3g})"
            )
        return ""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Segments that say nothing, as nobody in them bought at a second price."""
        known = {self.rows.segments[int(place)] for place in self.counts.comparable()}
        return tuple(name for name in self.rows.segments if name not in known)

    @property
    def tested_multiples(self) -> tuple[float, float] | None:
        """Lowest and highest tested price over today's; None where that is not stated."""
        if self.today_usd is None:
            return None
        prices = self.counts.price_usd
        return float(prices.min()) / self.today_usd, float(prices.max()) / self.today_usd

    def quantiles(self) -> tuple[float, float, float]:
        """Return P5, P50 and P95 of the elasticity, with nothing ruled out."""
        p5, p50, p95 = np.asarray(self.fit.quantile(_SEEN)).tolist()
        return p5, p50, p95

    def draws(self, design: Design) -> FloatArray:
        """Return draws of the elasticity (n_draws,), from 0 to `MOST_HELD`."""
        found = self.fit.draws(uniforms([ELASTICITY], design)[0], least_volume_per_price=self.least)
        return np.minimum(found, MOST_HELD)


def tested_price(
    rows: PriceTestRows, form: Form, *, today_usd: float | None = None, least: float = 0.0
) -> TestedPrice:
    """Work out what a test of prices says of the elasticity.

    Parameters
    ----------
    rows : PriceTestRows
        Arms; somebody bought at two prices.
    form : "constant" or "linear"
        How demand falls with the price.
    today_usd : float, optional
        Today's price in the terms of the test; the linear form needs it.
    least : float
        Lowest elasticity that is thought possible, 0 or more.

    Returns
    -------
    TestedPrice

    Raises
    ------
    DomainError
        If the linear form has no price of today, or nobody bought at a second price.
    """
    counts = rows.counts()
    alone = []
    for place in counts.comparable() if counts.n_segments > 1 else ():
        fit = fit_price_test(counts.of_segment(place), form, today_usd=today_usd)
        p5, p50, p95 = np.asarray(fit.quantile(_SEEN)).tolist()
        alone.append(SegmentElasticity(rows.segments[int(place)], p5, p50, p95))
    return TestedPrice(
        rows=rows,
        counts=counts,
        today_usd=today_usd,
        least=least,
        fit=fit_price_test(counts, form, today_usd=today_usd),
        bought_share=bought_share_range(counts),
        by_segment=tuple(alone),
        differs_share=math.nan if len(alone) < 2 else share_that_differs(counts, form, today_usd=today_usd),
    )


def leaves_possible(found: TestedPrice) -> bool:
    """Whether a hundredth or more of the probability lies above the least elasticity."""
    return 1 - found.fit.probability_below(found.least) >= _LEAST_LEFT
