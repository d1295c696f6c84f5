"""Retention part by part in a plan: churn, those who come, use and price."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.parts_scenarios import (
    ANNUITY,
    COUNTS,
    EVERY_PART,
    GROWING,
    STANDING,
    planned,
    said,
    text_of,
    value_usd,
)

from nextdollar.errors import ScenarioError
from nextdollar.plan import parse_scenario
from nextdollar.plan.quality_parts import value_by_part


class TestByHand:
    """A frontier that stands still, one decade gained at once: only what is stated moves."""

    def test_churn_that_falls_by_twelve_percent_falls_by_twelve_percent_failed_payments_included(self):
        found = planned(f"churn: 12 %/decade, {STANDING}")
        kept, left = (
            sum((1 - c) ** t * factor for t, factor in enumerate(ANNUITY)) for c in (0.04 * 0.88, 0.04)
        )
        assert value_usd(found) == pytest.approx(40_000 * 16 * (kept - left), rel=1e-8)

    def test_a_higher_price_falls_into_margin_as_a_whole(self):
        found = planned(f"churn: 0 %/decade, price: 10 %/decade, {STANDING}")
        paying = sum(0.96**t * factor for t, factor in enumerate(ANNUITY))
        assert value_usd(found) == pytest.approx(40_000 * 2.0 * paying, rel=1e-8)

    def test_more_use_is_paid_and_served_at_the_cost_of_the_better_model(self):
        found = planned(f"churn: 0 %/decade, expansion: 5 %/decade, {STANDING}")
        # Of the 4 USD that the margin leaves out, 0.50 is the serving of today; the new model's is 0.60.
        each_usd = 0.05 * (16.0 - 0.10)
        paying = sum(0.96**t * factor for t, factor in enumerate(ANNUITY))
        assert value_usd(found) == pytest.approx(40_000 * each_usd * paying, rel=1e-8)

    def test_where_the_margin_leaves_nothing_out_more_use_bears_all_its_serving(self):
        found = planned(f"churn: 0 %/decade, expansion: 5 %/decade, {STANDING}", margin="100 %")
        paying = sum(0.96**t * factor for t, factor in enumerate(ANNUITY))
        assert value_usd(found) == pytest.approx(40_000 * 0.05 * (20.0 - 0.60) * paying, rel=1e-8)

    def test_conversion_brings_more_of_those_who_come_anyway(self):
        found = planned(f"churn: 0 %/decade, conversion: 10 %/decade, {STANDING}", growth=GROWING)
        extra, value = 0.0, 0.0
        for factor in ANNUITY:
            value += extra * 16.0 * factor
            extra = extra * 0.96 + 0.1 * 1_600
        assert value_usd(found) == pytest.approx(value, rel=1e-8)

    def test_today_s_model_loses_its_price_as_it_ages(self):
        # The frontier gains 1.2 decades a year; the better model is a decade ahead of today's in every month.
        found = planned(
            "churn: 0 %/decade, price: 10 %/decade, frontier: 1.2 decades/year, involuntary: 26 %"
        )
        value = sum(
            0.96**t * 20.0 * (1.1 ** (1 - 0.1 * t) - 1.1 ** (-0.1 * t)) * factor
            for t, factor in enumerate(ANNUITY)
        )
        assert value_usd(found) == pytest.approx(40_000 * value, rel=1e-8)


class TestForms:
    def test_a_gain_and_the_fall_of_churn_that_means_the_same_are_worth_the_same(self):
        # All churn voluntary: lifetime rises by 16.1 % where churn falls to 1 / 1.161.
        frontier = "frontier: 1.1 decades/year, involuntary: 0 %"
        by_gain = planned(f"gain: 16.1 %/decade, pass_through: 1, {frontier}")
        by_churn = planned(f"churn: {100 * (1 - 1 / 1.161):.12f} %/decade, {frontier}")
        assert value_usd(by_churn) == pytest.approx(value_usd(by_gain), rel=1e-9)

    def test_a_part_of_nothing_changes_nothing(self):
        with_it, without = (
            planned(f"gain: 16.1 %/decade, pass_through: 0.5, {STANDING}{more}", growth=GROWING)
            for more in (", conversion: 0 %/decade, expansion: 0 %/decade, price: 0 %/decade", "")
        )
        assert value_usd(with_it) == pytest.approx(value_usd(without), rel=1e-12)
        for figure in ("gain_per_decade_share", "flat_value_usd"):
            np.testing.assert_allclose(
                getattr(with_it.quality, figure), getattr(without.quality, figure), rtol=1e-12
            )

    def test_stated_churn_draws_and_prints_no_guess_of_gain_or_pass_through(self):
        found = planned("churn: -3 to 25 %/decade")
        assert not {"value_of_quality.retention.gain", "value_of_quality.retention.pass_through"} & set(
            found.inputs
        )
        assert "pass_through" not in said(found) and "retention.gain" not in said(found)
        assert "assumed: value_of_quality.retention.involuntary" in said(found)

    def test_a_range_of_churn_may_reach_below_nothing(self):
        stated = planned("churn: -3 to 25 %/decade").inputs["value_of_quality.retention.churn"].quantity
        assert stated.inner_quantile(0.05) == pytest.approx(-np.log1p(0.03))
        assert stated.inner_quantile(0.95) == pytest.approx(-np.log1p(-0.25))

    def test_every_lever_finds_where_the_step_turns(self):
        found = planned(EVERY_PART, growth=GROWING)
        turns = [item for item in found.decision.break_even if item.break_even is not None]
        assert {"elasticity", "compute cost"} <= {item.lever for item in turns}
        for item in turns:
            assert item.checked_npv_usd == pytest.approx(0.0, abs=50.0)

    def test_the_worth_of_quality_is_shown_as_what_a_small_step_adds_all_parts_together(self):
        # (1 - i) k of churn, and a price of 20 of which 16 are margin.
        found = planned(f"churn: 12 %/decade, price: 1 %/decade, {STANDING}")
        (at,) = [item for item in found.decision.break_even if item.lever == "elasticity"]
        slope = -0.74 * np.log(0.62 / 0.74) + np.log(1.01) * 20 / 16
        assert at.unit == "% of value per decade"
        assert at.today == pytest.approx(100 * np.expm1(slope), rel=1e-9)

    def test_a_worth_of_less_than_nothing_is_no_gain_per_decade(self):
        found = planned(f"churn: -5 %/decade, {STANDING}")
        (at,) = [item for item in found.decision.break_even if item.lever == "elasticity"]
        assert at.unit == "times the worth of quality of the scenario"


class TestParts:
    def test_two_that_make_more_together_share_it_by_half(self):
        # Alone 1 and 2, together 5: what is more than their sum is shared evenly.
        worth = {("a",): 1.0, ("b",): 2.0, ("a", "b"): 5.0}
        assert value_by_part(("a", "b"), worth.__getitem__) == {"a": 2.0, "b": 3.0}

    def test_the_glove_game(self):
        # Shapley 1953 as in textbooks: one left glove and two right ones; a pair is worth 1: 4/6, 1/6, 1/6.
        found = value_by_part(("left", "one", "other"), lambda some: float("left" in some and len(some) > 1))
        assert found == pytest.approx({"left": 4 / 6, "one": 1 / 6, "other": 1 / 6})

    @given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), st.floats(-1e6, 1e6))
    def test_they_add_up_and_what_adds_keeps_its_own(self, own, together):
        names = ("churn", "conversion", "expansion", "price")
        worth = dict(zip(names, own, strict=True))
        found = value_by_part(
            names, lambda some: sum(worth[name] for name in some) + together * (len(some) == 4)
        )
        assert sum(found.values()) == pytest.approx(sum(own) + together, abs=1e-6)
        assert found["price"] == pytest.approx(worth["price"] + together / 4, abs=1e-6)

    def test_in_a_plan_they_add_up_to_the_value_in_every_draw(self):
        reading = planned(EVERY_PART, growth=GROWING).quality
        assert list(reading.parts.value_usd) == ["churn", "conversion", "expansion", "price"]
        np.testing.assert_allclose(sum(reading.parts.value_usd.values()), reading.value_usd, rtol=1e-9)

    def test_each_is_told_with_what_it_makes_of_the_value(self):
        found = planned(EVERY_PART, growth=GROWING)
        assert "of the value of better, before costs: " in said(found)
        assert "mean over the orders" in said(found)

    def test_conversion_where_nobody_comes_moves_nothing_and_says_so(self):
        alone, both = (
            planned(f"churn: 12 %/decade, {STANDING}{more}") for more in ("", ", conversion: 10 %/decade")
        )
        assert value_usd(both) == pytest.approx(value_usd(alone), rel=1e-12)
        assert "`conversion` moves nothing: no segment states `growth`" in said(both)
        assert "moves nothing" not in said(alone)

    def test_a_gain_with_parts_on_top_is_said_to_count_more(self):
        assert "come on top of it" in said(planned(f"gain: 5 %/decade, price: 1 %/decade, {STANDING}"))
        assert "come on top of it" not in said(planned(f"churn: 5 %/decade, price: 1 %/decade, {STANDING}"))

    def test_a_price_that_ages_below_the_cost_of_serving_is_said(self):
        retention = "churn: 5 %/decade, price: 30 %/decade, frontier: 1.1 decades/year, involuntary: 26 %"
        assert "than it costs to serve them" in said(planned(retention, margin="20 %"))
        assert "than it costs to serve them" not in said(planned(retention, margin="80 %"))


class TestRefusals:
    def refused(self, retention: str) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            planned(retention)
        return [fault.code for fault in caught.value.faults]

    def test_churn_beside_what_says_the_same_each_at_its_place(self):
        assert self.refused("churn: 5 %/decade, gain: 16 %/decade, pass_through: 0.5") == ["ND1187"] * 2
        assert self.refused(f"churn: 5 %/decade, measured: {{{COUNTS}}}") == ["ND1187"]
        assert self.refused(f"measured: {{{COUNTS}}}, pass_through: 0.5") == ["ND1187"]

    def test_counts_that_cannot_be_all_at_once(self):
        counts = "gained: 0.5 to 0.7 decades, before: {left: 0, customer_months: 10}, " \
            "after: {left: 10, customer_months: 10}"  # fmt: skip
        assert self.refused(f"measured: {{{counts}}}") == ["ND1188"] * 3

    def test_a_step_of_nothing_and_one_too_small_to_tell(self):
        for step in ("0", "-0.6", "0.01"):
            assert self.refused(f"measured: {{{COUNTS.replace('0.6', step)}}}") == ["ND1158"]

    def test_a_fall_that_quality_cannot_make(self):
        assert self.refused("churn: 80 %/decade, involuntary: 26 %") == ["ND1189"]
        counts = COUNTS.replace("361", "40")
        assert self.refused(f"measured: {{{counts}}}, involuntary: 26 %") == ["ND1189"]

    def test_churn_of_which_nothing_can_be_cured(self):
        assert self.refused("churn: 5 %/decade, involuntary: 100 %") == ["ND1189"]
        assert self.refused("involuntary: 100 %") == ["ND1189"]

    def test_parts_that_multiply_value_beyond_all_measure(self):
        with pytest.raises(ScenarioError) as caught:
            planned("churn: 5 %/decade, price: 800 %/decade, expansion: 800 %/decade", decades=3.0)
        assert [fault.code for fault in caught.value.faults] == ["ND1173"]

    def test_a_law_by_which_no_countable_compute_reaches_a_loss(self):
        # An exponent of a thousandth: a hundredth of the loss takes a number of FLOP that no float holds.
        law = "{form: chinchilla, E: 1.0, A: 8, alpha: 0.001 to 0.0011, B: 300, beta: 0.4}"
        text = text_of(f"churn: 5 %/decade, {STANDING}")
        start = text.index("law: ")
        with pytest.raises(ScenarioError) as caught:
            parse_scenario(f"{text[:start]}law: {law}{text[text.index(chr(10), start) :]}", "parts.yaml")
        assert [fault.code for fault in caught.value.faults] == ["ND1179"]

    def test_a_gain_that_less_churn_cannot_make(self):
        # While 95 % of churn stays, a lifetime grows by 1 / 0.95 - 1 = 5.3 % at most.
        refused = "gain: 16.1 %/decade, pass_through: 1, involuntary: 95 %"
        assert self.refused(refused) == ["ND1189"]
        assert value_usd(planned(refused.replace("16.1", "5"))) > 0


def test_the_less_quality_can_cure_the_less_an_upgrade_is_worth():
    worth_usd = [
        value_usd(
            planned(f"gain: 5 %/decade, pass_through: 1, frontier: 1.1 decades/year, involuntary: {i} %")
        )
        for i in (0, 26, 60, 90, 95)
    ]
    assert worth_usd == sorted(worth_usd, reverse=True)
