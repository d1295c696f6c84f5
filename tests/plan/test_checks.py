"""Rules that bind fields together: names, horizons, laws, costs, correlations and proportions."""

from __future__ import annotations

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import evaluate, parse_scenario

SCENARIO = """\
schema: nextdollar.scenario/1
title: a test
horizon: 24 months
discount: 12 %/year
risk: {level: 95 %}
law: hoffmann-2022
hardware:
  accelerator: H100-SXM
  price: 2 to 3 USD/gpu-hour
  mfu: 35 to 45 %
today: small
candidates:
  small: {params: 7 B, tokens_per_param: 20}
  large:
    params: 70 B
    tokens: 1.4 T
customers:
  all:
    count: 1_000
    price: 20 USD/month
    churn: 4 %/month
    growth: 1 %/month
value_of_quality:
  elasticity: {ltv_per_loss: 5 to 15}
"""
CORRELATED = "correlations:\n  - {between: [hardware.price, hardware.mfu], spearman: -0.3}\n"


def changed(*edits, text=SCENARIO):
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def faults(*edits, text=SCENARIO):
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(changed(*edits, text=text), "s.yaml")
    return refused.value.faults


def the_fault(*edits, text=SCENARIO):
    (fault,) = faults(*edits, text=text)
    return fault


def repaired(fault, text):
    """Return a text with the repair of a fault written into it."""
    lines, fix = text.split("\n"), fault.fix
    if fix.column == 0:
        lines.insert(fix.line - 1, fix.text)
    else:
        line = lines[fix.line - 1]
        lines[fix.line - 1] = line[: fix.column - 1] + fix.text + line[fix.end_column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("edit", "code", "fix"),
    [
        (("today: small", "today: smal"), "ND1162", "small"),
        (("today: small", "today: gpt"), "ND1162", "small"),
        (("law: hoffmann-2022", "law: chinchilla"), "ND1162", "hoffmann-2022"),
        (("H100-SXM", "h100"), "ND1162", "H100"),
        (("24 months", "36.5 months"), "ND1163", "36 months"),
        (("24 months", "24 to 36 months"), "ND1163", "29 months"),
        (("24 months", "60 years"), "ND1163", "600 months"),
        (("level: 95 %", "level: 5 %"), "ND1164", "95 %"),
        (("level: 95 %", "level: 100 %"), "ND1164", "99.9 %"),
        (("    tokens: 1.4 T", "    tokens: 1.4 T\n    tokens_per_param: 20"), "ND1167", "# "),
        (("    params: 70 B\n", ""), "ND1169", "    params: 7 B"),
        (("    tokens: 1.4 T\n", ""), "ND1169", "    tokens_per_param: 20"),
        (("law: hoffmann-2022\n", ""), "ND1169", "law: hoffmann-2022"),
        (("law: hoffmann-2022\n", "law:\n"), "ND1169", "law: hoffmann-2022"),
        (("title: a test", "title: a test\nexchange: {EUR: 1 to 2 USD}"), "ND1156", "1.41421 USD"),
        (("  large:\n    params: 70 B\n    tokens: 1.4 T\n", "  large:\n"), "ND1150", None),
        (("law: hoffmann-2022", "law: {form: power in params, E: 1.7, A: 0, alpha: 0.1}"), "ND1158", "406.4"),
        (("law: hoffmann-2022", "law: {form: power in params, E: 1.7, A: 1, alpha: 9}"), "ND1158", "0.34"),
        (("law: hoffmann-2022", "law: {form: power in params, E: 1.7, A: 1}"), "ND1165", "alpha: 0.34, "),
    ],
)  # fmt: skip
def test_a_mistake_has_its_code_and_its_repair(edit, code, fix):
    fault = the_fault(edit)
    assert (fault.code, None if fault.fix is None else fault.fix.text) == (code, fix)
    if fault.fix is not None:
        parse_scenario(repaired(fault, changed(edit)))


def test_a_law_that_all_candidates_lack_is_one_fault():
    fault = the_fault(("law: hoffmann-2022\n", ""))
    assert fault.rule.endswith("; so must large")


