"""How wide the misfit is, in the data and beyond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Coupled, Domain
from nextdollar.scaling.forecasting.width import Width

DOMAIN = Domain(1e8, 1e9, 2e9, 2e10, 6 * 1e8 * 2e9, 6 * 1e9 * 1e10)
LAW = Coupled(1.8, 480.0, 0.35, 2085.0, 0.366, 0.7, domain=DOMAIN)
WIDTH = Width(LAW, noise_log=0.005, curvature=0.5)
STEPS = st.floats(1.0, 1e4)


def test_in_the_data_only_noise_is_left():
    assert WIDTH.log(5e8, 5e9) == 0.005
    assert WIDTH.beyond(5e8, 5e9) == 0.0
    assert WIDTH.distance(5e8, 5e9) == 0.0


@pytest.mark.parametrize(
    "factors", [(10, 10), (10, 1), (1, 10), (0.1, 0.1), (0.01, 1), (1, 0.01), (100, 0.01)]
)
@given(near=STEPS, further=STEPS)
def test_it_never_narrows_on_the_way_out(factors, near, further):
    N, D = 1e9 if factors[0] >= 1 else 1e8, 1e10 if factors[1] >= 1 else 2e9
    ways = [np.log(np.array(factors)) / np.log(100) * np.log(steps) for steps in (near, near * further)]
    nearer, farther = (WIDTH.log(N * np.exp(way[0]), D * np.exp(way[1])) for way in ways)
    assert farther >= nearer * (1 - 1e-12)


def test_a_tenth_of_the_loss_to_gain_adds_half_its_square():
    # Beyond by 0.1 in log loss: hypot(0.005, 0.5 * 0.01).
    N = np.geomspace(1e9, 1e13, 4001)
    beyond = WIDTH.beyond(N, 1e10)
    at = int(np.argmin(np.abs(beyond - 0.1)))
    assert WIDTH.log(N[at], 1e10) == pytest.approx(np.hypot(0.005, 0.005), rel=1e-2)


@pytest.mark.parametrize(
    ("params", "tokens", "decades"),
    [(1e10, 1e10, 1.0), (1e9, 1e13, 3.0), (1e7, 1e10, 1.0), (5e8, 2e8, 1.0), (1e9, 2e10, np.log10(2))],
)
def test_the_distance_is_in_decades_of_the_quantity_that_leaves_furthest(params, tokens, decades):
    assert WIDTH.distance(params, tokens) == pytest.approx(decades, rel=1e-12)


def test_arrays_give_what_numbers_give():
    N, D = np.array([1e7, 5e8, 7e10])[:, None], np.array([1e9, 1e12])
    for quantity in (WIDTH.log, WIDTH.beyond, WIDTH.distance):
        apart = [[quantity(float(n), float(d)) for d in D] for n in N[:, 0]]
        np.testing.assert_allclose(quantity(N, D), apart, rtol=1e-12, atol=1e-15)


def test_a_law_without_a_range_is_refused():
    with pytest.raises(DomainError, match="domain must be bounded"):
        Width(Coupled(1.8, 480.0, 0.35, 2085.0, 0.366, 0.7), 0.005, 0.5)


def test_a_noise_of_zero_is_refused():
    with pytest.raises(DomainError, match=r"noise_log must be above 0, got 0\.0"):
        Width(LAW, 0.0, 0.5)
