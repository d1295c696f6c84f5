"""`nextdollar demo` and `nextdollar compare`, as a person meets them."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from nextdollar.cli.entry import run

DRAWS = ("--draws", "512")


@pytest.fixture
def scenarios(tmp_path):
    text = (files("nextdollar.catalogue") / "scenarios" / "article.yaml").read_text(encoding="utf-8")
    faster = text.replace("churn: 4 %/month", "churn: 5 %/month").replace("0.75 %/month", "1.75 %/month")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(faster, encoding="utf-8")
    return str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")


def test_the_demo_prints_both_answers_and_writes_a_report_one_can_go_on_from(capsys, tmp_path):
    folder = tmp_path / "report"
    assert run(["demo", "--out", str(folder), *DRAWS]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("Both stories fund up to v3")
    assert printed.err.splitlines()[-1].startswith(f"wrote {folder / 'index.html'}")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "As the article tells it" in page and str(tmp_path) not in page
    following = printed.out.splitlines()[-1].removeprefix("next: nextdollar ")
    assert run([*following.split(), *DRAWS]) == 0
    assert "v3 is the last worth funding" in capsys.readouterr().out


def test_where_the_folder_cannot_be_written_the_result_is_printed_all_the_same(capsys, tmp_path):
    (tmp_path / "taken").write_text("mine")
    assert run(["demo", "--out", str(tmp_path / "taken"), "--json", *DRAWS]) == 2
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["schema"] == "nextdollar.demo/1.0"
    assert {"index.html", "article.yaml", "first-principles.yaml"} <= set(found["files"])
    assert str(tmp_path) not in printed.out
    assert "error[ND1500]" in printed.err and "Traceback" not in printed.err
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_comparison_names_what_differs_and_what_it_changes(capsys, scenarios):
    assert run(["compare", *scenarios, *DRAWS]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("The verdict moves: fund up to v3, then fund up to v2.")
    assert "customers.pro.churn" in printed and "5 %/month" in printed
    assert "candidates.v3.given.cost" not in printed
    assert printed.splitlines()[-1] == f"next: nextdollar plan {scenarios[1]}"


def test_a_comparison_as_json_holds_both_plans_and_the_paired_changes(capsys, scenarios):
    assert run(["compare", *scenarios, "--json", *DRAWS]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "nextdollar.compare/1.0"
    assert found["is_paired"] is True
    assert [item["name"] for item in found["inputs"]] == ["customers.pro.churn", "customers.enterprise.churn"]
    changes = {item["name"]: item for item in found["candidates"]}
    sides = [
        next(item for item in found[side]["candidates"] if item["name"] == "v3")["npv_usd"]["mean"]
        for side in ("first", "second")
    ]
    assert changes["v3"]["change_usd"] == pytest.approx(sides[1] - sides[0])
    assert changes["v3"]["falls_probability"] == 1.0


def test_a_scenario_against_itself_changes_nothing(capsys, scenarios):
    assert run(["compare", scenarios[0], scenarios[0], *DRAWS]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("The same verdict: fund up to v3.")
    assert "No input differs." in printed
    assert printed.count("no change") == 4


def test_a_plan_with_a_folder_writes_its_report_there(capsys, scenarios, tmp_path):
    assert run(["plan", scenarios[0], "--out", str(tmp_path / "report"), *DRAWS]) == 0
    assert Path(tmp_path / "report" / "index.html").is_file()
    assert "wrote" in capsys.readouterr().err
