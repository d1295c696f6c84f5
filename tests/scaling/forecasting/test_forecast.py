"""Forecasts of models not yet trained."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, Coupled
from nextdollar.scaling.forecasting.forecast import MOST_DISAGREEMENT_SHARE, predict
from nextdollar.scaling.forecasting.forecast_law import forecast_law

NAMES = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")


@pytest.fixture(scope="module")
def law(prior, ladder):
    return forecast_law(ladder(30), prior, n_draws=512, generator=np.random.default_rng(1))


def test_quantiles_are_in_order_and_hold_the_mean(law):
    forecast = predict(law, np.geomspace(1e8, 1e13, 20), np.geomspace(1e9, 1e14, 20))
    table = np.array([getattr(forecast, name) for name in NAMES])
    assert (np.diff(table, axis=0) > 0).all()
    assert ((forecast.mean > table[0]) & (forecast.mean < table[-1])).all()


def test_a_quantile_is_the_share_of_draws_at_or_below_it(law):
    forecast = predict(law, np.array([7e9]), np.array([1.4e11]))
    draws = law.loss(7e9, 1.4e11)
    for name in NAMES:
        share = np.mean(draws <= getattr(forecast, name)[0])
        assert share == pytest.approx(int(name[1:]) / 100, abs=1 / law.n_draws)


def test_intervals_widen_and_distance_grows_beyond_the_data(law):
    scale = np.geomspace(1.0, 1e5, 12)
    forecast = predict(law, 1e9 * scale, 2e10 * scale)
    assert (np.diff(np.log(forecast.p95 / forecast.p5)) > 0).all()
    assert (np.diff(forecast.distance) > 0).all()


def test_many_targets_are_as_one_by_one(law):
    N, D = np.array([2e8, 7e9, 4e11]), np.array([4e9, 1.4e11, 1e13])
    together = predict(law, N, D)
    for i in range(3):
        alone = predict(law, float(N[i]), float(D[i]))
        for name in (*NAMES, "mean", "distance", "law_disagreement_share", "cannot_say"):
            np.testing.assert_allclose(getattr(together, name)[i], getattr(alone, name)[0], rtol=1e-13)


def test_near_the_data_it_can_say_and_ten_decades_away_it_cannot(law):
    forecast = predict(law, np.array([2e9, 1e15]), np.array([4e10, 2e16]))
    assert forecast.cannot_say.tolist() == [False, True]
    assert (forecast.cannot_say == (forecast.law_disagreement_share > MOST_DISAGREEMENT_SHARE)).all()


def test_the_disagreement_is_that_of_the_furthest_rival(law):
    forecast = predict(law, np.array([7e10]), np.array([1.4e12]))
    central = law.width.central.loss(7e10, 1.4e12)
    apart = [abs(rival.loss(7e10, 1.4e12) / central - 1) for rival in law.rivals]
    assert len(law.rivals) == 2
    assert all(isinstance(rival, Coupled) for rival in law.rivals)
    assert forecast.law_disagreement_share[0] == pytest.approx(max(apart), rel=1e-13)


@pytest.mark.slow
def test_the_known_law_lies_in_nine_of_ten_intervals(prior, ladder):
    # 60 ladders of 8 runs; 54 are expected inside, and 48 or fewer have a chance of 1 in 100.
    truth = Chinchilla(E=1.8172, A=482.01, alpha=0.3478, B=2085.43, beta=0.3658).loss(7e9, 1.4e11)
    inside = 0
    for seed in range(60):
        law = forecast_law(ladder(8, seed=seed), prior, n_draws=256, generator=np.random.default_rng(seed))
        forecast = predict(law, 7e9, 1.4e11)
        inside += bool(forecast.p5[0] <= truth <= forecast.p95[0])
    assert inside >= 49


def test_a_size_of_zero_is_refused(law):
    with pytest.raises(DomainError, match=r"N must be above 0, got 0\.0"):
        predict(law, np.array([0.0]), np.array([1e9]))
