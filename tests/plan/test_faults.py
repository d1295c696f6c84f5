"""Validation errors as faults: the place, the words, and a repair that can be written into the file."""

from __future__ import annotations

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import load_scenario, parse_scenario

SCENARIO = """\
schema: nextdollar.scenario/1
title: a test
horizon: 24 months
discount: 12 %/year
risk: {level: 95 %}
today: small
candidates:
  small: {given: {loss: 2.0 nats, cost: 0 USD}}
  large:
    given: {loss: 1.9 nats, cost: 1 MUSD}
customers:
  all:
    count: 1_000
    price: 20 USD/month
    churn: 4 %/month
value_of_quality:
  elasticity: {ltv_per_loss: 5 to 15}
"""


def faults(*edits, settings=()):
    text = SCENARIO
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(text, "s.yaml", settings)
    return refused.value.faults


def the_fault(*edits, settings=()):
    found = faults(*edits, settings=settings)
    assert len(found) == 1
    return found[0]


def marked(fault):
    return fault.source_line[fault.column - 1 : fault.end_column - 1]


def test_the_scenario_of_these_tests_is_right():
    assert parse_scenario(SCENARIO).scenario.title == "a test"


class TestUnknownFields:
    def test_a_misspelt_required_field_is_one_fault_and_not_two(self):
        fault = the_fault(("    churn:", "    chrun:"))
        assert (fault.code, marked(fault), fault.fix.text) == ("ND1160", "chrun", "churn")

    def test_a_field_that_stands_beside_its_misspelling_is_not_proposed_again(self):
        fault = the_fault(("    churn: 4 %/month", "    churn: 4 %/month\n    churns: 5 %/month"))
        assert fault.fix.text == "# "

    def test_a_field_of_another_place_is_told_its_place(self):
        fault = the_fault(("title: a test", "title: a test\ngross_margin: 80 %"))
        assert fault.hint == "a field of customers.<name>"

    def test_where_nothing_is_alike_the_fields_are_listed(self):
        fault = the_fault(("    count:", "    colour: blue\n    count:"))
        assert fault.hint == "fields here: count, price, churn, gross_margin, growth, tokens"


class TestMissingFields:
    @pytest.mark.parametrize("line", ["title: a test\n", "today: small\n", "    price: 20 USD/month\n"])
    def test_the_line_is_proposed_at_the_indentation_of_its_neighbours(self, line):
        fault = the_fault((line, ""))
        assert (fault.code, fault.fix.column) == ("ND1161", 0)
        indentation = len(line) - len(line.lstrip())
        assert fault.fix.text.startswith(" " * indentation + line.split(":")[0].strip() + ": ")

    def test_in_braces_it_is_put_before_the_first_name(self):
        fault = the_fault(("{level: 95 %}", "{measure: value at risk}"))
        assert (fault.where, fault.fix.text, fault.fix.column) == ("risk.level", "level: 95 %, ", 8)

    def test_into_empty_braces_it_is_written(self):
        fault = the_fault(("{level: 95 %}", "{}"))
        assert fault.fix.text == "{level: 95 %}"

    def test_a_setting_that_makes_a_name_of_its_own_is_told_the_name_it_means(self):
        found = faults(settings=["customers.alll.churn=5 %/month"])
        assert [(fault.where, fault.hint) for fault in found] == [
            ("customers.alll.count", "did you mean `all`?"),
            ("customers.alll.price", "did you mean `all`?"),
        ]
        assert [fault.fix is None for fault in found] == [False, True]


