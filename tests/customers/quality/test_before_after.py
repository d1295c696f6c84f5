from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.quality import ChurnCount, churn_effect
from nextdollar.errors import DomainError


def test_the_interval_is_that_of_a_relative_risk_in_print():
    # Physicians' Health Study, heart attacks under placebo and aspirin, as in Agresti, An Introduction to
    # Categorical Data Analysis, section 2.2: relative risk 1.82, 95 % interval 1.43 to 2.30.
    aspirin, placebo = ChurnCount(104, 11_037), ChurnCount(189, 11_034)
    effect = churn_effect(placebo, aspirin, gained_decades=1.0)
    assert np.exp(effect.fall_log_per_decade) == pytest.approx(1.82, abs=0.005)
    ends = effect.fall_log_per_decade + np.array([-1.96, 1.96]) * effect.standard_error_log_per_decade
    np.testing.assert_allclose(np.exp(ends), [1.43, 2.30], atol=0.01)


def test_a_step_of_half_a_decade_counts_twice_per_decade():
    before, after = ChurnCount(400, 10_000), ChurnCount(360, 10_000)
    whole = churn_effect(before, after, gained_decades=1.0)
    half = churn_effect(before, after, gained_decades=0.5)
    assert half.fall_log_per_decade == pytest.approx(2 * whole.fall_log_per_decade)
    assert half.standard_error_log_per_decade == pytest.approx(2 * whole.standard_error_log_per_decade)


def test_a_control_that_changed_as_much_leaves_nothing_and_doubt_grows():
    before, after = ChurnCount(400, 10_000), ChurnCount(360, 10_000)
    alone = churn_effect(before, after, gained_decades=0.4)
    controlled = churn_effect(before, after, gained_decades=0.4, control=(before, after))
    assert controlled.fall_log_per_decade == pytest.approx(0.0, abs=1e-15)
    assert controlled.standard_error_log_per_decade == pytest.approx(
        np.sqrt(2) * alone.standard_error_log_per_decade
    )


def test_it_says_what_it_cannot_tell_apart():
    before, after = ChurnCount(400, 10_000), ChurnCount(360, 10_000)
    assert "season" in churn_effect(before, after, gained_decades=0.4).said()
    assert (
        "launched with it" in churn_effect(before, after, gained_decades=0.4, control=(before, after)).said()
    )


def test_ninety_percent_intervals_hold_the_truth_in_about_nine_of_ten_studies():
    generator = np.random.default_rng(11)
    truth, covered, n_studies = 0.3, 0, 2_000
    for _ in range(n_studies):
        old = ChurnCount(max(int(generator.binomial(5_000, 0.04)), 1), 5_000)
        new = ChurnCount(max(int(generator.binomial(5_000, 0.04 * np.exp(-truth * 0.5))), 1), 5_000)
        effect = churn_effect(old, new, gained_decades=0.5)
        off = abs(effect.fall_log_per_decade - truth)
        covered += bool(off <= 1.645 * effect.standard_error_log_per_decade)
    assert 0.88 <= covered / n_studies <= 0.92


def test_draws_have_the_estimate_and_its_error():
    effect = churn_effect(ChurnCount(400, 10_000), ChurnCount(360, 10_000), gained_decades=0.5)
    draws = effect.draws(np.array([-1.0, 0.0, 1.0]))
    assert draws[1] == effect.fall_log_per_decade
    assert draws[2] - draws[0] == pytest.approx(2 * effect.standard_error_log_per_decade)


def test_impossible_counts_and_equal_models_are_refused_by_name():
    with pytest.raises(DomainError, match="n_left must be 1 or more, got 0"):
        ChurnCount(0, 100)
    with pytest.raises(DomainError, match="customer_months must be more than n_left, got 5"):
        ChurnCount(5, 5)
    with pytest.raises(DomainError, match="gained_decades must be finite and not 0"):
        churn_effect(ChurnCount(4, 100), ChurnCount(5, 100), gained_decades=0.0)
