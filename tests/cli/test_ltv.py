"""`nextdollar ltv`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.cli.entry import run
from nextdollar.report.audience.ltv.view import ltv_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

EXAMPLES = Path(__file__).parents[2] / "examples"
TABLE = EXAMPLES / "customers" / "segments.csv"
SURVIVAL = Path(__file__).parents[3] / "shared" / "data" / "customers" / "sbg_survival.csv"
FEW = ("--draws", "512")


def printed(capsys, *arguments, exit_code=0):
    assert run(["ltv", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def test_the_twin_gives_what_the_command_prints(capsys):
    shown = json.loads(printed(capsys, TABLE, *FEW, "--json").out)
    assert shown == json.loads(json.dumps(ltv_view(nextdollar.ltv(TABLE, LtvSetting(n_draws=512)))))


@pytest.mark.parametrize(
    "arguments",
    [
        (TABLE, "--discount", "8 to 15 %/year"),
        (EXAMPLES / "article.yaml", "--cac", "300 USD"),
        (EXAMPLES / "saas-copilot.yaml", "--growth", "1 to 2 %/month", "--cap", "2", "--pays", "end"),
        (SURVIVAL, "--margin", "10 USD/month"),
    ],
    ids=["segments", "article", "copilot", "survival"],
)
def test_what_is_printed_has_the_shipped_shape(capsys, arguments):
    if not arguments[0].exists():
        pytest.skip("the shared tables are not beside the checkout")
    shown = json.loads(printed(capsys, *arguments, *FEW, "--json").out)
    assert shown["schema"] == "nextdollar.ltv/1.0"
    Draft202012Validator(shipped_schema("ltv")).validate(shown)
    model = SCHEMAS["ltv"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_the_case_study_answers_first_and_shows_the_extra_churn(capsys):
    text = printed(capsys, EXAMPLES / "article.yaml").out
    assert text.splitlines()[0] == (
        "A customer is worth 500 USD in pro and 1.33 M USD in enterprise (whole lifetime, not discounted)."
    )
    pro = next(line for line in text.splitlines() if line.startswith("  pro"))
    enterprise = next(line for line in text.splitlines() if line.startswith("  enterprise  "))
    assert pro.endswith("400 USD") and enterprise.endswith("571 K USD")
    assert "120 K USD a head, 1.31 M USD weighted by revenue" in text
    assert text.rstrip().splitlines()[-1].startswith("next: nextdollar ltv ")


def test_a_cost_that_is_not_won_back_is_said(capsys):
    text = printed(capsys, EXAMPLES / "article.yaml", "--cac", "600 USD").out
    assert "a customer of pro costs 600 USD to win, not back within 240 months (30 if nobody left)" in text


@pytest.mark.skipif(not SURVIVAL.exists(), reason="the shared tables are not beside the checkout")
def test_what_has_no_end_says_so_and_names_the_repair(capsys):
    text = printed(capsys, SURVIVAL, "--margin", "10 USD/month").out
    assert "first 36 months, not discounted" in text.splitlines()[0]
    assert "the expected lifetime has no end in all draws; state --discount" in text
    error = printed(capsys, SURVIVAL, exit_code=2).err
    assert "--margin is needed" in error


def test_every_fault_of_the_options_comes_at_once(capsys):
    wrong = ("--pays", "later", "--growth", "2 %/month", "--decay", "3", "--horizon", "1 to 3 years")
    error = printed(capsys, TABLE, *wrong, exit_code=2).err
    for words in ("--pays must be start or end", "--growth needs --cap", "--decay", "--horizon must be one"):
        assert words in error


def test_growth_from_a_ledger_is_taken_with_its_error(capsys, tmp_path):
    ledger = EXAMPLES / "customers" / "ledger.csv"
    text = printed(capsys, TABLE, "--usage", ledger, "--cap", "2", *FEW).out
    assert "stayers come to bring 2.46 % more a month (standard error 0.444 %), from 6 accounts" in text
    single = tmp_path / "one.csv"
    single.write_text("account,month,mrr_usd\na,2026-01,100\na,2026-02,105\n", encoding="utf-8")
    text = printed(capsys, EXAMPLES / "article.yaml", "--usage", single, "--cap", "2").out
    assert "5 % more a month, by a single account: how sure that is, is not known" in text
    assert "draws" not in text.splitlines()[1]


def test_a_margin_for_a_table_that_states_prices_is_refused(capsys):
    error = printed(capsys, TABLE, "--margin", "5 USD/month", exit_code=2).err
    assert "--margin is for a table of survival" in error


def test_faults_of_the_table_name_line_and_column(capsys, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("segment,price_usd_per_month,churn_per_month\na,20,3.5\n", encoding="utf-8")
    error = printed(capsys, table, exit_code=2).err
    assert "error[ND1752]: churn_per_month must be at least 0 and at most 1" in error
    assert "3.5 % is written 0.035" in error and "t.csv:2" in error


def test_a_report_has_pictures_and_tables_that_add_up(capsys, tmp_path):
    printed(capsys, TABLE, "--discount", "10 %/year", *FEW, "--out", tmp_path / "r")
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 2 and "If more leave" in page
    with (tmp_path / "r" / "data" / "totals.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    whole = float(next(row for row in rows if row["name"] == "all segments")["total_usd_mean"])
    tiers = sum(float(row["total_usd_mean"]) for row in rows if row["group"] == "tier")
    assert tiers == pytest.approx(whole, rel=1e-9)
    with (tmp_path / "r" / "data" / "acquisition.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["segment"] == "solo 2026")
    assert float(row["free_tier_usd_mean"]) == pytest.approx(18 * 300_000 * 4 * 2.5e-6)
