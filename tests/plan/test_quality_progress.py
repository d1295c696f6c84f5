"""A run that begins later is worth what algorithms have gained by then, in decades of effective compute."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import Evaluation, evaluate, parse_scenario

SCENARIO = """\
schema: nextdollar.scenario/1
title: the same model, later
horizon: 36 months
discount: 10 %/year
risk: {{level: 95 %}}
law: hoffmann-2022
hardware: {{accelerator: H100-SXM, price: 2.5 USD/gpu-hour, deadline: 2 months}}
today: small
candidates:
  small: {{params: 7 B, tokens_per_param: 20}}
  soon: {{params: 70 B, tokens_per_param: 20, launch: 2 months}}
  late: {{params: 70 B, tokens_per_param: 20, launch: 14 months}}
  bought: {{params: 70 B, launch: 14 months, given: {{loss: 1.937 nats, training_cost: 2 MUSD}}}}
customers:
  everyone: {{count: 40_000, price: 20 USD/month, churn: 4 %/month, tokens: 0.5 Mtok/month}}
value_of_quality:
  {form}
simulation: {{draws: 512, seed: 7}}
"""
PER_DECADE = "per_decade: {gain: 16.1 %/decade, pass_through: 1}"


def planned(form: str) -> Evaluation:
    return evaluate(parse_scenario(SCENARIO.format(form=form), "progress.yaml"))


def gain_log(evaluation: Evaluation, name: str) -> np.ndarray:
    return np.log1p(evaluation.candidate(name).outcome.uplift_share)


def test_a_year_later_is_worth_a_year_of_progress():
    found = planned(f"{PER_DECADE}\n  progress: 0.45 decades/year")
    # 14 months to the launch less 2 of training: one year, 0.45 decades of ln(1.161) each.
    assert gain_log(found, "late") - gain_log(found, "soon") == pytest.approx(0.45 * np.log(1.161), rel=1e-9)


def test_without_progress_a_later_run_is_as_good():
    found = planned(f"{PER_DECADE}\n  progress: 0 decades/year")
    assert gain_log(found, "late") == pytest.approx(gain_log(found, "soon"), rel=1e-12)


def test_a_given_loss_is_that_of_a_model_that_has_been_trained():
    fast, slow = (planned(f"{PER_DECADE}\n  progress: {pace} decades/year") for pace in (0, 2))
    np.testing.assert_array_equal(gain_log(fast, "bought"), gain_log(slow, "bought"))


def test_left_out_it_is_the_published_range_and_says_so():
    found = planned(PER_DECADE)
    item = found.inputs["value_of_quality.progress"]
    assert (item.origin, item.grade) == ("default", "C")
    assert "Ho et al. 2024" in item.source
    # Compute for equal loss halves every 8 months, 12 log10(2) / 8 a year.
    assert item.quantity.inner_quantile(0.5) == pytest.approx(12 * np.log10(2) / 8, abs=0.002)


def test_it_is_no_input_where_no_run_begins_later():
    text = SCENARIO.format(form=PER_DECADE).replace("launch: 14 months, given", "given")
    text = text.replace(", launch: 2 months", "").replace(", launch: 14 months", "")
    assert "value_of_quality.progress" not in evaluate(parse_scenario(text, "progress.yaml")).inputs


def test_an_elasticity_to_loss_knows_no_decades():
    with pytest.raises(ScenarioError) as caught:
        planned("elasticity: {ltv_per_loss: 10}\n  progress: 0.45 decades/year")
    assert [fault.code for fault in caught.value.faults] == ["ND1190"]
