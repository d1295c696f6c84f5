"""Constants of the serving model, and error bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.serving.calibration import IDEAL, ErrorBand
from nextdollar.errors import DomainError


def test_a_band_gives_its_ends_at_their_scores():
    band = ErrorBand(p5_factor=0.7, p95_factor=1.5)
    ends = band.at(2.0, np.array([-1.6448536269514722, 0.0, 1.6448536269514722]))
    np.testing.assert_allclose(ends, [1.4, 2.0, 3.0], rtol=1e-12)


def test_draws_fill_the_band_as_they_should():
    band = ErrorBand(p5_factor=0.7, p95_factor=1.5)
    draws = band.at(1.0, np.random.default_rng(3).standard_normal(200_000))
    assert np.mean(draws < 0.7) == pytest.approx(0.05, abs=0.002)
    assert np.mean(draws > 1.5) == pytest.approx(0.05, abs=0.002)
    assert np.median(draws) == pytest.approx(1.0, abs=0.005)


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"link_share must be above 0 and at most 1, got 1\.1"):
        replace(IDEAL, link_share=1.1)
    with pytest.raises(DomainError, match=r"layer_s must be at least 0, got -1\.0"):
        replace(IDEAL, layer_s=-1.0)
    with pytest.raises(DomainError, match=r"overhead_factor must be above 0, got 0\.0"):
        replace(IDEAL, overhead_factor=0.0)
    with pytest.raises(DomainError, match=r"p5_factor must be above 0 and at most 1, got 1\.2"):
        ErrorBand(1.2, 1.5)
    with pytest.raises(DomainError, match=r"p95_factor must be at least 1, got 0\.9"):
        ErrorBand(0.7, 0.9)
