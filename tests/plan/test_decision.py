from __future__ import annotations

import numpy as np
import pytest

from nextdollar.plan import Evaluation, evaluate, load_scenario, parse_scenario
from nextdollar.plan.break_even import StepValue
from nextdollar.plan.candidates import outcomes_of
from nextdollar.plan.levers import NO_LEVERS, pushed


def test_the_first_that_is_not_worth_funding_follows_in_order_of_cost(first_principles: Evaluation):
    decision = first_principles.decision
    assert decision.order == ("v1", "v2", "v3", "v4", "v5")
    assert decision.first_not_worth_funding == "v4"


def test_steps_add_up_to_the_dearest_candidate(first_principles: Evaluation):
    total = sum(step.npv_usd for step in first_principles.decision.steps)
    assert total == pytest.approx(float(np.mean(first_principles.draws_of("v5", "npv_usd"))), rel=1e-9)


def test_the_return_of_a_step_is_one_where_its_present_value_is_zero(first_principles: Evaluation):
    for step in first_principles.decision.steps:
        assert (step.marginal_return > 1) == (step.npv_usd > 0)


class TestBreakEven:
    @pytest.mark.parametrize("name", ["article", "first_principles"])
    def test_running_the_scenario_at_a_break_even_gives_zero(self, name, request):
        evaluation = request.getfixturevalue(name)
        worth = StepValue(evaluation.scenario, evaluation.values)
        found = [item for item in evaluation.decision.break_even if item.break_even is not None]
        assert found
        for item in found:
            levers = pushed(item.lever, item.lever_amount)
            n_draws = max(np.size(value) for value in evaluation.values.values())
            run = outcomes_of(evaluation.scenario, evaluation.values, n_draws, levers)
            at = float(np.mean(run[item.upper].npv_usd) - np.mean(run[item.lower].npv_usd))
            scale = abs(worth.step_npv_usd(item.lower, item.upper, NO_LEVERS))
            assert abs(at) < 1e-6 * scale
            assert item.checked_npv_usd == pytest.approx(at, abs=1e-9 * scale)

    def test_setting_the_elasticity_to_its_break_even_turns_the_step(self, scenarios):
        # With a single elasticity the break-even can be typed into the scenario itself.
        single = "value_of_quality.elasticity.ltv_per_loss=10"
        before = evaluate(load_scenario(scenarios / "article.yaml", [single]), n_draws=1024)
        at = next(b for b in before.decision.break_even if (b.upper, b.lever) == ("v3", "elasticity"))
        for factor, last in ((0.99, "v2"), (1.01, "v3")):
            typed = f"value_of_quality.elasticity.ltv_per_loss={factor * at.break_even:.6f}"
            after = evaluate(load_scenario(scenarios / "article.yaml", [typed]), n_draws=1024)
            assert after.decision.last_worth_funding == last

    def test_the_article_breaks_even_by_hand(self, article: Evaluation):
        # Elasticity at which v2 to v3 breaks even: extra cost / (extra value / elasticity), linear form.
        step = next(s for s in article.decision.steps if s.upper == "v3")
        at = next(b for b in article.decision.break_even if (b.upper, b.lever) == ("v3", "elasticity"))
        assert at.break_even / at.today == pytest.approx(step.extra_cost_usd / step.extra_value_usd, rel=1e-6)

    def test_nothing_in_range_is_none(self, first_principles: Evaluation):
        churn = [b for b in first_principles.decision.break_even if (b.upper, b.lever) == ("v2", "churn")]
        # Customers are replaced as they leave (growth 0 %), so churn moves no cash at all.
        assert [item.break_even for item in churn] == [None]


def test_too_close_to_call_is_said():
    text = """
schema: nextdollar.scenario/1
title: a coin
horizon: 12 months
discount: 0 %/year
risk: {level: 95 %}
today: old
candidates:
  old: {given: {loss: 2.0, cost: 0 USD}}
  new: {given: {loss: 1.9, cost: 600 USD}}
customers: {all: {count: 10, price: 10 USD/month, churn: 10 %/month, growth: 0 %/month}}
value_of_quality: {elasticity: {ltv_per_loss: "uniform(9.9999, 20.0001)"}}
"""
    certain = evaluate(parse_scenario(text.replace('"uniform(9.9999, 20.0001)"', "10")), n_draws=256)
    # 10 x 5 % of 100 USD a month is 50 USD, 600 USD in 12 months: exactly the cost.
    assert certain.candidate("new").outcome.npv_usd == pytest.approx(0, abs=1e-9)
    assert certain.decision.last_worth_funding is None or not certain.decision.is_sure
    wide = text.replace('"uniform(9.9999, 20.0001)"', '"normal(10, 3)"')
    found = evaluate(parse_scenario(wide), n_draws=256)
    assert not found.decision.is_sure
    assert found.decision.verdict.startswith("cannot say")


class TestFrontier:
    def test_the_best_size_lies_between_the_last_that_pays_and_the_first_that_does_not(
        self, first_principles: Evaluation
    ):
        best = np.quantile(first_principles.frontier.best_params, [0.05, 0.5, 0.95])
        assert 70e9 < best[0] < best[1] < best[2] < 5.4e12
        assert 650e9 < best[1] < 1.9e12

    def test_the_next_dollar_returns_one_dollar_at_the_peak_of_expected_value(
        self, first_principles: Evaluation
    ):
        found = first_principles.frontier
        peak = int(found.npv_mean_usd.argmax())
        gain = np.diff(found.value_mean_usd) / np.diff(found.cost_mean_usd)
        assert gain[peak - 1] > 1 > gain[peak]

    def test_candidates_on_the_curve_have_its_present_value(self, first_principles: Evaluation):
        found = first_principles.frontier
        for name in ("v2", "v3", "v4"):
            result = first_principles.candidate(name)
            on_curve = np.interp(np.log(result.technical.params), np.log(found.params), found.npv_mean_usd)
            assert on_curve == pytest.approx(float(np.mean(result.outcome.npv_usd)), rel=0.02)

    def test_given_losses_and_costs_leave_nothing_to_read_between(self, article: Evaluation):
        assert article.frontier is None
