"""The reference simulation of shared/data/customers/README.md, end to end."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.special import betaincinv, ndtri
from scipy.stats import qmc

from nextdollar.finance import (
    UNIQUE,
    expected_shortfall,
    irr,
    loss_probability,
    npv,
    payback_period,
    value_at_risk,
)
from nextdollar.units import per_month_from_per_year

N_MONTHS, N_SCRAMBLES, DRAWS_PER_SCRAMBLE = 36, 8, 2**14
Z_95 = ndtri(0.95)


def lognormal(u, low: float, high: float):
    return math.sqrt(low * high) * np.exp(ndtri(u) * math.log(high / low) / (2 * Z_95))


def triangular(u, low: float, mode: float, high: float):
    width, below = high - low, (mode - low) / (high - low)
    rising, falling = low + width * np.sqrt(u * below), high - width * np.sqrt((1 - u) * (1 - below))
    return np.where(u < below, rising, falling)


def launch(uniforms) -> tuple[np.ndarray, np.ndarray]:
    """Cash (37, n) and monthly rate (n,) as the README lays down, in that order of steps."""
    u = iter(uniforms)
    capex = lognormal(next(u), 0.5e6, 2e6)
    customers = lognormal(next(u), 200, 800)
    adds = lognormal(next(u), 30, 150)
    price = lognormal(next(u), 80, 150)
    serve = lognormal(next(u), 20, 60)
    fixed = lognormal(next(u), 5e3, 20e3)
    growth = 0.015 + 0.025 / Z_95 * ndtri(next(u))
    churn = betaincinv(4, 96, next(u))
    rate = triangular(next(u), 0.08, 0.12, 0.20)
    rows = [-capex]
    for _ in range(N_MONTHS):
        customers = customers * (1 - churn) + adds
        adds = adds * (1 + growth)
        serve = 0.98 * serve
        rows.append(customers * (price - serve) - fixed)
    return np.array(rows), per_month_from_per_year(rate)


def scrambles() -> Iterator[np.ndarray]:
    for seed in range(N_SCRAMBLES):
        points = qmc.Sobol(9, rng=np.random.default_rng(seed)).random(DRAWS_PER_SCRAMBLE).T
        yield np.clip(points, 2**-54, 1 - 2**-53)


@pytest.fixture(scope="module")
def runs() -> list[tuple[np.ndarray, np.ndarray]]:
    """Cash and rate of eight independent scrambled Sobol runs."""
    return [launch(u) for u in scrambles()]


def test_mean_tail_and_probability_lie_within_three_standard_errors(runs, customers_rows):
    statistics = {
        "mean_npv": lambda value: float(value.mean()),
        "VaR95": lambda value: value_at_risk(-value, 0.95),
        "ES95": lambda value: expected_shortfall(-value, 0.95),
        "VaR99": lambda value: value_at_risk(-value, 0.99),
        "ES99": lambda value: expected_shortfall(-value, 0.99),
        "P_npv_negative": loss_probability,
    }
    rows = customers_rows("mc_reference.csv")
    assert {row["quantity"] for row in rows} == set(statistics)
    values = [npv(cash_usd, rate) for cash_usd, rate in runs]
    for row in rows:
        by_run = [statistics[row["quantity"]](value) for value in values]
        own_error = np.std(by_run, ddof=1) / math.sqrt(N_SCRAMBLES)
        error = math.hypot(own_error, float(row["standard_error"]))
        assert abs(np.mean(by_run) - float(row["value"])) < 3 * error, row["quantity"]


def test_every_draw_with_a_rate_has_no_worth_at_that_rate(runs):
    cash_usd, _ = runs[0]
    result = irr(cash_usd)
    unique = result.status == UNIQUE
    rates, flows_usd = result.rate_per_period[unique], cash_usd[:, unique]
    gross_usd = npv(np.abs(flows_usd), rates)
    # The rounding of the value itself, and of the rate that it is taken at.
    slope_usd = npv(np.arange(N_MONTHS + 1)[:, None] * np.abs(flows_usd), rates) / (1 + rates)
    allowed_usd = 2.2e-16 * ((N_MONTHS + 1) * gross_usd + (1 + np.abs(rates)) * slope_usd)
    assert (np.abs(npv(flows_usd, rates)) <= allowed_usd).all()
    assert unique.mean() > 0.999


def test_money_that_comes_back_in_time_earns_a_rate_and_the_other_does_not(runs):
    # One sign change: the undiscounted sum is positive exactly when the rate is.
    cash_usd, _ = runs[1]
    result = irr(cash_usd)
    one_change = (np.diff(np.sign(cash_usd), axis=0) != 0).sum(axis=0) == 1
    paid_back = ~np.isnan(payback_period(cash_usd))
    np.testing.assert_array_equal(paid_back[one_change], (result.rate_per_period > 0)[one_change])
