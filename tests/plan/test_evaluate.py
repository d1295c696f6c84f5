from __future__ import annotations

import json

import numpy as np
import pytest

from nextdollar.finance import npv
from nextdollar.plan import Evaluation, evaluate, load_scenario, parse_scenario
from nextdollar.plan.inputs import dealing_order, draw_values, inputs_of
from nextdollar.report.view import plan_view
from nextdollar.uncertainty import Design

SMALL = """
schema: nextdollar.scenario/1
title: two models by hand
horizon: 12 months
discount: 0 %/year
risk: {level: 95 %}
today: old
candidates:
  old: {given: {loss: 2.0 nats, training_cost: 5 USD, serving_price: 1 USD/Mtok}}
  new: {given: {loss: 1.9 nats, training_cost: 1_000 USD, serving_price: 3 USD/Mtok}}
customers:
  all: {count: 100, price: 10 USD/month, churn: 10 %/month, growth: 0 %/month, tokens: 1 Mtok/month}
value_of_quality: {elasticity: {ltv_per_loss: 10}}
"""


def small(*settings: str) -> Evaluation:
    return evaluate(parse_scenario(SMALL, settings=settings), n_draws=128)


def figures(evaluation: Evaluation, name: str) -> dict[str, object]:
    return next(item for item in plan_view(evaluation)["candidates"] if item["name"] == name)


class TestTwoModelsByHand:
    def test_every_figure_follows_by_hand(self):
        # Loss falls by 5 %, value by 10 x 5 % = 50 % of 1 000 USD a month: 500 USD. Serving costs
        # 100 customers x 1 Mtok x (3 - 1) USD = 200 USD a month more. 12 months, nothing discounted.
        found = figures(small(), "new")
        assert found["npv_usd"] == pytest.approx(12 * 300 - 1000)
        assert found["value_usd"] == pytest.approx(6000)
        assert found["extra_cost_usd"] == pytest.approx(1000 + 2400)
        assert found["benefit_cost_ratio"] == pytest.approx(6000 / 3400)
        assert found["roi"] == pytest.approx(2600 / 3400)
        assert found["payback_cash_months"] == pytest.approx(1000 / 300)
        # Lifetime value is 10/0.1 = 100 USD each, 10 000 USD in all; its rise of 50 % over 12 months.
        assert found["payback_ltv_months"] == pytest.approx(3400 / (5000 / 12))
        assert found["serving_cost_usd"] == pytest.approx(12 * 300)
        assert found["loss_probability"] == 0
        assert found["value_at_risk_usd"] == pytest.approx(-2600)

    def test_the_internal_rate_makes_the_present_value_zero(self):
        found = figures(small(), "new")
        monthly = (1 + found["irr_per_year"]["p50"]) ** (1 / 12) - 1
        cash_usd = np.array([-1000.0] + [300.0] * 12)
        assert npv(cash_usd, monthly) == pytest.approx(0, abs=1e-6)
        assert found["irr_per_year"]["status"] == "unique"

    def test_today_changes_nothing(self):
        found = figures(small(), "old")
        assert found["npv_usd"] == 0
        assert found["extra_cost_usd"] == 0
        assert found["irr_per_year"] is None
        assert not np.any(found["mean_cash_usd"])

    def test_discounting_is_monthly_at_the_yearly_rate(self):
        found = figures(small("discount=12 %/year"), "new")
        monthly = 1.12 ** (1 / 12) - 1
        by_hand = -1000 + sum(300 / (1 + monthly) ** k for k in range(1, 13))
        assert found["npv_usd"] == pytest.approx(by_hand)

    def test_a_later_launch_loses_the_months_before_it(self):
        found = figures(small("candidates.new.launch=2.5 months"), "new")
        assert found["npv_usd"] == pytest.approx(9.5 * 300 - 1000)

    def test_customers_without_growth_run_off_at_their_churn(self):
        text = SMALL.replace("growth: 0 %/month, ", "")
        found = figures(evaluate(parse_scenario(text), n_draws=128), "new")
        months = sum(0.9**k for k in range(12))
        assert found["npv_usd"] == pytest.approx(300 * months - 1000)

    def test_gross_margin_scales_value_and_not_serving(self):
        found = figures(small("customers.all.gross_margin=50 %"), "new")
        assert found["npv_usd"] == pytest.approx(12 * (250 - 200) - 1000)

    def test_booked_as_lifetime_value_spreads_its_rise_over_the_horizon(self):
        found = figures(small("value_of_quality.booked_as=lifetime value"), "new")
        assert found["value_usd"] == pytest.approx(5000)
        # The cash payback still counts margin when it is banked.
        assert found["payback_cash_months"] == pytest.approx(1000 / 300)

    def test_a_whole_cost_of_today_is_already_spent(self):
        settings = (
            "candidates.old={given: {loss: 2.0, cost: 900 USD}}",
            "candidates.new={given: {loss: 1.9, cost: 1000 USD}}",
        )
        assert figures(small(*settings), "new")["npv_usd"] == pytest.approx(12 * 500 - 1000)

    def test_a_candidate_that_never_pays_back_says_never(self):
        found = figures(small("candidates.new.given.training_cost=1 MUSD"), "new")
        assert found["payback_cash_months"] is None
        assert found["loss_probability"] == 1

    def test_a_worse_and_cheaper_model_can_save_money(self):
        settings = (
            "candidates.new={given: {loss: 2.001, training_cost: 0 USD, serving_price: 0.1 USD/Mtok}}",
        )
        found = small(*settings)
        assert found.decision.last_worth_funding == "new"
        # 90 USD saved against 5 USD lost, each month.
        assert figures(found, "new")["npv_usd"] == pytest.approx(12 * (90 - 5))
        assert figures(found, "new")["benefit_cost_ratio"] is None


