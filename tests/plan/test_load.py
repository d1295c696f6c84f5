"""From a file to a checked scenario: settings on top, rates of exchange, and one order of faults."""

from __future__ import annotations

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import load_scenario, parse_scenario
from nextdollar.plan.inputs import inputs_of

NAMES = ["article", "first-principles", "frontier-lab", "saas-copilot", "support-bot"]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_that_ships_loads_from_its_file_and_from_its_text(name, scenarios):
    path = scenarios / f"{name}.yaml"
    from_file = load_scenario(path).scenario
    from_text = parse_scenario(path.read_text(encoding="utf-8"), name).scenario
    assert from_file.title == from_text.title
    assert inputs_of(from_file).keys() == inputs_of(from_text).keys()


def test_a_setting_replaces_a_line_of_the_file(scenarios):
    loaded = load_scenario(scenarios / "support-bot.yaml", ["customers.standard.churn=5 %/month"])
    assert loaded.scenario.customers["standard"].churn.typical() == pytest.approx(0.05)


def test_of_two_settings_the_later_one_counts(scenarios):
    loaded = load_scenario(scenarios / "support-bot.yaml", ["horizon=12 months", "horizon=6 months"])
    assert loaded.scenario.horizon.typical() == 6


@pytest.mark.parametrize("rate", ["1.08 USD", '{rate: 1.08 USD, on: "2026-01-31"}'])
def test_prices_in_another_currency_are_worth_the_stated_rate(rate, scenarios):
    settings = [f"exchange={{EUR: {rate}}}", "customers.standard.price=100 EUR/month"]
    loaded = load_scenario(scenarios / "support-bot.yaml", settings)
    assert loaded.scenario.customers["standard"].price.typical() == pytest.approx(108.0)


@pytest.mark.parametrize("rate", ["0 USD", "-1 USD", "many", "null", "[]"])
def test_a_rate_that_is_none_is_refused_and_not_divided_by(rate, scenarios):
    settings = [f"exchange={{EUR: {rate}}}", "customers.standard.price=100 EUR/month"]
    with pytest.raises(ScenarioError) as refused:
        load_scenario(scenarios / "support-bot.yaml", settings)
    assert any(fault.where.startswith("exchange") for fault in refused.value.faults)


def test_names_that_point_at_nothing_come_together_with_wrong_values(scenarios):
    with pytest.raises(ScenarioError) as refused:
        load_scenario(scenarios / "support-bot.yaml", ["today=bsic", "horizon=24"])
    assert {fault.code for fault in refused.value.faults} == {"ND1155", "ND1162"}


def test_the_largest_scenario_that_is_allowed_loads_in_seconds():
    lines = [
        "schema: nextdollar.scenario/1",
        "title: big",
        "horizon: 600 months",
        "discount: 10 %/year",
        "risk: {level: 95 %}",
        "law: hoffmann-2022",
        "today: c0",
        "hardware: {accelerator: H100-SXM, price: 2 to 3 USD/gpu-hour}",
        "candidates:",
    ]
    lines += [f"  c{n}: {{params: {n + 1} B, tokens_per_param: 20}}" for n in range(60)]
    lines += ["customers:"]
    lines += [f"  s{n}: {{count: 1_000, price: 20 USD/month, churn: 2 to 5 %/month}}" for n in range(60)]
    lines += ["value_of_quality: {elasticity: {ltv_per_loss: 5 to 10}}"]
    assert len(parse_scenario("\n".join(lines)).scenario.candidates) == 60
    with pytest.raises(ScenarioError, match="at most 60 entries"):
        parse_scenario(
            "\n".join(lines).replace("customers:", "  one: {params: 1 B, tokens: 1 B}\ncustomers:")
        )
