from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.pay_as_you_go import (
    PURCHASE_LAWS,
    Histories,
    akaike_weights,
    bootstrap,
    fit_purchases,
    fit_spend,
    parameter_draws,
    unique_histories,
)
from nextdollar.errors import DomainError, FitError


def check(fitted, expected):
    values = {**fitted.parameters, "loglik": fitted.log_likelihood}
    values["loglik_rows_with_frequency_gt_0"] = fitted.log_likelihood
    for quantity, (value, tolerance) in expected.items():
        assert values[quantity] == pytest.approx(value, abs=tolerance), quantity


class TestPublishedFits:
    def test_bg_nbd_meets_cdnow(self, cdnow, expected_fits):
        check(fit_purchases("bg-nbd", cdnow), expected_fits("bgnbd"))

    def test_mbg_nbd_meets_cdnow(self, cdnow):
        # lifetimes 0.11.3, tests/test_estimation.py, of the same customers.
        fitted = fit_purchases("mbg-nbd", cdnow)
        published = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
        assert fitted.parameters == pytest.approx(published, abs=1e-3)

    def test_pareto_nbd_meets_cdnow(self, cdnow, expected_fits):
        fitted = fit_purchases("pareto-nbd", cdnow)
        check(fitted, expected_fits("pareto_nbd"))
        # Fader, Hardie and Lee 2005, table 2.
        assert fitted.log_likelihood == pytest.approx(-9595.0, abs=0.1)

    def test_gamma_gamma_meets_cdnow(self, cdnow_spend, expected_fits):
        check(fit_spend(*cdnow_spend), expected_fits("gamma_gamma"))

    def test_bg_bb_meets_the_donors(self, donations, expected_fits):
        check(fit_purchases("bg-bb", donations), expected_fits("bgbb"))

    def test_the_better_law_of_cdnow_is_bg_nbd(self, cdnow):
        fits = [fit_purchases(name, cdnow) for name in ("bg-nbd", "pareto-nbd")]
        weights = akaike_weights(fits)
        assert weights.sum() == pytest.approx(1.0)
        assert weights[0] == pytest.approx(1.0, abs=1e-5)


def test_rows_with_weights_fit_as_the_customers_one_by_one(dealt):
    each = dealt("bg-bb", 3000, 1)
    weighted, _ = unique_histories(each)
    one, other = fit_purchases("bg-bb", each), fit_purchases("bg-bb", weighted)
    assert one.parameters == pytest.approx(other.parameters, rel=1e-9)
    assert one.n_customers == other.n_customers == 3000


def test_another_unit_of_time_scales_the_times_and_nothing_else(dealt):
    weeks = dealt("bg-nbd", 3000, 2)
    days = Histories(
        weeks.n_repeats, 7 * weeks.n_periods_to_last, 7 * weeks.n_periods_observed, weeks.n_customers
    )
    one, other = fit_purchases("bg-nbd", weeks).parameters, fit_purchases("bg-nbd", days).parameters
    assert other["alpha"] == pytest.approx(7 * one["alpha"], rel=1e-4)
    assert [other[k] for k in "rab"] == pytest.approx([one[k] for k in "rab"], rel=1e-4)


