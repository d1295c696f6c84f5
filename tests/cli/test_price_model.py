"""The file of prices: what it may state, and what is refused, with its place."""

from __future__ import annotations

import math

import pytest

from nextdollar.cli.price_model import parse_price_model, read_price_model
from nextdollar.customers.pricing import PRICING_MODELS, Hybrid, PerToken, Tiered
from nextdollar.errors import ScenarioError

MODELS = {
    "per_token": "{input: 3 USD/Mtok, output: 15 USD/Mtok, least: 5 USD/month}",
    "per_seat": "{price: 240 USD/year}",
    "per_outcome": "{price: 0.99 USD, credit: 0.1 USD}",
    "hybrid": "{seat: 20 USD/month, included: 2 Mtok/month, overage: 8 USD/Mtok, outcome: 0.01 USD}",
    "tiered": (
        "{tiers: {free: {price: 0 USD/month, included: 1 Mtok/month, overage: 9 USD/Mtok},"
        " all: {price: 99 USD/month, serving: 1.5}}}"
    ),
}


def faults_of(text):
    with pytest.raises(ScenarioError) as refused:
        parse_price_model(text)
    return [(fault.code, fault.where) for fault in refused.value.faults]


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_can_be_stated(kind):
    case = parse_price_model(f"model: {{{kind}: {MODELS[kind]}}}\n")
    assert (case.kind, type(case.model)) == (kind, PRICING_MODELS[kind])
    assert all(price.usd >= 0 for price in case.list_prices)


def test_units_are_converted_once():
    token = parse_price_model(f"model: {{per_token: {MODELS['per_token']}}}").model
    assert isinstance(token, PerToken)
    prices = (token.usd_per_prompt_token, token.usd_per_output_token, token.least_usd_per_month)
    assert prices == pytest.approx((3e-6, 15e-6, 5.0))
    hybrid = parse_price_model(f"model: {{hybrid: {MODELS['hybrid']}}}").model
    assert isinstance(hybrid, Hybrid)
    assert (hybrid.usd_per_seat, hybrid.included_tokens_per_seat) == (20.0, 2e6)
    assert (hybrid.usd_per_overage_token, hybrid.usd_per_outcome) == pytest.approx((8e-6, 0.01))
    tiers = parse_price_model(f"model: {{tiered: {MODELS['tiered']}}}").model
    assert isinstance(tiers, Tiered)
    assert [tier.included_tokens_per_month for tier in tiers.tiers] == [1e6, math.inf]
    assert parse_price_model(f"model: {{per_seat: {MODELS['per_seat']}}}").model.usd_per_seat == 20.0


@pytest.mark.parametrize(
    "model", ["{}", "{per_seat: {price: 9 USD/month}, per_token: {input: 1 USD/Mtok, output: 1 USD/Mtok}}"]
)
def test_one_model_and_no_other_number_of_them(model):
    assert faults_of(f"model: {model}\n") == [("ND1790", "model")]


def test_a_price_that_is_a_range_is_refused_as_it_is_decided():
    text = (
        "model: {per_seat: {price: 20 to 30 USD/month}}\n"
        "demand: {elasticity: 2}\n"
        "retention: {churn: 2 %/month, limit: 4 to 6 %/month, response: 12 months}\n"
    )
    assert faults_of(text) == [("ND1791", "model.per_seat.price"), ("ND1791", "retention.limit")]


def test_a_tier_states_both_what_it_holds_and_the_price_beyond_or_neither():
    tiers = "{a: {price: 1 USD/month, included: 1 Mtok/month}, b: {price: 1 USD/month, overage: 1 USD/Mtok}}"
    assert faults_of(f"model: {{tiered: {{tiers: {tiers}}}}}\n") == [
        ("ND1792", "model.tiered.tiers.a"),
        ("ND1792", "model.tiered.tiers.b"),
    ]


def test_a_churn_limit_without_demand_is_refused():
    limit = "retention: {churn: 2 %/month, limit: 5 %/month, response: 12 months}\n"
    assert faults_of("model: {per_seat: {price: 9 USD/month}}\n" + limit) == [("ND1793", "retention")]


def test_a_misspelt_field_is_named_with_its_line():
    with pytest.raises(ScenarioError) as refused:
        parse_price_model("model:\n  per_seat: {price: 9 USD/month}\nserving:\n  inptu: 1 USD/Mtok\n")
    fault = refused.value.faults[0]
    assert (fault.code, fault.line, fault.hint) == ("ND1160", 4, "did you mean `input`?")


def test_faults_speak_of_prices_and_not_of_scenarios():
    for text in ("", "- 1\n", "title: x\n", "model: {per_outcome: {credit: 1 USD}}\n"):
        with pytest.raises(ScenarioError) as refused:
            parse_price_model(text)
        assert "scenario" not in str(refused.value) and "init" not in refused.value.faults[0].hint


def test_a_price_without_its_unit_is_refused():
    assert faults_of("model: {per_token: {input: 3, output: 15 USD/Mtok}}\n")[0][1] == "model.per_token.input"


def test_draws_of_an_input_do_not_depend_on_the_others():
    base = "model: {per_seat: {price: 9 USD/month}}\ndemand: {elasticity: 1.5 to 3}\n"
    alone = parse_price_model(base).response.volume_per_price
    beside = parse_price_model(base + "growth: {usage: 1 to 5 %/month, horizon: 12 months}\n")
    assert (alone == beside.response.volume_per_price).all()


def test_a_file_that_is_missing_is_said_so(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        read_price_model(tmp_path / "none.yaml")
    assert refused.value.faults[0].code == "ND1101"
