"""Fixtures of the tests of uncertain numbers."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="session")
def even_u() -> np.ndarray:
    """Return shares from the middle and from both tails, rising, as far out as uniforms are dealt."""
    tails = 2.0 ** -np.arange(4, 53)
    return np.sort(np.concatenate([(np.arange(500) + 0.5) / 500, tails, 1 - tails]))
