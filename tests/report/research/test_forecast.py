"""What a forecast says: as an object, in the terminal, in sentences that have to be true."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from nextdollar.report.research import forecast_findings as findings
from nextdollar.report.research.forecast_text import forecast_text
from nextdollar.report.research.write import shown
from nextdollar.report.schemas import shipped_schema

NAMES = ("happened", "two runs", "far", "metric", "hostile")
QUANTILES = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")


def text_of(view):
    return forecast_text(shown(view), next_command="nextdollar x")


@pytest.mark.parametrize("name", NAMES)
class TestEveryForecast:
    def test_it_meets_its_schema_and_is_plain_json(self, forecast_views, name):
        found = json.loads(json.dumps(forecast_views[name], allow_nan=False))
        assert list(Draft202012Validator(shipped_schema("forecast")).iter_errors(found)) == []

    def test_every_row_has_the_fields_that_are_promised(self, forecast_views, name):
        for row in forecast_views[name]["rows"]:
            assert {"params", "tokens", "loss", "cannot_say", "distance"} <= set(row)
            assert {"mean", *QUANTILES} == set(row["loss"])

    def test_quantiles_rise(self, forecast_views, name):
        for row in forecast_views[name]["rows"]:
            values = [row["loss"][key] for key in QUANTILES]
            assert values == sorted(values)

    def test_the_answer_comes_first_and_the_next_command_last(self, forecast_views, name):
        lines = text_of(forecast_views[name]).splitlines()
        assert lines[0] == findings.headline(forecast_views[name])
        assert lines[-1] == "next: nextdollar x"

    def test_the_text_has_no_hidden_characters_and_no_trace_of_python(self, forecast_views, name):
        text = text_of(forecast_views[name])
        assert all(line.isprintable() for line in text.splitlines())
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|e\+", text)


def test_the_headline_names_model_loss_range_and_distance(forecast_views):
    line = findings.headline(forecast_views["metric"])
    found = re.fullmatch(
        r"7 B on 140 B tokens: loss (\d\.\d\d) nats, 90 % (\d\.\d\d) to (\d\.\d\d), "
        r"(\d\.?\d*) decades? beyond your runs\.",
        line,
    )
    assert found is not None
    assert float(found[2]) < float(found[1]) < float(found[3])


def test_where_nothing_can_be_said_it_says_so_why_and_what_would_help(forecast_views):
    view = forecast_views["far"]
    assert findings.headline(view).startswith("Cannot say: ")
    text = text_of(view)
    assert "laws that fit your runs equally well part by" in text
    assert "runs of ten times the work of your largest, up to 2e20 FLOP, come first" in text


def test_what_happened_is_counted(forecast_views):
    view = forecast_views["happened"]
    happened = view["what_happened"]
    known = [row for row in view["rows"] if row["observed_loss"] is not None]
    assert happened["n_targets"] == len(known) == 15
    inside = [row["loss"]["p5"] <= row["observed_loss"] <= row["loss"]["p95"] for row in known]
    assert happened["inside_90_share"] == pytest.approx(sum(inside) / 15)
    assert f"{sum(inside)} of 15 runs that happened lie in their 90 % range" in text_of(view)


def test_few_runs_are_said_to_rest_on_other_studies(forecast_views):
    assert any("2 separate runs" in warning for warning in forecast_views["two runs"]["warnings"])


def test_the_sources_name_the_studies_behind_the_ranges(forecast_views):
    works = " ".join(source["work"] for source in forecast_views["two runs"]["sources"])
    assert "Kaplan" in works and "Hoffmann" in works


def test_a_metric_has_a_range_of_its_own(forecast_views):
    row = forecast_views["metric"]["rows"][0]
    assert row["metric"]["p5"] < row["metric"]["p50"] < row["metric"]["p95"] < 1
    assert "score" in text_of(forecast_views["metric"])
