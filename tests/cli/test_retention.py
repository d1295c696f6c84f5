"""`nextdollar retention`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.audience.retention.view import retention_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

COHORTS = (
    "segment,month,survivors\n"
    "pro,0,1000\npro,1,800\npro,2,690\npro,3,620\npro,4,572\n"
    "team,0,400\nteam,1,376\nteam,2,356\nteam,3,340\nteam,4,326\n"
)
CUSTOMERS = "months,left\n" + "".join(f"{1 + i % 9},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(90))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a working folder with a table of each kind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cohorts.csv").write_text(COHORTS, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    rows = [
        f"c{i},2026-{1 + day // 28:02d}-{1 + day % 28:02d},{10 + i % 7}\n"
        for i in range(60)
        for day in sorted({i % 20, *((i % 20) + 9 * k * (1 + i % 4) for k in range(1, 1 + i % 5))})
    ]
    (tmp_path / "purchases.csv").write_text("customer,date,spend_usd\n" + "".join(rows), encoding="utf-8")
    return tmp_path


def printed(capsys, *arguments, exit_code=0):
    assert run(["retention", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


TABLES = {
    "cohorts": ("cohorts.csv",),
    "customers": ("customers.csv", "--tenure", "months", "--churned", "left", "--flag", "ever"),
    "purchases": ("purchases.csv",),
}


@pytest.mark.parametrize("arguments", TABLES.values(), ids=TABLES)
class TestEveryTable:
    def test_what_is_printed_has_the_shipped_shape(self, folder, capsys, arguments):
        shown = json.loads(printed(capsys, *arguments, "--json").out)
        assert shown["schema"] == "nextdollar.retention/1.0"
        Draft202012Validator(shipped_schema("retention")).validate(shown)
        model = SCHEMAS["retention"].model_validate(shown)
        assert json.loads(model.model_dump_json(by_alias=True)) == shown

    def test_the_report_is_whole(self, folder, capsys, arguments):
        printed(capsys, *arguments, "--out", "report")
        page = (folder / "report" / "index.html").read_text("utf-8")
        assert "How long customers stay" in page
        assert (folder / "report" / "charts" / "retention.svg").stat().st_size > 1000
        text = (folder / "report" / "data" / "retention-curves.csv").read_text("utf-8")
        rows = list(csv.DictReader(text.splitlines()))
        assert rows and {"segment", "period"} <= rows[0].keys()


def test_the_twin_gives_what_the_command_prints(folder, capsys):
    shown = json.loads(printed(capsys, "cohorts.csv", "--periods", "5", "--json").out)
    assert shown == json.loads(json.dumps(retention_view(nextdollar.retention("cohorts.csv", n_periods=5))))


def test_the_forecast_goes_on_where_the_data_end(folder, capsys):
    for segment in json.loads(printed(capsys, "cohorts.csv", "--periods", "6", "--json").out)["segments"]:
        assert [row["period"] for row in segment["forecast"]] == [5, 6, 7, 8, 9, 10]
        assert [row["period"] for row in segment["observed"]] == [1, 2, 3, 4]
        for row in segment["forecast"]:
            share = row["survival_share"]
            assert 0 < share["p5"] <= share["p50"] <= share["p95"] < 1
        assert sum(law["weight_share"] for law in segment["laws"]) == pytest.approx(1)


def test_text_answers_first_and_ends_with_the_next_command(folder, capsys):
    lines = printed(capsys, "cohorts.csv").out.splitlines()
    assert lines[0].startswith("Still customers, expected after month 16: ")
    assert "of pro and" in lines[0] and lines[0].endswith("of team.")
    assert lines[-1] == "next: nextdollar retention cohorts.csv --out retention-report"


def test_many_segments_are_summed_up(folder, capsys):
    rows = "".join(
        f"s{i},{month},{1000 * (0.5 + i / 30) ** month:.0f}\n" for i in range(12) for month in range(4)
    )
    (folder / "many.csv").write_text("segment,month,survivors\n" + rows, encoding="utf-8")
    text = printed(capsys, "many.csv", "--out", "report").out
    assert text.startswith("Still customers 12 months on, 12 segments: ")
    assert "8 smaller segments are in the table" in (folder / "report" / "index.html").read_text("utf-8")


def test_a_flag_without_a_meaning_ends_with_2_and_both_readings(folder, capsys):
    error = printed(capsys, *TABLES["customers"][:5], exit_code=2).err
    assert "error[ND1701]: --flag must say what a yes in left means" in error
    assert "--flag ever" in error and "--flag last-period" in error and "% stay 9 periods" in error


def test_the_help_needs_no_scipy():
    code = (
        "import sys; from nextdollar.cli.app import app; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "scipy" not in loaded.split()
