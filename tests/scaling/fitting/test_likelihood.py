"""How much less likely a worse fit is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, optimize

from nextdollar.scaling.fitting.likelihood import deviance


def test_squares_differ_by_the_log_of_their_ratio():
    levels = deviance(np.array([1.0, math.e]), n_runs=10, kind="squares-log", huber_delta=1e-3)
    assert levels[1] - levels[0] == pytest.approx(10)


def test_a_delta_far_below_the_residuals_is_the_density_of_absolute_values():
    levels = deviance(np.array([1e-6, 2e-6]), n_runs=100, kind="huber-log", huber_delta=1e-9)
    assert levels[1] - levels[0] == pytest.approx(2 * 100 * math.log(2), rel=1e-6)


def test_a_delta_far_above_the_residuals_is_the_normal_density():
    levels = deviance(np.array([1e-6, 2e-6]), n_runs=100, kind="huber-log", huber_delta=1.0)
    assert levels[1] - levels[0] == pytest.approx(100 * math.log(2), rel=1e-6)


def test_between_the_two_it_is_the_density_as_written_by_numerical_integration():
    delta, n_runs, total = 1e-2, 50, 2e-3

    def huber(r):
        return r**2 / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)

    def negative_log(log_scale):
        scale = math.exp(log_scale)
        reach = 60 * (math.sqrt(scale) + scale / delta)
        points = [-delta, 0.0, delta]
        area = integrate.quad(lambda r: math.exp(-huber(r) / scale), -reach, reach, points=points, limit=400)
        return 2 * (total / scale + n_runs * math.log(area[0]))

    least = optimize.minimize_scalar(
        negative_log, bounds=(-14, -4), method="bounded", options={"xatol": 1e-9}
    )
    found = deviance(np.array([total]), n_runs=n_runs, kind="huber-log", huber_delta=delta)
    assert found[0] == pytest.approx(least.fun, rel=1e-7)
