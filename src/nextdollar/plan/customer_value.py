"""What the customers are worth today, by segment and together."""

from __future__ import annotations

from nextdollar.customers import (
    discounted_ltv,
    head_weighted_ltv,
    ltv_within_horizon,
    revenue_weighted_ltv,
    simple_ltv,
)
from nextdollar.plan.economics import Market
from nextdollar.plan.evaluation import CustomerValue, SegmentValue
from nextdollar.units import Floats


def customer_value(board: Market) -> CustomerValue:
    """Return lifetime values of a market, certain or per draw, in USD."""
    segments = tuple(board.segments.values())
    values = []
    within: Floats = 0.0
    revenue: Floats = 0.0
    for segment in segments:
        margin, churn = segment.margin_usd_per_month, segment.churn_per_month
        ltv = simple_ltv(margin, churn)
        within = within + segment.customers * ltv_within_horizon(margin, churn, n_months=board.n_months)
        revenue = revenue + segment.customers * segment.price_usd_per_month
        values.append(
            SegmentValue(
                segment.name,
                segment.customers,
                segment.price_usd_per_month,
                churn,
                ltv,
                discounted_ltv(margin, churn, discount_per_month=board.discount_per_month),
                segment.customers * ltv,
            )
        )
    return CustomerValue(
        tuple(values),
        board.total_ltv_usd,
        revenue_weighted_ltv(segments),
        head_weighted_ltv(segments),
        revenue,
        within / board.total_ltv_usd,
    )
