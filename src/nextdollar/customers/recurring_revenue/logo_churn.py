"""What share of the customers leaves in a month, as far as a count of those who left can tell."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def logo_churn_share(n_lost: Floats, n_customers: Floats, *, level: Floats) -> Floats:
    """Quantile of the share that leaves, given how many of how many left.

    Parameters
    ----------
    n_lost : float or array (...)
        Who left, from 0 to `n_customers`.
    n_customers : float or array (...)
        Who could have left, more than 0; customers times months where months are taken together.
    level : float or array (...)
        Of the quantile, above 0 and below 1.

    Returns
    -------
    float or array (...)
        Share from 0 to 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    Beta(lost + 1/2, kept + 1/2): the posterior under the prior of Jeffreys, whose intervals cover about
    as often as they say also where few or none have left (Brown, Cai & DasGupta 2001, section 4.1).
    Customers are taken to leave one by one; a shared cause makes the true range wider.
    """
    from scipy.special import betaincinv

    require(np.greater(n_customers, 0), "n_customers", "more than 0", n_customers)
    ok = np.greater_equal(n_lost, 0) & np.less_equal(n_lost, n_customers)
    require(ok, "n_lost", "from 0 to the customers there were", n_lost)
    require(np.greater(level, 0) & np.less(level, 1), "level", "above 0 and below 1", level)
    kept = np.subtract(n_customers, n_lost)
    found: FloatArray = np.asarray(betaincinv(np.add(n_lost, 0.5), kept + 0.5, level), dtype=np.float64)
    return found if np.ndim(found) else float(found)