def test_rent_beside_ownership_is_left_out():
    own = "  own: {purchase: 31 KUSD/gpu, life: 4 years, residual: 10 %, utilisation: 80 %, " \
          "electricity: 0.08 USD/kWh, pue: 1.2}\n"  # fmt: skip
    text = changed(("  mfu: 35 to 45 %\n", f"  mfu: 35 to 45 %\n{own}"))
    fault = the_fault(text=text)
    assert (fault.code, fault.where) == ("ND1166", "hardware.price")
    parse_scenario(repaired(fault, text))


class TestCorrelations:
    def test_a_pair_of_uncertain_inputs_is_right(self):
        assert len(parse_scenario(SCENARIO + CORRELATED).scenario.correlations) == 1

    @pytest.mark.parametrize(
        ("pair", "code"),
        [
            ("[hardware.price, hardware.price]", "ND1171"),
            ("[hardware.price, customers.all.churn]", "ND1170"),
            ("[hardware.price, hardware.mfuu]", "ND1162"),
        ],
    )
    def test_a_pair_that_cannot_be_correlated_is_refused(self, pair, code):
        text = SCENARIO + CORRELATED.replace("[hardware.price, hardware.mfu]", pair)
        fault = the_fault(text=text)
        assert fault.code == code
        parse_scenario(repaired(fault, text))

    def test_a_pair_stated_twice_is_left_out_the_second_time(self):
        text = SCENARIO + CORRELATED + CORRELATED.split("\n")[1] + "\n"
        fault = the_fault(text=text)
        assert (fault.code, fault.where) == ("ND1171", "correlations[1].between")
        assert len(parse_scenario(repaired(fault, text)).scenario.correlations) == 1

    def test_an_input_is_never_proposed_as_its_own_partner(self):
        text = SCENARIO + CORRELATED.replace("hardware.mfu]", "hardware.pricee]")
        assert the_fault(text=text).hint != "did you mean `hardware.price`?"

    def test_contradictory_correlations_are_repaired_and_not_refused(self):
        elasticity = "value_of_quality.elasticity.ltv_per_loss"
        pairs = [
            ("hardware.price", "hardware.mfu"),
            ("hardware.mfu", elasticity),
            ("hardware.price", elasticity),
        ]
        lines = [f"  - {{between: [{a}, {b}], spearman: -0.9}}" for a, b in pairs]
        loaded = parse_scenario(SCENARIO + "correlations:\n" + "\n".join(lines) + "\n")
        assert evaluate(loaded, n_draws=128).correlation_repair > 0.1


class TestProportions:
    @pytest.mark.parametrize(
        ("edit", "where"),
        [
            (("growth: 1 %/month", "growth: 120 %/year\n    gross_margin: 80 %"), None),
            (("24 months", "120 months"), None),
            (("growth: 1 %/month", "growth: 99 %/month\n  more: {count: 1 B, price: 1 USD/month, "
              "churn: 1 %/month, growth: 40 %/month}"), "customers.more.growth"),
            (("count: 1_000", "count: 8 B"), None),
            (("20 USD/month", "1 TUSD/month"), "customers.all.price"),
            (("{ltv_per_loss: 5 to 15}", "{ltv_per_loss: 900, form: constant}"),
             "value_of_quality.elasticity.ltv_per_loss"),
            (("law: hoffmann-2022", "law: {form: chinchilla, E: 0, A: 1e-30, alpha: 3, B: 1e-30, beta: 3}"),
             "candidates.small"),
            (("hoffmann-2022", "{form: kaplan, Nc: 1e30, Dc: 1, alpha_params: 3, alpha_tokens: 0.001}"),
             "candidates.small"),
        ],
    )  # fmt: skip
    def test_numbers_that_lose_all_meaning_together_are_refused_by_name(self, edit, where):
        if where is None:
            parse_scenario(changed(edit))
            return
        found = faults(edit)
        assert found[0].where == where
        assert {fault.code for fault in found} == {"ND1173"}
        assert all(fault.hint for fault in found)

    def test_a_loss_of_given_candidates_is_not_asked_of_a_law(self):
        text = changed(("{params: 7 B, tokens_per_param: 20}", "{given: {loss: 2 nats, cost: 0 USD}}"))
        assert parse_scenario(text).scenario.candidates["small"].params is None
