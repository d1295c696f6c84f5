from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.quality import fit_threshold
from nextdollar.errors import DomainError, FitError

# Bliss 1935, beetles killed by carbon disulphide: the usual example of a logistic curve of rates, printed
# with its fit in Dobson, An Introduction to Generalized Linear Models, section 7.3.
DOSE = np.array([1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839])
TESTED = np.array([59.0, 60, 62, 56, 63, 59, 62, 60])
KILLED = np.array([6.0, 13, 18, 28, 52, 53, 61, 60])


class TestPublishedFit:
    def test_intercept_slope_and_standard_errors_are_those_in_print(self):
        fit = fit_threshold(DOSE, KILLED, TESTED)
        assert fit.intercept_log == pytest.approx(-60.72, abs=0.005)
        assert fit.slope_log_per_decade == pytest.approx(34.27, abs=0.005)
        assert fit.standard_errors == pytest.approx((5.18, 2.91), abs=0.005)

    def test_the_deviance_is_that_in_print(self):
        assert fit_threshold(DOSE, KILLED, TESTED).deviance_log == pytest.approx(11.23, abs=0.005)

    def test_half_die_at_the_median_dose(self):
        fit = fit_threshold(DOSE, KILLED, TESTED)
        assert fit.median_decades == pytest.approx(60.717 / 34.270, abs=1e-4)
        assert fit.pass_share(fit.median_decades) == pytest.approx(0.5, abs=1e-12)


def test_shifting_all_qualities_shifts_the_median_and_nothing_else():
    here, there = fit_threshold(DOSE, KILLED, TESTED), fit_threshold(DOSE + 24, KILLED, TESTED)
    assert there.median_decades - here.median_decades == pytest.approx(24.0, abs=1e-9)
    assert there.width_decades == pytest.approx(here.width_decades, rel=1e-9)
    assert there.likelihood_log == pytest.approx(here.likelihood_log, abs=1e-9)


def test_two_versions_are_met_exactly():
    fit = fit_threshold(np.array([23.0, 24.0]), np.array([30.0, 70.0]), np.array([100.0, 100.0]))
    np.testing.assert_allclose(fit.pass_share(np.array([23.0, 24.0])), [0.3, 0.7], rtol=1e-10)
    assert fit.deviance_log == pytest.approx(0.0, abs=1e-9)


def test_ninety_percent_intervals_of_the_median_hold_the_truth_in_about_nine_of_ten_studies():
    generator = np.random.default_rng(7)
    versions, tested = np.array([22.8, 23.5, 24.1, 24.9]), np.full(4, 80.0)
    truth = 1 / (1 + np.exp(-(versions - 24.0) / 0.6))
    scores = generator.standard_normal((2, 800))
    covered = 0
    for _ in range(300):
        passed = generator.binomial(80, truth).astype(float)
        median, _ = fit_threshold(versions, passed, tested).draws(scores)
        low, high = np.nanquantile(median, [0.05, 0.95])
        covered += bool(low <= 24.0 <= high)
    # 300 studies: standard error 1.7 % at 90 %.
    assert 0.85 <= covered / 300 <= 0.95


def test_versions_that_do_not_improve_have_no_threshold():
    with pytest.raises(FitError, match="better versions do not pass more"):
        fit_threshold(np.array([23.0, 24.0]), np.array([70.0, 30.0]), np.array([100.0, 100.0]))


def test_a_clean_cut_between_versions_has_no_width():
    with pytest.raises(FitError, match="the width cannot be told; test a version between"):
        fit_threshold(np.array([23.0, 24.0]), np.array([0.0, 100.0]), np.array([100.0, 100.0]))


def test_tasks_that_all_pass_tell_no_threshold():
    with pytest.raises(FitError, match="all tasks passed or all failed"):
        fit_threshold(np.array([23.0, 24.0]), np.array([100.0, 100.0]), np.array([100.0, 100.0]))


def test_impossible_counts_are_refused_by_name():
    good = np.array([23.0, 24.0])
    with pytest.raises(DomainError, match=r"n_passed must be from 0 to the number tested, got 11\.0"):
        fit_threshold(good, np.array([1.0, 11.0]), np.array([10.0, 10.0]))
    with pytest.raises(DomainError, match=r"n_tested must be above 0, got 0\.0"):
        fit_threshold(good, np.array([0.0, 5.0]), np.array([0.0, 10.0]))
    with pytest.raises(DomainError, match="decades must be of two different qualities"):
        fit_threshold(np.array([23.0, 23.0]), np.array([1.0, 5.0]), np.array([10.0, 10.0]))
