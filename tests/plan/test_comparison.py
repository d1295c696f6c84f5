from __future__ import annotations

import numpy as np

from nextdollar.plan import compare


def test_a_scenario_differs_from_itself_in_nothing(scenarios):
    found = compare(scenarios / "support-bot.yaml", scenarios / "support-bot.yaml", n_draws=256)
    assert found.inputs == ()
    assert found.is_paired
    assert [item.change_usd for item in found.candidates] == [0, 0, 0]


def test_inputs_of_the_same_name_have_the_same_draws_in_both(scenarios, tmp_path):
    text = (scenarios / "support-bot.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    more = "  extra: {count: 10 to 20, price: 9 USD/month, churn: 1 to 2 %/month}\n\nvalue_of_quality:"
    other.write_text(text.replace("value_of_quality:", more), encoding="utf-8")
    found = compare(scenarios / "support-bot.yaml", other, n_draws=256)
    for name in found.first.values:
        np.testing.assert_array_equal(found.first.values[name], found.second.values[name])
    assert {item.name for item in found.inputs} >= {"customers.extra.count", "customers.extra.price"}


def test_a_change_that_scales_cost_moves_present_value_by_its_sum(scenarios, tmp_path):
    text = (scenarios / "support-bot.yaml").read_text(encoding="utf-8")
    other = tmp_path / "dearer.yaml"
    other.write_text(
        text.replace("training_cost: 0 USD, serving_price: 0.40", "training_cost: 7 USD, serving_price: 0.40")
    )
    found = compare(scenarios / "support-bot.yaml", other, n_draws=256)
    # What today's model cost to train is spent either way.
    assert [item.change_usd for item in found.candidates] == [0, 0, 0]


def test_the_error_of_a_paired_difference_is_far_below_that_of_its_ends(scenarios, tmp_path):
    text = (scenarios / "frontier-lab.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(text.replace("discount: 15 %/year", "discount: 16 %/year"), encoding="utf-8")
    found = compare(scenarios / "frontier-lab.yaml", other, n_draws=2048)
    change = next(item for item in found.candidates if item.name == "successor")
    spread = float(np.std(found.first.draws_of("successor", "npv_usd")))
    assert change.change_usd < 0
    assert change.change_standard_error_usd < 0.01 * spread
