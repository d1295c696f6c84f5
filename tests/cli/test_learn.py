"""`nextdollar learn` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.audience.learning.view import learn_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "customers" / "support-assistant-weeks.csv"


def test_the_answer_names_worth_and_loop_and_goes_on_with_the_cost(capsys):
    assert run(["learn", str(EXAMPLE), "--margin", "8 to 12 USD/month", "--draws", "128"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("One more user is worth")
    assert "--update-cost '15 to 40 KUSD'" in told.splitlines()[-1]


def test_what_is_printed_has_the_shipped_shape_and_is_what_the_twin_gives(capsys):
    assert run(["learn", str(EXAMPLE), "--draws", "128", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "nextdollar.learn/1.0"
    Draft202012Validator(shipped_schema("learn")).validate(shown)
    model = SCHEMAS["learn"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown
    found = nextdollar.learn(EXAMPLE, nextdollar.LearnQuestion(n_draws=128))
    # The command line reads 10 %/year by another route of roots.
    assert learn_view(found)["learning_curve"] == shown["learning_curve"]


def test_a_report_has_a_page_with_charts_and_tables(tmp_path, capsys):
    command = ["learn", str(EXAMPLE), "--draws", "128", "--out", str(tmp_path / "report")]
    assert run(command) == 0
    capsys.readouterr()
    names = {path.name for path in (tmp_path / "report").rglob("*") if path.is_file()}
    assert {"index.html", "learning-curve.svg", "churn-by-age.csv", "observed.csv"} <= names


def test_all_wrong_options_are_refused_at_once(capsys):
    assert run(["learn", str(EXAMPLE), "--update-cost", "3 KUSD", "--horizon", "0 months"]) == 2
    told = capsys.readouterr().err
    assert "ND1775" in told
    assert "--horizon" in told


def test_a_table_without_users_is_refused_with_the_columns_that_it_has(tmp_path, capsys):
    path = tmp_path / "weeks.csv"
    path.write_text("week,visits\n1,2\n2,3\n3,4\n4,5\n", encoding="utf-8")
    assert run(["learn", str(path)]) == 2
    told = capsys.readouterr().err
    assert "ND1770" in told
    assert "the table has week, visits" in told


def test_a_table_that_tells_nothing_ends_with_3(tmp_path, capsys):
    path = tmp_path / "weeks.csv"
    rows = "\n".join(f"{week},100,0,0.7,50" for week in range(5))
    path.write_text(f"week,users,lost_users,quality_share,examples\n{rows}\n", encoding="utf-8")
    assert run(["learn", str(path), "--draws", "128"]) == 3
    told = capsys.readouterr().out
    assert "cannot say: learning curve" in told
    assert told.rstrip().endswith("--out learn-report")


@pytest.mark.parametrize("tolerance", ["0 %", "100 %"])
def test_a_tolerance_of_nothing_or_all_is_refused(tolerance, capsys):
    assert run(["learn", str(EXAMPLE), "--tolerance", tolerance]) == 2
    assert "--tolerance" in capsys.readouterr().err


def test_a_stated_rise_of_joiners_is_read_and_goes_into_the_next_command(capsys):
    command = ["learn", str(EXAMPLE), "--draws", "128", "--joiners-follow", "0 to 2 %/point"]
    assert run([*command, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    Draft202012Validator(shipped_schema("learn")).validate(shown)
    assert shown["flywheel"]["joiners_basis"] == "stated"
    assert shown["flywheel"]["joiners_change_per_point"]["p50"] == pytest.approx(0.01, rel=0.02)
    assert run(command) == 0
    assert "--joiners-follow '0 to 2 %/point'" in capsys.readouterr().out.splitlines()[-1]


def test_joiners_are_held_where_no_rise_is_stated(capsys):
    drawing = EXAMPLE.with_name("meeting-notes-weeks.csv")
    assert run(["learn", str(drawing), "--draws", "128", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flywheel"]["joiners_basis"] == "table"
    assert run(["learn", str(drawing), "--draws", "128", "--joiners-follow", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flywheel"]["gain_by_joining"]["p95"] == 0


def test_a_rise_of_joiners_per_month_is_refused_with_the_unit_that_it_takes(capsys):
    assert run(["learn", str(EXAMPLE), "--joiners-follow", "1 to 3 %/month"]) == 2
    told = capsys.readouterr().err
    assert "--joiners-follow" in told
    assert "%/point" in told


def test_a_table_without_versions_goes_on_with_how_often_they_come(tmp_path, capsys):
    rows = [line.split(",") for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "weeks.csv"
    path.write_text("\n".join(",".join([row[0], *row[2:]]) for row in rows) + "\n", encoding="utf-8")
    command = ["learn", str(path), "--draws", "128", "--margin", "9 USD/month", "--update-cost", "20 KUSD"]
    assert run(command) == 0
    told = capsys.readouterr().out
    assert "cannot say: return of versions" in told
    assert "--every '8 weeks'" in told.splitlines()[-1]
