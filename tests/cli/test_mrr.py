"""`nextdollar mrr`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.audience.recurring_revenue.view import mrr_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "customers" / "subscriptions.csv"
STATED = ("--rate", "EUR=1.08", "--as-of", "2026-06-30")


def printed(capsys, *arguments, exit_code=0):
    assert run(["mrr", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = ["a,2026-01,0", "a,2026-02,5", "a,2026-03,5"]
    path.write_text("\n".join(["account,month,mrr_usd", *rows]) + "\n", encoding="utf-8")
    return path


def test_the_twin_gives_what_the_command_prints(capsys):
    shown = json.loads(printed(capsys, EXAMPLE, *STATED, "--draws", "256", "--json").out)
    found = nextdollar.mrr(EXAMPLE, usd_per_unit={"EUR": "1.08"}, as_of=date(2026, 6, 30), n_draws=256)
    assert shown == json.loads(json.dumps(mrr_view(found)))


def test_what_is_printed_has_the_shipped_shape_and_closes(capsys):
    shown = json.loads(printed(capsys, EXAMPLE, *STATED, "--json").out)
    assert shown["schema"] == "nextdollar.mrr/1.0"
    Draft202012Validator(shipped_schema("mrr")).validate(shown)
    assert json.loads(SCHEMAS["mrr"].model_validate(shown).model_dump_json(by_alias=True)) == shown
    for month in shown["months"]:
        gained = month["new_usd"] + month["expansion_usd"] + month["reactivation_usd"]
        lost = month["contraction_usd"] + month["churn_usd"]
        assert month["start_mrr_usd"] + gained - lost == pytest.approx(month["end_mrr_usd"], rel=1e-12)
    last = shown["months"][-1]["customers_end"]
    assert sum(cohort["ages"][-1]["customers"] for cohort in shown["cohorts"]) == last


def test_text_answers_first_and_ends_with_the_next_command(capsys):
    text = printed(capsys, EXAMPLE, *STATED).out
    assert text.startswith("Of 100 USD of MRR in 2025-06, the same accounts pay")
    assert "NRR" in text.splitlines()[0] and "(90 %:" in text.splitlines()[0]
    assert "cannot say: quick ratio of" in text
    assert "EUR at 1.08 USD" in text
    assert (
        text.splitlines()[-1]
        == f"next: nextdollar mrr {EXAMPLE} --rate EUR=1.08 --as-of 2026-06-30 --out mrr-report"
    )


def test_a_currency_without_a_rate_is_refused_with_the_option_that_states_it(capsys):
    error = printed(capsys, EXAMPLE, exit_code=2).err
    assert 'must be a currency whose price in USD is stated, got "EUR" in' in error
    assert "--rate EUR=" in error
    assert ":4" in error


def test_every_fault_of_the_options_comes_at_once(capsys):
    wrong = ("--rate", "EUR", "--rate", "euro=1", "--billed", "often", "--span", "0", "--as-of", "31.3.2026")
    error = printed(capsys, EXAMPLE, *wrong, exit_code=2).err
    for words in ("--rate EUR must be above 0", "got EURO=1", "--billed", "--span", "--as-of must be a day"):
        assert words in error
    assert "5 faults found, nothing was run" in error


def test_a_rate_that_is_stated_twice_is_refused(capsys):
    error = printed(capsys, EXAMPLE, "--rate", "EUR=1.08", "--rate", "eur=1.1", exit_code=2).err
    assert "must be stated once for a currency" in error


def test_what_is_kept_cannot_be_said_of_a_table_that_begins_with_nothing(capsys, ledger):
    text = printed(capsys, ledger, exit_code=3).out
    assert text.startswith("MRR of 2026-03: 5 USD from 1 customer; what is kept cannot be said yet.")
    assert "cannot say: NRR and GRR of the same accounts of 2026-03: nobody paid in 2026-01" in text


def test_a_report_holds_pictures_and_the_customers_for_a_fit_of_retention(capsys, tmp_path):
    text = printed(capsys, EXAMPLE, *STATED, "--draws", "256", "--out", tmp_path / "r").out
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    for title in ("MRR rose from", "NRR fell from", "of a cohort&#39;s MRR is left"):
        assert title in page
    with (tmp_path / "r" / "data" / "tenures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with EXAMPLE.open(encoding="utf-8") as file:
        customers = {row["customer"] for row in csv.DictReader(file)}
    assert len(rows) == len(customers)
    assert {row["has_left"] for row in rows} == {"Yes", "No"}
    assert text.splitlines()[-1].endswith(
        "data/tenures.csv --tenure tenure_months --churned has_left --flag ever"
    )


def test_a_report_of_a_short_ledger_is_written_too(capsys, tmp_path, ledger):
    printed(capsys, ledger, "--out", tmp_path / "r", exit_code=3)
    assert "what is kept cannot be said yet" in (tmp_path / "r" / "index.html").read_text(encoding="utf-8")


def test_rates_by_month_are_a_line_of_their_own_in_text_data_and_on_the_page(capsys, tmp_path):
    rates = EXAMPLE.parent / "rates.csv"
    stated = ["mrr", str(EXAMPLE), "--rates", str(rates), "--as-of", "2026-06-30"]
    assert run([*stated, "--out", str(tmp_path / "report")]) == 0
    out = capsys.readouterr().out
    assert "at constant currency" in out.splitlines()[0]
    assert "these are at the exchange rates of 2025-06; at those of each month NRR is" in out
    assert "currency" in next(line for line in out.splitlines() if line.startswith("  month "))
    assert "exchange rates took" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert run([*stated, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    Draft202012Validator(shipped_schema("mrr")).validate(shown)
    assert len(shown["currency_rates_by_month"]) == 30
    for month in shown["months"]:
        gained = month["new_usd"] + month["expansion_usd"] + month["reactivation_usd"]
        lost = month["contraction_usd"] + month["churn_usd"]
        end = month["start_mrr_usd"] + gained - lost + month["currency_usd"]
        assert end == pytest.approx(month["end_mrr_usd"], abs=1e-6)
    assert run([*stated]) == 0
    assert f"--rates {rates}" in capsys.readouterr().out.splitlines()[-1]
