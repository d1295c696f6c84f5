"""Value that comes use case by use case, each when its need is met.

Effects of quality are per task and can jump: what a model cannot do is worth nothing until it can. The
share of use cases whose need is met rises along a logistic curve in decades of effective compute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """Value in proportion to the use cases whose need is met.

    Parameters
    ----------
    met_today_share : float or array (n_draws,)
        Share of the use cases that customers would pay for which today's model serves well enough,
        strictly between 0 and 1.
    width_decades : float or array (n_draws,)
        How far the needs of use cases spread, above 0: the scale of the logistic. A tenth to nine
        tenths of them lie within 4.4 widths. Below 0.2 a problem has several optima.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    s(q) = 1 / (1 + exp(-(q - m) / w)) with the median need m such that s(q0) is the share met today;
    V / V0 = s(q) / s(q0).
    """

    met_today_share: Floats
    width_decades: Floats

    def __post_init__(self) -> None:
        inside = np.greater(self.met_today_share, 0) & np.less(self.met_today_share, 1)
        require(inside, "met_today_share", "strictly between 0 and 1", self.met_today_share)
        ok = np.isfinite(self.width_decades) & np.greater(self.width_decades, 0)
        require(ok, "width_decades", "finite and above 0", self.width_decades)

    def median_decades(self, today_decades: Floats) -> Floats:
        """Quality at which half of the use cases are served, given that of today's model, in decades."""
        return today_decades - self.width_decades * logit(self.met_today_share)

    def met_share(self, today_decades: Floats, decades: Floats) -> Floats:
        """Share of the use cases that a model of some quality serves, from 0 to 1."""
        step = np.subtract(decades, today_decades) / self.width_decades
        share: Floats = expit(logit(self.met_today_share) + step)
        return share

    def uplift_share(self, today_decades: Floats, decades: Floats) -> Floats:
        """Gain of value as a share of today's, when a model replaces today's.

        Parameters
        ----------
        today_decades, decades : float or array (...)
            Quality of today's model and of the one that replaces it, in decades of effective compute.

        Returns
        -------
        float or array (...)
            Share of today's value, from -1 to `most_uplift_share`.

        Notes
        -----
        s / s0 - 1 = (1 - s0) x / (1 - (1 - s0) x) with x = 1 - exp(-(q - q0) / w): exact for small steps.
        """
        step = np.subtract(decades, today_decades) / self.width_decades
        x = -np.expm1(-np.maximum(step, -_LARGEST_EXPONENT))
        unmet = np.subtract(1.0, self.met_today_share)
        gain_share: Floats = unmet * x / (1.0 - unmet * x)
        return gain_share

    def most_uplift_share(self) -> Floats:
        """Largest gain that any training could give: all needs met, (1 - s0) / s0."""
        return np.subtract(1.0, self.met_today_share) / self.met_today_share


def met_value_share(
    decades: Floats, median_decades: FloatArray, width_decades: FloatArray, *, weights: FloatArray
) -> Floats:
    """Share of the value of several use cases that a model serves, each with a need of its own.

    Parameters
    ----------
    decades : float or array (n_draws,)
        Quality of the model, in decades of effective compute.
    median_decades, width_decades : array (n_cases,) or (n_cases, n_draws)
        Median need and spread of each use case; the spread above 0.
    weights : array (n_cases,)
        What each use case is worth, 0 or more and not all 0; only proportions count.

    Returns
    -------
    float or array (n_draws,)
        Share from 0 to 1.

    Raises
    ------
    DomainError
        If a spread is not above 0 or the weights are negative or all 0.
    """
    require(np.greater(width_decades, 0), "width_decades", "above 0", width_decades)
    require(np.greater_equal(weights, 0), "weights", "0 or more", weights)
    require(np.sum(weights) > 0, "weights", "above 0 in all", float(np.sum(weights)))
    needs, widths = np.asarray(median_decades, dtype=float), np.asarray(width_decades, dtype=float)
    one_a_row = (-1,) + (1,) * max(np.ndim(decades), needs.ndim - 1, widths.ndim - 1)
    needs = needs.reshape(one_a_row) if needs.ndim == 1 else needs
    widths = widths.reshape(one_a_row) if widths.ndim == 1 else widths
    met = expit((decades - needs) / widths)
    share: Floats = np.tensordot(weights / np.sum(weights), met, axes=1)[()]
    return share
