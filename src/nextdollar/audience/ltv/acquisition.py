"""Columns on what a customer cost to win, inference of trials and free tiers included."""

from __future__ import annotations

from collections.abc import Mapping

from nextdollar.audience.ltv.cells import Field
from nextdollar.customers.acquisition.cost import (
    AcquisitionCost,
    cac,
    counted_inference_usd,
    free_tier_usd,
    trial_inference_usd,
)
from nextdollar.units import TOKENS_PER_MTOK, Floats

_ENDLESS = float("inf")
_AMOUNTS = (
    *("cac_usd", "acquisition_spend_usd", "usd_per_mtok", "tokens_per_trial", "unpaid_tokens"),
    *("free_users_per_customer", "free_tokens_per_month", "free_months", "onboarding_usd"),
)
ACQUISITION_FIELDS = (
    *(Field(column, 0.0, _ENDLESS) for column in _AMOUNTS),
    *(Field(column, 0.0, _ENDLESS, low_open=True) for column in ("new_customers", "paid_new_customers")),
    Field("trial_conversion_share", 0.0, 1.0, is_share=True, low_open=True),
    Field("onboarding_saved_share", 0.0, 1.0, is_share=True),
)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "acquisition_spend_usd": ("new_customers",),
    "paid_new_customers": ("acquisition_spend_usd",),
    "tokens_per_trial": ("trial_conversion_share", "usd_per_mtok"),
    "free_users_per_customer": ("free_tokens_per_month", "free_months", "usd_per_mtok"),
    "unpaid_tokens": ("new_customers", "usd_per_mtok"),
    "onboarding_saved_share": ("onboarding_usd",),
}
"""What a column says nothing without."""
EITHER = (
    ("cac_usd", "acquisition_spend_usd"),
    ("unpaid_tokens", "tokens_per_trial"),
    ("unpaid_tokens", "free_users_per_customer"),
)
"""Columns that state one thing twice: tokens as counted, or as expected."""
BEYOND_SALES = ("tokens_per_trial", "free_users_per_customer", "unpaid_tokens", "onboarding_usd")
SALES = ("cac_usd", "acquisition_spend_usd")


def acquisition_of(values: Mapping[str, Floats]) -> AcquisitionCost | None:
    """Return what a row states of acquisition; None where it states no sales and marketing."""
    sales = values.get("cac_usd")
    if "acquisition_spend_usd" in values:
        sales = cac(values["acquisition_spend_usd"], values["new_customers"])
    if sales is None:
        return None
    return AcquisitionCost(
        sales_usd=sales,
        trial_inference_usd=_trials(values),
        free_tier_usd=_free_tier(values),
        onboarding_usd=values.get("onboarding_usd", 0.0),
        onboarding_saved_share=values.get("onboarding_saved_share", 0.0),
    )


def paid_cac_of(values: Mapping[str, Floats]) -> Floats | None:
    """Return spend over the customers it brought; None where a row does not tell them apart."""
    if "paid_new_customers" not in values:
        return None
    return cac(values["acquisition_spend_usd"], values["paid_new_customers"])


def _trials(values: Mapping[str, Floats]) -> Floats:
    """Return the inference of unpaid trials, or of all unpaid use where its tokens were counted."""
    if "unpaid_tokens" in values:
        usd_per_token = values["usd_per_mtok"] / TOKENS_PER_MTOK
        return counted_inference_usd(
            values["unpaid_tokens"], usd_per_token, n_new_customers=values["new_customers"]
        )
    if "tokens_per_trial" not in values:
        return 0.0
    return trial_inference_usd(
        values["tokens_per_trial"],
        values["usd_per_mtok"] / TOKENS_PER_MTOK,
        conversion_share=values["trial_conversion_share"],
    )


def _free_tier(values: Mapping[str, Floats]) -> Floats:
    if "free_users_per_customer" not in values:
        return 0.0
    return free_tier_usd(
        values["free_users_per_customer"],
        values["free_tokens_per_month"],
        free_months=values["free_months"],
        usd_per_token=values["usd_per_mtok"] / TOKENS_PER_MTOK,
    )
