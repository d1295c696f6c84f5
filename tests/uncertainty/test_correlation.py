from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.errors import DomainError
from nextdollar.uncertainty import (
    Correlations,
    Design,
    Gamma,
    Normal,
    correlate,
    correlations_from_pairs,
    draw,
    interval_90,
    nearest_correlation,
    pearson_from_spearman,
    spearman_from_pearson,
    uniforms,
)

IMPOSSIBLE = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])


def random_correlation(seed: int, k: int) -> np.ndarray:
    """Return a positive definite correlation matrix."""
    rows = np.random.default_rng(seed).normal(size=(k, k))
    covariance = rows @ rows.T
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)


def design(names, n_draws=8192, seed=7):
    return Design(n_draws, seed, balanced=tuple(names))


@pytest.mark.parametrize("seed", range(8))
def test_the_asked_spearman_is_met_within_a_hundredth(seed):
    names = tuple("abcde")
    asked = np.asarray(spearman_from_pearson(random_correlation(seed, 5)))
    laws = {name: interval_90(1, 2 + i) for i, name in enumerate(names)}
    drawn = draw(laws, Design(8192, seed), correlations=Correlations(names, asked))
    found = stats.spearmanr(np.array([drawn[name] for name in names]).T).statistic
    np.testing.assert_allclose(found, asked, atol=0.01)


@pytest.mark.parametrize("rho", [-1.0, -0.5, 0.0, 0.3, 0.7, 1.0])
def test_a_pair_meets_its_spearman(rho):
    rows = correlate(uniforms(("a", "b"), design("ab")), np.array([[1, rho], [rho, 1]]))
    assert stats.spearmanr(*rows).statistic == pytest.approx(rho, abs=0.01)


def test_each_correlated_row_stays_uniform():
    rows = correlate(uniforms(tuple("abc"), design("abc")), random_correlation(3, 3))
    for row in rows:
        # A thousandth: far below the 1.36 / sqrt(8192) = 0.015 of independent draws.
        assert np.max(np.abs(np.sort(row) - (np.arange(8192) + 0.5) / 8192)) < 0.005
        assert ((row > 0) & (row < 1)).all()


def test_zero_correlation_changes_no_byte():
    rows = uniforms(tuple("abc"), design("abc", 256))
    np.testing.assert_array_equal(correlate(rows, np.eye(3)), rows)


def test_the_first_row_and_the_independent_ones_change_no_byte():
    rows = uniforms(tuple("abc"), design("abc", 256))
    spearman = np.array([[1, 0, 0.5], [0, 1, 0], [0.5, 0, 1]])
    bent = correlate(rows, spearman)
    np.testing.assert_array_equal(bent[:2], rows[:2])
    assert (bent[2] != rows[2]).any()


def test_a_stated_correlation_leaves_the_other_inputs_alone():
    laws = {name: Normal(0, 1) for name in "abcd"}
    plain = draw(laws, design("abcd", 256))
    tied = draw(laws, design("abcd", 256), correlations=correlations_from_pairs([("b", "c", 0.5)]))
    for name in "abd":
        np.testing.assert_array_equal(tied[name], plain[name])


@given(st.floats(-1, 1))
def test_rank_and_linear_correlation_convert_back_and_forth(rho):
    assert spearman_from_pearson(pearson_from_spearman(rho)) == pytest.approx(rho, abs=1e-14)


def test_the_conversion_has_its_published_values():
    # Pearson 1907: r = 2 sin(pi rho / 6); rho = 0.5 gives 0.5176, rho = 1 gives 1.
    assert pearson_from_spearman(0.5) == pytest.approx(0.5176, abs=5e-5)
    assert pearson_from_spearman(1.0) == pytest.approx(1.0, abs=1e-15)