def test_another_currency_scales_the_money_and_nothing_else(cdnow_spend):
    repeats, spend_usd = cdnow_spend
    one, other = fit_spend(repeats, spend_usd), fit_spend(repeats, 100 * spend_usd)
    assert other.parameters["v"] == pytest.approx(100 * one.parameters["v"], rel=1e-4)
    assert other.parameters["p"] == pytest.approx(one.parameters["p"], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "n_fits"), [("bg-nbd", 80), ("mbg-nbd", 80), ("bg-bb", 50), ("pareto-nbd", 40)]
)
def test_ninety_percent_intervals_hold_the_truth_about_nine_times_in_ten(name, n_fits, dealt):
    true = {"bg-nbd": (0.25, 4.5, 0.8, 2.5), "pareto-nbd": (0.55, 10.6, 0.6, 11.7)}
    true["mbg-nbd"] = (0.5, 6.2, 0.9, 1.6)
    law, rng = PURCHASE_LAWS[name], np.random.default_rng(7)
    letters = true.get(name, (1.2, 0.75, 0.66, 2.78))
    ahead = 6.0 if name == "bg-bb" else 52.0
    truth = [*letters, float(law(*letters).survival(ahead)), float(law(*letters).expected_purchases(ahead))]
    held = np.zeros(len(truth))
    for seed in range(n_fits):
        fitted = fit_purchases(name, dealt(name, 800, seed))
        draws = parameter_draws(fitted, rng.standard_normal((4, 400)))
        many = law(*draws)
        quantities = np.stack([*draws, many.survival(ahead), many.expected_purchases(ahead)])
        low, high = np.quantile(quantities, [0.05, 0.95], axis=1)
        held += (low <= truth) & (truth <= high)
    # Over all six quantities; one of them alone has a sampling error of 3 to 5 points.
    assert 0.85 <= held.mean() / n_fits <= 0.95
    assert (held / n_fits >= 0.75).all()


def test_draws_spread_as_the_standard_errors_say(donations):
    fitted = fit_purchases("bg-bb", donations)
    draws = parameter_draws(fitted, np.random.default_rng(1).standard_normal((4, 20_000)))
    np.testing.assert_allclose(draws.mean(axis=1), list(fitted.parameters.values()), rtol=0.03)
    np.testing.assert_allclose(draws.std(axis=1), list(fitted.standard_errors.values()), rtol=0.1)


def test_customers_drawn_again_spread_about_as_the_curvature_says(donations):
    fitted = fit_purchases("bg-bb", donations)
    again = bootstrap(fitted, donations, n_draws=40, rng=np.random.default_rng(3))
    np.testing.assert_allclose(again.std(axis=1), list(fitted.standard_errors.values()), rtol=0.45)


def test_customers_who_are_all_alike_are_a_limit_that_is_named():
    rng = np.random.default_rng(5)
    seen = np.full(1000, 30.0)
    # Fewer different counts than chance alone makes: nothing is left for customers to differ in.
    repeats = rng.binomial(6, 0.5, 1000).astype(float)
    last = np.where(repeats > 0, np.ceil(30 * rng.random(1000) ** (1 / np.maximum(repeats, 1))), 0.0)
    fitted = fit_purchases("pareto-nbd", Histories.of_customers(repeats, last, n_periods_observed=seen))
    assert any("the rate of purchases is the same for every customer" in words for words in fitted.limits)
    assert np.isnan(fitted.standard_errors["r"])
    draws = parameter_draws(fitted, rng.standard_normal((4, 100)))
    assert np.isfinite(draws).all() and (draws > 0).all()


@pytest.mark.parametrize(("n_back", "words"), [(0, "none"), (9, "only 9")])
def test_customers_of_whom_hardly_anybody_came_back_have_no_fit(n_back, words):
    back = np.arange(50) < n_back
    few = Histories.of_customers(1.0 * back, 4.0 * back, n_periods_observed=np.full(50, 9.0))
    with pytest.raises(FitError, match=f"{words} of the customers bought twice, and 10 are needed"):
        fit_purchases("bg-nbd", few)


def test_a_law_that_is_not_there_is_refused_with_those_that_are(donations):
    with pytest.raises(
        DomainError, match="law must be one of bg-nbd, mbg-nbd, pareto-nbd, bg-bb, got weibull"
    ):
        fit_purchases("weibull", donations)


def test_spend_that_is_not_above_zero_is_refused():
    with pytest.raises(DomainError, match="mean_usd must be finite and above 0"):
        fit_spend(np.ones(4), np.array([1.0, 2.0, 0.0, 3.0]))
    with pytest.raises(FitError, match="fewer than three customers"):
        fit_spend(np.ones(2), np.ones(2))


def test_scores_of_another_shape_are_refused(donations):
    fitted = fit_purchases("bg-bb", donations)
    with pytest.raises(DomainError, match=r"scores must be an array \(4, n_draws\)"):
        parameter_draws(fitted, np.zeros((3, 10)))
