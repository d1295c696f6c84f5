"""The requests of a day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.fleet.load_curve import daily_curve, peak_multiple
from nextdollar.errors import DomainError

multiples = st.floats(1, 20)


@given(st.floats(1, 1e12), multiples, st.floats(0, 23.99))
def test_the_hours_add_up_to_the_day(requests, multiple, hour):
    curve = daily_curve(requests, peak_multiple=multiple, peak_hour=hour)
    assert curve.sum() * 3600 == pytest.approx(requests, rel=1e-9)
    assert (curve >= 0).all()


@given(multiples, st.integers(0, 23))
def test_the_peak_is_as_high_and_as_late_as_asked(multiple, hour):
    curve = daily_curve(86_400.0, peak_multiple=multiple, peak_hour=float(hour))
    assert peak_multiple(curve) == pytest.approx(multiple, rel=1e-6)
    if multiple > 1.001:
        assert int(np.argmax(curve)) == hour


def test_a_flat_day_has_the_same_rate_in_every_hour():
    # 86,400 requests in 86,400 seconds.
    np.testing.assert_allclose(daily_curve(86_400.0, peak_multiple=1.0, peak_hour=0), 1.0, rtol=1e-9)


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"requests_per_day must be above 0, got 0"):
        daily_curve(0.0, peak_multiple=2.0, peak_hour=0)
    with pytest.raises(DomainError, match=r"peak_multiple must be at least 1 and at most 20, got 0\.5"):
        daily_curve(1.0, peak_multiple=0.5, peak_hour=0)
    with pytest.raises(DomainError, match=r"peak_hour must be at least 0 and below 24, got 24"):
        daily_curve(1.0, peak_multiple=2.0, peak_hour=24)
    with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be above 0 in some hour"):
        peak_multiple(np.zeros(24))
