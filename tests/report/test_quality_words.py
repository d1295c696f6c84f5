"""What quality is worth, as the answers of a plan show it."""

from __future__ import annotations

import pytest

from nextdollar.plan import Evaluation, evaluate, parse_scenario
from nextdollar.report.charts import drawing
from nextdollar.report.charts_quality import has_parts, parts_plot, parts_title
from nextdollar.report.charts_style import NARROW
from nextdollar.report.findings import worth
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

COUNTS = "{left: 400, customer_months: 10_000}"
MEASURED = f"measured: {{gained: 0.6 decades, before: {COUNTS}, after: {COUNTS}}}"
PARTS = f"retention: {{{MEASURED}, expansion: 2 to 4 %/decade, price: 1 %/decade}}"


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
        ("per_decade", "if what a decade adds in % were"),
        ("threshold", "if worth of quality were"),
        ("share", "if worth of quality were"),
        ("retention", "if what a decade adds in % were"),
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


class TestParts:
    def test_they_stand_in_the_object_and_add_up_to_the_value(self):
        view = plan_view(planned(PARTS))
        PlanShape.model_validate(view)
        shown = view["value_of_quality"]
        assert [part["name"] for part in shown["parts"]] == ["churn", "expansion", "price"]
        total_usd = sum(part["value_usd"]["mean"] for part in shown["parts"])
        assert total_usd == pytest.approx(shown["value_usd"]["mean"], rel=1e-9)

    def test_what_was_measured_stands_beside_them_with_what_it_cannot_tell(self):
        shown = plan_view(planned(PARTS))["value_of_quality"]["measured_churn"]
        assert (shown["fall_log_per_decade"], shown["gained_decades"]) == (0.0, 0.6)
        assert shown["holds_no_effect"] and not shown["is_controlled"]
        assert "without a control" in shown["confounding"]

    def test_outside_retention_there_are_none(self):
        shown = plan_view(planned(FORMS["per_decade"]))["value_of_quality"]
        assert (shown["parts"], shown["measured_churn"], shown["fall_cut_share"]) == ([], None, 0.0)

    def test_a_report_draws_where_the_value_comes_from_only_where_parts_are_stated(self):
        assert not has_parts(plan_view(planned("retention: {churn: 12 %/decade}")))
        assert not has_parts(plan_view(planned(FORMS["threshold"])))
        view = plan_view(planned(PARTS))
        assert has_parts(view)
        svg = drawing(parts_plot, view, NARROW)
        assert all(f">{name}<" in svg for name in ("less churn", "more use", "higher price"))

    def test_the_picture_is_headed_by_the_part_that_makes_most(self):
        view = plan_view(planned("retention: {churn: 0 %/decade, expansion: 0 %/decade, price: 5 %/decade}"))
        assert parts_title(view) == "Higher price makes 100 % of the value of better"

    def test_a_part_that_takes_away_is_not_told_as_a_share_of_a_whole(self):
        view = plan_view(planned("retention: {churn: 12 %/decade, price: -5 %/decade}"))
        assert parts_title(view).startswith("Less churn adds most to the value of better: ")

    def test_where_nothing_adds_the_heading_says_that(self):
        view = plan_view(planned("retention: {churn: -5 %/decade, price: -5 %/decade}"))
        assert parts_title(view) == "No part of quality adds to the value of better"


def test_a_gain_of_the_months_until_the_horizon_is_not_told_as_one_of_lifetimes():
    ageing, lasting = (worth(plan_view(planned(form))) for form in (PARTS, FORMS["per_decade"]))
    assert ageing.endswith("of their margin until the horizon")
    assert not lasting.endswith("until the horizon")
