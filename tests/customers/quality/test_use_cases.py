from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.quality import Threshold, met_value_share
from nextdollar.errors import DomainError

needs = np.array([23.0, 24.0, 26.0])
widths = np.array([0.2, 0.6, 0.6])
worth = np.array([1.0, 2.0, 1.0])


def test_one_use_case_is_the_logistic_curve():
    share = met_value_share(24.5, np.array([24.0]), np.array([0.6]), weights=np.array([3.0]))
    assert share == pytest.approx(1 / (1 + np.exp(-0.5 / 0.6)))


def test_needs_of_one_kind_make_the_curve_of_the_threshold_form():
    form = Threshold(0.3, 0.6)
    need = form.median_decades(24.0)
    share = met_value_share(24.7, np.full(3, need), np.full(3, 0.6), weights=worth)
    assert share == pytest.approx(form.met_share(24.0, 24.7))


def test_a_better_model_meets_more_and_in_the_end_all():
    shares = met_value_share(np.linspace(20, 32, 50), needs, widths, weights=worth)
    assert (np.diff(shares) > 0).all()
    assert shares[-1] == pytest.approx(1.0, abs=1e-4)


def test_only_the_proportions_of_the_weights_count():
    once = met_value_share(24.5, needs, widths, weights=worth)
    assert met_value_share(24.5, needs, widths, weights=10 * worth) == pytest.approx(once, rel=1e-14)


def test_draws_agree_with_one_call_per_draw():
    qualities = np.array([23.5, 24.5, 27.0])
    together = met_value_share(qualities, needs, widths, weights=worth)
    alone = [met_value_share(q, needs, widths, weights=worth) for q in qualities.tolist()]
    np.testing.assert_allclose(together, alone, rtol=1e-14)


def test_needs_may_be_draws_too():
    drawn = needs[:, None] + np.array([0.0, 0.5])
    shares = met_value_share(24.5, drawn, widths, weights=worth)
    assert shares.shape == (2,)
    assert shares[0] == pytest.approx(met_value_share(24.5, needs, widths, weights=worth), rel=1e-14)


def test_bad_weights_and_spreads_are_refused_by_name():
    with pytest.raises(DomainError, match=r"width_decades must be above 0, got 0\.0"):
        met_value_share(24.0, needs, np.array([0.2, 0.0, 0.6]), weights=worth)
    with pytest.raises(DomainError, match=r"weights must be 0 or more, got -1\.0"):
        met_value_share(24.0, needs, widths, weights=np.array([1.0, -1.0, 1.0]))
    with pytest.raises(DomainError, match="weights must be above 0 in all"):
        met_value_share(24.0, needs, widths, weights=np.zeros(3))
