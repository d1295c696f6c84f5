"""What quality is worth in a plan, form by form."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import Evaluation, evaluate, parse_scenario

# The law refitted by Besiroglu et al. 2024, as in shared/data/evidence/golden_economics.csv: on its best
# path L(C) = E + K C**-gamma.
FLOOR_NATS, SCALE_NATS, GAMMA = 1.8172, 2728.2064220640823, 0.17848199067853546
LAW = "{form: chinchilla, E: 1.8172, A: 477.83, alpha: 0.34731, B: 2143.4, beta: 0.36717}"
FORMS = {
    "elasticity": "elasticity: {ltv_per_loss: 10}",
    "per_decade": "per_decade: {gain: 16.1 %/decade, pass_through: 1}",
    "threshold": "threshold: {met_today: 40 %, width: 0.6 decades}",
    "share": "share: {held_today: 25 %, slope: 2 /decade, frontier: 1.1 decades/year, "
    "copied_after: 4 months}",
    "retention": "retention: {gain: 16.1 %/decade, pass_through: 1, frontier: 1.1 decades/year, "
    "involuntary: 26 %}",
}
SCENARIO = """\
schema: nextdollar.scenario/1
title: what is a decade worth
horizon: 24 months
discount: 10 %/year
risk: {{level: 95 %}}
law: {law}
today: now
candidates:
  now: {{given: {{loss: "{today:.12f} nats", training_cost: 0 USD, serving_price: 1 USD/Mtok}}}}
  better: {{given: {{loss: "{better:.12f} nats", training_cost: 2 MUSD, serving_price: 1.2 USD/Mtok}}}}
customers:
  everyone:
    count: 40_000
    price: 20 USD/month
    churn: {churn}
    gross_margin: 80 %
    tokens: 0.5 Mtok/month
value_of_quality:
  {form}