@pytest.mark.parametrize(
    "setting",
    [
        "customers.all.price=9 to 11 USD/month",
        "customers.all.tokens=0.9 to 1.1 Mtok/month",
        "customers.all.gross_margin=90 to 99 %",
        "customers.all.count=90 to 110",
        "customers.all.growth=-1 to 1 %/month",
        "discount=5 to 9 %/year",
        "candidates.new.launch=1 to 2 months",
        "candidates.new.given.loss=1.85 to 1.95 nats",
        "candidates.new.given.serving_price=2 to 4 USD/Mtok",
        "value_of_quality.elasticity.ltv_per_loss=8 to 12",
    ],
)
def test_any_single_input_may_be_the_only_uncertain_one(setting):
    found = figures(small(setting), "new")["npv_usd"]
    assert found["p5"] < found["p50"] < found["p95"]


class TestManyDraws:
    def test_present_value_is_value_minus_extra_cost_in_every_draw(self, first_principles: Evaluation):
        for result in first_principles.candidates:
            found = result.outcome
            if not result.is_today:
                np.testing.assert_allclose(found.npv_usd, found.value_usd - found.extra_cost_usd, rtol=1e-9)

    def test_the_same_scenario_and_seed_give_the_same_bytes_for_any_number_of_workers(self, scenarios):
        loaded = load_scenario(scenarios / "first-principles.yaml")
        texts = [
            json.dumps(plan_view(evaluate(loaded, n_draws=20_000, workers=workers, backend="threading")))
            for workers in (1, 2, 3)
        ]
        assert texts[0] == texts[1] == texts[2]

    def test_another_seed_moves_the_figures_within_their_error(self, scenarios):
        loaded = load_scenario(scenarios / "frontier-lab.yaml")
        means = [figures(evaluate(loaded, seed=seed), "successor")["npv_usd"] for seed in (1, 2)]
        errors = [mean["standard_error"] for mean in means]
        assert means[0]["mean"] != means[1]["mean"]
        assert abs(means[0]["mean"] - means[1]["mean"]) < 6 * np.hypot(*errors)

    def test_giving_one_input_a_range_moves_the_draws_of_no_other(self, scenarios):
        def draws(*settings: str) -> dict[str, object]:
            inputs = inputs_of(load_scenario(scenarios / "saas-copilot.yaml", settings).scenario)
            design = Design.rounded(512, 7, balanced=dealing_order(inputs))
            return draw_values(inputs, design, None)

        before, after = draws(), draws("customers.team.price=40 to 50 USD/month")
        assert np.size(before["customers.team.price"]) == 1
        assert np.size(after["customers.team.price"]) == 512
        for name in set(before) - {"customers.team.price"}:
            np.testing.assert_array_equal(before[name], after[name])

    def test_one_scenario_of_certain_numbers_has_no_spread(self):
        assert isinstance(figures(small(), "new")["npv_usd"], float)

    def test_stated_correlation_is_met(self, scenarios):
        loaded = load_scenario(scenarios / "first-principles.yaml")
        values = evaluate(loaded).values
        ranks = [np.argsort(np.argsort(values[name])) for name in ("hardware.price", "hardware.mfu")]
        assert np.corrcoef(ranks[0], ranks[1])[0, 1] == pytest.approx(-0.3, abs=0.01)


class TestRiskLimit:
    def test_a_candidate_whose_tail_is_over_the_limit_is_left_out(self, scenarios):
        tail = "risk={measure: expected shortfall, level: 95 %, limit: 100 MUSD}"
        free = evaluate(load_scenario(scenarios / "frontier-lab.yaml"), n_draws=2048)
        bound = evaluate(load_scenario(scenarios / "frontier-lab.yaml", [tail]), n_draws=2048)
        assert free.decision.over_the_limit == ()
        assert set(bound.decision.over_the_limit) == {"large", "giant"}
        assert bound.decision.last_worth_funding == "successor"

    def test_a_verdict_against_all_says_that_the_limit_is_why(self, scenarios):
        bound = evaluate(load_scenario(scenarios / "saas-copilot.yaml", ["risk.limit=1 MUSD"]), n_draws=512)
        assert bound.decision.last_worth_funding is None
        assert bound.decision.verdict.startswith("fund none: medium, large are over the risk limit")


class TestWarnings:
    @pytest.mark.parametrize(
        ("law", "fitted_range"),
        [
            ("hoffmann-2022", "44 M to 16.2 B parameters, 5 B to 500 B tokens"),
            # A law in compute alone states compute, the only range that its source has.
            ("marin-moe-2026", "1e+18 to 3e+20 FLOP"),
        ],
    )
    def test_a_candidate_beyond_the_runs_of_a_law_is_said_with_their_range(
        self, scenarios, law, fitted_range
    ):
        loaded = load_scenario(scenarios / "frontier-lab.yaml", [f"law={law}"])
        said = " ".join(evaluate(loaded, n_draws=256).warnings)
        assert f"outside the runs that {law} was fitted to ({fitted_range})" in said