class TestNearestCorrelation:
    def test_the_published_example_of_higham(self):
        # Higham 2002, "Computing the nearest correlation matrix", section 5: 0.7607 and 0.1573.
        asked = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
        found, distance = nearest_correlation(asked)
        np.testing.assert_allclose(found[0], [1, 0.7607, 0.1573], atol=1e-4)
        assert distance == pytest.approx(0.2393, abs=1e-4)

    @pytest.mark.parametrize("seed", range(5))
    def test_a_possible_matrix_comes_back_unchanged(self, seed):
        asked = random_correlation(seed, 6)
        found, distance = nearest_correlation(asked)
        np.testing.assert_array_equal(found, asked)
        assert distance == 0

    @given(st.integers(0, 10_000), st.integers(2, 7))
    def test_what_comes_back_is_a_correlation_matrix(self, seed, k):
        values = np.random.default_rng(seed).uniform(-1, 1, (k, k))
        asked = np.triu(values, 1) + np.triu(values, 1).T + np.eye(k)
        found, distance = nearest_correlation(asked)
        np.testing.assert_array_equal(found, found.T)
        np.testing.assert_array_equal(np.diag(found), 1.0)
        assert np.linalg.eigvalsh(found).min() > -1e-9
        assert distance == np.max(np.abs(found - asked))
        np.testing.assert_array_equal(nearest_correlation(found)[0], found)

    def test_perfect_correlation_is_possible(self):
        assert nearest_correlation(np.ones((3, 3)))[1] == 0


class TestCorrelations:
    def test_pairs_make_a_matrix_with_zeros_elsewhere(self):
        found = correlations_from_pairs([("a", "b", 0.6), ("c", "b", -0.5)])
        assert found.names == ("a", "b", "c")
        np.testing.assert_array_equal(found.spearman, [[1, 0.6, 0], [0.6, 1, -0.5], [0, -0.5, 1]])
        assert found.repair_distance == 0
        np.testing.assert_allclose(found.dealt(), found.spearman, atol=1e-12)

    def test_pairs_that_contradict_each_other_are_repaired_and_the_distance_is_said(self):
        pairs = [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)]
        found = correlations_from_pairs(pairs)
        assert found.repair_distance == pytest.approx(np.max(np.abs(found.dealt() - IMPOSSIBLE)), abs=1e-9)
        assert 0.3 < found.repair_distance < 0.5
        laws = {name: Gamma(2, 1) for name in "abc"}
        drawn = draw(laws, Design(8192, 7), correlations=found)
        met = stats.spearmanr(np.array([drawn[name] for name in "abc"]).T).statistic
        np.testing.assert_allclose(met, found.dealt(), atol=0.01)

    @pytest.mark.parametrize(
        ("pairs", "message"),
        [
            ([("a", "a", 0.5)], r"correlations must be between two different inputs, got a"),
            ([("a", "b", 0.5), ("b", "a", 0.5)], r"stated once for each pair, got b and a twice"),
            ([("a", "b", 1.5)], r"correlation of a and b must be between -1 and 1, got 1\.5"),
            ([("a", "b", math.nan)], r"correlation of a and b must be between -1 and 1, got nan"),
        ],
    )
    def test_pairs_that_mean_nothing_are_refused(self, pairs, message):
        with pytest.raises(DomainError, match=message):
            correlations_from_pairs(pairs)

    @pytest.mark.parametrize(
        ("matrix", "message"),
        [
            (np.array([[1, 0.5], [0.4, 1]]), r"correlations must be the same both ways"),
            (np.array([[0.9, 0.5], [0.5, 1]]), r"diagonal of the correlations must be 1, got 0\.9"),
            (np.array([[1, 1.2], [1.2, 1]]), r"correlations must be between -1 and 1, got 1\.2"),
            (np.array([[1, np.nan], [np.nan, 1]]), r"correlations must be between -1 and 1, got nan"),
            (np.eye(3), r"spearman must be one row and column for each name, got \(3, 3\)"),
        ],
    )
    def test_a_table_that_is_no_correlation_matrix_is_refused(self, matrix, message):
        with pytest.raises(DomainError, match=message):
            Correlations(("a", "b"), matrix)

    def test_a_name_without_a_distribution_is_refused(self):
        with pytest.raises(DomainError, match=r"correlations must be between inputs that are drawn, got c"):
            draw({"a": Normal(0, 1)}, Design(8, 1), correlations=correlations_from_pairs([("a", "c", 0.5)]))

    def test_many_draws_agree_with_a_call_for_each_draw(self):
        rows = uniforms(tuple("abc"), design("abc", 64))
        spearman = random_correlation(2, 3)
        one_by_one = np.hstack([correlate(column, spearman) for column in np.split(rows, 64, axis=1)])
        np.testing.assert_array_equal(correlate(rows, spearman), one_by_one)
