"""The price that brings the highest expected margin, and the highest one that a churn limit allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.pricing.price_response import PriceResponse, churn_after_price
from nextdollar.errors import require
from nextdollar.uncertainty import quantiles
from nextdollar.units import FloatArray, Floats

LOWEST_MULTIPLE, HIGHEST_MULTIPLE = 0.5, 2.0
"""How far from the price list a price is looked for: an elasticity is measured on changes far smaller."""
_N_POINTS = 81
_N_HALVINGS = 50
_GOLDEN = (np.sqrt(5.0) - 1) / 2


@dataclass(frozen=True, slots=True)
class Offer:
    """Customers in groups that see the same change of their bill.

    Parameters
    ----------
    revenue_usd_per_month : array (n_groups,)
        Bills at the price list, at today's use, less what is paid away with each bill.
    serving_usd_per_month : array (n_groups, n_draws)
        Cost of serving today's use; it moves with the business that is kept. n_draws may be 1.
    customers : array (n_groups,)
        Customers, 0 or more.
    bill_multiple : array (n_groups,)
        Bill at the price list over what is paid today, above 0; 1 where the list is today's.
    usd_per_customer_month : float or array (n_draws,)
        Cost of a customer whatever the use, 0 or more.
    leaving_share : float or array (n_draws,)
        How much of the response is customers who leave, not use that falls: 0 to 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    At m times the list a group keeps k = response(m bill_multiple) of its business and k**leaving of its
    customers; margin = sum of k (m revenue - serving) - customers k**leaving x cost of a customer.
    """

    revenue_usd_per_month: FloatArray
    serving_usd_per_month: FloatArray
    customers: FloatArray
    bill_multiple: FloatArray
    usd_per_customer_month: Floats = 0.0
    leaving_share: Floats = 1.0

    def __post_init__(self) -> None:
        require(np.greater_equal(self.customers, 0), "customers", "0 or more", self.customers)
        require(np.greater(self.bill_multiple, 0), "bill_multiple", "above 0", self.bill_multiple)
        ok = np.greater_equal(self.leaving_share, 0) & np.less_equal(self.leaving_share, 1)
        require(ok, "leaving_share", "a share from 0 to 1", self.leaving_share)

    def margin_usd_per_month(self, price_multiple: float, response: PriceResponse) -> FloatArray:
        """Gross margin at so many times the price list, in USD a month (n_draws,)."""
        kept = self._kept_share(price_multiple, response)
        earned_usd = price_multiple * self.revenue_usd_per_month[:, np.newaxis] - self.serving_usd_per_month
        stayed = np.power(kept, self.leaving_share)
        heads_usd = self.usd_per_customer_month * np.sum(self.customers[:, np.newaxis] * stayed, axis=0)
        margin_usd: FloatArray = np.sum(kept * earned_usd, axis=0) - heads_usd
        return margin_usd

    def volume_multiple(self, price_multiple: float, response: PriceResponse) -> FloatArray:
        """Use at so many times the price list over today's, by what serving it costs (n_draws,).

        By customers where serving costs nothing.
        """
        kept = self._kept_share(price_multiple, response)
        serving = self.serving_usd_per_month
        weights = serving if bool((serving.sum(axis=0) > 0).all()) else self.customers[:, np.newaxis]
        volume: FloatArray = np.sum(kept * weights, axis=0) / np.sum(weights, axis=0)
        return volume

    def stay_share(self, price_multiple: float, response: PriceResponse) -> FloatArray:
        """Share of the customers whom so many times the price list does not drive away (n_draws,)."""
        kept = np.minimum(self._kept_share(price_multiple, response), 1.0)
        stayed = self.customers[:, np.newaxis] * np.power(kept, self.leaving_share)
        share: FloatArray = np.sum(stayed, axis=0) / np.sum(self.customers)
        return share

    def _kept_share(self, price_multiple: float, response: PriceResponse) -> FloatArray:
        bills = (price_multiple * self.bill_multiple)[:, np.newaxis]
        return np.asarray(response.kept_share(bills))


@dataclass(frozen=True, slots=True)
class BestPrice:
    """The price of highest expected margin, as a multiple of the price list.

    Attributes
    ----------
    price_multiple : float
        The best one.
    margin_usd, margin_at_list_usd : array (n_draws,)
        Gross margin a month there and at the list itself, on the same draws.
    each_best_multiple : array (n_draws,)
        The best price of each draw, had it been known.
    value_of_knowing_usd : float
        Expected gain a month if each draw could be priced by itself (perfect information), 0 or more.
    n_optima : int
        Local optima within a tenth of the best margin; more than one means that the top is not one hill.
    bound : str
        "low" or "high" where the best price lies at the end of the range searched, else empty.
    curve_multiple : array (n_points,)
        Prices of the curve.
    curve_usd : array (n_points, n_draws)
        Margin at each.
    """

    price_multiple: float
    margin_usd: FloatArray
    margin_at_list_usd: FloatArray
    each_best_multiple: FloatArray
    value_of_knowing_usd: float
    n_optima: int
    bound: str
    curve_multiple: FloatArray
    curve_usd: FloatArray


def best_price(
    offer: Offer,
    response: PriceResponse,
    *,
    low: float = LOWEST_MULTIPLE,
    high: float = HIGHEST_MULTIPLE,
) -> BestPrice:
    """Price of highest expected margin between two multiples of the price list.

    Parameters
    ----------
    offer : Offer
        Bills, costs and customers.
    response : PriceResponse
        What a price does to demand.
    low, high : float
        Ends of the search, 0 < low < high.

    Returns
    -------
    BestPrice
        The best price over all draws together; a curve of the whole range.

    Raises
    ------
    DomainError
        If the ends are no range.

    Notes
    -----
    81 prices evenly spaced in logs, then a golden section around the best: every hill that is wider than
    1.8 % is seen. Where `share_without_best_price` is above 0 the end of the range decides, and the answer
    is none: ask first.
    """
    require(0 < low < high, "low and high", "0 < low < high", (low, high))
    multiples = np.geomspace(low, high, _N_POINTS)
    curve_usd = np.stack([offer.margin_usd_per_month(float(m), response) for m in multiples])
    expected_usd = curve_usd.mean(axis=1)
    top = int(np.argmax(expected_usd))
    ends = multiples[max(top - 1, 0)], multiples[min(top + 1, _N_POINTS - 1)]

    def expected(log_multiple: float) -> float:
        return float(offer.margin_usd_per_month(float(np.exp(log_multiple)), response).mean())

    best = float(np.exp(_golden_section(expected, float(np.log(ends[0])), float(np.log(ends[1])))))
    at_best_usd = offer.margin_usd_per_month(best, response)
    bound = ""
    if top in (0, _N_POINTS - 1) and at_best_usd.mean() <= expected_usd[top]:
        bound, best, at_best_usd = ("low" if top == 0 else "high"), float(multiples[top]), curve_usd[top]
    each, each_usd = _best_of_each(multiples, curve_usd)
    return BestPrice(
        price_multiple=best,
        margin_usd=at_best_usd,
        margin_at_list_usd=offer.margin_usd_per_month(1.0, response),
        each_best_multiple=each,
        value_of_knowing_usd=max(float(each_usd.mean() - at_best_usd.mean()), 0.0),
        n_optima=_n_hills(expected_usd),
        bound=bound,
        curve_multiple=multiples,
        curve_usd=curve_usd,
    )


def largest_multiple_within(
    offer: Offer,
    response: PriceResponse,
    *,
    churn_per_month: Floats,
    limit_per_month: float,
    response_months: Floats,
    certainty_share: float = 0.9,
) -> float:
    """Highest multiple of the price list that keeps churn under a limit.

    Parameters
    ----------
    offer : Offer
        Customers, and how their bills change.
    response : PriceResponse
        What a price does to demand.
    churn_per_month : float or array (n_draws,)
        Churn without a change of price, a share from 0 to 1.
    limit_per_month : float
        Churn that must not be exceeded while customers respond, a share from 0 to 1.
    response_months : float or array (n_draws,)
        Time over which they respond, above 0.
    certainty_share : float
        Share of the draws in which the limit must hold, above 0 and at most 1.

    Returns
    -------
    float
        Between `LOWEST_MULTIPLE` and `HIGHEST_MULTIPLE` (the end itself where the limit never binds), nan
        where no price meets the limit.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    Churn rises with the price in every draw, so that its quantile does: bisection in logs, to 1e-14.
    """
    require(0 < certainty_share <= 1, "certainty_share", "above 0 and at most 1", certainty_share)

    def meets(multiple: float) -> bool:
        stay = offer.stay_share(multiple, response)
        churn = churn_after_price(churn_per_month, stay, response_months=response_months)
        return bool(quantiles(np.atleast_1d(churn), [certainty_share])[0] <= limit_per_month)

    low, high = np.log(LOWEST_MULTIPLE), np.log(HIGHEST_MULTIPLE)
    if not meets(LOWEST_MULTIPLE):
        return float("nan")
    if meets(HIGHEST_MULTIPLE):
        return HIGHEST_MULTIPLE
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if meets(float(np.exp(middle))) else (low, middle)
    return float(np.exp(low))


def _golden_section(value: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one hill between two ends is largest, to 1e-8 of their distance."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(40):
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = value(right)
    return (low + high) / 2


def _best_of_each(multiples: FloatArray, curve_usd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the best price of each draw and its margin, by a parabola in logs through the top three."""
    top = np.clip(np.argmax(curve_usd, axis=0), 1, len(multiples) - 2)
    draws = np.arange(curve_usd.shape[1])
    left, middle, right = (curve_usd[top + step, draws] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend < 0, 0.5 * (left - right) / bend, np.sign(right - left))
    shift = np.clip(shift, -1.0, 1.0)
    step_log = float(np.log(multiples[1] / multiples[0]))
    peak_usd = np.maximum(middle - 0.25 * (left - right) * shift, np.max(curve_usd, axis=0))
    return multiples[top] * np.exp(shift * step_log), peak_usd


def _n_hills(expected_usd: FloatArray) -> int:
    """Return the number of local optima within a tenth of the best."""
    padded = np.concatenate([[-np.inf], expected_usd, [-np.inf]])
    is_top = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    best = float(expected_usd.max())
    return int(np.count_nonzero(is_top & (expected_usd >= best - 0.1 * abs(best))))