simulation: {{draws: 512, seed: 7}}
"""


def loss_at(flop: float) -> float:
    return FLOOR_NATS + SCALE_NATS * flop**-GAMMA


def planned(form: str, *, decades: float = 1.0, churn: str = "4 %/month", law: str = LAW) -> Evaluation:
    text = SCENARIO.format(
        law=law, today=loss_at(1e24), better=loss_at(10 ** (24 + decades)), churn=churn, form=form
    )
    return evaluate(parse_scenario(text, "quality.yaml"))


def gain(evaluation: Evaluation) -> float:
    return float(np.mean(evaluation.candidate("better").outcome.uplift_share))


class TestPerDecade:
    def test_a_decade_of_compute_is_worth_the_stated_gain(self):
        assert gain(planned(FORMS["per_decade"])) == pytest.approx(0.161, rel=1e-8)

    def test_half_a_decade_half_passed_through_is_a_quarter_of_the_logarithm(self):
        found = gain(planned("per_decade: {gain: 16.1 %/decade, pass_through: 50 %}", decades=0.5))
        assert np.log1p(found) == pytest.approx(0.25 * np.log(1.161), rel=1e-8)

    def test_it_does_not_depend_on_the_law_that_both_losses_are_read_on_being_uncertain(self):
        # What the law leaves open moves both models alike, so a decade stays about a decade.
        open_law = LAW.replace("A: 477.83", "A: 430 to 530")
        found = planned("per_decade: {gain: 16.1 %/decade, pass_through: 1}", law=open_law)
        assert gain(found) == pytest.approx(0.161, abs=0.002)

    def test_left_out_it_is_the_prior_with_grade_and_source_in_print(self):
        found = planned("per_decade: {}")
        inputs = found.inputs
        assert inputs["value_of_quality.per_decade.gain"].grade == "A"
        assert inputs["value_of_quality.per_decade.pass_through"].origin == "default"
        said = " ".join(found.warnings)
        assert (
            "assumed: value_of_quality.per_decade.gain = 0.03 to 0.2 ln/decade, median 0.08, grade A" in said
        )
        assert "Merali 2024" in said
        assert any("Merali" in source.work for source in found.sources)

    def test_a_verdict_that_a_judgement_decides_says_so(self):
        said = " ".join(planned("per_decade: {}").warnings)
        assert "decides most, value_of_quality.per_decade.pass_through" in said
        assert "grade D, a survey or a judgement" in said

    def test_a_verdict_on_stated_figures_carries_no_such_warning(self):
        assert "decides most" not in " ".join(
            planned("per_decade: {gain: 5 to 20 %/decade, pass_through: 0.5}").warnings
        )


class TestEquivalents:
    """golden_economics.csv, rows elasticity_at_1e22, article_gain_1e24, article_ceiling_1e24 and notes."""

    def test_sixteen_percent_per_decade_at_1e24_is_an_elasticity_of_six(self):
        reading = planned(FORMS["per_decade"]).quality
        assert float(np.mean(reading.equivalent_elasticity)) == pytest.approx(6.04, abs=0.005)

    def test_an_elasticity_of_ten_at_1e24_claims_24_percent_per_decade_and_72_at_most(self):
        reading = planned(FORMS["elasticity"]).quality
        assert float(np.mean(reading.gain_per_decade_share)) == pytest.approx(0.244, abs=0.0005)
        assert 1 + float(np.mean(reading.most_gain_share)) == pytest.approx(1.72, abs=0.005)

    def test_they_are_told_in_words_for_every_form(self):
        for form in FORMS.values():
            assert any("elasticity to loss of" in words for words in planned(form).warnings)

    def test_without_a_law_there_are_none(self):
        text = SCENARIO.format(law="x", today=2.0, better=1.9, churn="4 %/month", form=FORMS["elasticity"])
        found = evaluate(parse_scenario(text.replace("law: x\n", ""), "quality.yaml"))
        assert found.quality is None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
class TestEveryForm:
    def test_cash_by_month_and_present_values_agree(self, form):
        found = planned(form).candidate("better").outcome
        assert np.mean(found.npv_usd) == pytest.approx(
            np.mean(found.value_usd - found.extra_cost_usd), rel=1e-9
        )

    def test_the_same_quality_is_worth_nothing(self, form):
        found = planned(form, decades=0.0).candidate("better").outcome
        assert np.mean(found.value_usd) == pytest.approx(0.0, abs=1e-3)

    def test_more_quality_is_worth_more(self, form):
        assert gain(planned(form, decades=1.5)) > gain(planned(form, decades=0.5)) > 0

    def test_the_break_even_worth_of_quality_brings_the_step_to_zero(self, form):
        found = planned(form, churn="3 to 5 %/month").decision.break_even
        (at,) = [item for item in found if item.lever == "elasticity"]
        assert at.checked_npv_usd == pytest.approx(0.0, abs=50.0)


class TestAgeing:
    def test_retention_by_hand(self):
        # A frontier that stands still: the upgrade lowers churn from month 1 on, and nothing else moves.
        found = planned(
            "retention: {gain: 16.1 %/decade, pass_through: 1, frontier: 0 decades/year, involuntary: 0 %}"
        )
        monthly = 1.1 ** (1 / 12)
        left, kept = (
            sum(((1 - c) / monthly) ** t for t in range(24)) / monthly for c in (0.04, 0.04 / 1.161)
        )
        margin = 40_000 * 20 * 0.8
        assert np.mean(found.candidate("better").outcome.value_usd) == pytest.approx(
            margin * (kept - left), rel=1e-8
        )

    def test_an_ageing_model_makes_an_upgrade_worth_more_than_a_standing_frontier_does(self):
        standing = FORMS["retention"].replace("1.1 decades", "0 decades")
        assert gain(planned(FORMS["retention"])) > gain(planned(standing))

    def test_both_readings_are_shown(self):
        found = planned(FORMS["retention"])
        assert found.quality.flat_value_usd is not None
        assert any("models age here" in words for words in found.warnings)
        assert planned(FORMS["per_decade"]).quality.flat_value_usd is None

    def test_a_copy_takes_the_gain_away(self):
        never = FORMS["share"].replace("4 months", "1_000 months")
        assert gain(planned(FORMS["share"])) < gain(planned(never))

    def test_a_version_that_lives_half_the_horizon_gains_about_half(self):
        whole, half = (
            planned(f"{FORMS['per_decade']}\n  version_life: {life} months", churn="0.01 %/month")
            for life in (600, 12)
        )
        assert gain(whole) == pytest.approx(0.161, rel=1e-8)
        # The second half is discounted by 10 % a year: 52.4 % of the value lies in the first.
        assert gain(half) / gain(whole) == pytest.approx(1 / (1 + 1 / 1.1), abs=0.002)

    def test_customers_who_replace_those_who_leave_stay_the_same_customers_at_a_standing_frontier(self):
        # Growth of 0: the number stays level while 4 % leave and as many come.
        text = SCENARIO.format(
            law=LAW, today=loss_at(1e24), better=loss_at(1e25), churn="4 %/month\n    growth: 0 %/month",
            form=FORMS["retention"],
        )  # fmt: skip
        found = evaluate(parse_scenario(text, "quality.yaml")).candidate("better").outcome
        assert 0 < np.mean(found.uplift_share) < 1


class TestRefusals:
    def refused(self, form: str, **more: str) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            planned(form, **more)
        return [fault.code for fault in caught.value.faults]

    def test_two_forms_at_once(self):
        assert self.refused(f"{FORMS['per_decade']}\n  {FORMS['threshold']}") == ["ND1178"]

    def test_no_form(self):
        assert self.refused("booked_as: monthly margin") == ["ND1178"]

    def test_a_law_that_knows_no_best_split(self):
        law = "{form: power in params, E: 1.75, A: 0.4766, alpha: 0.1}"
        assert "ND1179" in self.refused(FORMS["per_decade"], law=law)

    def test_all_faults_of_quality_come_at_once(self):
        form = f"{FORMS['retention']}\n  version_life: 9 months\n  booked_as: lifetime value"
        assert sorted(self.refused(form)) == ["ND1184", "ND1185"]

    def test_a_loss_that_no_compute_reaches(self):
        assert self.refused(FORMS["per_decade"], decades=270.0) == ["ND1186"]
