from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.plan.words import power
from nextdollar.report.research.words import (
    coefficient_words,
    distance_words,
    flop_words,
    loss_with_range,
    loss_words,
    model_words,
    share_words,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [(5.76e23, "5.76e23 FLOP"), (1e21, "1e21 FLOP"), (999.6e14, "1e17 FLOP"), (3e12, "3 T FLOP")],
)
def test_a_budget_reads_as_a_budget(value, words):
    assert flop_words(value) == words


@given(st.floats(1e15, 1e40), st.integers(1, 6))
def test_a_power_of_ten_is_the_number_to_its_digits(value, digits):
    assert float(power(value, digits)) == pytest.approx(value, rel=0.5 * 10.0 ** (1 - digits) * 1.01)


def test_a_model_reads_as_size_on_data():
    assert model_words(7e10, 1.4e12) == "70 B on 1.4 T tokens"


@given(st.floats(0.5, 10), st.floats(1e-4, 1))
def test_two_losses_that_differ_look_different(low, further):
    first, second = loss_words(low, low + further)
    assert first != second and float(first) < float(second)


def test_a_loss_has_the_digits_of_its_range():
    assert loss_with_range(1.9401, 1.893, 1.987) == ("1.94", "1.89 to 1.99")
    assert loss_with_range(1.9401, 1.9393, 1.9407) == ("1.940", "1.939 to 1.941")


@pytest.mark.parametrize(
    ("value", "words"),
    [(2143.4, "2 140"), (0.34731, "0.347"), (8.8e13, "8.8e13"), (3.1e-5, "3.1e-5"), (0, "0")],
)
def test_a_coefficient_has_three_digits(value, words):
    assert coefficient_words(value) == words


@pytest.mark.parametrize(
    ("distance", "words"),
    [(0.0, "inside your runs"), (0.01, "at the edge of your runs"), (1.0, "1 decade beyond your runs"),
     (1.23, "1.2 decades beyond your runs")],
)  # fmt: skip
def test_a_distance_is_told_in_decades(distance, words):
    assert distance_words(distance) == words


def test_a_share_says_which_side_it_is_on():
    assert share_words(0.012) == "1.2 % above"
    assert share_words(-0.004) == "0.4 % below"
