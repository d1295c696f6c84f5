from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.pay_as_you_go import GammaGamma
from nextdollar.errors import DomainError

CDNOW = GammaGamma(6.25, 3.74, 15.44)
X, MEAN_USD = np.array([1.0, 2.0, 30.0]), np.array([5.0, 40.0, 21.0])


@given(values=st.lists(st.floats(0.1, 50), min_size=3, max_size=3))
def test_the_slopes_are_those_of_the_likelihood(values):
    slopes = GammaGamma(*values).slopes(X, MEAN_USD)
    for place, value in enumerate(values):
        above, below = list(values), list(values)
        above[place] += 1e-5 * value
        below[place] -= 1e-5 * value
        rise = GammaGamma(*above).log_likelihood(X, MEAN_USD) - GammaGamma(*below).log_likelihood(X, MEAN_USD)
        np.testing.assert_allclose(slopes[place], rise / (2e-5 * value), rtol=2e-5, atol=2e-6)


@given(mean_usd=st.floats(0.1, 1e4))
def test_the_expected_spend_lies_between_the_customers_own_and_that_of_all(mean_usd):
    of_all = CDNOW.expected_spend_usd(0.0, 0.0)
    low, high = sorted((mean_usd, float(of_all)))
    few, many = (CDNOW.expected_spend_usd(x, mean_usd) for x in (1.0, 50.0))
    assert low - 1e-9 <= few <= high + 1e-9
    # The more purchases, the closer to the customer's own mean.
    assert abs(many - mean_usd) <= abs(few - mean_usd) + 1e-9


def test_the_mean_of_all_customers_is_that_of_dealt_ones():
    rng = np.random.default_rng(2)
    dealt = CDNOW.p / rng.gamma(CDNOW.q, 1 / CDNOW.v, 400_000)
    assert dealt.mean() == pytest.approx(CDNOW.expected_spend_usd(0.0, 0.0), rel=0.01)


def test_a_mean_that_is_infinite_is_refused_and_that_of_a_known_customer_is_not():
    law = GammaGamma(6.0, 0.9, 15.0)
    with pytest.raises(DomainError, match="the mean spend of all customers is infinite"):
        law.expected_spend_usd(0.0, 0.0)
    assert law.expected_spend_usd(2.0, 20.0) > 0
