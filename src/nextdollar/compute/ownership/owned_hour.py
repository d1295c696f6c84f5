"""What an hour of an owned GPU costs, and when owning beats renting."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.training.machine_time import require_share
from nextdollar.errors import require
from nextdollar.units import HOURS_PER_YEAR, Floats

INTERCONNECT_SHARE = 0.19
"""Network share of a cluster's price: Epoch, training-cost-trends, cost_analysis_standalone.py (the code
behind Cottier et al. 2024, arXiv:2405.21015)."""


def owned_usd_per_gpu_hour(
    purchase_usd: Floats,
    life_years: Floats,
    *,
    residual_share: Floats,
    utilisation_share: Floats,
    interconnect_share: Floats = INTERCONNECT_SHARE,
    cost_of_capital_per_year: Floats = 0.0,
    electricity_usd_per_gpu_hour: Floats = 0.0,
) -> Floats:
    """Cost of one used hour of an owned GPU, in USD.

    Parameters
    ----------
    purchase_usd : float or array (...)
        Price of one GPU with its part of the server, at least 0. A bare card costs less: Epoch
        multiplies it by 1.64 for the server around it.
    life_years : float or array (...)
        Years until it is sold or scrapped, above 0.
    residual_share : float or array (...)
        What it then fetches, as a share of what was paid, in [0, 1].
    utilisation_share : float or array (...)
        Share of all hours in which it does useful work, in (0, 1].
    interconnect_share : float or array (...)
        Share of the cluster's price that is network, in [0, 1): the GPU's price is divided by one
        minus it.
    cost_of_capital_per_year : float or array (...)
        Yearly rate as a fraction, at least 0.
    electricity_usd_per_gpu_hour : float or array (...)
        Power for a used hour, at least 0; see `energy.electricity_usd_per_gpu_hour`.

    Returns
    -------
    float or array (...)
        USD per used GPU-hour. Staff, space and spares are not in it.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Equal payments at the end of each year whose present value is what was paid less the present
    value of the residual: paid * (1 - residual / (1 + r)**life) / a, with
    a = (1 - (1 + r)**-life) / r, or `life` at r = 0. Then divided by the used hours of a year.
    """
    require(np.greater_equal(purchase_usd, 0), "purchase_usd", "at least 0", purchase_usd)
    require(np.greater(life_years, 0), "life_years", "above 0", life_years)
    residual_ok = np.greater_equal(residual_share, 0) & np.less_equal(residual_share, 1)
    require(residual_ok, "residual_share", "between 0 and 1", residual_share)
    require_share(utilisation_share, "utilisation_share")
    interconnect_ok = np.greater_equal(interconnect_share, 0) & np.less(interconnect_share, 1)
    require(interconnect_ok, "interconnect_share", "at least 0 and below 1", interconnect_share)
    rate = cost_of_capital_per_year
    require(np.greater_equal(rate, 0), "cost_of_capital_per_year", "at least 0", rate)
    power_usd = electricity_usd_per_gpu_hour
    require(np.greater_equal(power_usd, 0), "electricity_usd_per_gpu_hour", "at least 0", power_usd)

    paid_usd = purchase_usd / (1 - interconnect_share)
    residual_now = residual_share * np.exp(-life_years * np.log1p(rate))
    usd_per_year = paid_usd * (1 - residual_now) / _annuity_years(rate, life_years)
    return usd_per_year / (HOURS_PER_YEAR * utilisation_share) + power_usd


def _annuity_years(rate_per_year: Floats, life_years: Floats) -> Floats:
    """Present value of 1 at the end of each year; the number of years at a rate of 0."""
    free = np.equal(rate_per_year, 0)
    rate = np.where(free, 1.0, rate_per_year)
    return np.where(free, life_years, -np.expm1(-life_years * np.log1p(rate)) / rate)[()]


def break_even_utilisation_share(
    capital_usd_per_hour: Floats, rent_usd_per_gpu_hour: Floats, *, electricity_usd_per_gpu_hour: Floats = 0.0
) -> Floats:
    """Utilisation above which owning costs less than renting.

    Parameters
    ----------
    capital_usd_per_hour : float or array (...)
        Capital cost of an hour on the calendar: `owned_usd_per_gpu_hour` at a utilisation of 1 and
        without electricity; at least 0.
    rent_usd_per_gpu_hour : float or array (...)
        Rent, paid only for the hours used.
    electricity_usd_per_gpu_hour : float or array (...)
        Power for a used hour, at least 0.

    Returns
    -------
    float or array (...)
        Share of all hours; above 1 renting always costs less. nan where electricity alone costs
        the rent or more, so that no utilisation helps.

    Raises
    ------
    DomainError
        If an argument is negative.

    Notes
    -----
    capital / u + electricity = rent, solved for u.
    """
    require(
        np.greater_equal(capital_usd_per_hour, 0), "capital_usd_per_hour", "at least 0", capital_usd_per_hour
    )
    require(
        np.greater_equal(rent_usd_per_gpu_hour, 0),
        "rent_usd_per_gpu_hour",
        "at least 0",
        rent_usd_per_gpu_hour,
    )
    power_usd = electricity_usd_per_gpu_hour
    require(np.greater_equal(power_usd, 0), "electricity_usd_per_gpu_hour", "at least 0", power_usd)
    saved_usd = rent_usd_per_gpu_hour - power_usd
    saves = np.greater(saved_usd, 0)
    return np.where(saves, capital_usd_per_hour / np.where(saves, saved_usd, 1.0), np.nan)[()]
