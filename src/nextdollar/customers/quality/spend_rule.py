"""What better quality justifies spending on training: rules that hold at any optimum."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


def most_spend_share(gain_share: Floats) -> Floats:
    """Largest share of lifetime gross margin that training a static product can be worth.

    Parameters
    ----------
    gain_share : float or array (...)
        Gain of value for ten times the effective compute, 0 or more; 16.1 % is 0.161.

    Returns
    -------
    float or array (...)
        Spend over the margin that it serves: 0.065 for 16.1 %.

    Raises
    ------
    DomainError
        If the gain is negative.

    Notes
    -----
    Value goes as C**eta with eta = log10(1 + v). At the optimum spend / margin = eta s, where s is 1 on the
    compute-optimal path and less for an over-trained model. Who spends more counts on share taken from
    rivals, on growth, or on a pass-through above one.
    """
    require(np.greater_equal(gain_share, 0), "gain_share", "0 or more", gain_share)
    eta: Floats = np.log10(1.0 + np.asarray(gain_share))[()]
    return eta


def best_training_flop(
    gain_share: Floats, margin_usd: Floats, *, at_flop: Floats, usd_per_flop: Floats
) -> Floats:
    """Training compute of the largest profit where each decade multiplies value alike.

    Parameters
    ----------
    gain_share : float or array (...)
        Gain of value for ten times the effective compute, above 0 and below 9.
    margin_usd : float or array (...)
        Lifetime gross margin before training that a model of `at_flop` earns, in USD, above 0.
    at_flop, usd_per_flop : float or array (...)
        Compute of that model, and price of compute; above 0.

    Returns
    -------
    float or array (...)
        FLOP.

    Raises
    ------
    DomainError
        If a number lies outside its domain. A gain of 900 % or more per decade has no finite optimum.

    Notes
    -----
    R (C / C0)**eta - c C is largest at C = (eta R / (c C0**eta))**(1 / (1 - eta)), eta = log10(1 + v).
    """
    ok = np.greater(gain_share, 0) & np.less(gain_share, 9)
    rule = "above 0 and below 9: where value grows as fast as compute there is no best amount"
    require(ok, "gain_share", rule, gain_share)
    for name, number in (("margin_usd", margin_usd), ("at_flop", at_flop), ("usd_per_flop", usd_per_flop)):
        require(np.greater(number, 0), name, "above 0", number)
    eta = most_spend_share(gain_share)
    top_log = np.log(eta) + np.log(margin_usd) - np.log(usd_per_flop) - eta * np.log(at_flop)
    best: Floats = np.exp(top_log / (1 - eta))
    return best


def spend_for_equal_decades_usd(worth_usd_per_decade: Floats) -> Floats:
    """Best spend on training where every decade adds the same money: worth / ln 10, at any price of compute.

    Raises DomainError where a decade is worth less than 0 USD.
    """
    rule = "0 or more"
    require(np.greater_equal(worth_usd_per_decade, 0), "worth_usd_per_decade", rule, worth_usd_per_decade)
    return worth_usd_per_decade / math.log(10)


def largest_elasticity(exponent: Floats) -> Floats:
    """Elasticity of value to loss from which on a law without a floor has no best size: 1 / exponent.

    Parameters
    ----------
    exponent : float or array (...)
        Exponent of the law in compute, above 0.

    Returns
    -------
    float or array (...)
        Per cent of value per per cent of loss.

    Raises
    ------
    DomainError
        If the exponent is not above 0.
    """
    require(np.greater(exponent, 0), "exponent", "above 0", exponent)
    return 1.0 / exponent
