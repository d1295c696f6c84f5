"""What was measured of churn before and after an upgrade, as an input of a plan."""

from __future__ import annotations

import numpy as np
import pytest
from tests.plan.parts_scenarios import ANNUITY, CONTROL, COUNTS, STANDING, planned, said, text_of, value_usd

from nextdollar.plan import parse_scenario
from nextdollar.plan.explanation import explanation


def test_it_is_the_relative_risk_of_the_counts_against_the_control():
    found = planned(f"measured: {{{COUNTS}, {CONTROL}}}").inputs["value_of_quality.retention.churn"]
    # ln RR = ln(361/412) - ln(201/198), its variance the sum of 1/left - 1/at risk.
    fall = -(np.log(361 / 412) - np.log(201 / 198)) / 0.6
    error = np.sqrt(1 / 412 + 1 / 361 + 1 / 198 + 1 / 201 - 2 / 10_000 - 2 / 5_000) / 0.6
    assert found.quantity.typical() == pytest.approx(fall, rel=1e-12)
    width = found.quantity.inner_quantile(0.95) - found.quantity.inner_quantile(0.05)
    assert width == pytest.approx(2 * 1.6448536 * error, rel=1e-6)
    assert found.origin == "stated"


def test_what_it_is_from_its_error_and_what_it_cannot_tell_stand_in_the_answer():
    found = planned(f"measured: {{{COUNTS}}}")
    assert "measured before/after: churn changed by -12 % (-22 % to -1.6 %) over 0.6 decades" in said(found)
    assert "standard error 0.118" in said(found)
    assert "without a control: season, price and who came count as its effect" in said(found)
    assert "cannot tell" not in said(found)
    source = found.inputs["value_of_quality.retention.churn"].source
    assert "412 of 10 000 customer-months left, then 361 of 10 000" in source


def test_explain_shows_where_the_counts_stand():
    loaded = parse_scenario(text_of(f"measured: {{{COUNTS}, {CONTROL}}}", draws=128), "parts.yaml")
    found = explanation(loaded, "value_of_quality.retention.churn", n_draws=128)
    assert found.place == "parts.yaml:19"
    assert found.stated.source.startswith("measured before/after")
    assert "standard error 0.202" in found.stated.note
    assert "against customers who kept the old model" in found.stated.note


def test_a_range_that_holds_no_effect_is_said_to_tell_nothing_with_how_much_longer_to_count():
    words = said(planned(f"measured: {{{COUNTS}, {CONTROL}}}"))
    assert "holds no effect at all: these counts cannot tell" in words
    # (1.645 x 0.2015 / 0.2453)**2: errors fall with the root of the months.
    assert "1.8 times as many customer-months would" in words


def test_customers_who_leave_a_better_model_faster_than_chance_are_named():
    worse = "gained: 0.6 decades, before: {left: 300, customer_months: 10_000}, " \
        "after: {left: 400, customer_months: 10_000}"  # fmt: skip
    assert "churn rose with the better model" in said(planned(f"measured: {{{worse}}}"))


def test_over_the_measured_step_churn_falls_by_what_was_measured():
    # The counts are so many that chance is gone: 4 % of the months fall to 3.5 % over 0.6 decades.
    many = "gained: 0.6 decades, before: {left: 4_000_000_000, customer_months: 100_000_000_000}, " \
        "after: {left: 3_500_000_000, customer_months: 100_000_000_000}"  # fmt: skip
    found = planned(f"measured: {{{many}}}, {STANDING}", decades=0.6)
    kept, left = (sum((1 - c) ** t * f for t, f in enumerate(ANNUITY)) for c in (0.035, 0.04))
    assert value_usd(found) == pytest.approx(40_000 * 16 * (kept - left), rel=2e-4)


def test_a_plan_that_goes_far_beyond_the_step_that_was_measured_says_so():
    far, near = (
        said(planned(f"measured: {{{COUNTS}}}, frontier: {pace} decades/year", decades=decades))
        for pace, decades in ((1.2, 3.0), (0.1, 0.6))
    )
    assert "better lies 3 above today's model, which falls 2.3 behind by the horizon" in far
    assert "goes on alike is assumed" not in near


def test_draws_in_which_churn_falls_by_more_than_quality_can_do_are_held_and_counted():
    steep = "gained: 0.6 decades, before: {left: 40, customer_months: 1_000}, " \
        "after: {left: 15, customer_months: 1_000}"  # fmt: skip
    found = planned(f"measured: {{{steep}}}, {STANDING}", draws=4096)
    # Held where less than a tenth of voluntary churn is left: f below 0.26 + 0.074.
    fall, error = -np.log(15 / 40), np.sqrt(1 / 15 + 1 / 40 - 2 / 1_000)
    z = (-np.log(0.334) - fall) / error
    beyond = 0.5 * (1 - _erf(z / np.sqrt(2)))
    assert found.quality.parts.cut_share == pytest.approx(beyond, abs=0.01)
    assert "more than quality can do" in said(found)


def _erf(x: float) -> float:
    """Error function by its series, which converges for every x."""
    total, term = x, x
    for n in range(1, 60):
        term *= -x * x / n
        total += term / (2 * n + 1)
    return float(2 / np.sqrt(np.pi) * total)
