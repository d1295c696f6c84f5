from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.usual_load import usual_request
from nextdollar.plan import evaluate, parse_scenario
from nextdollar.plan.derived_serving import cheapest, derived_serving_usd_per_token, serving_terms
from nextdollar.plan.hardware_defaults import SERVING_TIME
from nextdollar.plan.inputs import inputs_of, typical_values

BASE = """
schema: nextdollar.scenario/1
title: serving worked out
horizon: 24 months
discount: 10 %/year
risk: {level: 95 %}
hardware: {accelerator: H100-SXM, price: 2 USD/gpu-hour, serving: {load: 50 %}}
today: old
candidates:
  old: {params: 8 B, given: {loss: 2.2, training_cost: 0 USD}}
  new: {params: 70 B, given: {loss: 2.0, training_cost: 1 MUSD}}
customers:
  all: {count: 100_000, price: 20 USD/month, churn: 4 %/month, tokens: 1 Mtok/month}
value_of_quality: {elasticity: {ltv_per_loss: 5}}
"""


def terms_of(*settings: str, base: str = BASE):
    scenario = parse_scenario(base, settings=settings).scenario
    values = typical_values(inputs_of(scenario))
    return scenario, values, serving_terms(scenario, values)


def price(*settings: str, params: float = 70e9, active: float | None = None, **more: float) -> float:
    scenario, values, _ = terms_of(*settings)
    found = derived_serving_usd_per_token(
        scenario, {**values, **more}, params, active, usd_per_gpu_hour=values["hardware.price"]
    )
    return float(found)


class TestThePriceOfAToken:
    def test_it_is_the_gpu_seconds_of_a_request_at_the_rent_over_its_tokens_and_the_load(self):
        _, _, terms = terms_of()
        one = cheapest(70e9, None, terms)
        by_hand = 2.0 / 3600 * one.gpu_s_per_request / (914 + 155) / 0.5
        assert price() == pytest.approx(by_hand)

    def test_half_the_load_costs_twice_as_much(self):
        assert price("hardware.serving.load=25 %") == pytest.approx(2 * price("hardware.serving.load=50 %"))

    def test_faster_answers_cost_more(self):
        asked = [price(f"hardware.serving.speed={speed} tokens/s") for speed in (5, 20, 50, 80)]
        assert asked == sorted(asked)
        assert asked[-1] > 1.5 * asked[0]

    def test_larger_models_cost_more_than_in_proportion_at_a_given_speed(self):
        # Epoch, inference economics: cost of decoding at a given speed grows faster than size.
        small, large = (price("hardware.serving.speed=30 tokens/s", params=n) for n in (7e9, 350e9))
        assert large / small > 50

    def test_a_mixture_costs_less_than_a_dense_model_of_all_its_parameters(self):
        assert price(params=400e9, active=17e9) < 0.5 * price(params=400e9)

    def test_no_score_beats_the_data_sheet(self):
        _, _, terms = terms_of()
        floor = cheapest(70e9, None, terms).least_share
        assert 0 < floor < 1
        assert price(**{SERVING_TIME: -60.0}) == pytest.approx(floor * price())

    def test_eight_bits_cost_less_than_sixteen(self):
        assert price("hardware.serving.precision=fp8") < price("hardware.serving.precision=bf16")

    def test_draws_of_a_size_lie_near_single_sizes(self):
        scenario, values, _ = terms_of()
        sizes = np.array([6e9, 13e9, 71e9, 180e9])
        together = derived_serving_usd_per_token(scenario, values, sizes, usd_per_gpu_hour=2.0)
        each = [
            float(derived_serving_usd_per_token(scenario, values, float(n), usd_per_gpu_hour=2.0))
            for n in sizes
        ]
        # Machines are whole, so the price has steps, and the line between nodes crosses them.
        np.testing.assert_allclose(together, each, rtol=0.15)

    def test_a_published_shape_can_be_named(self):
        scenario, values, _ = terms_of()
        usual, named = (
            float(
                derived_serving_usd_per_token(
                    scenario, values, 671e9, 37e9, usd_per_gpu_hour=2.0, shape=shape
                )
            )
            for shape in ("", "DeepSeek-V3")
        )
        assert named != usual
        assert 0.5 < named / usual < 2

    @pytest.mark.parametrize("params", [1.0, 1e3, 1e8, 1e15])
    def test_any_size_has_a_finite_price(self, params):
        assert 0 < price(params=params) < np.inf


class TestLimits:
    def test_answers_are_as_fast_as_asked_for_in_nineteen_of_twenty_cases(self):
        for speed in (10, 30, 60):
            _, _, terms = terms_of(f"hardware.serving.speed={speed} tokens/s")
            found = cheapest(70e9, None, terms)
            assert found.meets_limits
            assert found.sure_tokens_per_s >= speed

    def test_the_first_token_can_be_limited_too(self):
        loose = price()
        tight = price("hardware.serving.first_token=1.5 s")
        assert tight >= loose

    def test_rack_scale_links_reach_what_a_server_cannot(self):
        terms = terms_of()[2]
        wide = terms_of("hardware.accelerator=GB200", "hardware.price=4 USD/gpu-hour")[2]
        assert not cheapest(1.9e12, None, terms).meets_limits
        assert cheapest(1.9e12, None, wide).meets_limits


def test_a_plan_and_a_fleet_assume_the_same_request():
    stated = {name: terms_of()[1][f"hardware.serving.{name}"] for name in ("prompt", "answer")}
    usual = usual_request()
    assert stated == {"prompt": usual.n_prompt_tokens, "answer": usual.n_output_tokens}


class TestTheWholePlan:
    def test_serving_worked_out_is_booked_by_the_month(self):
        found = evaluate(parse_scenario(BASE), n_draws=256)
        new = found.candidates[1].outcome
        assert np.all(np.asarray(new.serving_cost_usd) > 0)
        assert "hardware.serving_mfu" not in found.inputs
        assert SERVING_TIME in found.inputs

    def test_where_serving_is_given_nothing_is_assumed_of_it(self):
        text = BASE.replace("training_cost: 0", "serving_price: 1 USD/Mtok, training_cost: 0").replace(
            "training_cost: 1 MUSD", "training_cost: 1 MUSD, serving_price: 3 USD/Mtok"
        )
        inputs = inputs_of(parse_scenario(text).scenario)
        assert not [name for name in inputs if name.startswith("hardware.serving_")]
