"""Scrambled points between 0 and 1: one dimension of a Sobol sequence, or a stratified stream of its own.

A point is 52 binary digits. Digits of a Sobol point are sums (XOR) of columns, one for each set bit of the
point's number, so a block of 2**k points is made by k doublings. The exponent bits of a float64 between 1
and 2 ride along, so that the integers become floats without conversion: (1.digits) - 1 + 2**-53 lies half
a cell inside and is exact.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from hashlib import shake_256
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import NextdollarError
from nextdollar.sources import Source
from nextdollar.units import FloatArray

Digits: TypeAlias = NDArray[np.uint64]

SOURCE = Source(
    "Joe & Kuo 2008, Constructing Sobol sequences with better two-dimensional projections",
    "new-joe-kuo-6",
    "doi:10.1137/070709359",
)
N_COLUMNS = 32
_N_DIGITS = 52
_EXPONENT = np.uint64(0x3FF << _N_DIGITS)
_HALF_CELL_BELOW_ONE = 1 - 2.0**-53
_BLOCK_BITS = 13
_N_HASH_STEPS = 4


@lru_cache(maxsize=1)
def _directions() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Inner coefficients of the polynomial and first direction numbers, of dimension 2 on."""
    table = pkgutil.get_data(__package__, "sobol_directions.csv")
    if table is None:
        raise NextdollarError("sobol_directions.csv cannot be read from where the package is installed")
    rows = [line.split(",") for line in table.decode().splitlines() if not line.startswith("#")]
    return tuple((int(row[2]), tuple(map(int, row[3].split()))) for row in rows[1:])


def n_dimensions() -> int:
    """How many dimensions the table of direction numbers holds."""
    return len(_directions()) + 1


@lru_cache(maxsize=512)
def direction_numbers(dimension: int) -> tuple[int, ...]:
    """Direction numbers m_1 to m_32 of a dimension, counted from 0.

    Notes
    -----
    m_j = m_(j-s) ^ 2^s m_(j-s) ^ (2 a_1 m_(j-1)) ^ ... ^ (2^(s-1) a_(s-1) m_(j-s+1)) for a polynomial of
    degree s with inner coefficients a_1 to a_(s-1). Column j of the sequence is m_j / 2**j.
    """
    if dimension == 0:
        return (1,) * N_COLUMNS
    coefficients, first = _directions()[dimension - 1]
    degree, numbers = len(first), list(first)
    for j in range(degree, N_COLUMNS):
        number = numbers[j - degree] ^ (numbers[j - degree] << degree)
        for k in range(1, degree):
            if coefficients >> (degree - 1 - k) & 1:
                number ^= numbers[j - k] << k
        numbers.append(number)
    return tuple(numbers)


def sobol_points(key: bytes, dimension: int, start: int, stop: int) -> FloatArray:
    """Points `start` to `stop` of one scrambled dimension, counted from 0.

    Parameters
    ----------
    key : bytes
        What the scramble is drawn from: another key is another scramble.
    dimension : int
        From 0, below `n_dimensions()`.
    start, stop : int
        First point, and the one after the last; at most 2**32.

    Returns
    -------
    array (stop - start,)
        Strictly between 0 and 1. Each run of 2**k points that starts at a multiple of 2**k has one point in
        each cell of width 2**-k.

    Notes
    -----
    Scrambled by a random lower triangular matrix on the digits and a random digital shift (Matousek 1998),
    which keeps the balance between dimensions.
    """
    shift, columns = _scrambled(key, dimension)
    found = np.empty(stop - start)
    for first, block in _blocks(_EXPONENT | shift, columns, start, stop):
        begin, end = max(first, start), min(first + block.size, stop)
        points = block.view(np.float64)[begin - first : end - first]
        np.subtract(points, _HALF_CELL_BELOW_ONE, out=found[begin - start : end - start])
    return found


@lru_cache(maxsize=4096)
def _scrambled(key: bytes, dimension: int) -> tuple[np.uint64, tuple[np.uint64, ...]]:
    """Digital shift, and the columns of a dimension times a random lower triangular matrix of digits."""
    shift, *noise = _random_words(key, 1 + N_COLUMNS)
    lower = [
        (1 << _N_DIGITS - 1 - digit) | (int(word) >> 64 - _N_DIGITS + 1 + digit)
        for digit, word in enumerate(noise)
    ]
    columns = []
    for j, number in enumerate(direction_numbers(dimension)):
        column = 0
        for digit in range(j + 1):
            if number >> (j - digit) & 1:
                column ^= lower[digit]
        columns.append(np.uint64(column))
    return shift >> np.uint64(64 - _N_DIGITS), tuple(columns)


def latin_points(key: bytes, start: int, stop: int) -> FloatArray:
    """Points `start` to `stop` of a stream that is stratified on its own and owes nothing to any other.

    Each run of 2**k points that starts at a multiple of 2**k has one point in each cell of width 2**-k, in
    an order of its own: with other keys it makes a Latin hypercube.

    Notes
    -----
    The sequence of van der Corput, put through a random nested permutation: steps that carry digits upwards
    only, with random multipliers, in the manner of Laine & Karras (2011).
    """
    offset, shift, *multipliers = _random_words(key, 2 + _N_HASH_STEPS)
    columns = tuple(np.uint64(1 << 63 - j) for j in range(N_COLUMNS))
    found = np.empty(stop - start)
    for first, block in _blocks(np.uint64(0), columns, start, stop):
        begin, end = max(first, start), min(first + block.size, stop)
        mixed = block[begin - first : end - first] + offset
        for multiplier in multipliers:
            # Twice an odd number: each digit is stirred by the one below it.
            mixed ^= mixed * ((multiplier | np.uint64(1)) << np.uint64(1))
        mixed = (mixed ^ shift) >> np.uint64(64 - _N_DIGITS) | _EXPONENT
        np.subtract(mixed.view(np.float64), _HALF_CELL_BELOW_ONE, out=found[begin - start : end - start])
    return found


def _random_words(key: bytes, n_words: int) -> Digits:
    """Words of 64 random bits, the same on every machine."""
    return np.frombuffer(shake_256(key).digest(8 * n_words), dtype="<u8").astype(np.uint64)


def _blocks(
    first_digits: np.uint64, columns: tuple[np.uint64, ...], start: int, stop: int
) -> Iterator[tuple[int, Digits]]:
    """Digits of the points by blocks: number of its first point, and the block, which is used again."""
    bits = min(_BLOCK_BITS, max(stop - 1, 0).bit_length())
    block = np.empty(1 << bits, dtype=np.uint64)
    for first in range(start >> bits << bits, stop, block.size):
        digits = first_digits
        for j in range(bits, first.bit_length()):
            if first >> j & 1:
                digits = digits ^ columns[j]
        block[0] = digits
        for j in range(bits):
            np.bitwise_xor(block[: 1 << j], columns[j], out=block[1 << j : 2 << j])
        yield first, block
