"""What quality is worth, as the answers of a plan show it."""

from __future__ import annotations

import pytest

from nextdollar.plan import Evaluation, evaluate, parse_scenario
from nextdollar.report.plan_schema import PlanShape
from nextdollar.report.plan_text import lever_words, plan_text
from nextdollar.report.view import plan_view

SCENARIO = """\
schema: nextdollar.scenario/1
title: what is a decade worth
horizon: 24 months
discount: 10 %/year
risk: {{level: 95 %}}
law: epoch-2024
today: now
candidates:
  now: {{given: {{loss: 2.1 nats, training_cost: 0 USD, serving_price: 1 USD/Mtok}}}}
  better: {{given: {{loss: 2.0 to 2.02 nats, training_cost: 1 MUSD, serving_price: 1.2 USD/Mtok}}}}
customers:
  everyone: {{count: 40_000, price: 20 USD/month, churn: 4 %/month, tokens: 0.5 Mtok/month}}
value_of_quality:
  {form}
simulation: {{draws: 256, seed: 7}}
"""
FORMS = {
    "elasticity": "elasticity: {ltv_per_loss: 3}",
    "per_decade": "per_decade: {}",
    "threshold": "threshold: {met_today: 40 %}",
    "share": "share: {held_today: 25 %}",
    "retention": "retention: {}",
}


def planned(form: str) -> Evaluation:
    return evaluate(parse_scenario(SCENARIO.format(form=form), "quality.yaml"))


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_the_object_of_every_form_has_the_shape_that_is_published(name, form):
    view = plan_view(planned(form))
    PlanShape.model_validate(view)
    shown = view["value_of_quality"]
    assert (shown["form"], shown["candidate"]) == (name, "better")
    assert (shown["flat_value_usd"] is None) == (name in ("elasticity", "per_decade", "threshold"))


def test_a_plan_without_a_law_shows_none():
    text = SCENARIO.format(form=FORMS["elasticity"]).replace("law: epoch-2024\n", "")
    assert plan_view(evaluate(parse_scenario(text, "quality.yaml")))["value_of_quality"] is None


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("elasticity", "if elasticity were"),
        ("per_decade", "if the gain per decade in % were"),
        ("threshold", "if worth of quality were"),
        ("share", "if worth of quality were"),
        ("retention", "if the gain per decade in % were"),
    ],
)
def test_what_would_change_the_verdict_is_said_in_the_unit_of_the_form(form, says):
    view = plan_view(planned(FORMS[form]))
    (lever,) = [item for item in view["decision"]["break_even"] if item["lever"] == "elasticity"]
    assert lever["break_even"] is not None
    assert lever_words(lever).startswith(says)


def test_a_default_stands_in_the_text_with_grade_and_source():
    text = plan_text(plan_view(planned(FORMS["per_decade"])), next_command="none")
    assert "value_of_quality.per_decade.pass_through = 0.1 to 2, median 0.5, at most 3, grade D" in text


def test_a_mean_that_few_draws_make_is_said():
    form = "per_decade: {gain: 1 to 800 %/decade, pass_through: 0.1 to 9}"
    assert any(
        "of the mean value of better comes from 1 % of the draws" in said for said in planned(form).warnings
    )