class TestTypesAndBounds:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "rewrite"),
        [
            ("title: a test", "title: 7", "must be text", '"7"'),
            ("{level: 95 %}", "95 %", "must hold named fields", "{level: 95 %}"),
            ("{level: 95 %}", "high", "must hold named fields", "{level: 95 %}"),
            ("{ltv_per_loss: 5 to 15}", "10", "must hold named fields", "{ltv_per_loss: 10}"),
            ("today: small", "today: 7", "must be text", "small"),
            (
                "{level: 95 %}", "{level: 95 %, measure: CVaR}",
                "must be `expected shortfall` or `value at risk`", "expected shortfall",
            ),
        ],
    )  # fmt: skip
    def test_a_value_of_the_wrong_type_has_its_repair(self, old, new, rule, rewrite):
        fault = the_fault((old, new))
        assert (fault.code, fault.rule, fault.fix.text) == ("ND1150", rule, rewrite)

    @pytest.mark.parametrize(
        ("value", "rewrite"),
        [
            ("0", "128"),
            ("1e12", "4194304"),
            ("many", "16384"),
            ('"16,384"', "16384"),
            ("1000.5", "1000"),
            ("true", "16384"),
            ("9" * 300, "4194304"),
        ],
    )
    def test_a_number_of_draws_ends_inside_its_bounds(self, value, rewrite):
        fault = the_fault(("title: a test", f"title: a test\nsimulation: {{draws: {value}}}"))
        assert (fault.where, fault.fix.text) == ("simulation.draws", rewrite)

    def test_one_candidate_only_is_told_the_line_of_another(self):
        fault = the_fault(("  large:\n    given: {loss: 1.9 nats, cost: 1 MUSD}\n", ""))
        assert fault.fix.text.strip() == "another: {given: {loss: 1.9 nats, cost: 1 MUSD}}"

    @pytest.mark.parametrize(("name", "cleaned"), [("v1.5", "v1-5"), ("a[0]", "a-0"), ("a=b", "a-b")])
    def test_a_name_that_would_part_a_path_is_cleaned(self, name, cleaned):
        fault = the_fault(("  large:", f"  {name}:"))
        assert (marked(fault), fault.fix.text) == (name, cleaned)


class TestQuantities:
    def test_a_repair_with_commas_stands_in_quotes_inside_braces(self):
        fault = the_fault(("loss: 1.9 nats", 'loss: "triangular(1.8, 2.0, 1.9) nats"'))
        assert fault.fix.text == '"triangular(1.8, 1.9, 2) nats"'

    def test_a_quantity_over_several_lines_has_no_repair(self):
        fault = the_fault(("    price: 20 USD/month", "    price: >-\n      $20"))
        assert (fault.code, fault.fix) == ("ND1152", None)

    def test_an_empty_value_is_repaired_behind_its_colon(self):
        fault = the_fault(("    churn: 4 %/month", "    churn:"))
        assert fault.fix.text == " 4 %/month"

    def test_a_rate_that_two_prices_lack_is_added_once(self):
        found = faults(("price: 20 USD/month", "price: 20 EUR/month"), ("cost: 1 MUSD", "cost: 1 MEUR"))
        assert [fault.code for fault in found] == ["ND1156", "ND1156"]
        assert [fault.fix is not None for fault in found] == [True, False]

    def test_a_rate_is_added_to_those_that_stand_in_another_line_as_that_whole_line(self):
        fault = the_fault(
            ("title: a test", "title: a test\nexchange: {GBP: 1.27 USD}"), ("20 USD/month", "20 EUR/month")
        )
        assert (fault.fix.line, fault.fix.text) == (3, "exchange: {EUR: 1.08 USD, GBP: 1.27 USD}")

    def test_a_line_of_the_file_is_no_repair_of_a_setting(self):
        assert the_fault(settings=["customers.all.price=20 EUR/month"]).fix is None

    def test_a_long_value_is_cut_and_hidden_characters_are_spelled(self):
        fault = the_fault(("price: 20 USD/month", "price: " + "x" * 90))
        assert fault.value == "x" * 57 + "..."

    def test_a_number_of_four_hundred_digits_is_refused_and_shown_short(self):
        fault = the_fault(("count: 1_000", f"count: {'9' * 400}"))
        assert fault.code == "ND1152"
        assert len(fault.value) == 60


def test_a_repair_stays_in_the_file_of_its_fault(tmp_path):
    (tmp_path / "base.yaml").write_text(SCENARIO.replace("    churn: 4 %/month\n", ""))
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\ntitle: mine\n")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(tmp_path / "mine.yaml")
    (fault,) = refused.value.faults
    assert (fault.file, fault.where, fault.fix) == (str(tmp_path / "base.yaml"), "customers.all.churn", None)


def test_all_faults_of_a_file_come_at_once_in_its_order():
    found = faults(
        ("24 months", "24"),
        ("12 %/year", "12 %"),
        ("today: small", "today: smal"),
        ("count: 1_000", "count: 1,000"),
        ("20 USD/month", "20"),
        ("    churn:", "    chrun:"),
    )
    assert [fault.code for fault in found] == ["ND1155", "ND1155", "ND1162", "ND1152", "ND1155", "ND1160"]
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
