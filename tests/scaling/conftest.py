"""Laws that several tests use."""

from __future__ import annotations

import math

import pytest

from nextdollar.scaling import Chinchilla, Kaplan


@pytest.fixture(scope="session")
def golden_law() -> Chinchilla:
    """Return the law of shared/data/evidence/golden_economics.csv."""
    return Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)


@pytest.fixture(scope="session")
def hoffmann() -> Chinchilla:
    """Return the unrounded law of Hoffmann et al. (shared/facts/scaling.md section 1)."""
    return Chinchilla(
        E=math.exp(0.5267228), A=math.exp(6.0073404), alpha=0.33917084, B=math.exp(6.0179186), beta=0.2849083
    )


@pytest.fixture(scope="session")
def kaplan() -> Kaplan:
    """Return the joint fit of Kaplan et al. 2020, table 2."""
    return Kaplan(N_c=6.4e13, D_c=1.8e13, alpha_N=0.076, alpha_D=0.103)
