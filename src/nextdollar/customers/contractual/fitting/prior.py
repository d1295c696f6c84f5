"""What is held likely of a law before any customer is seen, in the coordinates of the fits.

Only ranges and averages over laws use it; fitted coefficients are those of maximum likelihood. The mean
chance mu is uniform from 0 to 1. log phi is logistic around log 10 with a scale of 1.5, which is next to
flat over what customers have been seen to do: nine of ten between 0.12 and 830, and the rest leaves room
for customers who are all alike. log c is normal around 0 (each customer stays as he is) with a standard
deviation of 0.5: c from 0.44 to 2.3 in nine of ten.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit

from nextdollar.customers.contractual.fitting.likelihood import Terms
from nextdollar.units import FloatArray

# Place and scale of the logistic of logit mu, which makes mu uniform, and of log phi.
_PLACE = np.array([0.0, math.log(10.0)])
_SCALE = np.array([1.0, 1.5])
LOG_C_SD = 0.5
_LOG_NORMALISER = -0.5 * math.log(2 * math.pi) - math.log(LOG_C_SD)


def prior_value(theta: FloatArray) -> FloatArray:
    """Log-density of theta (..., n_coordinates) with one to three coordinates; result (...)."""
    n = min(theta.shape[-1], 2)
    x = (theta[..., :n] - _PLACE[:n]) / _SCALE[:n]
    # log of e**-x / (scale (1 + e**-x)**2), without overflow.
    value = -np.sum(np.abs(x) + 2 * np.log1p(np.exp(-np.abs(x))) + np.log(_SCALE[:n]), axis=-1)
    if theta.shape[-1] > 2:
        value = value + _LOG_NORMALISER - 0.5 * (theta[..., 2] / LOG_C_SD) ** 2
    density: FloatArray = value
    return density


def prior_terms(theta: FloatArray) -> Terms:
    """Log-density of theta (..., n_coordinates) with its slope and its curvature."""
    n = min(theta.shape[-1], 2)
    share = expit((theta[..., :n] - _PLACE[:n]) / _SCALE[:n])
    slope, bend = (1 - 2 * share) / _SCALE[:n], -2 * share * (1 - share) / _SCALE[:n] ** 2
    if theta.shape[-1] > 2:
        slope = np.concatenate([slope, -theta[..., 2:] / LOG_C_SD**2], axis=-1)
        bend = np.concatenate([bend, np.full_like(theta[..., 2:], -1 / LOG_C_SD**2)], axis=-1)
    return Terms(prior_value(theta), slope, bend[..., None] * np.eye(theta.shape[-1]))
