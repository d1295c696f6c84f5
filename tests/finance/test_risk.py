"""Value at risk, expected shortfall and their sampling errors."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtri, stdtr, stdtrit

from nextdollar.errors import DomainError
from nextdollar.finance import (
    expected_shortfall,
    expected_shortfall_standard_error,
    loss_probability,
    value_at_risk,
    value_at_risk_interval,
    value_at_risk_standard_error,
)

# Quantile function and density of the losses that risk_cases.csv names.
CLOSED_FORMS = {
    "loss~N(0,1)": (ndtri, lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    "loss~LogN(0,.5)": (
        lambda u: np.exp(0.5 * ndtri(u)),
        lambda x: math.exp(-((math.log(x) / 0.5) ** 2) / 2) / (x * 0.5 * math.sqrt(2 * math.pi)),
    ),
    "loss~Student t 4": (lambda u: stdtrit(4, u), lambda x: 0.375 / (1 + x * x / 4) ** 2.5),
}
ATOMS = {"atoms": [0.0] * 90 + [100.0] * 10, "atoms2": [0.0] * 96 + [100.0] * 4}

losses_usd = arrays(np.float64, st.integers(1, 60), elements=st.integers(-1000, 1000).map(float))
levels = st.sampled_from([0.01, 0.05, 0.07, 0.29, 0.5, 0.57, 0.9, 0.95, 0.99, 0.995])


def sample(text: str) -> np.ndarray:
    words = text.removeprefix("losses: ")
    return np.array(ATOMS.get(words, words.split()), dtype=float)


def test_every_small_sample_pins_down_the_same_convention(customers_rows):
    rows = [row for row in customers_rows("risk_cases.csv") if row["id"].startswith("sample_")]
    # Rows named varlin show numpy's interpolated quantile, a convention that is not ours.
    ours = [row for row in rows if "varlin" not in row["id"]]
    assert (len(rows), len(ours)) == (22, 16)
    for row in ours:
        measure = value_at_risk if row["quantity"].startswith("VaR") else expected_shortfall
        # Written as float64 sums of at most a hundred terms.
        assert measure(sample(row["loss"]), float(row["alpha"])) == pytest.approx(
            float(row["value"]), rel=1e-14
        ), row["id"]


def test_every_closed_form_lies_within_four_standard_errors(customers_rows):
    rows = [row for row in customers_rows("risk_cases.csv") if row["loss"] in CLOSED_FORMS]
    assert len(rows) == 14
    n_draws = 200_000
    uniforms = np.random.default_rng(12).random(n_draws)
    for row in rows:
        quantile, density = CLOSED_FORMS[row["loss"]]
        level, exact = float(row["alpha"]), float(row["value"])
        losses = quantile(uniforms)
        if row["quantity"] == "VaR":
            error = math.sqrt(level * (1 - level) / n_draws) / density(exact)
            assert abs(value_at_risk(losses, level) - exact) < 4 * error, row["id"]
        else:
            error = expected_shortfall_standard_error(losses, level)
            assert abs(expected_shortfall(losses, level) - exact) < 4 * error, row["id"]


@given(losses_usd, levels)
def test_both_measures_are_the_exact_definitions(losses, level):
    # Rational arithmetic on the printed level: 0.07 of 100 draws is 7 draws, not 7.000000000000001.
    ordered = sorted(Fraction(x) for x in losses.tolist())
    below = Fraction(str(level)) * len(ordered)
    rank = max(math.ceil(below), 1)
    shortfall = (sum(ordered[rank:]) + (rank - below) * ordered[rank - 1]) / (len(ordered) - below)
    assert value_at_risk(losses, level) == ordered[rank - 1]
    size = float(max(map(abs, ordered)))
    assert expected_shortfall(losses, level) == pytest.approx(
        float(shortfall), rel=0, abs=2.2e-16 * (len(losses) + 4) * size
    )


@given(losses_usd, levels, st.randoms(use_true_random=False))
def test_the_order_of_draws_changes_no_digit(losses, level, random):
    mixed = losses.tolist()
    random.shuffle(mixed)
    assert expected_shortfall(np.array(mixed), level) == expected_shortfall(losses, level)


@given(losses_usd, levels)
def test_the_mean_of_the_tail_is_never_below_its_edge(losses, level):
    assert expected_shortfall(losses, level) >= value_at_risk(losses, level)


@given(losses_usd, levels, levels)
def test_a_deeper_tail_is_never_milder(losses, level, other):
    low, high = sorted((level, other))
    assert value_at_risk(losses, high) >= value_at_risk(losses, low)
    rounding = 1e-14 * np.abs(losses).max()
    assert expected_shortfall(losses, high) >= expected_shortfall(losses, low) - rounding


@given(arrays(np.float64, st.tuples(st.just(2), st.integers(1, 40)), elements=st.integers(-99, 99)), levels)
def test_the_shortfall_of_two_together_is_at_most_the_sum(pair, level):
    together = expected_shortfall(pair[0] + pair[1], level)
    assert together <= expected_shortfall(pair[0], level) + expected_shortfall(pair[1], level) + 1e-11


@given(losses_usd, levels, st.integers(-1000, 1000))
def test_a_sure_cost_adds_to_both_measures(losses, level, cost):
    assert value_at_risk(losses + cost, level) == value_at_risk(losses, level) + cost
    assert expected_shortfall(losses + cost, level) == pytest.approx(
        expected_shortfall(losses, level) + cost, abs=1e-11
    )


@given(st.floats(-1e9, 1e9), st.integers(1, 300), levels)
def test_equal_losses_give_exactly_that_loss(loss, n_draws, level):
    losses = np.full(n_draws, loss)
    assert expected_shortfall(losses, level) == value_at_risk(losses, level) == loss


def test_many_rows_at_once_agree_with_one_call_per_row():
    table = np.random.default_rng(1).normal(size=(2, 3, 500))
    for measure in (
        value_at_risk,
        expected_shortfall,
        value_at_risk_standard_error,
        expected_shortfall_standard_error,
    ):
        one_by_one = [[measure(row, 0.9) for row in rows] for rows in table]
        np.testing.assert_array_equal(measure(table, 0.9), one_by_one)
    low, high = value_at_risk_interval(table, 0.9)
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 2], high[1, 2]) == value_at_risk_interval(table[1, 2], 0.9)


def test_the_draws_are_left_in_their_order():
    losses = np.array([3.0, 1.0, 2.0])
    value_at_risk(losses, 0.5)
    expected_shortfall(losses, 0.5)
    np.testing.assert_array_equal(losses, [3.0, 1.0, 2.0])


@pytest.mark.slow
def test_the_standard_errors_are_the_spread_of_repeated_samples():
    # Closed forms for a normal, n = 1e4, level 0.95: 0.02113 for VaR; 0.02466 for ES.
    rng = np.random.default_rng(2)
    n_repeats, n_draws = 1_000, 10_000
    found = np.empty((4, n_repeats))
    for repeat in range(n_repeats):
        losses = rng.standard_normal(n_draws)
        found[:, repeat] = (
            value_at_risk(losses, 0.95),
            expected_shortfall(losses, 0.95),
            value_at_risk_standard_error(losses, 0.95),
            expected_shortfall_standard_error(losses, 0.95),
        )
    spread, said = found[:2].std(axis=1, ddof=1), found[2:].mean(axis=1)
    # A standard deviation of 1,000 repeats is itself uncertain by 1 / sqrt(2 x 1,000).
    np.testing.assert_allclose(said, spread, rtol=4 / math.sqrt(2 * n_repeats))
    said_error = found[2:].std(axis=1, ddof=1) / math.sqrt(n_repeats)
    density = math.exp(-(ndtri(0.95) ** 2) / 2) / math.sqrt(2 * math.pi)
    exact_var_error = math.sqrt(0.95 * 0.05 / n_draws) / density
    assert exact_var_error == pytest.approx(0.02113, abs=5e-6)
    # The slope over one standard error to either side sees the curve of the quantile: below 1 %.
    assert abs(said[0] - exact_var_error) < 4 * said_error[0] + 0.01 * exact_var_error
    assert abs(said[1] - 0.02466) < 4 * said_error[1] + 5e-6


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_interval_holds_the_true_quantile_as_often_as_it_says(level):
    rng = np.random.default_rng(4)
    n_repeats, n_draws = 4_000, 200
    low, high = value_at_risk_interval(rng.exponential(size=(n_repeats, n_draws)), level, confidence=0.9)
    truth = -math.log(1 - level)
    covered = np.mean((low <= truth) & (truth <= high))
    noise = math.sqrt(0.9 * 0.1 / n_repeats)
    # Whole ranks make it conservative, by at most the chance of the two ranks left out.
    assert 0.9 - 3 * noise < covered < 0.97


def test_the_interval_is_the_textbook_one_for_a_median_of_ten():
    # Conover, Practical Nonparametric Statistics: n = 10, ranks 2 and 9 hold the median with 97.9 %.
    assert value_at_risk_interval(np.arange(1.0, 11.0), 0.5, confidence=0.97) == (2.0, 9.0)


def test_the_interval_is_open_where_the_sample_is_too_small():
    low, high = value_at_risk_interval(np.arange(20.0), 0.99)
    assert high == math.inf
    assert math.isfinite(low)
    low, _ = value_at_risk_interval(np.arange(20.0), 0.01)
    assert low == -math.inf


def test_no_standard_error_is_made_up_from_too_few_draws():
    assert math.isnan(value_at_risk_standard_error(np.arange(10.0), 0.95))
    assert math.isnan(expected_shortfall_standard_error(np.arange(10.0), 0.95))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95.0, math.nan])
def test_a_level_outside_zero_and_one_is_refused(level):
    with pytest.raises(DomainError, match=r"level must be above 0 and below 1"):
        value_at_risk(np.ones(3), level)


def test_a_draw_that_is_not_finite_is_refused():
    with pytest.raises(DomainError, match=r"loss_usd must be finite in every draw, got nan"):
        expected_shortfall(np.array([1.0, np.nan]), 0.9)


def test_a_sample_without_draws_is_refused():
    with pytest.raises(DomainError, match=r"loss_usd must be at least one draw"):
        value_at_risk(np.empty((3, 0)), 0.9)


def test_the_probability_of_loss_counts_draws_below_zero():
    assert loss_probability(np.array([-1.0, 0.0, 1.0, -2.0])) == 0.5
    np.testing.assert_array_equal(loss_probability(np.array([[-1.0, 1.0], [1.0, 1.0]])), [0.5, 0.0])


def test_a_probability_of_loss_is_not_made_up_from_missing_draws():
    with pytest.raises(DomainError, match=r"npv_usd must be a number in every draw, got nan"):
        loss_probability(np.array([1.0, np.nan]))
    with pytest.raises(DomainError, match=r"npv_usd must be draws"):
        loss_probability(np.array([]))


def test_the_quantile_function_of_the_cases_is_the_one_meant():
    assert stdtr(4, 2.1318467863266495) == pytest.approx(0.95, abs=1e-12)
