from __future__ import annotations

from pathlib import Path

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan import load_scenario
from nextdollar.plan.explanation import explanation
from nextdollar.report.explain_text import explain_view


@pytest.fixture(scope="module")
def loaded(scenarios):
    return load_scenario(scenarios / "first-principles.yaml")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("npv", "candidates.v3.npv_usd"),
        ("v2.npv", "candidates.v2.npv_usd"),
        ("candidates.v4.irr_per_year.p5", "candidates.v4.irr_per_year.p5"),
        ("es", "candidates.v3.expected_shortfall_usd"),
        ("customers.segments.pro.ltv_usd", "customers.segments.pro.ltv_usd"),
        ("decision.steps.2.marginal_return_usd_per_usd", "decision.steps.2.marginal_return_usd_per_usd"),
        ("frontier.best_params.p50", "frontier.best_params.p50"),
        ("draws", "draws"),
    ],
)
def test_a_figure_is_explained_by_its_value_meaning_and_source(loaded, name, path):
    view = explain_view(explanation(loaded, name, n_draws=256))
    assert view["figure"] == path
    assert view["value"] is not None
    assert view["meaning"]
    assert view["sources"]


def test_an_input_is_explained_by_its_reading_and_its_line(loaded):
    view = explain_view(explanation(loaded, "hardware.price", n_draws=128))
    stated = view["input"]
    lines = Path(loaded.document.file).read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "price: 2.0 to 3.0" in text)
    assert stated["place"] == f"{loaded.document.file}:{line}"
    assert stated["p5"] == pytest.approx(2.0)
    assert stated["p95"] == pytest.approx(3.0)
    assert "lognormal" in stated["reading"]


def test_a_default_is_explained_by_its_source_and_grade(loaded):
    stated = explain_view(explanation(loaded, "customers.pro.gross_margin", n_draws=128))["input"]
    assert stated["origin"] == "default"
    assert stated["grade"] == "D"


def test_influence_names_only_inputs_that_enter_the_figure(scenarios):
    article = load_scenario(scenarios / "article.yaml")
    view = explain_view(explanation(article, "v3.npv", n_draws=2048))
    names = [item["input"] for item in view["influence"]]
    assert names[0] == "value_of_quality.elasticity.ltv_per_loss"
    assert not any(name.startswith(("candidates.v2", "candidates.v4", "candidates.v5")) for name in names)


def test_the_input_with_all_the_influence_has_a_share_near_one(scenarios):
    article = load_scenario(scenarios / "article.yaml")
    view = explain_view(explanation(article, "v3.ltv_gain_usd", n_draws=16_384))
    # The gain of lifetime value is the elasticity times a constant.
    assert view["influence"][0]["share"] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "name", ["npw", "candidates.v9.npv_usd", "candidates.v3.nothing", "hardware.prize", ""]
)
def test_an_unknown_name_is_refused_with_a_way_on(loaded, name):
    with pytest.raises(ScenarioError, match="must name a figure or an input") as caught:
        explanation(loaded, name, n_draws=128)
    assert caught.value.faults[0].hint
