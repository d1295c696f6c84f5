"""How long a version of a model earns what it gained."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def earning_share_by_month(n_months: int, *, launch_months: Floats, life_months: Floats) -> FloatArray:
    """Share of each month in which a version still earns its launch price.

    Parameters
    ----------
    n_months : int
        Months of the horizon, at least 1.
    launch_months : float or array (n_draws,)
        When customers get the version, 0 or more.
    life_months : float or array (n_draws,)
        How long it earns what it gained, from launch on, above 0; infinite for ever.

    Returns
    -------
    array (n_months, n_draws or 1)
        1 until launch + life, 0 after it, and the part of the month in which it ends. Rows before the
        launch are 1 too: whether a version is live is another question.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    Where the life is uncertain the mean over draws fades smoothly. Use this only where the frontier is not
    modelled: `FrontierShare` and `upgrade_cycle` age a version by themselves, and both would count it twice.
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    require(np.greater_equal(launch_months, 0), "launch_months", "0 or more", launch_months)
    require(np.greater(life_months, 0), "life_months", "above 0", life_months)
    ends = np.add(launch_months, life_months)
    month_starts = np.arange(n_months, dtype=np.float64).reshape(-1, 1)
    share: FloatArray = np.clip(ends - month_starts, 0.0, 1.0)
    return share
