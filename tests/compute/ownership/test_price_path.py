"""Draws of a price that reverts, wanders and jumps."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.ownership.price_path import (
    PricePathConstants,
    price_log_spread,
    price_median_usd,
    price_path_usd,
)
from nextdollar.errors import DomainError

STILL = PricePathConstants(
    reversion_per_year=0.0,
    volatility_log=0.0,
    trend_log_per_year=0.0,
    trend_sd_log_per_year=0.0,
    jumps_per_year=0.0,
    jump_mean_log=0.0,
    jump_sd_log=0.0,
)
LIVELY = PricePathConstants(
    reversion_per_year=0.6,
    volatility_log=0.3,
    trend_log_per_year=-0.1,
    trend_sd_log_per_year=0.1,
    jumps_per_year=0.8,
    jump_mean_log=0.15,
    jump_sd_log=0.3,
)
constants = st.builds(
    PricePathConstants,
    reversion_per_year=st.sampled_from([0.0, 1e-9, 0.3, 4.0]),
    volatility_log=st.floats(0, 0.8),
    trend_log_per_year=st.floats(-0.5, 0.5),
    trend_sd_log_per_year=st.floats(0, 0.4),
    jumps_per_year=st.floats(0, 3),
    jump_mean_log=st.floats(-0.3, 0.3),
    jump_sd_log=st.floats(0, 0.5),
)


def draws(found, months, n_draws=4, *, seed=7, **given):
    generator = np.random.default_rng(seed)
    shape = (len(months), n_draws)
    return price_path_usd(
        given.pop("start_usd", 3.0),
        np.asarray(months, dtype=float),
        constants=found,
        normal_scores=generator.normal(size=shape),
        jump_uniforms=given.pop("jump_uniforms", generator.random(shape)),
        jump_scores=generator.normal(size=shape),
        trend_scores=given.pop("trend_scores", generator.normal(size=n_draws)),
        **given,
    )


def test_the_number_of_jumps_is_that_of_a_poisson_table():
    # P(X <= 1) = 0.7358 and P(X <= 3) = 0.9810 at mean 1: NIST Dataplot and any printed Poisson table.
    found = replace(STILL, jumps_per_year=1.0, jump_mean_log=0.5)
    uniforms = (np.arange(100_000) + 0.5)[None, :] / 100_000
    log = np.log(draws(found, [12], 100_000, jump_uniforms=uniforms)[0] / 3.0)
    n_jumps = np.rint(log / 0.5 + 1)
    assert (n_jumps <= 1).mean() == pytest.approx(0.7358, abs=5e-5)
    assert (n_jumps <= 3).mean() == pytest.approx(0.9810, abs=5e-5)


def test_half_of_the_distance_to_the_level_is_left_after_the_half_life():
    # ln 2 over the rate of reversion: Schwartz 1997, model 1.
    found = replace(STILL, reversion_per_year=0.301)
    half_life_months = 12 * math.log(2) / 0.301
    price_usd = draws(found, [half_life_months], start_usd=8.0, level_usd=2.0)
    np.testing.assert_allclose(price_usd, 4.0, rtol=1e-12)


def test_a_long_path_wanders_as_far_as_the_stationary_spread_and_no_farther():
    # Schwartz 1997, table 3, oil: reversion 0.301 and volatility 0.334 a year; sigma / sqrt(2 kappa).
    found = replace(STILL, reversion_per_year=0.301, volatility_log=0.334)
    assert price_log_spread(12_000.0, found) == pytest.approx(0.334 / math.sqrt(0.602), rel=1e-9)


def test_mean_and_spread_of_the_log_are_those_of_the_formula_however_the_months_are_cut():
    n_draws, end = 60_000, 30.0
    spread = price_log_spread(end, LIVELY)
    middle = math.log(price_median_usd(3.0, end, LIVELY, level_usd=2.0))
    for months in ([end], np.arange(1.0, end + 1), [0.5, 7.0, 29.0, end]):
        log = np.log(draws(LIVELY, months, n_draws, level_usd=2.0)[-1])
        assert log.mean() == pytest.approx(middle, abs=4 * spread / math.sqrt(n_draws))
        assert log.std() == pytest.approx(spread, rel=0.02)


def test_jumps_alone_have_the_fat_tails_of_their_number():
    # A sum of n centred normal jumps, n Poisson of mean 1, has an excess kurtosis of 3 / 1 (Merton 1976).
    found = replace(STILL, jumps_per_year=1.0, jump_sd_log=0.3)
    log = np.log(draws(found, [12], 400_000)[0] / 3.0)
    assert np.mean((log / log.std()) ** 4) - 3 == pytest.approx(3.0, abs=0.15)


def test_a_path_is_no_decline_with_its_trend_below_zero():
    log = np.log(draws(LIVELY, np.arange(1.0, 37.0), 4_000))
    steps = np.diff(log, axis=0)
    assert (steps > 0).any(axis=0).mean() > 0.999
    assert 0.1 < (log[-1] > math.log(3.0)).mean() < 0.5


def test_without_anything_that_moves_the_price_stays():
    np.testing.assert_array_equal(draws(STILL, [0, 1, 60]), np.full((3, 4), 3.0))


@given(constants, st.floats(0.1, 100))
def test_at_month_0_the_price_is_the_start(found, start_usd):
    np.testing.assert_allclose(draws(found, [0], start_usd=start_usd), start_usd, rtol=1e-12)


@given(constants)
def test_twice_the_start_and_the_level_is_twice_the_path(found):
    once = draws(found, [3, 9, 40], level_usd=2.0)
    twice = draws(found, [3, 9, 40], start_usd=6.0, level_usd=4.0)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-9)


@given(constants)
def test_the_spread_never_shrinks_with_time_and_every_price_is_above_zero(found):
    months = np.linspace(0.0, 240.0, 25)
    assert (np.diff(price_log_spread(months, found)) >= -1e-12).all()
    assert (draws(found, [1, 12, 36]) > 0).all()


@given(constants)
def test_a_slow_reversion_is_as_good_as_none(found):
    slow, none = (replace(found, reversion_per_year=rate) for rate in (1e-9, 0.0))
    np.testing.assert_allclose(draws(slow, [1, 12]), draws(none, [1, 12]), rtol=1e-6)


def test_draws_at_once_agree_with_one_draw_at_a_time():
    generator = np.random.default_rng(3)
    months, shape = np.array([1.0, 5.0, 12.0]), (3, 6)
    given_scores = {
        "normal_scores": generator.normal(size=shape),
        "jump_uniforms": generator.random(shape),
        "jump_scores": generator.normal(size=shape),
    }
    trends, starts_usd = generator.normal(size=6), generator.uniform(1, 4, size=6)
    at_once = price_path_usd(starts_usd, months, constants=LIVELY, trend_scores=trends, **given_scores)
    for i in range(6):
        alone = {name: scores[:, i : i + 1] for name, scores in given_scores.items()}
        one = price_path_usd(
            float(starts_usd[i]), months, constants=LIVELY, trend_scores=float(trends[i]), **alone
        )
        np.testing.assert_allclose(at_once[:, i], one[:, 0], rtol=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start_usd": 0.0}, r"start_usd must be above 0, got 0\.0"),
        ({"level_usd": -1.0}, r"level_usd must be above 0, got -1\.0"),
        ({"jump_uniforms": np.ones((1, 4))}, r"jump_uniforms must be at least 0 and below 1, got 1\.0"),
    ],
)
def test_what_is_no_price_or_no_uniform_is_refused_by_name(change, message):
    with pytest.raises(DomainError, match=message):
        draws(LIVELY, [1], **change)


@pytest.mark.parametrize(("months", "rule"), [([-1.0], "at least 0"), ([3.0, 3.0], "rising")])
def test_months_that_do_not_rise_from_today_are_refused(months, rule):
    with pytest.raises(DomainError, match=f"months must be {rule}"):
        draws(LIVELY, months)


def test_constants_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match="reversion_per_year must be finite and at least 0"):
        replace(STILL, reversion_per_year=-0.1)
    with pytest.raises(DomainError, match="trend_log_per_year must be finite"):
        replace(STILL, trend_log_per_year=math.inf)
