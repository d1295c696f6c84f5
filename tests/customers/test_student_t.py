from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.customers.student_t import student_t


@given(st.floats(1e-6, 1 - 1e-6), st.floats(1e-6, 1 - 1e-6))
def test_quantiles_and_densities_are_those_of_four_degrees_of_freedom(one, other):
    t, log_density = student_t(np.array([[one], [other]]))
    np.testing.assert_allclose(t[:, 0], stats.t.ppf([one, other], 4), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(log_density, stats.t.logpdf(t, 4).sum(axis=0), rtol=1e-9)


def test_the_middle_is_nought():
    assert student_t(np.array([[0.5]]))[0][0, 0] == 0
