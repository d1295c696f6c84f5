"""Late entry as part of a fit: what is known of simulated customers comes back, with ranges that hold it."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.contractual import ShiftedBetaGeometric, fit_retention, table_of_customers
from nextdollar.uncertainty import Design, uniforms

LAW = ShiftedBetaGeometric(0.8, 6.0)
N_TABLES, N_STARTED, LAST = 160, 1500, 24


def watched(chance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return periods, whether left, and entries of customers who were still there when watching began.

    They started up to 24 periods before watching, which went on for 12; who had left by then is in no table.
    """
    leaves_at = chance.geometric(chance.beta(LAW.alpha, LAW.beta, N_STARTED))
    entered = chance.integers(0, LAST, N_STARTED)
    is_there = leaves_at > entered
    leaves_at, entered = leaves_at[is_there], entered[is_there]
    came = np.minimum(leaves_at, entered + 12)
    return came, leaves_at <= entered + 12, entered


@pytest.fixture(scope="module")
def fits():
    names = ["mean", "spread", "ageing"]
    found = []
    for number in range(N_TABLES):
        came, has_left, entered = watched(np.random.default_rng(500 + number))
        table = table_of_customers(came, has_left, n_periods_before=entered)
        found.append(fit_retention(table, uniforms(names, Design.rounded(512, number, balanced=names))))
    return found


def test_ranges_of_nine_of_ten_hold_the_true_share_left_in_85_to_95_of_100(fits):
    at = np.array([6.0, 12.0, 24.0, 36.0])
    low_high = np.array([np.quantile(fit.draws.survival(at), [0.05, 0.95], axis=-1) for fit in fits])
    truth = LAW.survival(at)
    held = ((low_high[:, 0] <= truth) & (truth <= low_high[:, 1])).mean(axis=0)
    # Three standard errors of a share of 0.9 in 160 tables are 0.07.
    assert (held >= 0.85 - 0.04).all() and (held <= 0.97).all(), held


def test_the_true_coefficients_come_back(fits):
    alpha = np.array([fit.main.coefficients["alpha"] for fit in fits if fit.main.name == "sbg"])
    assert np.median(alpha) == pytest.approx(LAW.alpha, rel=0.1)


def test_the_same_customers_without_their_entries_seem_to_stay_much_longer():
    came, has_left, entered = watched(np.random.default_rng(1))
    scores = uniforms(["mean", "spread", "ageing"], Design.rounded(512, 1))
    with_entries = fit_retention(table_of_customers(came, has_left, n_periods_before=entered), scores)
    without = fit_retention(table_of_customers(came, has_left), scores)
    truth = float(LAW.survival(12.0))
    assert with_entries.draws.survival(12.0).mean() == pytest.approx(truth, abs=0.05)
    assert without.draws.survival(12.0).mean() > truth + 0.15
