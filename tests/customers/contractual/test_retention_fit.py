from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.customers.contractual import (
    LawFit,
    RetentionFit,
    RiskTable,
    ShiftedBetaGeometric,
    fit_cohorts,
    fit_retention,
    stacked,
    table_of_cohort,
    table_of_customers,
)
from nextdollar.customers.contractual.fitting.likelihood import (
    bdw_terms,
    bdw_value,
    dw_terms,
    dw_value,
    sbg_terms,
    sbg_value,
)
from nextdollar.customers.contractual.fitting.prior import (
    LAW_SHARE,
)
from nextdollar.errors import DomainError
from nextdollar.uncertainty import Design, uniforms

# Fader & Hardie 2007, tables 1 and 2: per cent of each segment left after years 1 to 12.
YEARS = {
    "high_end": [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4],
    "regular": [63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3],
}
NAMES = ("mu", "phi", "c")
SCORES = uniforms(NAMES, Design.rounded(1024, 3, balanced=NAMES))


def cohort(segment: str, n_years: int) -> RiskTable:
    return table_of_cohort(np.array([1000.0, *(10 * left for left in YEARS[segment][:n_years])]))


def fitted(segment: str, n_years: int = 7) -> RetentionFit:
    return fit_retention(cohort(segment, n_years), SCORES)


def named(fit: RetentionFit, name: str) -> LawFit:
    return next(law for law in fit.laws if law.name == name)


