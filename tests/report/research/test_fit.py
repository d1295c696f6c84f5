"""What a fit says: as an object, in the terminal, in sentences that have to be true."""

from __future__ import annotations

import json
import math
import re

import pytest
from jsonschema import Draft202012Validator

from nextdollar.report.research import fit_findings as findings
from nextdollar.report.research.fit_text import fit_text
from nextdollar.report.research.write import shown
from nextdollar.report.schemas import shipped_schema

NAMES = ("gadre", "isoflop", "one size", "hostile")


def text_of(view):
    return fit_text(shown(view), next_command="nextdollar x")


@pytest.mark.parametrize("name", NAMES)
class TestEveryFit:
    def test_it_meets_its_schema_and_is_plain_json(self, fit_views, name):
        found = json.loads(json.dumps(fit_views[name], allow_nan=False))
        assert list(Draft202012Validator(shipped_schema("fit")).iter_errors(found)) == []

    def test_it_has_the_fields_that_are_promised(self, fit_views, name):
        view = fit_views[name]
        promised = {
            *("law", "parameters", "standard_errors", "interval_95", "objective", "n_runs", "flagged"),
            *("starts_agreeing", "cpu_seconds"),
        }
        assert promised <= set(view)
        assert set(view["parameters"]) == set(view["standard_errors"]) == set(view["interval_95"])
        assert 0 < view["starts_agreeing"] <= view["n_starts"]
        assert view["cpu_seconds"] > 0

    def test_every_row_of_the_table_is_accounted_for(self, fit_views, name):
        view = fit_views[name]
        assert view["n_runs"] + sum(item["n_rows"] for item in view["left_out"]) == view["n_rows"]

    def test_the_answer_comes_first_and_the_next_command_last(self, fit_views, name):
        lines = text_of(fit_views[name]).splitlines()
        assert lines[0] == findings.headline(fit_views[name])
        assert lines[-1] == "next: nextdollar x"

    def test_the_text_has_no_hidden_characters_and_no_trace_of_python(self, fit_views, name):
        text = text_of(fit_views[name])
        assert all(line.isprintable() for line in text.splitlines())
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|e\+", text)

    def test_the_formula_has_a_number_for_each_coefficient(self, fit_views, name):
        view = fit_views[name]
        filled = findings.formula_with_numbers(view)
        for coefficient in view["parameters"]:
            assert not re.search(rf"\b{coefficient}\b", filled.partition(", with ")[0].partition("=")[2])


def test_the_headline_is_the_loss_of_the_law_at_the_two_budgets(fit_views):
    view = fit_views["isoflop"]
    assert findings.headline(view).startswith("Ten times the work, from 1e21 to 1e22 FLOP")
    low, high = (next(b for b in view["best_at"] if b["flop"] == flop) for flop in (1e21, 1e22))
    assert f"from {low['loss_nats']:.2f} to {high['loss_nats']:.2f} nats" in findings.headline(view)


def test_a_law_in_tokens_speaks_of_tokens(fit_views):
    view = fit_views["one size"]
    assert view["best_at"] == [] and view["curves"]["frontier"] is None
    assert findings.headline(view).startswith("Ten times the tokens, from 100 B up")
    assert "with x = D" in findings.formula_with_numbers(view)
    assert "no best split" in text_of(view)


def test_growth_multiplies_to_ten(fit_views):
    view = fit_views["isoflop"]
    sizes, data = re.findall(r"(\d+(?:\.\d+)?) times the", findings.growth(view))
    assert float(sizes) * float(data) == pytest.approx(10, rel=0.04)


def test_residuals_are_shares_of_the_law(fit_views):
    view = fit_views["isoflop"]
    worst = max(abs(math.log1p(point["residual_share"])) for point in view["points"])
    assert worst == pytest.approx(view["residuals"]["largest_share"])


def test_a_formula_keeps_its_words():
    view = {
        "formula": "log10 L = a log10 N + b log10 S + d, with S the saturated experts",
        "parameters": {"a": -0.08, "b": -0.1, "d": 1.1},
        "settings": {"experts": 8.0},
    }
    assert findings.formula_with_numbers(view) == (
        "log10 L = -0.08 log10 N - 0.1 log10 S + 1.1, with S the saturated experts"
    )
