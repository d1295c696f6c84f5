"""Bills: what each way to charge makes of the same use."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.api_prices import api_price_rows
from nextdollar.customers.pricing import (
    PRICING_MODELS,
    Hybrid,
    PerOutcome,
    PerSeat,
    PerToken,
    Tier,
    Tiered,
    Usage,
    break_even_accurate_share,
    break_even_tokens_per_seat,
)
from nextdollar.errors import DomainError
from nextdollar.units import TOKENS_PER_MTOK

MODELS = {
    "per_token": PerToken(3e-6, 15e-6, least_usd_per_month=5.0),
    "per_seat": PerSeat(20.0),
    "per_outcome": PerOutcome(0.99, 0.1),
    "hybrid": Hybrid(10.0, 1e6, 8e-6, 0.01),
    "tiered": Tiered(
        (
            Tier("start", 10.0, 1e6, 2e-5),
            Tier("team", 60.0, 8e6, 1e-5),
            Tier("own", 300.0, 5e7, 8e-6, serving_multiple=1.5),
        )
    ),
}


def usage_of(n_bills: int = 40, seed: int = 3) -> Usage:
    rng = np.random.default_rng(seed)
    predictions = rng.integers(0, 900, n_bills).astype(float)
    return Usage(
        rng.lognormal(13, 2, n_bills),
        rng.lognormal(12, 2, n_bills),
        rng.integers(1, 50, n_bills).astype(float),
        predictions,
        np.floor(predictions * rng.random(n_bills)),
    )


def one_bill(**given: float) -> Usage:
    names = (
        "prompt_tokens_per_month",
        "output_tokens_per_month",
        "seats",
        "predictions_per_month",
        "accurate_per_month",
    )
    return Usage(**{name: np.array([given.get(name, 0.0)]) for name in names})


def scaled(model, factor):
    """Return the price list with every price times a factor."""
    if isinstance(model, Tiered):
        tiers = tuple(
            Tier(
                tier.name,
                tier.usd_per_month * factor,
                tier.included_tokens_per_month,
                tier.usd_per_overage_token * factor,
                tier.serving_multiple,
            )
            for tier in model.tiers
        )
        return Tiered(tiers)
    prices = {
        name: getattr(model, name) * (factor if "usd" in name else 1.0) for name in type(model).__slots__
    }
    return type(model)(**prices)


@pytest.mark.parametrize("row", api_price_rows()[:3], ids=lambda row: row.sold_as)
def test_a_million_tokens_each_way_cost_the_published_list_price(row):
    # The list price of the provider, as the catalogue quotes it with its source.
    model = PerToken(row.usd_per_mtok_input / TOKENS_PER_MTOK, row.usd_per_mtok_output / TOKENS_PER_MTOK)
    bill_usd = model.bills_usd(one_bill(prompt_tokens_per_month=1e6, output_tokens_per_month=1e6))[0]
    assert bill_usd == pytest.approx(row.usd_per_mtok_input + row.usd_per_mtok_output, rel=1e-12)


def test_an_agent_that_resolves_49_percent_earns_half_of_its_list_price():
    # evidence/effects.csv, row fin_observed: 49 % of the questions resolved; 0.99 USD is the price here.
    usage = one_bill(predictions_per_month=1000, accurate_per_month=490)
    assert PerOutcome(0.99).bills_usd(usage)[0] == pytest.approx(485.10)


def test_the_worked_bills_are_right_to_the_cent():
    usage = one_bill(
        prompt_tokens_per_month=6e6,
        output_tokens_per_month=2e6,
        seats=3,
        predictions_per_month=100,
        accurate_per_month=80,
    )
    expected = {
        "per_token": 6 * 3 + 2 * 15,
        "per_seat": 60,
        "per_outcome": 80 * 0.99 - 20 * 0.1,
        "hybrid": 3 * 10 + 5e6 * 8e-6 + 80 * 0.01,
        # start: 10 + 7 M x 20 = 150; team: 60 and nothing beyond; own: 300.
        "tiered": 60,
    }
    assert {name: model.bills_usd(usage)[0] for name, model in MODELS.items()} == pytest.approx(expected)


def test_every_variant_has_its_line():
    assert {type(model) for model in MODELS.values()} == set(PRICING_MODELS.values())


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
class TestEveryModel:
    @given(factor=st.floats(0.01, 100))
    def test_bills_follow_the_price_list_as_a_whole(self, model, factor):
        usage = usage_of()
        np.testing.assert_allclose(
            scaled(model, factor).bills_usd(usage), factor * model.bills_usd(usage), rtol=1e-9, atol=1e-9
        )

    def test_many_bills_at_once_agree_with_one_at_a_time(self, model):
        usage = usage_of()
        alone = [
            model.bills_usd(
                Usage(
                    usage.prompt_tokens_per_month[[i]],
                    usage.output_tokens_per_month[[i]],
                    usage.seats[[i]],
                    usage.predictions_per_month[[i]],
                    usage.accurate_per_month[[i]],
                )
            )[0]
            for i in range(usage.n_bills)
        ]
        np.testing.assert_array_equal(model.bills_usd(usage), alone)

    @given(more=st.floats(1.0, 1e4))
    def test_more_use_never_lowers_a_bill_without_credits(self, model, more):
        usage = usage_of()
        if isinstance(model, PerOutcome):
            model = PerOutcome(model.usd_per_outcome)
        assert (model.bills_usd(usage.grown(more)) >= model.bills_usd(usage) * (1 - 1e-12)).all()

    def test_a_customer_without_use_pays_no_more_than_one_with_use(self, model):
        idle = model.bills_usd(one_bill(seats=1))[0]
        busy = model.bills_usd(
            one_bill(
                seats=1,
                prompt_tokens_per_month=1e9,
                output_tokens_per_month=1e9,
                predictions_per_month=9,
                accurate_per_month=9,
            )
        )[0]
        assert 0 <= idle <= busy


class TestTiers:
    @given(tokens=st.floats(0, 1e9))
    def test_no_other_tier_would_cost_the_customer_less(self, tokens):
        model = MODELS["tiered"]
        bill_usd = model.bills_usd(one_bill(prompt_tokens_per_month=tokens))[0]
        assert bill_usd == min(tier.bills_usd(np.array([tokens]))[0] for tier in model.tiers)

    def test_a_stated_tier_is_kept_and_an_unstated_one_is_the_cheapest(self):
        model = MODELS["tiered"]
        both = Usage(*(np.zeros(2) for _ in range(5)), tier=np.array([2, -1]))
        assert model.tiers_of(both).tolist() == [2, 0]
        assert model.bills_usd(both).tolist() == [300.0, 10.0]
        assert model.serving_multiple(both).tolist() == [1.5, 1.0]

    def test_a_tier_that_does_not_exist_is_refused(self):
        stated = Usage(*(np.zeros(1) for _ in range(5)), tier=np.array([3]))
        with pytest.raises(DomainError, match="tier must be below 3, got 3"):
            MODELS["tiered"].bills_usd(stated)

    def test_no_tiers_and_two_of_one_name_are_refused(self):
        with pytest.raises(DomainError, match="tiers must be at least one tier"):
            Tiered(())
        with pytest.raises(DomainError, match="all of different names"):
            Tiered((Tier("a", 1.0), Tier("a", 2.0)))

    def test_a_tier_without_a_limit_never_charges_more_than_its_fee(self):
        assert Tier("all", 99.0).bills_usd(np.array([1e15]))[0] == 99.0
        assert math.isinf(Tier("all", 99.0).included_tokens_per_month)


class TestBreakEven:
    @given(price=st.floats(0.01, 10), credit=st.floats(0, 10), cost=st.floats(0, 5))
    def test_at_the_break_even_accuracy_a_prediction_earns_its_cost(self, price, credit, cost):
        model = PerOutcome(price, credit)
        share = float(break_even_accurate_share(model, cost))
        assert share * price - (1 - share) * credit == pytest.approx(cost, abs=1e-9)

    def test_an_outcome_at_a_dollar_and_a_cost_of_half_of_it_needs_half_of_them_right(self):
        assert break_even_accurate_share(PerOutcome(1.0), 0.5) == 0.5
        assert break_even_accurate_share(PerOutcome(1.0), 2.0) > 1

    def test_free_outcomes_have_no_break_even(self):
        with pytest.raises(DomainError, match="usd_per_outcome"):
            break_even_accurate_share(PerOutcome(0.0), 0.1)

    def test_a_seat_of_twenty_dollars_carries_four_million_tokens_at_five_a_million(self):
        assert break_even_tokens_per_seat(20.0, 5e-6) == pytest.approx(4e6)
        with pytest.raises(DomainError, match="cost_usd_per_token"):
            break_even_tokens_per_seat(20.0, 0.0)


class TestUsage:
    def test_more_right_answers_than_answers_are_refused(self):
        with pytest.raises(DomainError, match="accurate_per_month must be at most predictions_per_month"):
            one_bill(predictions_per_month=1, accurate_per_month=2)

    @pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
    def test_an_impossible_count_is_refused_by_name(self, bad):
        with pytest.raises(DomainError, match="seats must be finite and not negative"):
            one_bill(seats=bad)

    def test_growth_leaves_seats_alone(self):
        grown = usage_of().grown(3.0)
        np.testing.assert_array_equal(grown.seats, usage_of().seats)
        np.testing.assert_allclose(grown.tokens_per_month, 3 * usage_of().tokens_per_month)

    @pytest.mark.parametrize("bad", [-0.01, math.nan])
    def test_a_negative_price_is_refused_by_name(self, bad):
        with pytest.raises(DomainError, match="usd_per_seat must be finite and not negative"):
            PerSeat(bad)
        with pytest.raises(DomainError, match="usd_per_output_token"):
            PerToken(1e-6, bad)
