"""How long a version of a model stays useful."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


def useful_life_periods(
    lag_periods: Floats, loss_per_period: Floats, *, launch_share: Floats, tolerance_share: Floats
) -> Floats:
    """Periods after which a version has lost so much of the quality that it had at its launch.

    Parameters
    ----------
    lag_periods : float or array (...)
        Periods that quality holds, 0 or more.
    loss_per_period : float or array (...)
        Quality lost in each period after the lag, 0 or more.
    launch_share : float or array (...)
        Quality at launch, above 0.
    tolerance_share : float or array (...)
        Share of it that may be lost, above 0; 5 % is 0.05.

    Returns
    -------
    float or array (...)
        Periods; infinite where nothing is lost.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    life = lag + tolerance launch / loss.
    """
    require(np.greater_equal(lag_periods, 0), "lag_periods", "0 or more", lag_periods)
    require(np.greater_equal(loss_per_period, 0), "loss_per_period", "0 or more", loss_per_period)
    require(np.greater(launch_share, 0), "launch_share", "above 0", launch_share)
    require(np.greater(tolerance_share, 0), "tolerance_share", "above 0", tolerance_share)
    with np.errstate(divide="ignore"):
        life: Floats = lag_periods + np.divide(np.multiply(tolerance_share, launch_share), loss_per_period)
    return life
