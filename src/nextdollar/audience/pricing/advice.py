"""The price of highest margin under a churn limit, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.pricing.case import PriceCase
from nextdollar.audience.pricing.margins import CustomerBills
from nextdollar.audience.pricing.usage import UsageTable
from nextdollar.customers.pricing import (
    BestPrice,
    Offer,
    PriceResponse,
    best_price,
    churn_after_price,
    largest_multiple_within,
    share_without_best_price,
)
from nextdollar.customers.pricing.best_price import HIGHEST_MULTIPLE, LOWEST_MULTIPLE
from nextdollar.units import FloatArray

_STEP_LOG = 0.02
_LEAST_ROOM = 1e-6


@dataclass(frozen=True, slots=True)
class BillChanges:
    """How bills at the price list compare with what is paid today.

    `free` customers pay nothing today: how they would respond to a price is not known and they are left out
    of the price advice; `unbilled` ones would pay nothing. `held` ones change by more than a factor of
    two, at which their response is held.
    """

    paid_usd: float
    bill_usd: float
    n_up: int
    n_down: int
    n_free: int
    n_unbilled: int
    n_held: int
    p5_multiple: float
    p50_multiple: float
    p95_multiple: float


@dataclass(frozen=True, slots=True)
class PriceAdvice:
    """What price to ask.

    Attributes
    ----------
    response : PriceResponse
        What a price does to demand.
    refused_share : float
        Share of the draws in which no finite price is best; above 0 no free optimum is given.
    best : BestPrice, optional
        The best price without a limit; None where it is refused.
    limit_multiple : float, optional
        Highest multiple of the list that the churn limit allows; nan where none does, None without limit.
    under_limit : BestPrice, optional
        The best price that the limit allows.
    churn_at : dict
        Churn a month by price, "list", "best" and "limit", as draws; empty without a limit.
    curve : BestPrice
        Margin along the whole range of prices.
    margin_today_usd : array (n_draws,)
        Margin of those in the advice at what they pay today: the list itself, where nothing else is known.
    volume_multiple : array (n_draws,), optional
        Use at the advised price over today's; None where none is advised.
    """

    response: PriceResponse
    refused_share: float
    best: BestPrice | None
    limit_multiple: float | None
    under_limit: BestPrice | None
    churn_at: dict[str, FloatArray]
    curve: BestPrice
    changes: BillChanges | None
    margin_today_usd: FloatArray
    volume_multiple: FloatArray | None

    @property
    def advised(self) -> BestPrice | None:
        """The best price that keeps to the limit; None where there is none."""
        return self.best if self.limit_multiple is None else self.under_limit


def price_advice(table: UsageTable, case: PriceCase, bills: CustomerBills) -> PriceAdvice | None:
    """Return the advice on the price; None where no demand is stated or nobody is billed."""
    if case.response is None or float(bills.bill_usd.sum()) <= 0:
        return None
    changes, ratio, is_in = _changes(table, bills)
    if not bool(is_in.any()):
        return None
    offer, response = _offer(case, bills, ratio, is_in), case.response
    refused = share_without_best_price(response)
    curve = best_price(offer, response)
    limit = _limit_multiple(case, offer)
    is_open = case.test is not None and bool(case.test.bears_no_price)
    best = None if refused > 0 or is_open else curve
    under_limit = None if is_open else _under_limit(offer, response, limit, curve, refused)
    advised = best if limit is None else under_limit
    return PriceAdvice(
        response=response,
        refused_share=refused,
        best=best,
        limit_multiple=limit,
        under_limit=under_limit,
        churn_at=_churn_at(case, offer, limit, best),
        curve=curve,
        changes=changes,
        margin_today_usd=np.broadcast_to(
            _margin_today_usd(table, case, bills, is_in), (case.design.n_draws,)
        ),
        volume_multiple=None if advised is None else offer.volume_multiple(advised.price_multiple, response),
    )


def _margin_today_usd(
    table: UsageTable, case: PriceCase, bills: CustomerBills, is_in: NDArray[np.bool_]
) -> FloatArray:
    """Return the margin a month of the customers in the advice at what they pay today (n_draws,)."""
    paid_usd = bills.bill_usd if table.paid_usd is None else table.by_customer(table.paid_usd)
    those = CustomerBills(paid_usd, *bills.columns()[1:]).chosen(is_in)
    everyone = those.by_group(np.zeros(len(those.bill_usd), dtype=np.int64), 1)
    margin_usd: FloatArray = everyone.margin_usd(case.serving, case.payment_fee_share)[0]
    return margin_usd


def _changes(
    table: UsageTable, bills: CustomerBills
) -> tuple[BillChanges | None, FloatArray, NDArray[np.bool_]]:
    """Return the changes of bills, the ratio of each customer, and who is in the advice."""
    if table.paid_usd is None:
        return None, np.ones(len(bills.bill_usd)), np.ones(len(bills.bill_usd), dtype=bool)
    paid_usd = table.by_customer(table.paid_usd)
    is_in = (paid_usd > 0) & (bills.bill_usd > 0)
    ratio = np.where(is_in, bills.bill_usd / np.where(is_in, paid_usd, 1.0), 1.0)
    held = np.clip(ratio, LOWEST_MULTIPLE, HIGHEST_MULTIPLE)
    shown = np.sort(ratio[is_in]) if bool(is_in.any()) else np.full(1, math.nan)
    ends = (shown[int(share * (len(shown) - 1))] for share in (0.05, 0.5, 0.95))
    changes = BillChanges(
        float(paid_usd.sum()),
        float(bills.bill_usd.sum()),
        int((bills.bill_usd > paid_usd * 1.01).sum()),
        int((bills.bill_usd < paid_usd * 0.99).sum()),
        int((paid_usd <= 0).sum()),
        int(((bills.bill_usd <= 0) & (paid_usd > 0)).sum()),
        int((held != ratio).sum()),
        *(float(end) for end in ends),
    )
    return changes, held, is_in


def _offer(case: PriceCase, bills: CustomerBills, ratio: FloatArray, is_in: NDArray[np.bool_]) -> Offer:
    """Return bills and costs by groups whose bills change alike, to a hundredth around their mean."""
    log_ratio = np.log(ratio[is_in])
    distinct, group = np.unique(np.round(log_ratio / _STEP_LOG), return_inverse=True)
    groups = bills.chosen(is_in).by_group(group, len(distinct))
    mean_log = np.bincount(group, weights=log_ratio) / np.bincount(group)
    return Offer(
        groups.bill_usd * (1 - case.payment_fee_share),
        groups.serving_usd(case.serving),
        groups.months_share,
        np.exp(mean_log),
        case.serving.usd_per_customer_month,
        case.leaving_share,
    )


def _limit_multiple(case: PriceCase, offer: Offer) -> float | None:
    limit, response = case.limit, case.response
    if limit is None or response is None:
        return None
    return largest_multiple_within(
        offer,
        response,
        churn_per_month=limit.churn_per_month,
        limit_per_month=limit.limit_per_month,
        response_months=limit.response_months,
        certainty_share=limit.certainty_share,
    )


def _under_limit(
    offer: Offer, response: PriceResponse, limit: float | None, curve: BestPrice, refused_share: float
) -> BestPrice | None:
    if limit is None or math.isnan(limit):
        return None
    is_free = refused_share == 0 and curve.price_multiple <= limit
    if is_free:
        return curve
    if limit >= HIGHEST_MULTIPLE and refused_share > 0:
        # The limit binds nowhere in the range, so that it does not mend what has no optimum.
        return None
    if limit <= LOWEST_MULTIPLE * (1 + _LEAST_ROOM):
        return None
    return best_price(offer, response, high=limit)


def _churn_at(
    case: PriceCase, offer: Offer, limit: float | None, best: BestPrice | None
) -> dict[str, FloatArray]:
    stated, response = case.limit, case.response
    if stated is None or response is None:
        return {}
    at = {"list": 1.0}
    if best is not None:
        at["best"] = best.price_multiple
    if limit is not None and not math.isnan(limit):
        at["limit"] = limit
    return {
        name: np.broadcast_to(
            churn_after_price(
                stated.churn_per_month,
                offer.stay_share(multiple, response),
                response_months=stated.response_months,
            ),
            (case.design.n_draws,),
        )
        for name, multiple in at.items()
    }
