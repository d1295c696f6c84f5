"""All positive roots of many polynomials."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.finance.positive_roots import positive_roots, signs


def from_roots(roots: list[Fraction], extra: tuple[int, ...] = (1,)) -> np.ndarray:
    """Coefficients, lowest power first, of the product of (v - root) and of `extra`."""
    coefficients = [Fraction(c) for c in extra]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        coefficients = [a - root * b for a, b in zip(shifted, [*coefficients, Fraction(0)], strict=True)]
    return np.array([float(c) for c in coefficients])


def roots_of(coefficients: np.ndarray) -> np.ndarray:
    scaled = coefficients / np.abs(coefficients).max()
    column = scaled[:, None]
    roots = positive_roots(column, int(signs(column).changes[0]))[:, 0]
    return roots[~np.isnan(roots)]


@pytest.mark.parametrize(
    ("coefficients", "changes", "first"),
    [
        ([-1, 2, 3], 1, 1),
        ([-1, -2, 3], 1, 2),
        ([1, -2, 3, -4], 3, 1),
        ([0, 0, -1, 0, 0, 2, 0], 1, 5),
        ([0, 5, 0, -1, 0, 2], 2, 3),
        ([1, 0, 1], 0, None),
        ([0, 0, 0], 0, None),
    ],
)
def test_zeros_do_not_count_as_sign_changes(coefficients, changes, first):
    found = signs(np.array(coefficients, dtype=float)[:, None])
    assert found.changes[0] == changes
    if first is not None:
        assert found.first_change[0] == first


eighths = st.integers(1, 40).map(lambda k: Fraction(k, 8))


@given(st.lists(eighths, min_size=1, max_size=4, unique=True))
def test_separate_known_roots_are_all_found(roots):
    # Coefficients of these products of eighths are exact in float64; the error allowed is that of
    # the polynomial's own rounding, divided by its slope.
    coefficients = from_roots(roots)
    found = roots_of(coefficients)
    assert found.size == len(roots)
    for root, exact in zip(found, sorted(roots), strict=True):
        at = float(exact)
        noise = (
            8 * len(coefficients) * 2.2e-16 * np.abs(coefficients * at ** np.arange(len(coefficients))).sum()
        )
        slope = abs(np.polyval(np.polyder(coefficients[::-1]), at))
        assert root == pytest.approx(at, abs=noise / slope + 4e-16 * at)


@pytest.mark.parametrize("multiplicity", [2, 3, 4])
def test_a_repeated_root_is_listed_as_often_as_it_counts(multiplicity):
    # (v - 1/2)**m: where only m places of the value are left to see, its slopes still show the root.
    found = roots_of(from_roots([Fraction(1, 2)] * multiplicity))
    np.testing.assert_allclose(found, [0.5] * multiplicity, rtol=1e-15)


def test_a_double_root_beside_single_ones_is_found_with_them():
    found = roots_of(from_roots([Fraction(1, 2), Fraction(5, 4), Fraction(5, 4), Fraction(3)]))
    np.testing.assert_allclose(found, [0.5, 1.25, 1.25, 3.0], rtol=1e-12)


def test_factors_without_positive_roots_add_none():
    # (v - 1/2)(v - 2)(v**2 - v + 1): four sign changes, two roots.
    coefficients = from_roots([Fraction(1, 2), Fraction(2)], extra=(1, -1, 1))
    assert signs(coefficients[:, None]).changes[0] == 4
    np.testing.assert_allclose(roots_of(coefficients), [0.5, 2.0], rtol=1e-14)


@pytest.mark.parametrize("root", [1e-200, 1e-30, 1e-9, 1e9, 1e30, 1e200])
def test_very_small_and_very_large_roots_are_reached(root):
    coefficients = np.array([-1.0, 1 / root]) if root > 1 else np.array([-root, 1.0])
    np.testing.assert_allclose(roots_of(coefficients), [root], rtol=1e-15)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=12))
def test_turning_a_polynomial_round_inverts_its_roots(coefficients):
    forward = np.array(coefficients, dtype=float)
    n_changes = int(signs(forward[:, None]).changes[0])
    if n_changes == 0:
        return
    found, turned = roots_of(forward), roots_of(forward[::-1].copy())
    assert found.size == turned.size
    np.testing.assert_allclose(found, 1 / turned[::-1], rtol=1e-6)


def test_the_number_of_roots_agrees_with_sixty_digits():
    # mpmath.polyroots; distinct integers make touching roots rare, and those are left out.
    rng = np.random.default_rng(8)
    compared = 0
    for _ in range(60):
        coefficients = rng.integers(-300, 300, int(rng.integers(3, 12))).astype(float)
        n_changes = int(signs(coefficients[:, None]).changes[0])
        if n_changes < 2 or coefficients[-1] == 0 or coefficients[0] == 0:
            continue
        with mpmath.workdps(60):
            roots = mpmath.polyroots([int(c) for c in coefficients], maxsteps=500, extraprec=200, asc=True)
            exact = sorted(float(r.real) for r in roots if abs(r.imag) < 1e-40 and r.real > 0)
        np.testing.assert_allclose(roots_of(coefficients), exact, rtol=1e-10)
        compared += 1
    assert compared > 40


def test_many_columns_give_what_each_gives_alone():
    rng = np.random.default_rng(9)
    table = rng.integers(-50, 50, (9, 400)).astype(float)
    changes = signs(table).changes
    for n_changes in range(1, 7):
        columns = table[:, changes == n_changes] / 64
        together = positive_roots(columns, n_changes)
        alone = [positive_roots(column[:, None], n_changes)[:, 0] for column in columns.T]
        np.testing.assert_array_equal(together, np.array(alone).T)


def test_more_columns_than_one_block_are_all_solved():
    columns = np.vstack([-np.linspace(0.1, 0.9, 20_000), np.ones(20_000)])
    np.testing.assert_allclose(positive_roots(columns, 1)[0], np.linspace(0.1, 0.9, 20_000), rtol=4e-16)
