"""What it costs to win a customer, with the inference that trials and free tiers burn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionCost:
    """What one new paying customer costs, part by part, in USD.

    Parameters
    ----------
    sales_usd : float or array (n_draws,)
        Sales and marketing for one new customer: the usual CAC, 0 or more.
    trial_inference_usd : float or array (n_draws,)
        Inference of all trials behind one who converts, those who did not included, 0 or more.
    free_tier_usd : float or array (n_draws,)
        Inference of users of a free tier for each who comes to pay, 0 or more.
    onboarding_usd : float or array (n_draws,)
        Setting a new customer up, before what AI saves of it, 0 or more.
    onboarding_saved_share : float or array (n_draws,)
        Share of onboarding that AI saves, from 0 to 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    sales_usd: Floats
    trial_inference_usd: Floats = 0.0
    free_tier_usd: Floats = 0.0
    onboarding_usd: Floats = 0.0
    onboarding_saved_share: Floats = 0.0

    def __post_init__(self) -> None:
        for name in ("sales_usd", "trial_inference_usd", "free_tier_usd", "onboarding_usd"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater_equal(value, 0), name, "finite and 0 or more", value)
        _require_share("onboarding_saved_share", self.onboarding_saved_share)

    @property
    def onboarding_saving_usd(self) -> Floats:
        """What AI saves of onboarding, in USD."""
        return self.onboarding_usd * self.onboarding_saved_share

    @property
    def adjusted_cac_usd(self) -> Floats:
        """AI-adjusted CAC: sales + trials + free tier + onboarding - saving, in USD per new customer."""
        inference_usd = self.trial_inference_usd + self.free_tier_usd
        return self.sales_usd + inference_usd + self.onboarding_usd - self.onboarding_saving_usd


def cac(spend_usd: Floats, n_new_customers: Floats) -> Floats:
    """Cost to acquire one customer, in USD.

    Parameters
    ----------
    spend_usd : float or array (...)
        Sales and marketing of a period, 0 or more.
    n_new_customers : float or array (...)
        Customers won in that period, above 0. All of them give the blended CAC; those who came by way of
        the spend alone the paid CAC, which is the one that the next dollar buys at.

    Returns
    -------
    float or array (...)
        USD per new customer.

    Raises
    ------
    DomainError
        If a number lies outside its domain: with no new customer the cost of one is unknown, not 0.
    """
    require(np.greater_equal(spend_usd, 0), "spend_usd", "0 or more", spend_usd)
    require(np.greater(n_new_customers, 0), "n_new_customers", "above 0", n_new_customers)
    return spend_usd / n_new_customers


def trial_inference_usd(
    tokens_per_trial: Floats, usd_per_token: Floats, *, conversion_share: Floats
) -> Floats:
    """Inference of all trials behind one customer who converts, in USD.

    Parameters
    ----------
    tokens_per_trial : float or array (...)
        Tokens that one trial uses, whether it converts or not, 0 or more.
    usd_per_token : float or array (...)
        What serving one costs, 0 or more.
    conversion_share : float or array (...)
        Share of trials that come to pay, above 0 and at most 1.

    Returns
    -------
    float or array (...)
        USD per new customer.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    tokens x price / conversion. With tokens as counted over a period use `counted_inference_usd`.
    """
    _require_price(usd_per_token)
    require(np.greater_equal(tokens_per_trial, 0), "tokens_per_trial", "0 or more", tokens_per_trial)
    ok = np.greater(conversion_share, 0) & np.less_equal(conversion_share, 1)
    require(ok, "conversion_share", "above 0 and at most 1", conversion_share)
    return tokens_per_trial * usd_per_token / conversion_share


def free_tier_usd(
    users_per_customer: Floats, tokens_per_month: Floats, *, free_months: Floats, usd_per_token: Floats
) -> Floats:
    """Inference of a free tier for each of its users who comes to pay, in USD.

    Parameters
    ----------
    users_per_customer : float or array (...)
        Free users for each new paying customer, 0 or more: 1 / conversion where all start free.
    tokens_per_month : float or array (...)
        Tokens that a free user uses in a month, 0 or more.
    free_months : float or array (...)
        Months that a free user stays, 0 or more.
    usd_per_token : float or array (...)
        What serving one costs, 0 or more.

    Returns
    -------
    float or array (...)
        USD per new customer.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """
    _require_price(usd_per_token)
    stated = {
        "users_per_customer": users_per_customer,
        "tokens_per_month": tokens_per_month,
        "free_months": free_months,
    }
    for name, value in stated.items():
        require(np.greater_equal(value, 0), name, "0 or more", value)
    return users_per_customer * tokens_per_month * free_months * usd_per_token


def counted_inference_usd(tokens: Floats, usd_per_token: Floats, *, n_new_customers: Floats) -> Floats:
    """Inference that unpaid use took for each new customer, from tokens counted over a period, in USD.

    Parameters
    ----------
    tokens : float or array (...)
        Tokens of all trials and free users in the period, 0 or more.
    usd_per_token : float or array (...)
        What serving one costs, 0 or more.
    n_new_customers : float or array (...)
        Customers won in the period, above 0.

    Returns
    -------
    float or array (...)
        USD per new customer.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """
    _require_price(usd_per_token)
    require(np.greater_equal(tokens, 0), "tokens", "0 or more", tokens)
    return cac(np.multiply(tokens, usd_per_token), n_new_customers)


def ltv_to_cac(ltv_usd: Floats, cac_usd: Floats) -> Floats:
    """Lifetime value over cost of acquisition.

    Parameters
    ----------
    ltv_usd : float or array (...)
        Lifetime value after the cost of serving, in USD; any sign.
    cac_usd : float or array (...)
        Cost to acquire one customer, in USD, above 0.

    Returns
    -------
    float or array (...)
        Dollars of value for a dollar of acquisition.

    Raises
    ------
    DomainError
        If a cost is not above 0: customers who cost nothing have no such ratio.
    """
    require(np.greater(cac_usd, 0), "cac_usd", "above 0", cac_usd)
    return ltv_usd / cac_usd


def _require_price(usd_per_token: Floats) -> None:
    ok = np.isfinite(usd_per_token) & np.greater_equal(usd_per_token, 0)
    require(ok, "usd_per_token", "finite and 0 or more", usd_per_token)


def _require_share(name: str, share: Floats) -> None:
    ok = np.greater_equal(share, 0) & np.less_equal(share, 1)
    require(ok, name, "a fraction from 0 to 1", share)
