"""`nextdollar retention`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import html
import json
import re
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.plan.words import percent
from nextdollar.report.audience.retention.view import retention_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

COHORTS = (
    "segment,month,survivors\n"
    "pro,0,1000\npro,1,800\npro,2,690\npro,3,620\npro,4,572\n"
    "team,0,400\nteam,1,376\nteam,2,356\nteam,3,340\nteam,4,326\n"
)
WIDE = "Cohort,Size,M0,M1,M2\n2026-01,400,100%,94%,89.5%\n2026-02,520,100%,93.5%,\n2026-03,90,100%,,\n"
# Watched from an age of 4 on and later: of those who left before, nobody knows.
LATE = "months,before,left\n" + "".join(
    f"{4 + i % 5 + 1 + i % 7},{4 + i % 5},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(210)
)
CONTRACTS = "id,began,ended\n" + "".join(
    f"{i},2025-{1 + i % 9:02d}-{1 + i % 28:02d},"
    f"{f'2025-{1 + i % 9 + 1 + i % 3:02d}-{1 + i % 28:02d}' if i % 3 == 0 else ''}\n"
    for i in range(120)
)
CUSTOMERS = "months,left\n" + "".join(f"{1 + i % 9},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(90))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a working folder with a table of each kind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cohorts.csv").write_text(COHORTS, encoding="utf-8")
    (tmp_path / "wide.csv").write_text(WIDE, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "late.csv").write_text(LATE, encoding="utf-8")
    (tmp_path / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
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
    "wide": ("wide.csv", "--by", "cohort"),
    "customers": ("customers.csv", "--tenure", "months", "--churned", "left", "--flag", "ever"),
    "late": ("late.csv", "--tenure", "months", "--churned", "left", "--entered", "before"),
    "contracts": ("contracts.csv", "--start", "began", "--cancelled", "ended", "--until", "2025-12-31"),
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


def test_customers_who_entered_late_are_told_of_from_where_they_were_watched(folder, capsys):
    shown = json.loads(printed(capsys, *TABLES["late"], "--periods", "6", "--json").out)
    (segment,) = shown["segments"]
    assert segment["observed_from_period"] == 4
    assert segment["observed"][0]["period"] == 5
    fitted, forecast = segment["fitted"], segment["forecast"]
    assert [row["watched_share"] for row in fitted[:4]] == [None] * 4
    # Of those who stay 4 periods: S(t) over S(4), which in the mean lies near the quotient of the means.
    share, start = forecast[-1]["watched_share"]["mean"], fitted[3]["survival_share"]["mean"]
    assert share == pytest.approx(forecast[-1]["survival_share"]["mean"] / start, rel=0.1)
    assert share > forecast[-1]["survival_share"]["mean"]
    text = printed(capsys, *TABLES["late"], "--periods", "6").out
    assert text.startswith("Still customers, expected after month 21: ")
    assert text.splitlines()[0].partition(". ")[0].rstrip(".").endswith("of all who stay 4 months")
    assert "no customers were watched at renewals 1 to 4" in text
    assert "--entered before --churned left --flag" not in text


def test_days_and_a_tenure_together_are_refused(folder, capsys):
    error = printed(capsys, *TABLES["contracts"], "--tenure", "id", "--entered", "id", exit_code=2).err
    assert error.count("error[ND1707]") == 2
    assert "--tenure is of no use beside --start" in error


def test_the_next_command_says_all_that_was_said(folder, capsys):
    asked = [*TABLES["contracts"], "--watched-since", "2025-02-01", "--customer", "id"]
    last = printed(capsys, *asked).out.splitlines()[-1]
    for word in (
        "--start began",
        "--cancelled ended",
        "--watched-since 2025-02-01",
        "--customer id",
        "--until",
    ):
        assert word in last


def test_the_twin_of_days_gives_what_the_command_prints(folder, capsys):
    shown = json.loads(printed(capsys, *TABLES["contracts"], "--watched-since", "2025-03-01", "--json").out)
    tenure = nextdollar.TenureDates("began", "ended", watched_since="2025-03-01")
    found = nextdollar.retention("contracts.csv", tenure=tenure, until="2025-12-31")
    assert shown == json.loads(json.dumps(retention_view(found)))


def test_text_answers_first_and_ends_with_the_next_command(folder, capsys):
    lines = printed(capsys, "cohorts.csv").out.splitlines()
    assert lines[0].startswith("Still customers, expected after month 16: ")
    assert "of pro and" in lines[0] and lines[0].endswith("of team.")
    assert lines[-1] == "next: nextdollar retention cohorts.csv --out retention-report"


def test_the_law_stands_beside_its_share_of_the_forecast(folder, capsys):
    shown = json.loads(printed(capsys, "cohorts.csv", "--json").out)
    text = printed(capsys, "cohorts.csv", "--out", "report").out
    page = (folder / "report" / "index.html").read_text("utf-8")
    assert "of forecast" in text
    for segment in shown["segments"]:
        weights = {law["model"]: law["weight_share"] for law in segment["laws"]}
        (line,) = [row for row in text.splitlines() if row.split()[:1] == [segment["segment"]]]
        assert f"   {percent(weights[segment['model']])}   " in line
        for law in segment["laws"]:
            assert f"{law['log_likelihood']:.2f}" in page


def test_many_segments_are_summed_up(folder, capsys):
    rows = "".join(
        f"s{i},{month},{1000 * (0.5 + i / 30) ** month:.0f}\n" for i in range(12) for month in range(4)
    )
    (folder / "many.csv").write_text("segment,month,survivors\n" + rows, encoding="utf-8")
    text = printed(capsys, "many.csv", "--out", "report").out
    assert text.startswith("Still customers 12 months on, 12 segments: ")
    page = (folder / "report" / "index.html").read_text("utf-8")
    assert "8 more segments are in the table" in page
    # The answer names the two ends, s0 and s11, and so do the tiles.
    assert "of s0 to" in text and "of s11." in text
    tiles = re.findall(r">(s\d+), month 15<", page)
    assert tiles == ["s0", "s11"]


def test_a_lifetime_without_an_end_is_told_in_the_same_words_everywhere(folder, capsys):
    shown = json.loads(printed(capsys, "cohorts.csv", "--json").out)
    text = printed(capsys, "cohorts.csv", "--out", "report").out
    marked = (folder / "report" / "index.html").read_text("utf-8")
    page = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", marked)))
    assert run(["ltv", "cohorts.csv", "--margin", "10 USD/month"]) == 0
    value = capsys.readouterr().out
    for segment in shown["segments"]:
        share = segment["endless_mean_share"]
        words = f"the expected lifetime has no end in {100 * share:.0f} % of draws"
        assert 0.05 < share < 0.99
        assert f"{segment['segment']}: {words}" in text and words in page and words in value
    most = max(shown["segments"], key=lambda segment: segment["endless_mean_share"])
    heading = "The expected lifetime may have no end in 2 of 2 segments, most of all in"
    assert f"{heading} {most['segment']}: in " in page


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


def test_a_wide_table_of_cohorts_has_a_worth_by_cohort(folder, capsys):
    said = ["--margin", "10 USD/month", "--discount", "10 %/year", "--by", "Cohort", "--json"]
    assert run(["ltv", "wide.csv", *said]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {segment["segment"] for segment in shown["segments"]} == {"2026-01", "2026-02"}
