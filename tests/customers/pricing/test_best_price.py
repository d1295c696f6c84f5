"""What a price does to demand, the best price, and the one that a churn limit allows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.customers.pricing import (
    Offer,
    PriceResponse,
    best_price,
    churn_after_price,
    largest_multiple_within,
    lerner_multiple,
    share_without_best_price,
)
from nextdollar.customers.pricing.best_price import HIGHEST_MULTIPLE
from nextdollar.errors import DomainError

elasticities = st.floats(1.2, 6.0)


def offer_of(cost_share: float | np.ndarray = 0.5, **given: object) -> Offer:
    """One group of 100 customers who pay 1,000 USD together."""
    serving = 1000.0 * np.atleast_1d(np.asarray(cost_share, dtype=float))[np.newaxis]
    return Offer(np.array([1000.0]), serving, np.array([100.0]), np.array([1.0]), **given)


class TestPublishedFigures:
    @pytest.mark.parametrize(
        ("volume_per_price", "multiple"),
        [(1.11, 10.090909090909092), (1.05, 21), (1.2, 6), (1.5, 3), (2, 2), (3, 1.5)],
    )
    def test_the_best_price_over_marginal_cost_is_that_of_lerner(self, volume_per_price, multiple):
        # evidence/golden_economics.csv, row lerner_1_11 and its note, relative tolerance 1e-12.
        assert lerner_multiple(volume_per_price) == pytest.approx(multiple, rel=1e-12)

    def test_a_tenth_off_the_price_brings_fifteen_percent_more_tokens(self):
        # evidence/price_demand.csv, row elasticity_market: that answer is an elasticity of 1.33.
        response = PriceResponse(-np.log(1.15) / np.log(0.9))
        assert response.volume_per_price == pytest.approx(1.3265, abs=1e-4)
        assert response.kept_share(0.9) == pytest.approx(1.15)

    def test_the_measured_elasticity_between_hosts_sends_the_price_to_ten_times_cost(self):
        # evidence/price_demand.csv, row elasticity_within_model: -1.11.
        found = best_price(offer_of(0.15), PriceResponse(1.11))
        assert found.price_multiple == pytest.approx(0.15 * 1.11 / 0.11, rel=1e-5)


class TestResponse:
    @given(volume=st.floats(0, 10), low=st.floats(0.1, 5), more=st.floats(1.0, 5))
    @pytest.mark.parametrize("form", ["constant", "linear"])
    def test_a_higher_price_never_keeps_more(self, form, volume, low, more):
        response = PriceResponse(volume, form)
        assert response.kept_share(low * more) <= response.kept_share(low) * (1 + 1e-12)

    @pytest.mark.parametrize("form", ["constant", "linear"])
    @given(volume=st.floats(0.1, 6))
    def test_near_the_price_of_today_the_elasticity_is_the_stated_one(self, form, volume):
        response, step = PriceResponse(volume, form), 1e-6
        lost = 1 - response.kept_share(1 + step)
        assert lost / step == pytest.approx(volume, rel=1e-4)
        assert response.kept_share(1.0) == 1.0

    def test_a_straight_line_ends_at_the_choke_price(self):
        response = PriceResponse(2.0, "linear")
        assert response.kept_share(1.5) == 0.0
        assert response.kept_share(1.49) > 0
        assert response.kept_share(9.0) == 0.0

    def test_many_draws_agree_with_one_at_a_time(self):
        volumes = np.array([0.5, 1.0, 2.5])
        for form in ("constant", "linear"):
            alone = [PriceResponse(float(volume), form).kept_share(1.3) for volume in volumes]
            np.testing.assert_allclose(PriceResponse(volumes, form).kept_share(1.3), alone, rtol=1e-14)

    def test_draws_at_or_below_one_have_no_best_price(self):
        volumes = np.array([0.9, 1.0, 1.1, 2.0])
        assert share_without_best_price(PriceResponse(volumes)) == 0.5
        assert share_without_best_price(PriceResponse(volumes, "linear")) == 0.0
        with pytest.raises(DomainError, match=r"no finite price is best, got 0\.9"):
            lerner_multiple(volumes)

    def test_impossible_numbers_are_refused(self):
        with pytest.raises(DomainError, match="volume_per_price"):
            PriceResponse(-1.0)
        with pytest.raises(DomainError, match="form must be constant or linear"):
            PriceResponse(1.0, "steep")
        with pytest.raises(DomainError, match="price_multiple must be above 0"):
            PriceResponse(1.0).kept_share(0.0)


class TestBestPrice:
    @settings(max_examples=25)
    @given(volume=elasticities, cost_share=st.floats(0.2, 0.8))
    def test_it_is_the_price_of_lerner_where_all_cost_moves_with_use(self, volume, cost_share):
        exact = cost_share * lerner_multiple(volume)
        found = best_price(offer_of(cost_share), PriceResponse(volume))
        if 0.51 < exact < 1.96:
            assert found.price_multiple == pytest.approx(exact, rel=1e-5)
            assert found.bound == ""
            assert found.n_optima == 1

    @settings(max_examples=15)
    @given(volume=st.floats(0.5, 4), cost_share=st.floats(0.1, 0.9))
    def test_on_a_straight_line_it_lies_halfway_to_the_choke_price(self, volume, cost_share):
        # (m - c)(1 + 1/e - m) is largest in the middle of its zeros.
        exact = (cost_share + 1 + 1 / volume) / 2
        found = best_price(offer_of(cost_share), PriceResponse(volume, "linear"))
        assert found.price_multiple == pytest.approx(exact, rel=1e-5)

    def test_no_price_of_the_curve_earns_more(self):
        volumes = np.linspace(1.3, 4.0, 64)
        found = best_price(offer_of(np.linspace(0.3, 0.7, 64)), PriceResponse(volumes))
        assert found.margin_usd.mean() >= found.curve_usd.mean(axis=1).max() * (1 - 1e-12)
        assert found.margin_usd.mean() >= found.margin_at_list_usd.mean()

    def test_knowing_the_elasticity_is_worth_something_only_where_it_is_unknown(self):
        known = best_price(offer_of(0.5), PriceResponse(2.0))
        unknown = best_price(offer_of(np.full(64, 0.5)), PriceResponse(np.linspace(1.3, 4.0, 64)))
        assert known.value_of_knowing_usd == pytest.approx(0.0, abs=1e-3 * known.margin_usd.mean())
        assert unknown.value_of_knowing_usd > 0.01 * unknown.margin_usd.mean()
        exact = 0.5 * lerner_multiple(np.linspace(1.6, 4.0, 64))
        found = best_price(offer_of(np.full(64, 0.5)), PriceResponse(np.linspace(1.6, 4.0, 64)))
        np.testing.assert_allclose(found.each_best_multiple, exact, rtol=2e-3)

    def test_a_price_at_the_end_of_the_range_says_so(self):
        found = best_price(offer_of(0.9), PriceResponse(1.05))
        assert (found.bound, found.price_multiple) == ("high", HIGHEST_MULTIPLE)
        assert best_price(offer_of(0.01), PriceResponse(5.0)).bound == "low"

    def test_two_hills_of_like_height_are_counted(self):
        # The first group buys nothing above 1.25 times the list, the second nothing above 3.1 times.
        offer = Offer(np.array([1.0, 1.2]), np.zeros((2, 1)), np.ones(2), np.array([1.0, 0.4]))
        found = best_price(offer, PriceResponse(4.0, "linear"))
        assert found.n_optima == 2

    def test_a_cost_of_each_customer_lowers_the_gain_of_a_low_price(self):
        plain = best_price(offer_of(0.4), PriceResponse(2.0))
        heavy = best_price(offer_of(0.4, usd_per_customer_month=2.0), PriceResponse(2.0))
        # 200 USD for 100 customers is a variable cost of 0.2 more: Lerner's price at 0.6.
        assert plain.price_multiple == pytest.approx(0.8, rel=1e-5)
        assert heavy.price_multiple == pytest.approx(1.2, rel=1e-5)

    @given(volume=elasticities, multiple=st.floats(0.5, 2.0))
    def test_the_volume_is_the_business_that_is_kept(self, volume, multiple):
        kept = offer_of().volume_multiple(multiple, PriceResponse(volume))
        assert kept[0] == pytest.approx(multiple**-volume)

    def test_groups_whose_bills_change_respond_to_their_own_change(self):
        offer = Offer(np.array([100.0, 100.0]), np.array([[20.0], [20.0]]), np.ones(2), np.array([0.5, 2.0]))
        expected = 0.5**-2.0 * (100 - 20) + 2.0**-2.0 * (100 - 20)
        assert offer.margin_usd_per_month(1.0, PriceResponse(2.0))[0] == pytest.approx(expected)


class TestChurnLimit:
    @given(churn=st.floats(0, 0.5), stay=st.floats(0.01, 1), months=st.integers(1, 60))
    def test_after_the_response_the_stated_share_is_left(self, churn, stay, months):
        after = churn_after_price(churn, stay, response_months=months)
        assert (1 - after) ** months == pytest.approx((1 - churn) ** months * stay)
        assert after >= churn - 1e-15

    def test_the_highest_price_is_the_one_that_the_formula_gives(self):
        # (1 - c0) m**(-e / T) = 1 - limit.
        volume, churn, limit, months = 2.0, 0.03, 0.05, 12.0
        exact = ((1 - churn) / (1 - limit)) ** (months / volume)
        found = largest_multiple_within(
            offer_of(),
            PriceResponse(volume),
            churn_per_month=churn,
            limit_per_month=limit,
            response_months=months,
        )
        assert found == pytest.approx(exact, rel=1e-12)

    @given(limit=st.floats(0.031, 0.3), more=st.floats(0.0, 0.2))
    @settings(max_examples=20)
    def test_a_looser_limit_never_allows_a_lower_price(self, limit, more):
        def highest(limit_per_month: float) -> float:
            return largest_multiple_within(
                offer_of(),
                PriceResponse(np.linspace(1.2, 3.0, 16)),
                churn_per_month=0.03,
                limit_per_month=limit_per_month,
                response_months=12.0,
            )

        assert highest(limit + more) >= highest(limit)

    def test_the_limit_holds_in_the_asked_share_of_draws(self):
        response = PriceResponse(np.linspace(1.0, 4.0, 100))
        multiple = largest_multiple_within(
            offer_of(),
            response,
            churn_per_month=0.02,
            limit_per_month=0.04,
            response_months=12.0,
            certainty_share=0.9,
        )
        stay = offer_of().stay_share(multiple, response)
        assert np.mean(churn_after_price(0.02, stay, response_months=12.0) <= 0.04 + 1e-12) == pytest.approx(
            0.9
        )

    def test_a_churn_that_is_over_the_limit_already_has_no_price(self):
        found = largest_multiple_within(
            offer_of(), PriceResponse(2.0), churn_per_month=0.06, limit_per_month=0.05, response_months=12.0
        )
        assert np.isnan(found)

    def test_a_limit_that_never_binds_leaves_the_whole_range(self):
        found = largest_multiple_within(
            offer_of(leaving_share=0.0),
            PriceResponse(2.0),
            churn_per_month=0.03,
            limit_per_month=0.05,
            response_months=12.0,
        )
        assert found == HIGHEST_MULTIPLE

    def test_impossible_numbers_are_refused(self):
        with pytest.raises(DomainError, match="stay_share"):
            churn_after_price(0.1, 1.2, response_months=3)
        with pytest.raises(DomainError, match="response_months"):
            churn_after_price(0.1, 0.9, response_months=0)
        with pytest.raises(DomainError, match="low and high"):
            best_price(offer_of(), PriceResponse(2.0), low=2.0, high=1.0)
        with pytest.raises(DomainError, match="bill_multiple"):
            Offer(np.ones(1), np.ones((1, 1)), np.ones(1), np.zeros(1))
