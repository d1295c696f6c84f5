from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.errors import DomainError
from nextdollar.uncertainty import (
    Bernoulli,
    Beta,
    Constant,
    Discrete,
    Gamma,
    LogNormal,
    Mixture,
    Normal,
    Pert,
    Quantiles,
    Triangular,
    Truncated,
    Uniform,
    interval_90,
)

EVERY = {
    "normal": Normal(-3.0, 2.0),
    "lognormal": LogNormal(9.8, 0.4),
    "uniform": Uniform(-1.0, 3.0),
    "triangular": Triangular(1.0, 2.0, 4.0),
    "triangular, mode at its low end": Triangular(1.0, 1.0, 4.0),
    "triangular, mode at its high end": Triangular(1.0, 4.0, 4.0),
    "pert": Pert(1.0, 2.0, 4.0),
    "beta": Beta(4.0, 96.0),
    "beta with two peaks": Beta(0.5, 0.4),
    "beta beyond the table": Beta(0.1, 0.15),
    "gamma": Gamma(2.3, 4.0),
    "gamma beyond the table": Gamma(0.1, 4.0),
    "bernoulli": Bernoulli(0.8),
    "discrete": Discrete((5.0, -1.0, 2.0), (0.2, 0.5, 0.3)),
    "constant": Constant(5.0),
    "quantiles above zero": Quantiles((0.05, 0.5, 0.95), (80.0, 105.0, 150.0)),
    "quantiles across zero": Quantiles((0.1, 0.3, 0.9), (-5.0, 0.0, 3.0)),
    "mixture with an atom": Mixture((Constant(0.0), LogNormal(0.2, 0.3)), (0.9, 0.1)),
    "mixture of two humps": Mixture((Normal(0.0, 1.0), LogNormal(30.0, 0.1)), (0.4, 0.6)),
    "truncated normal": Truncated(Normal(0.0, 1.0), 1.0, 3.0),
    "truncated above": Truncated(LogNormal(1.0, 1.0), 0.5, math.inf),
    "truncated discrete": Truncated(Discrete((1.0, 2.0, 3.0), (0.2, 0.5, 0.3)), 2.0, 9.0),
}

# Peers to hold the inverse CDF against, element by element.
PEERS = {
    "normal": stats.norm(-3.0, 2.0),
    "lognormal": stats.lognorm(0.4, scale=9.8),
    "uniform": stats.uniform(-1.0, 4.0),
    "triangular": stats.triang(1 / 3, 1.0, 3.0),
    "triangular, mode at its low end": stats.triang(0.0, 1.0, 3.0),
    "triangular, mode at its high end": stats.triang(1.0, 1.0, 3.0),
    "pert": stats.beta(7 / 3, 11 / 3, 1.0, 3.0),
    "beta": stats.beta(4.0, 96.0),
    "beta with two peaks": stats.beta(0.5, 0.4),
    "beta beyond the table": stats.beta(0.1, 0.15),
    "gamma": stats.gamma(2.3, scale=4.0),
    "gamma beyond the table": stats.gamma(0.1, scale=4.0),
    "truncated normal": stats.truncnorm(1.0, 3.0),
}


@pytest.mark.parametrize("law", EVERY.values(), ids=EVERY.keys())
class TestEveryDistribution:
    def test_draws_rise_with_their_uniform(self, law, even_u):
        assert (np.diff(law.ppf(even_u)) >= 0).all()

    def test_the_draw_is_the_lowest_value_whose_cdf_reaches_the_uniform(self, law, even_u):
        x = law.ppf(even_u)
        # A draw is right to about eight digits of its tail's own share; the CDF keeps 16 decimals.
        slack = 1e-8 * np.minimum(even_u, 1 - even_u) + 1e-13
        lowest, highest = law.support()
        step = 1e-12 * np.maximum(np.abs(x), 1e-300)
        assert (np.asarray(law.cdf(x + step)) >= even_u - slack).all()
        inside = x - step > lowest
        assert (np.asarray(law.cdf(x - step))[inside] <= even_u[inside] + slack[inside]).all()
        assert (x >= lowest).all() and (x <= highest).all()

    def test_many_draws_at_once_are_the_same_bytes_as_one_at_a_time(self, law, even_u):
        one_by_one = np.concatenate([law.ppf(u) for u in np.split(even_u, even_u.size)])
        np.testing.assert_array_equal(law.ppf(even_u), one_by_one)
        x = law.ppf(even_u)
        np.testing.assert_array_equal(law.cdf(x), [law.cdf(np.array([each]))[0] for each in x])

    def test_the_cdf_rises_from_nothing_to_all(self, law, even_u):
        x = np.linspace(-20, 60, 2001)
        shares = np.asarray(law.cdf(x))
        assert (np.diff(shares) >= 0).all() and (shares >= 0).all() and (shares <= 1).all()
        lowest, highest = law.support()
        if math.isfinite(lowest):
            assert law.cdf(np.nextafter(lowest, -np.inf)) == 0
        if math.isfinite(highest):
            assert law.cdf(highest) == pytest.approx(1, abs=1e-15)

    def test_the_mean_is_that_of_its_quantiles(self, law):
        # Midpoint rule over the normal score; its error stays below 1e-3 of the spread.
        edges = stats.norm.cdf(np.linspace(-8, 8, 4001))
        weights = np.diff(edges)
        x = law.ppf(edges[:-1] + weights / 2)
        spread = np.sqrt(np.sum(weights * x**2))
        assert law.expectation() == pytest.approx(np.sum(weights * x), abs=1e-3 * spread)

    def test_it_says_what_it_is(self, law):
        words = law.describe()
        assert words and not words.endswith(".") and "\n" not in words