class TestPublishedFits:
    def test_shifted_beta_geometric_coefficients_are_those_of_the_paper(self, shared_data):
        text = (shared_data / "customers" / "sbg_expected.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            law = fitted(row["segment"], int(row["years_used"])).main
            assert law.name == "sbg" and not law.limit
            assert law.coefficients["alpha"] == pytest.approx(float(row["alpha"]), abs=0.001)
            assert law.coefficients["beta"] == pytest.approx(float(row["beta"]), abs=0.003)
            assert law.log_likelihood == pytest.approx(float(row["loglik_n1000"]), abs=0.01)

    def test_beta_discrete_weibull_coefficients_are_those_of_the_paper_that_brought_it(self):
        # Fader et al. 2018, high-end customers known to year 4; figures recalled from the paper.
        law = named(fitted("high_end", 4), "bdw")
        for letter, value in (("alpha", 0.259), ("beta", 1.722), ("c", 1.584)):
            assert law.coefficients[letter] == pytest.approx(value, abs=0.001)

    def test_discounted_lifetimes_are_those_of_the_fits(self, shared_data):
        text = (shared_data / "customers" / "sbg_discounted_lifetime.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            law, discount = fitted(row["segment"]).main.law, float(row["annual_discount"])
            found = law.discounted_periods(discount)
            if row["k"] != "0":
                found = law.discounted_residual_periods(discount, period=int(row["k"]))
            # The fit behind the file stopped within 2e-7 of the peak.
            assert found == pytest.approx(float(row["value"]), rel=1e-6)

    def test_shifted_beta_geometric_coefficients_of_the_telco_customers(self, shared_data):
        customers = (shared_data / "customers" / "telco_churn.csv").read_text("utf-8")
        rows = list(csv.DictReader(customers.splitlines()))
        tenure = np.array([int(row["tenure"]) for row in rows])
        has_left = np.array([row["Churn"] == "Yes" for row in rows])
        contract = np.array([row["Contract"] for row in rows])
        text = (shared_data / "customers" / "telco_expected.csv").read_text("utf-8")
        expected = {
            (row["contract"], row["quantity"]): float(row["value"])
            for row in csv.DictReader(text.splitlines())
        }
        for segment in ("ALL", "Month-to-month"):
            mine = (contract == segment) | (segment == "ALL")
            law = fit_retention(table_of_customers(tenure[mine], has_left[mine]), SCORES).main
            for letter in ("alpha", "beta"):
                assert law.coefficients[letter] == pytest.approx(
                    expected[segment, f"sbg_{letter}"], rel=0.005
                )
            assert law.log_likelihood == pytest.approx(expected[segment, "sbg_loglik"], abs=0.01)

    def test_the_average_forecasts_later_years_better_than_one_law_and_its_band_holds_them(self):
        off, off_alone = [], []
        for segment in YEARS:
            for n_years in (4, 5, 7):
                fit, later = fitted(segment, n_years), np.arange(n_years + 1.0, 13.0)
                shares, happened = fit.draws.survival(later), np.array(YEARS[segment][n_years:]) / 100
                average = np.abs(shares.mean(axis=1) - happened).mean()
                alone = np.abs(fit.main.law.survival(later) - happened).mean()
                assert average < 1.1 * alone
                off.append(average)
                off_alone.append(alone)
                low, high = np.quantile(shares, [0.05, 0.95], axis=1)
                assert ((low <= happened) & (happened <= high)).all()
        assert sum(off) < 0.8 * sum(off_alone)


class TestSlopes:
    @pytest.mark.parametrize(
        ("terms", "value", "n"),
        [(sbg_terms, sbg_value, 2), (dw_terms, dw_value, 2), (bdw_terms, bdw_value, 3)],
    )
    # The second coordinate of dw is log c, and c of 3 leaves next to nobody after a few renewals.
    @given(st.floats(-3, 2), st.floats(-2, 1), st.floats(-1, 1))
    def test_slopes_and_curvatures_are_those_of_the_value(self, terms, value, n, first, second, third):
        theta, table, step = np.array([first, second, third])[:n], cohort("high_end", 7), 1e-5
        here = terms(theta, table)
        scale = 1e-6 * (1 + np.abs(here.curvature).max())
        assert here.value == pytest.approx(value(theta, table), rel=1e-12)
        for i, way in enumerate(np.eye(n) * step):
            ahead, behind = terms(theta + way, table), terms(theta - way, table)
            assert (ahead.value - behind.value) / (2 * step) == pytest.approx(here.slope[i], abs=scale)
            difference = (ahead.slope - behind.slope) / (2 * step)
            np.testing.assert_allclose(difference, here.curvature[i], atol=scale)


class TestManyCohorts:
    def test_many_at_once_agree_with_one_by_one(self):
        tables = [cohort("high_end", 7), cohort("regular", 4), table_of_cohort(np.array([50.0, 50.0]))]
        together = fit_cohorts(stacked(tables), SCORES)
        for one, fit in zip(tables, together, strict=True):
            alone = fit_retention(one, SCORES)
            assert [law.name for law in fit.laws] == [law.name for law in alone.laws]
            for mine, other in zip(fit.laws, alone.laws, strict=True):
                assert mine.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
            np.testing.assert_allclose(fit.weights, alone.weights, atol=1e-6)

    @settings(max_examples=25)
    @given(st.floats(0.2, 3.0), st.floats(0.5, 20.0))
    def test_a_cohort_that_follows_the_law_exactly_gives_its_coefficients_back(self, alpha, beta):
        counts = 1e5 * ShiftedBetaGeometric(alpha, beta).survival(np.arange(13.0))
        law = fit_retention(table_of_cohort(counts), SCORES[:, :64]).main
        assert law.coefficients["alpha"] == pytest.approx(alpha, rel=1e-3)
        assert law.coefficients["beta"] == pytest.approx(beta, rel=1e-3)

    def test_cohorts_first_watched_late_give_the_same_law(self):
        # Old customers who are watched from their fourth renewal on: a third of those who began.
        shares = ShiftedBetaGeometric(0.7, 4.0).survival(np.arange(13.0))
        late = table_of_cohort(1e6 * shares[4:], n_periods_before=4)
        law = fit_retention(late, SCORES[:, :64]).main
        assert law.coefficients["alpha"] == pytest.approx(0.7, rel=1e-3)
        assert law.coefficients["beta"] == pytest.approx(4.0, rel=1e-3)


class TestLimits:
    def test_customers_who_do_not_differ_are_named_and_left_to_the_geometric_law(self):
        fit = fit_retention(table_of_cohort(1000 * 0.9 ** np.arange(8.0)), SCORES)
        assert fit.laws[1].limit == "alike"
        assert fit.main.name == "geometric"
        assert fit.main.coefficients["theta"] == pytest.approx(0.1)

    def test_a_cohort_that_loses_nobody_after_the_first_renewal_is_named(self):
        fit = fit_retention(table_of_cohort(np.array([100.0, 40.0, 40.0, 40.0])), SCORES)
        assert fit.main.limit == "opposite"
        assert np.isnan(fit.main.standard_errors["alpha"])
        assert fit.draws.survival(20.0).mean() == pytest.approx(0.4, abs=0.05)

    @pytest.mark.parametrize(("counts", "limit"), [([30.0, 30.0], "no churn"), ([30.0, 0.0], "all churn")])
    def test_a_cohort_without_a_choice_still_has_a_range(self, counts, limit):
        fit = fit_retention(table_of_cohort(np.array(counts)), SCORES)
        assert fit.main.limit == limit
        low, high = np.quantile(fit.draws.survival(1.0), [0.05, 0.95])
        # A uniform chance, and 30 of 30: Beta(31, 1) or Beta(1, 31), whose 5 % point is 0.05**(1/31).
        assert {"no churn": low, "all churn": 1 - high}[limit] == pytest.approx(0.05 ** (1 / 31), abs=0.02)

    def test_lifetimes_without_end_are_named(self):
        assert fitted("high_end").main.has_endless_mean
        assert not fit_retention(table_of_cohort(1000 * 0.9 ** np.arange(8.0)), SCORES).main.has_endless_mean

    def test_two_renewals_are_too_few_for_the_law_with_three_coefficients(self):
        limits = {law.name: law.limit for law in fitted("regular", 2).laws}
        assert limits == {"geometric": "", "sbg": "", "dw": "", "bdw": "prior"}

    def test_laws_that_one_renewal_cannot_tell_apart_are_all_in_the_range(self):
        fit = fitted("regular", 1)
        assert fit.main.name == "geometric"
        assert np.isnan(named(fit, "sbg").standard_errors["alpha"])
        low, high = np.quantile(fit.draws.survival(np.arange(2.0, 13.0)), [0.05, 0.95], axis=1)
        # Customers of one rate would be down to 0.631**12, or 0.4 %, where 17.3 % were left.
        happened = np.array(YEARS["regular"][1:]) / 100
        assert ((low <= happened) & (happened <= high)).all()

    def test_weights_are_the_prior_where_the_data_tell_nothing(self):
        # At one renewal every law gives each chance to leave the same likelihood.
        np.testing.assert_allclose(fitted("regular", 1).weights, list(LAW_SHARE.values()), atol=0.01)

    def test_a_segment_that_nobody_watched_is_refused(self):
        with pytest.raises(DomainError, match="n_at_risk must be above 0 at one renewal or more"):
            fit_retention(RiskTable(np.zeros(3), np.zeros(3)), SCORES)

    def test_scores_that_are_no_uniforms_are_refused(self):
        with pytest.raises(DomainError, match="scores must be between 0 and 1"):
            fit_retention(cohort("regular", 7), np.ones((3, 4)))


class TestDraws:
    def test_each_draw_is_one_customer_base_in_every_question(self):
        draws = fitted("regular").draws
        kept = draws.retention(np.arange(1.0, 6.0))
        np.testing.assert_allclose(np.prod(kept, axis=0), draws.survival(5.0), rtol=1e-9)
        paid = draws.discounted_periods(0.1)
        later = draws.discounted_residual_periods(0.1, period=1)
        # The first payment, and what comes from the first renewal on.
        np.testing.assert_allclose(paid, 1 + later / 1.1, rtol=1e-8)

    def test_the_mean_of_the_draws_owes_nothing_to_how_they_are_dealt(self):
        other = uniforms(NAMES, Design.rounded(1024, 8, balanced=NAMES))
        table, later = cohort("regular", 7), np.array([10.0, 15.0])
        first, second = (fit_retention(table, scores).draws.survival(later) for scores in (SCORES, other))
        np.testing.assert_allclose(first.mean(axis=1), second.mean(axis=1), atol=0.002)

    def test_discounts_may_be_draws_too(self):
        draws = fitted("high_end").draws
        discounts = np.linspace(0.05, 0.2, draws.n_draws)
        paid = draws.discounted_periods(discounts)
        assert paid[7] == draws.discounted_periods(float(discounts[7]))[7]
