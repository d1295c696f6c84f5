"""Present number of periods of a law of retention without a closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

_TERMS_AT_ONCE = 256
_MOST_TERMS = 200_000
_TAIL_SHARE = 1e-10


def discounted_sum(
    survival: Callable[[Floats], Floats],
    discount_per_period: Floats,
    coefficients: Sequence[Floats],
    *,
    from_period: float,
) -> Floats:
    """Sum over t from 0 of survival(from_period + t) / (1 + discount_per_period)**t.

    Parameters
    ----------
    survival : callable
        From ages (n_ages, 1, ...) to the share left (n_ages, ...).
    discount_per_period : float or array (...)
        Above 0.
    coefficients : sequence of float or array (...)
        Of the law, for the shape of the answer.
    from_period : float
        Age of the first term, 0 or more.

    Raises
    ------
    DomainError
        If 200,000 terms leave more than 1e-10 of the sum: the discount is then next to nothing.
    """
    log_v = -np.log1p(discount_per_period)
    shape = np.broadcast_shapes(np.shape(log_v), *(np.shape(part) for part in coefficients))
    total = np.zeros(shape)
    column = (_TERMS_AT_ONCE, *[1] * len(shape))
    for first in range(0, _MOST_TERMS, _TERMS_AT_ONCE):
        later = first + np.arange(_TERMS_AT_ONCE, dtype=np.float64).reshape(column)
        terms = survival(from_period + later) * np.exp(later * log_v)
        total += terms.sum(axis=0)
        # Nobody comes back, so that what is left pays at most a perpetuity.
        rest = terms[-1] / np.expm1(-log_v)
        if np.all(rest <= _TAIL_SHARE * total):
            return total[()]
    require(False, "discount_per_period", "large enough for its sum to end", discount_per_period)
    return total[()]
