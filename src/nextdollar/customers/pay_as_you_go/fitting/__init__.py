"""Fits by maximum likelihood, with intervals and draws."""

from nextdollar.customers.pay_as_you_go.fitting.fit import akaike_weights, bootstrap, fit_purchases, fit_spend
from nextdollar.customers.pay_as_you_go.fitting.fitted import Fitted, PurchaseLaw, law_at, parameter_draws

__all__ = [
    "Fitted",
    "PurchaseLaw",
    "akaike_weights",
    "bootstrap",
    "fit_purchases",
    "fit_spend",
    "law_at",
    "parameter_draws",
]
