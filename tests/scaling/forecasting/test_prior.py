"""What studies say together."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling.forecasting.prior import UNLIKE, Prior, StudyFit, pool


def study(
    name: str, group: str, level: float, *, noise_log: float = 0.01, curvature: float = 0.5
) -> StudyFit:
    """Return a study whose five coefficients are all one number."""
    return StudyFit(name, group, np.full(5, level), noise_log, curvature)


def test_two_groups_weigh_the_same_however_many_studies_they_have():
    # Means 0 and 1, so 0.5; squared distances 0.25 in both; V m / (m - 1) (1 + 1 / m) = 0.25 * 2 * 1.5.
    pooled = pool([study("a", "x", 0.0), study("b", "y", 1.0), study("c", "y", 1.0), study("d", "y", 1.0)])
    np.testing.assert_allclose(pooled.mean, 0.5)
    np.testing.assert_allclose(pooled.sd, UNLIKE * np.sqrt(0.75))


def test_set_ups_of_one_group_that_differ_widen_the_prior():
    alike = pool([study("a", "x", 0.0), study("b", "y", 1.0), study("c", "y", 1.0)])
    unlike = pool([study("a", "x", 0.0), study("b", "y", 0.2), study("c", "y", 1.8)])
    assert (unlike.sd > alike.sd).all()
    np.testing.assert_allclose(unlike.mean, alike.mean)


def test_noise_and_curvature_are_geometric_means():
    pooled = pool([
        study("a", "x", 0.0, noise_log=0.01, curvature=0.4),
        study("b", "y", 1.0, noise_log=0.04, curvature=0.9),
    ])  # fmt: skip
    assert pooled.noise_log == pytest.approx(0.02)
    assert pooled.curvature == pytest.approx(0.6)
    assert pooled.studies == ("a", "b")


def test_one_group_alone_is_refused():
    with pytest.raises(DomainError, match="studies must be of at least two groups, got 1"):
        pool([study("a", "x", 0.0), study("b", "x", 1.0)])


def test_a_prior_without_spread_is_refused():
    with pytest.raises(DomainError, match=r"sd must be finite and above 0, got 0\.0"):
        Prior(np.zeros(5), np.zeros(5), 0.01, 0.5)
