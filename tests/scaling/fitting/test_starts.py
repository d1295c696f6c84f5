"""First guesses by linear least squares."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.scaling.fitting.starts import best_of_each_part, linear_terms


def bases(n_guesses=3, n_runs=30):
    x = np.geomspace(1, 100, n_runs)
    exponents = np.linspace(0.2, 0.6, n_guesses)[:, None]
    return np.stack([np.ones((n_guesses, n_runs)), x**-exponents, x[::-1] ** -exponents], axis=1)


def test_exact_terms_are_found_and_leave_no_misfit():
    terms = bases()
    coefficients, misfit = linear_terms(terms, 2.0 * terms[1, 0] + 3.0 * terms[1, 1] + 0.5 * terms[1, 2])
    np.testing.assert_allclose(coefficients[1], [2.0, 3.0, 0.5], rtol=1e-6)
    assert misfit.argmin() == 1
    assert misfit[1] == pytest.approx(0.0, abs=1e-10)


def test_the_misfit_is_the_sum_of_squared_relative_errors():
    terms = bases()
    loss = 2.0 + np.random.default_rng(0).random(30)
    coefficients, misfit = linear_terms(terms, loss)
    errors = np.einsum("gk,gkr->gr", coefficients, terms) / loss - 1
    np.testing.assert_allclose(misfit, (errors**2).sum(axis=1), rtol=1e-9)


def test_a_term_that_would_be_negative_starts_small_and_positive():
    terms = bases()
    coefficients, _ = linear_terms(terms, 2.0 * terms[1, 0] + 3.0 * terms[1, 1] - 0.2 * terms[1, 2])
    assert (coefficients > 0).all()


def test_the_best_of_each_part_are_distinct_and_best_first():
    misfit = np.random.default_rng(1).random((12, 12))
    chosen = best_of_each_part(misfit, 4)
    assert sorted({(k // 12 // 3, k % 12 // 3) for k in chosen}) == [
        (i, j) for i in range(4) for j in range(4)
    ]
    assert (np.diff(misfit.ravel()[chosen]) >= 0).all()
    assert misfit.ravel()[chosen[0]] == misfit.min()
