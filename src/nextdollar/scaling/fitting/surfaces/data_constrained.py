"""Log loss of the law of Muennighoff et al. in centred coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nextdollar.scaling.fitting.surfaces.chinchilla import LARGEST_EXPONENT, LARGEST_FLOOR, LEAST_EXPONENT
from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray

_ALPHA, _BETA, _LOG_R_D, _LOG_R_N = 2, 4, 5, 6


@dataclass(frozen=True)
class DataConstrainedSurface:
    """ln L = ln(E + exp(a - alpha n') + exp(b - beta d')), n' and d' of effective params and tokens.

    n' = ln N' - centre[0] and d' = ln D' - centre[1], by the formulas of `DataConstrained`. The
    coefficients are (E, a, alpha, b, beta, ln R_D, ln R_N).
    """

    log_params: FloatArray
    log_tokens: FloatArray
    log_unique: FloatArray
    centre: tuple[float, float]

    names = ("E", "a", "alpha", "b", "beta", "log_R_D", "log_R_N")
    lower = np.array([0.0, -60.0, LEAST_EXPONENT, -60.0, LEAST_EXPONENT, -5.0, -5.0])
    upper = np.array([LARGEST_FLOOR, 60.0, LARGEST_EXPONENT, 60.0, LARGEST_EXPONENT, 12.0, 12.0])

    def at(self, theta: FloatArray) -> DataConstrainedJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, 7)."""
        E, a, alpha, b, beta, log_R_D, log_R_N = (theta[:, k, None] for k in range(7))
        n, d = self.log_params - self.centre[0], self.log_tokens - self.centre[1]
        used = np.minimum(self.log_unique, self.log_tokens) - self.centre[1]
        suffices = (np.log(alpha / beta) + a - b + beta * used) / alpha
        excess = suffices < n
        enough = np.where(excess, suffices, n)
        size, data = _Worth.of(n - enough, np.exp(log_R_N)), _Worth.of(d - used, np.exp(log_R_D))
        by_size = np.exp(a - alpha * (enough + size.log))
        by_data = np.exp(b - beta * (used + data.log))
        loss = E + by_size + by_data
        nothing = np.zeros_like(excess, dtype=float)
        per_enough = [1.0, 1 / alpha - suffices, -1.0, used - 1 / beta]
        slopes_of_enough = np.stack(
            [nothing, *(nothing + row for row in per_enough), nothing, nothing], axis=1
        )
        return DataConstrainedJet(
            value=np.log(loss),
            per_nat=1 / loss,
            shares=(by_size / loss, by_data / loss),
            exponents=(alpha, beta),
            logs=(enough + size.log, used + data.log),
            worths=(size, data),
            enough=np.where(excess[:, None], slopes_of_enough / alpha[:, None], 0.0),
        )


@dataclass(frozen=True, slots=True)
class _Worth:
    """W = ln(1 + R (1 - exp(-(x - 1) / R))) and its derivatives in ln x and ln R."""

    log: FloatArray
    by_x: FloatArray
    by_R: FloatArray
    by_x_x: FloatArray
    by_x_R: FloatArray
    by_R_R: FloatArray

    @classmethod
    def of(cls, log_times: FloatArray, R: FloatArray) -> _Worth:
        """Return them at x = exp(log_times)."""
        beyond = np.expm1(log_times) / R
        fade = np.exp(-beyond)
        worth = 1 - R * np.expm1(-beyond)
        by_x = (1 + R * beyond) * fade / worth
        pull = -R * np.expm1(-beyond) - R * beyond * fade
        by_R = pull / worth
        by_x_x = by_x * (1 - (1 + R * beyond) / R - by_x)
        by_R_R = (pull - R * beyond**2 * fade) / worth - by_R**2
        return cls(np.log(worth), by_x, by_R, by_x_x, by_x * (beyond - by_R), by_R_R)


@dataclass(frozen=True)
class DataConstrainedJet:
    """The surface at one batch of coefficients.

    `shares` of the two powers in the loss and `logs` of effective parameters and tokens are
    (n_batch, n_points); `enough` (n_batch, 7, n_points) are the slopes of ln V where N exceeds V.
    """

    value: FloatArray
    per_nat: FloatArray
    shares: tuple[FloatArray, FloatArray]
    exponents: tuple[FloatArray, FloatArray]
    logs: tuple[FloatArray, FloatArray]
    worths: tuple[_Worth, _Worth]
    enough: FloatArray

    @cached_property
    def slopes_of_terms(self) -> tuple[FloatArray, FloatArray]:
        """Slopes (n_batch, 7, n_points) of the logs of the two powers."""
        (alpha, beta), (size, data) = self.exponents, self.worths
        by_size = -(alpha * (1 - size.by_x))[:, None] * self.enough
        by_size[:, 1] += 1
        by_size[:, _ALPHA] -= self.logs[0]
        by_size[:, _LOG_R_N] -= alpha * size.by_R
        by_data = np.zeros_like(by_size)
        by_data[:, 3] = 1
        by_data[:, _BETA] = -self.logs[1]
        by_data[:, _LOG_R_D] = -beta * data.by_R
        return by_size, by_data

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, 7, n_points)."""
        by_size, by_data = self.slopes_of_terms
        size, data = self.shares
        slopes = size[:, None] * by_size + data[:, None] * by_data
        slopes[:, 0] = self.per_nat
        return slopes

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives of the sum of powers, and of their logs."""
        size, data = self.shares
        matrix = self._of_logs(slopes * size, slopes * data)
        for share, by in zip(self.shares, self.slopes_of_terms, strict=True):
            matrix += (by * (slopes * share)[:, None]) @ by.transpose(0, 2, 1)
        return Curvature(matrix, -slopes)

    def _of_logs(self, of_size: FloatArray, of_data: FloatArray) -> FloatArray:
        """Second derivatives of the logs of the two powers, with weights (n_batch, n_points).

        With c = alpha ln V the slopes of ln V in alpha cancel, and what is left of the first is
        -W_R (d alpha d ln R) - (1 - W_x) d2c - alpha d2W; c has second derivatives -1 / alpha**2 and
        1 / beta**2 where N exceeds V.
        """
        (alpha, beta), (size, data) = self.exponents, self.worths
        curved = (-of_size * alpha * size.by_x_x)[:, None] * self.enough
        matrix: FloatArray = curved @ self.enough.transpose(0, 2, 1)
        crossed = ((of_size * alpha * size.by_x_R)[:, None] * self.enough).sum(axis=2)
        crossed[:, _ALPHA] -= (of_size * size.by_R).sum(axis=1)
        matrix[:, _LOG_R_N] += crossed
        matrix[:, :, _LOG_R_N] += crossed
        matrix[:, _LOG_R_N, _LOG_R_N] -= (of_size * alpha * size.by_R_R).sum(axis=1)
        excess = (of_size * (1 - size.by_x) * (self.enough[:, 1] > 0)).sum(axis=1)
        matrix[:, _ALPHA, _ALPHA] += excess / alpha[:, 0] ** 2
        matrix[:, _BETA, _BETA] -= excess / beta[:, 0] ** 2
        coupled = (of_data * data.by_R).sum(axis=1)
        matrix[:, _BETA, _LOG_R_D] -= coupled
        matrix[:, _LOG_R_D, _BETA] -= coupled
        matrix[:, _LOG_R_D, _LOG_R_D] -= (of_data * beta * data.by_R_R).sum(axis=1)
        return matrix
