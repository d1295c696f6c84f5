from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.contractual.laws.gamma_ratio import digamma_fall, log_gamma_fall, trigamma_fall

sizes = st.floats(-2, 12).map(lambda x: 10.0**x)
steps = st.floats(-3, 5).map(lambda x: 10.0**x)


def exact(order: int, z: float, a: float) -> float:
    """Difference at z and z + a with 60 digits: of log Gamma, psi, or its slope."""
    with mpmath.workdps(60):
        function = mpmath.loggamma if order < 0 else lambda x: mpmath.polygamma(order, x)
        return float(function(mpmath.mpf(z)) - function(mpmath.mpf(z) + mpmath.mpf(a)))


@pytest.mark.parametrize(
    ("fall", "order"),
    [(log_gamma_fall, -1), (digamma_fall, 0), (trigamma_fall, 1)],
    ids=["log", "psi", "psi'"],
)
class TestEveryFall:
    @given(sizes, steps)
    def test_it_agrees_with_sixty_digits(self, fall, order, z, a):
        # Where z is small the functions themselves are subtracted, with an error of their own size.
        size = abs(exact(order, z, a))
        noise = 1e-12 * (1 + z * np.log(2 + z)) / z ** max(order, 0) if z <= 1e3 else 0.0
        assert fall(z, a) == pytest.approx(exact(order, z, a), rel=1e-11, abs=noise + 1e-13 * size)

    @given(steps)
    def test_there_is_no_step_where_the_series_begins(self, fall, order, a):
        below, above = fall(np.array([1e3 * (1 - 1e-9), 1e3 * (1 + 1e-9)]), a)
        assert below == pytest.approx(above, rel=3e-8)
