"""Few constants from rows that come in families."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.training.shrinkage import Prior, shrunken_fit
from nextdollar.errors import DomainError

VAGUE = Prior(np.zeros(2), np.full(2, 1e6), 0.3, 0.1)


def a_table(n_rows=40):
    rng = np.random.default_rng(5)
    return np.column_stack([np.ones(n_rows), rng.normal(size=n_rows)])


def test_exact_rows_give_back_their_constants():
    design = a_table()
    fit = shrunken_fit(design, design @ [-0.8, 0.5], [str(n % 7) for n in range(40)], prior=VAGUE)
    np.testing.assert_allclose(fit.coefficients, [-0.8, 0.5], atol=1e-9)


def test_a_large_family_counts_for_hardly_more_than_a_small_one():
    # Two families at 0 and 1, of 50 rows and of 2: with a large shared shift the mean is near the middle.
    outcome = np.array([0.0] * 50 + [1.0] * 2)
    families = ["large"] * 50 + ["small"] * 2
    prior = Prior(np.zeros(1), np.array([1e3]), 1.0, 0.1)
    fit = shrunken_fit(np.ones((52, 1)), outcome, families, prior=prior)
    assert 0.4 < fit.coefficients[0] < 0.55


def test_one_wild_row_moves_little():
    design = a_table()
    outcome = design @ [-0.8, 0.5]
    families = [str(n) for n in range(40)]
    wild = outcome.copy()
    wild[3] += 10.0
    fit = shrunken_fit(design, wild, families, prior=VAGUE)
    plain = np.linalg.lstsq(design, wild, rcond=None)[0]
    assert np.abs(fit.coefficients - [-0.8, 0.5]).max() < 0.1 * np.abs(plain - [-0.8, 0.5]).max()


def test_without_a_word_from_the_rows_the_prior_stands():
    design = np.column_stack([np.ones(10), np.zeros(10)])
    prior = Prior(np.array([0.0, 0.7]), np.array([1.0, 0.2]), 0.3, 0.1)
    fit = shrunken_fit(design, np.full(10, -1.0), ["a"] * 10, prior=prior)
    assert fit.coefficients[1] == pytest.approx(0.7)
    assert fit.covariance_log[1, 1] == pytest.approx(0.2**2)


def test_the_order_of_rows_does_not_matter():
    design, families = a_table(), [str(n % 5) for n in range(40)]
    outcome = design @ [0.1, 0.2] + np.random.default_rng(2).normal(size=40)
    turned = shrunken_fit(design[::-1], outcome[::-1], families[::-1], prior=VAGUE)
    straight = shrunken_fit(design, outcome, families, prior=VAGUE)
    np.testing.assert_allclose(turned.coefficients, straight.coefficients, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shrunken_fit(np.ones((0, 2)), np.ones(0), [], prior=VAGUE), "at least one row"),
        (lambda: shrunken_fit(np.ones((3, 2)), np.ones(2), ["a", "b"], prior=VAGUE), "design_log must be"),
        (lambda: shrunken_fit(np.ones((2, 2)), np.ones(2), ["a"], prior=VAGUE), "families must be 2 long"),
        (lambda: Prior(np.zeros(1), np.zeros(1), 0.1, 0.1), "sd must be above 0"),
        (lambda: Prior(np.zeros(1), np.ones(1), 0.0, 0.1), "family_log must be above 0"),
        (lambda: Prior(np.zeros(1), np.ones(1), 0.1, 0.0), "residual_log must be above 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
