from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.uncertainty import Normal, Quantiles, interval_90


@st.composite
def stated_points(draw):
    n = draw(st.integers(2, 6))
    shares = sorted(draw(st.lists(st.integers(1, 999), min_size=n, max_size=n, unique=True)))
    values = sorted(draw(st.lists(st.integers(-10_000, 10_000), min_size=n, max_size=n, unique=True)))
    return tuple(share / 1000 for share in shares), tuple(value / 10 for value in values)


@given(stated_points())
def test_it_passes_through_the_stated_points(points):
    shares, values = points
    law = Quantiles(shares, values)
    np.testing.assert_allclose(law.ppf(np.array(shares)), values, rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(law.cdf(np.array(values)), shares, rtol=1e-12)


@given(stated_points())
def test_it_rises_everywhere_far_beyond_the_points_too(points):
    u = np.concatenate(
        [2.0 ** -np.arange(52, 3, -1), np.linspace(0.07, 0.93, 200), 1 - 2.0 ** -np.arange(4, 53)]
    )
    with np.errstate(over="ignore"):
        assert (np.diff(Quantiles(*points).ppf(u)) >= 0).all()


def test_two_ends_of_an_interval_give_the_interval():
    u = np.array([1e-9, 0.2, 0.5, 0.999])
    np.testing.assert_allclose(Quantiles((0.05, 0.95), (8, 12)).ppf(u), interval_90(8, 12).ppf(u), rtol=1e-12)
    np.testing.assert_allclose(
        Quantiles((0.05, 0.95), (-8, 12)).ppf(u), interval_90(-8, 12).ppf(u), rtol=1e-12
    )


def test_three_points_of_a_normal_give_the_normal():
    law = Normal(-2.0, 3.0)
    shares = (0.05, 0.5, 0.9)
    through = Quantiles(shares, tuple(law.ppf(np.array(shares))))
    u = np.array([1e-12, 0.3, 0.99, 1 - 1e-9])
    np.testing.assert_allclose(through.ppf(u), law.ppf(u), rtol=1e-9)
    assert through.expectation() == pytest.approx(-2.0, rel=1e-12)


def test_points_above_zero_never_give_a_draw_of_zero_or_less():
    law = Quantiles((0.4, 0.5, 0.6), (1.0, 10.0, 11.0))
    assert law.ppf(np.array([2.0**-53]))[0] > 0
    assert law.support() == (0.0, np.inf)


@pytest.mark.parametrize(
    ("shares", "values", "message"),
    [
        ((0.5,), (1.0,), r"shares must be two or more, got 1"),
        ((0.1, 0.9), (1.0,), r"values must be as many as shares \(2\), got 1"),
        ((0.0, 0.9), (1.0, 2.0), r"shares must be strictly between 0 and 1, got 0\.0"),
        ((0.9, 0.1), (1.0, 2.0), r"shares must be rising from point to point"),
        ((0.1, 0.9), (2.0, 2.0), r"values must be rising from point to point"),
        ((0.1, 0.9), (2.0, np.inf), r"values must be finite, got inf"),
    ],
)
def test_points_that_contradict_each_other_are_refused(shares, values, message):
    with pytest.raises(DomainError, match=message):
        Quantiles(shares, values)
