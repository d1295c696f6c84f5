"""Churn, retention and the quick ratio of each month, from its movements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.customers.recurring_revenue.movements import Movements
from nextdollar.sources import Source
from nextdollar.units import FloatArray

SOURCES = (
    Source(
        "ChartMogul, net MRR churn rate", "reactivation counts against churn", "https://help.chartmogul.com"
    ),
    Source("Baremetrics, net revenue retention", "no reactivation", "https://changelog.baremetrics.com"),
)


@dataclass(frozen=True, slots=True)
class MonthlyRates:
    """Rates of each movement, (n_months - 1,); not a number where a rate has no meaning.

    `nrr` and `grr` are net and gross revenue retention. The quick ratio has no meaning in a month that
    loses nothing, every other rate none in a month that starts with nothing.
    """

    gross_churn_share: FloatArray
    net_churn_share: FloatArray
    grr_share: FloatArray
    nrr_without_reactivation_share: FloatArray
    nrr_with_reactivation_share: FloatArray
    logo_churn_share: FloatArray
    quick_ratio_multiple: FloatArray


def monthly_rates(moved: Movements) -> MonthlyRates:
    """Rates of each month.

    Parameters
    ----------
    moved : Movements
        Those of `movements`, or sums of them over months, each divided by the sum of the starts.

    Returns
    -------
    MonthlyRates
        Shares of the MRR (of the customers for `logo_churn_share`) that the month starts with.

    Notes
    -----
    gross churn = (churn + contraction) / start; GRR = 1 - gross churn, from 0 to 1; net churn =
    (churn + contraction - expansion - reactivation) / start; NRR with reactivation = 1 - net churn,
    without it the same less reactivation / start; quick ratio = (new + expansion + reactivation) /
    (churn + contraction).
    """
    lost = moved.churn_micro_usd + moved.contraction_micro_usd
    grown = moved.expansion_micro_usd
    back = moved.reactivation_micro_usd
    start = moved.start_micro_usd
    return MonthlyRates(
        gross_churn_share=ratio(lost, start),
        net_churn_share=ratio(lost - grown - back, start),
        grr_share=ratio(start - lost, start),
        nrr_without_reactivation_share=ratio(start - lost + grown, start),
        nrr_with_reactivation_share=ratio(start - lost + grown + back, start),
        logo_churn_share=ratio(moved.customers_lost, moved.customers_start),
        quick_ratio_multiple=ratio(moved.new_micro_usd + grown + back, lost),
    )


def ratio(part: np.ndarray, whole: np.ndarray) -> FloatArray:
    """Part over whole, each (...); not a number where the whole is 0."""
    parts, wholes = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    missing = np.full(np.broadcast_shapes(parts.shape, wholes.shape), np.nan)
    return np.asarray(np.divide(parts, wholes, out=missing, where=wholes != 0))
