from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from nextdollar.uncertainty.sobol import (
    SOURCE,
    direction_numbers,
    latin_points,
    n_dimensions,
    sobol_points,
)


def unscrambled(dimension: int, n_points: int) -> np.ndarray:
    """Return the points of a dimension in natural order, straight from its direction numbers."""
    points = np.zeros(n_points)
    for number in range(n_points):
        digits = 0
        for j in range(number.bit_length()):
            if number >> j & 1:
                digits ^= direction_numbers(dimension)[j] << (31 - j)
        points[number] = digits / 2**32
    return points


def shared_leading_digits(points: np.ndarray) -> np.ndarray:
    """Return, for each pair of points, how many leading binary digits agree, up to 12."""
    top = np.floor(points * 4096).astype(int)
    differ = top[:, None] ^ top[None, :]
    return 12 - np.ceil(np.log2(differ + 1)).astype(int)


def test_the_first_points_are_the_published_ones():
    # SciPy's documentation of scipy.stats.qmc.Sobol prints the first eight points of two dimensions; it
    # counts in Gray code.
    gray = [number ^ number >> 1 for number in range(8)]
    assert unscrambled(0, 8)[gray].tolist() == [0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125]
    assert unscrambled(1, 8)[gray].tolist() == [0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625]


@pytest.mark.parametrize("n_points", [64, 512])
def test_every_dimension_of_the_table_holds_the_points_of_scipy(n_points):
    # scipy counts in Gray code, so blocks of 2**k points agree as sets.
    theirs = qmc.Sobol(n_dimensions(), scramble=False).random(n_points)
    ours = np.array([unscrambled(d, n_points) for d in range(n_dimensions())]).T
    by_first = [rows[np.argsort(rows[:, 0])] for rows in (ours, theirs)]
    np.testing.assert_array_equal(*by_first)


def test_the_table_names_its_source_and_has_256_dimensions():
    assert n_dimensions() == 256
    assert "Joe & Kuo" in str(SOURCE)


@pytest.mark.parametrize("dimension", [0, 1, 5, 100, 255])
def test_a_scramble_keeps_which_points_share_their_leading_digits(dimension):
    # That is what makes a nested scramble: the net's balance in all dimensions together is kept.
    before, after = unscrambled(dimension, 128), sobol_points(b"a key", dimension, 0, 128)
    np.testing.assert_array_equal(shared_leading_digits(after), shared_leading_digits(before))


def test_the_first_two_dimensions_have_one_point_in_every_elementary_box():
    x, y = (sobol_points(name, d, 0, 256) for d, name in enumerate((b"x", b"y")))
    for bits in range(9):
        boxes = np.floor(x * 2**bits) * 2 ** (8 - bits) + np.floor(y * 2 ** (8 - bits))
        assert len(set(boxes)) == 256


@given(
    key=st.binary(min_size=1, max_size=8),
    dimension=st.integers(0, 255),
    bits=st.integers(0, 10),
    block=st.integers(0, 7),
)
def test_each_aligned_block_has_one_point_in_each_cell(key, dimension, bits, block):
    n = 2**bits
    for points in (
        sobol_points(key, dimension, block * n, (block + 1) * n),
        latin_points(key, block * n, (block + 1) * n),
    ):
        assert sorted(np.floor(points * n)) == list(range(n))
        assert ((points > 0) & (points < 1)).all()


@given(
    dimension=st.integers(0, 255),
    borders=st.lists(st.integers(0, 40_000), min_size=2, max_size=5, unique=True).map(sorted),
)
def test_points_are_the_same_bytes_whatever_the_block_borders(dimension, borders):
    first, last = borders[0], borders[-1]
    pairs = list(pairwise(borders))
    whole = sobol_points(b"k", dimension, first, last)
    np.testing.assert_array_equal(
        np.concatenate([sobol_points(b"k", dimension, *pair) for pair in pairs]), whole
    )
    whole = latin_points(b"k", first, last)
    np.testing.assert_array_equal(np.concatenate([latin_points(b"k", *pair) for pair in pairs]), whole)


@pytest.mark.parametrize(
    "points_of", [lambda key: sobol_points(key, 7, 3, 4), lambda key: latin_points(key, 3, 4)]
)
def test_one_point_over_many_keys_is_uniform(points_of):
    points = np.array([points_of(str(key).encode())[0] for key in range(4000)])
    # Kolmogorov-Smirnov: 1.63 / sqrt(n) is passed once in a hundred by a uniform.
    distance = np.max(np.abs(np.sort(points) - (np.arange(4000) + 0.5) / 4000))
    assert distance < 1.63 / math.sqrt(4000)


def test_two_latin_streams_owe_each_other_nothing():
    n, repeats = 256, 1000
    products = []
    for key in range(repeats):
        x, y = (latin_points(f"{key}{side}".encode(), 0, n) for side in "xy")
        products.append(np.mean((x - 0.5) * (y - 0.5)) * 12)
    # The correlation of two random permutations has mean 0 and variance about 1/n.
    assert abs(np.mean(products)) < 4 / math.sqrt(n * repeats)
    assert np.var(products) * n == pytest.approx(1.25, abs=0.25)


def test_points_lie_on_half_cells_of_the_last_digit():
    points = np.concatenate([sobol_points(b"k", 0, 0, 1024), latin_points(b"k", 0, 1024)])
    odd = points * 2.0**53
    np.testing.assert_array_equal(odd % 2, 1.0)