@pytest.mark.parametrize("name", PEERS)
def test_quantiles_agree_with_scipy(name, even_u):
    # The table of a beta or gamma promises 1e-10; scipy's truncnorm keeps about 1e-9.
    u = even_u[even_u < 1 - 1e-9]
    wanted = PEERS[name].ppf(u)
    np.testing.assert_allclose(EVERY[name].ppf(u), wanted, rtol=2e-9 if "truncated" in name else 1e-10)


@pytest.mark.parametrize("name", PEERS)
def test_the_cdf_agrees_with_scipy(name):
    x = np.linspace(-12, 40, 1001)
    np.testing.assert_allclose(EVERY[name].cdf(x), PEERS[name].cdf(x), rtol=1e-9, atol=1e-15)


def test_an_interval_above_zero_is_lognormal():
    law = interval_90(8, 12)
    assert isinstance(law, LogNormal)
    # Median sqrt(96), and mean with sigma = ln(1.5) / (2 x 1.6448536), the 95 % point of tables.
    assert law.median == pytest.approx(9.797959, abs=5e-7)
    assert law.expectation() == pytest.approx(9.797959 * math.exp((0.4054651 / 3.2897073) ** 2 / 2), abs=5e-6)
    assert law.describe() == "90 % interval 8 to 12, lognormal, median 9.8, mean 9.87"


def test_an_interval_across_zero_is_normal():
    law = interval_90(-1, 4)
    assert isinstance(law, Normal)
    assert law.describe() == "90 % interval -1 to 4, normal, median 1.5, mean 1.5"


@given(low=st.floats(1e-6, 1e6), ratio=st.floats(1.001, 1e4))
def test_five_percent_lie_below_an_interval_and_five_above(low, ratio):
    law = interval_90(low, low * ratio)
    np.testing.assert_allclose(law.ppf(np.array([0.05, 0.95])), [low, low * ratio], rtol=1e-12)


def test_a_lognormal_ends_at_zero():
    law = LogNormal(1.0, 0.5)
    np.testing.assert_array_equal(law.cdf(np.array([-1.0, 0.0])), [0.0, 0.0])


def test_a_lognormal_too_wide_for_a_float_has_an_infinite_mean():
    assert LogNormal(1.0, 40.0).expectation() == math.inf


REFUSED = [
    (lambda: Normal(0, 0), r"sd must be above 0 and finite, got 0"),
    (lambda: Normal(math.nan, 1), r"mean must be finite, got nan"),
    (lambda: LogNormal(-1, 1), r"median must be above 0 and finite, got -1"),
    (lambda: LogNormal(1, -0.1), r"sigma must be above 0 and finite, got -0\.1"),
    (lambda: Uniform(2, 2), r"high must be above low \(2\) and finite, got 2"),
    (lambda: Uniform(-math.inf, 2), r"low must be finite, got -inf"),
    (lambda: Triangular(1, 5, 4), r"mode must be between low and high \(1 to 4\), got 5"),
    (lambda: Triangular(4, 4, 1), r"high must be above low \(4\) and finite, got 1"),
    (lambda: Pert(1, 0, 4), r"mode must be between low and high \(1 to 4\), got 0"),
    (lambda: interval_90(12, 8), r"high must be above low \(12\) and finite, got 8"),
    (lambda: interval_90(math.nan, 8), r"low must be finite, got nan"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_parameters_outside_the_domain_are_refused_by_name(make, message):
    with pytest.raises(DomainError, match=message):
        make()
