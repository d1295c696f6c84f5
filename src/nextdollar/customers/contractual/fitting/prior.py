"""What is held likely of a law before any customer is seen, in the coordinates of the fits.

Only ranges and averages over laws use it; fitted coefficients are those of maximum likelihood. The mean
chance mu to leave at the first renewal is uniform from 0 to 1. log phi is logistic around log 2
with a scale of 1. At 2 the chances of customers may lie evenly between 0 and 1; nine of ten are between 0.1
and 38, which is how far customers have been seen to differ. Those who are all alike have laws of their own.
log c is normal around 0 (each customer stays as he is) with a standard
deviation of 0.5: c from 0.44 to 2.3 in nine of ten.

Half of what is held likely goes to the law with both spread and ageing, the other half in equal parts to the
three that lack one of them or both. A law that lacks one is sharper, so that at equal parts it wins wherever
the data cannot tell, and the ranges of cohorts that age or differ come out too narrow.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.special import expit

from nextdollar.customers.contractual.fitting.likelihood import Terms
from nextdollar.units import FloatArray

LawName = Literal["geometric", "sbg", "dw", "bdw"]
Coordinate = Literal["mean", "spread", "ageing"]

COORDINATES: dict[LawName, tuple[Coordinate, ...]] = {
    "geometric": ("mean",),
    "sbg": ("mean", "spread"),
    "dw": ("mean", "ageing"),
    "bdw": ("mean", "spread", "ageing"),
}
"""Of each law: logit mu, log phi, log c."""

LAW_SHARE: dict[LawName, float] = {"geometric": 1 / 6, "sbg": 1 / 6, "dw": 1 / 6, "bdw": 1 / 2}

# Place and scale of the logistic of logit mu, which makes mu uniform, and of log phi.
_LOGISTIC = {"mean": (0.0, 1.0), "spread": (math.log(2.0), 1.0)}
LOG_C_SD = 0.5
_LOG_NORMALISER = -0.5 * math.log(2 * math.pi) - math.log(LOG_C_SD)
_PLACE, _SCALE = (
    {
        name: np.array([_LOGISTIC[one][part] for one in coordinates if one != "ageing"])
        for name, coordinates in COORDINATES.items()
    }
    for part in (0, 1)
)


def prior_value(theta: FloatArray, name: LawName) -> FloatArray:
    """Log-density of the coordinates theta (..., n_coordinates) of a law; result (...)."""
    n = _PLACE[name].size
    x = np.abs(theta[..., :n] - _PLACE[name]) / _SCALE[name]
    # log of e**-x / (scale (1 + e**-x)**2), without overflow.
    value: FloatArray = -np.sum(x + 2 * np.log1p(np.exp(-x)) + np.log(_SCALE[name]), axis=-1)
    # Ageing stands last.
    return value if n == theta.shape[-1] else value + _LOG_NORMALISER - 0.5 * (theta[..., n] / LOG_C_SD) ** 2


def prior_terms(theta: FloatArray, name: LawName) -> Terms:
    """Log-density of the coordinates theta (..., n_coordinates) of a law, with slope and curvature."""
    n = _PLACE[name].size
    share = expit((theta[..., :n] - _PLACE[name]) / _SCALE[name])
    slope, bend = theta * (-1 / LOG_C_SD**2), np.full_like(theta, -1 / LOG_C_SD**2)
    slope[..., :n] = (1 - 2 * share) / _SCALE[name]
    bend[..., :n] = -2 * share * (1 - share) / _SCALE[name] ** 2
    return Terms(prior_value(theta, name), slope, bend[..., None] * np.eye(theta.shape[-1]))
