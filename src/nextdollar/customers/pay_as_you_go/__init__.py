"""Customers without a contract: who is still there, what they will buy, and what that is worth."""

from nextdollar.customers.pay_as_you_go.fitting import (
    Fitted,
    PurchaseLaw,
    akaike_weights,
    bootstrap,
    fit_purchases,
    fit_spend,
    law_at,
    parameter_draws,
)
from nextdollar.customers.pay_as_you_go.histories import Histories, unique_histories
from nextdollar.customers.pay_as_you_go.laws import (
    PURCHASE_LAWS,
    BgBb,
    BgNbd,
    GammaGamma,
    MbgNbd,
    ParetoNbd,
)
from nextdollar.customers.pay_as_you_go.predict import future_purchases, simulated_purchases
from nextdollar.customers.pay_as_you_go.score import Scores, Spend, score
from nextdollar.customers.pay_as_you_go.transactions import Summarised, summarised, whole_periods

__all__ = [
    "PURCHASE_LAWS",
    "BgBb",
    "BgNbd",
    "Fitted",
    "GammaGamma",
    "Histories",
    "MbgNbd",
    "ParetoNbd",
    "PurchaseLaw",
    "Scores",
    "Spend",
    "Summarised",
    "akaike_weights",
    "bootstrap",
    "fit_purchases",
    "fit_spend",
    "future_purchases",
    "law_at",
    "parameter_draws",
    "score",
    "simulated_purchases",
    "summarised",
    "unique_histories",
    "whole_periods",
]
