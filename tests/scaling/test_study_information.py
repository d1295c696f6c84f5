"""What knowing more is worth: published values, and the laws that hold for every table."""

from __future__ import annotations

import csv
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.errors import DomainError
from nextdollar.scaling.study_information import (
    outcome_shares,
    perfect_information_usd,
    sample_information_usd,
    spread_left,
)

CASES = Path(__file__).resolve().parents[2] / "../shared/data/customers/voi_cases.csv"
values = arrays(np.float64, (3, 12), elements=st.floats(-100, 100))
likelihoods = arrays(np.float64, (5, 12), elements=st.floats(0, 1))


def case(name: str) -> float:
    if not CASES.is_file():
        pytest.skip("shared/data/customers/voi_cases.csv is not there")
    with CASES.open(encoding="utf-8", newline="") as handle:
        return next(float(row["value"]) for row in csv.DictReader(handle) if row["id"] == name)


def test_the_oil_wildcatter_pays_twelve_and_a_half_for_the_seismic_test():
    # Raiffa 1968: dry, wet, soaking at 0.5, 0.3, 0.2; the ten draws hold them in those shares.
    drill = np.array([-70.0] * 5 + [50.0] * 3 + [200.0] * 2)
    signal = np.array(
        [[0.6] * 5 + [0.3] * 3 + [0.1] * 2, [0.3] * 5 + [0.4] * 5, [0.1] * 5 + [0.3] * 3 + [0.5] * 2]
    )
    table = np.stack([drill, np.zeros(10)])
    assert table.mean(axis=1).max() == pytest.approx(case("oil_ev"))
    assert sample_information_usd(table, signal) == pytest.approx(case("oil_evsi"))
    # shared/facts/finance.md section 3: perfect information is worth 35.
    assert perfect_information_usd(table) == pytest.approx(35.0)


@pytest.mark.parametrize(
    ("worth", "cost", "a", "b", "n", "name"),
    [
        (1000, 250, 2, 8, 20, "betabin_evsi_0"),
        (100, 60, 3, 3, 10, "betabin_evsi_2"),
        (500, 200, 1, 1, 50, "betabin_evsi_3"),
    ],
)
def test_a_pilot_of_yes_and_no_answers_is_worth_its_closed_form(worth, cost, a, b, n, name):
    from scipy.stats import beta

    n_draws = 4000
    p = beta.ppf((np.arange(n_draws) + 0.5) / n_draws, a, b)
    table = np.stack([worth * p - cost, np.zeros(n_draws)])
    yes = np.arange(n + 1)[:, None]
    likelihood = np.array([[comb(n, k)] for k in range(n + 1)]) * p**yes * (1 - p) ** (n - yes)
    assert sample_information_usd(table, likelihood) == pytest.approx(case(name), rel=5e-3)


@given(values, likelihoods)
def test_information_is_worth_something_between_nothing_and_perfect_information(table, likelihood):
    worth = sample_information_usd(table, likelihood)
    assert 0 <= worth <= perfect_information_usd(table) + 1e-9


@given(values, likelihoods, arrays(np.float64, (4, 5), elements=st.floats(0.01, 1)))
def test_an_observation_that_is_blurred_is_never_worth_more(table, likelihood, blur):
    shares = outcome_shares(likelihood)
    blurred = (blur / blur.sum(axis=0)) @ shares
    assert sample_information_usd(table, blurred) <= sample_information_usd(table, shares) + 1e-9


@given(values)
def test_an_observation_that_names_the_draw_is_worth_perfect_information(table):
    assert sample_information_usd(table, np.eye(12)) == pytest.approx(
        perfect_information_usd(table), abs=1e-9
    )


@given(values, st.floats(-1e3, 1e3))
def test_an_amount_that_every_option_gets_changes_nothing(table, amount):
    likelihood = np.vander(np.linspace(0.1, 1, 12), 4).T
    moved = sample_information_usd(table + amount, likelihood)
    assert moved == pytest.approx(sample_information_usd(table, likelihood), abs=1e-6)


@given(arrays(np.float64, 12, elements=st.floats(-100, 100)), likelihoods)
def test_no_observation_is_expected_to_widen_a_spread(quantity, likelihood):
    assert 0 <= spread_left(quantity, likelihood) <= 1


def test_the_spread_left_by_a_normal_observation_is_that_of_the_normal_posterior():
    from scipy.stats import norm

    # Prior sd 1, noise sd 1: posterior sd 1 / sqrt(2).
    quantity = norm.ppf((np.arange(2000) + 0.5) / 2000)
    likelihood = norm.pdf(np.linspace(-7, 7, 400)[:, None] - quantity)
    assert spread_left(quantity, likelihood) == pytest.approx(np.sqrt(0.5), rel=2e-3)


def test_what_is_certain_keeps_all_of_its_spread():
    assert spread_left(np.full(5, 2.0), np.ones((3, 5))) == 1.0


def test_a_draw_in_which_no_outcome_can_come_is_spread_evenly():
    np.testing.assert_allclose(outcome_shares(np.array([[0.0, 1.0], [0.0, 3.0]])), [[0.5, 0.25], [0.5, 0.75]])


def test_a_negative_likelihood_is_refused_by_name():
    with pytest.raises(DomainError, match="likelihood must be at least 0, got -1"):
        sample_information_usd(np.ones((2, 2)), np.array([[1.0, -1.0]]))
