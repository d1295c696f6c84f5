"""Many small symmetric systems at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.scaling.fitting.symmetric import solve_positive


@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_agrees_with_lapack_whatever_the_scale_of_the_unknowns(p, n_batch, seed):
    generator = np.random.default_rng(seed)
    roots = generator.normal(size=(n_batch, p, p + 3))
    scale = 10.0 ** generator.uniform(-8, 8, (n_batch, p, 1))
    matrices = (roots * scale) @ (roots * scale).transpose(0, 2, 1)
    right = generator.normal(size=(n_batch, p)) * scale[:, :, 0]
    solution, positive = solve_positive(matrices, right)
    assert positive.all()
    scaled = np.linalg.solve(roots @ roots.transpose(0, 2, 1), (right / scale[:, :, 0])[:, :, None])
    condition = np.linalg.cond(roots @ roots.transpose(0, 2, 1))[:, None]
    error = np.abs(solution * scale[:, :, 0] - scaled[:, :, 0])
    assert (error <= 1e-14 * condition * np.abs(scaled[:, :, 0]).max(axis=1, keepdims=True)).all()


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 2.0], [2.0, 1.0]],
        [[0.0, 0.0], [0.0, 1.0]],
        [[1.0, 1.0], [1.0, 1.0]],
        [[np.nan, 0.0], [0.0, 1.0]],
        [[np.inf, 0.0], [0.0, 1.0]],
        [[-1.0, 0.0], [0.0, 1.0]],
    ],
    ids=["indefinite", "zero column", "singular", "nan", "infinite", "negative"],
)
def test_a_matrix_that_is_not_positive_definite_is_told_and_does_not_touch_the_others(matrix):
    sound = np.array([[2.0, 1.0], [1.0, 3.0]])
    with np.errstate(invalid="ignore"):
        solution, positive = solve_positive(np.array([matrix, sound]), np.ones((2, 2)))
    assert positive.tolist() == [False, True]
    np.testing.assert_array_equal(solution[0], 0.0)
    np.testing.assert_allclose(solution[1], [0.4, 0.2], rtol=1e-14)
