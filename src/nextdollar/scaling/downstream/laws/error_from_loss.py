"""The error law of Gadre et al. 2024, in its own letters."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.downstream.metric_curve import SATURATION, Bounds, MetricCurve
from nextdollar.sources import Source
from nextdollar.units import Floats

ERROR_FROM_LOSS = Source(
    "Gadre et al. 2024, Language models scale reliably with over-training and on downstream tasks",
    "section 2, the law for downstream error",
    "https://arxiv.org/abs/2403.08540",
)


def error_from_loss(eps: Floats, k: Floats, gamma: Floats) -> MetricCurve:
    """Mean top-1 error as a function of the loss: Err(L) = eps - k exp(-gamma L).

    Parameters
    ----------
    eps : float or array (n_draws,)
        Error of a model that knows nothing, a share from 0 to 1.
    k : float or array (n_draws,)
        What the error falls by from there, above 0; at a loss of 0 it would be eps - k.
    gamma : float or array (n_draws,)
        Per nat, above 0.

    Returns
    -------
    MetricCurve
        Error as a share, between 0 and 1, with slope and inverse.

    Raises
    ------
    DomainError
        If eps is not a share, or k or gamma not above 0.

    Notes
    -----
    It holds for the mean over many tasks; single tasks scatter too much, and sit at chance until a
    model is good enough. The loss is that on one fixed text, and the tasks and their shots are
    those of the fit: another suite is another law.
    """
    is_share = np.greater(eps, 0) & np.less_equal(eps, 1)
    require(is_share, "eps", "above 0 and at most 1", eps)
    require(np.greater(k, 0), "k", "above 0", k)
    require(np.greater(gamma, 0), "gamma", "above 0", gamma)
    return MetricCurve(
        saturation=SATURATION["exponential"],
        start=eps,
        span=np.negative(k),
        rate_per_nat=gamma,
        middle_nats=0.0,
        bounds=Bounds(0.0, 1.0),
    )
