from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from nextdollar.uncertainty.inverse import ScoreTable, bracketed, table_points


def test_a_table_of_a_cubic_is_the_cubic(even_u):
    z = table_points()
    table = ScoreTable(z**3 + 2 * z, 3 * z**2 + 2)
    wanted = ndtri(even_u) ** 3 + 2 * ndtri(even_u)
    np.testing.assert_allclose(table.at(even_u), wanted, rtol=1e-12, atol=1e-12)


@given(
    u=st.lists(st.floats(1e-12, 1 - 1e-12), min_size=1, max_size=20),
    below=st.floats(0.1, 1e3),
    above=st.floats(0.1, 1e3),
)
def test_a_bracketed_normal_quantile_is_the_normal_quantile(u, below, above):
    shares = np.array(u)
    wanted = ndtri(shares)
    found = bracketed(ndtr, shares, wanted - below, wanted + above)
    np.testing.assert_allclose(ndtr(found), shares, rtol=1e-12, atol=1e-15)


def test_an_end_that_is_the_answer_is_found():
    found = bracketed(ndtr, np.array([0.5, 0.5]), np.array([0.0, -1.0]), np.array([1.0, 0.0]))
    np.testing.assert_allclose(found, 0.0, atol=1e-15)
