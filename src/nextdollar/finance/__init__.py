"""Is it worth it, and at what risk? Present values, rates, payback, tails, margins and drivers."""

from nextdollar.finance.cashflow import monthly_incremental_cash, share_live
from nextdollar.finance.irr import (
    DEGENERATE,
    MULTIPLE,
    NONE,
    STATUS_WORDS,
    UNIQUE,
    InternalRates,
    irr,
    irr_roots,
    mirr,
)
from nextdollar.finance.marginal import benefit_cost_ratio, marginal_return, roi, trade
from nextdollar.finance.npv import annuity_factor, discount_factor, npv, npv_condition
from nextdollar.finance.payback import (
    amortised_payback_months,
    discounted_payback_period,
    payback_lost,
    payback_period,
)
from nextdollar.finance.risk import (
    expected_shortfall,
    expected_shortfall_standard_error,
    loss_probability,
    value_at_risk,
    value_at_risk_interval,
    value_at_risk_standard_error,
)
from nextdollar.finance.sensitivity import break_even, first_order_shares

__all__ = [
    "DEGENERATE",
    "MULTIPLE",
    "NONE",
    "STATUS_WORDS",
    "UNIQUE",
    "InternalRates",
    "amortised_payback_months",
    "annuity_factor",
    "benefit_cost_ratio",
    "break_even",
    "discount_factor",
    "discounted_payback_period",
    "expected_shortfall",
    "expected_shortfall_standard_error",
    "first_order_shares",
    "irr",
    "irr_roots",
    "loss_probability",
    "marginal_return",
    "mirr",
    "monthly_incremental_cash",
    "npv",
    "npv_condition",
    "payback_lost",
    "payback_period",
    "roi",
    "share_live",
    "trade",
    "value_at_risk",
    "value_at_risk_interval",
    "value_at_risk_standard_error",
]
