"""`nextdollar own`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.own.view import own_view
from nextdollar.sizing.own.question import OwnQuestion, Work

EIGHT = ("--gpus", "8", "--use", "40 to 70 %", "--draws", "512")
SERVED = ("--tokens", "50 B tok/month", "--model", "Llama-3.1-70B", "--draws", "512")


def printed(capsys, *arguments, exit_code=0):
    assert run(["own", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def test_the_twin_gives_what_the_command_prints(capsys):
    shown = json.loads(printed(capsys, "--gpus", "8", "--use", "50 %", "--draws", "512", "--json").out)
    question = OwnQuestion(accelerator="H100-SXM", work=Work(n_gpus=8, use_share=(0.5, 0.5)), n_draws=512)
    assert shown == json.loads(json.dumps(own_view(nextdollar.own(question))))


@pytest.mark.parametrize("arguments", [EIGHT, SERVED, ("--hardware", "TPU-v5e", "--gpus", "4")])
def test_what_is_printed_has_the_shipped_shape(capsys, arguments):
    shown = json.loads(printed(capsys, *arguments, "--json").out)
    assert shown["schema"] == "nextdollar.own/1.0"
    Draft202012Validator(shipped_schema("own")).validate(shown)
    model = SCHEMAS["own"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_text_answers_first_and_says_what_it_cannot(capsys):
    text = printed(capsys, *EIGHT).out
    assert "8 H100-SXM at 40 to 70 % use" in text.splitlines()[0]
    assert "cannot say: API by the token: no model is named" in text
    assert "buy beats rent on demand" in text and "never in" in text
    assert "is decided by" in text
    assert text.rstrip().splitlines()[-1] == (
        "next: nextdollar own --gpus 8 --use '40 to 70 %' --draws 512 --out own-report"
    )


def test_a_close_call_is_said_to_be_one(capsys):
    often = printed(capsys, "--gpus", "8", "--use", "5 %", "--draws", "512").out
    assert often.startswith("Renting on demand costs least in")
    far = ("--horizon", "4 years", "--purchase", "28 to 35 KUSD/gpu", "--price", "2 to 3.5")
    close = printed(capsys, "--gpus", "64", "--use", "60 to 80 %", *far, "--draws", "512").out
    assert close.startswith("Nothing is clearly cheapest for 64 H100-SXM at 60 to 80 % use over 48 months")


def test_a_model_that_nobody_sells_is_a_fault_where_it_was_named(capsys):
    error = printed(capsys, *EIGHT, "--api", "gpt-9-nano", exit_code=2).err
    assert "--api must be a price or a model that is sold" in error and "gpt-5-nano" in error


def test_a_volume_of_tokens_brings_the_api_and_its_break_even(capsys):
    text = printed(capsys, *SERVED).out
    assert "USD/Mtok" in text and "API by the token" in text
    assert "50 B tokens a month" in text.splitlines()[0]
    assert "buy beats API by the token" in text


def test_options_that_state_prices_are_read_in_their_units(capsys):
    stated = (
        *("--price", "2 to 3 USD/gpu-hour", "--reserve-1y", "2", "--reserve-3y", "1.5"),
        *("--purchase", "28 to 35 KUSD/gpu", "--api", "0.9 USD/Mtok", "--tokens-per-s", "3000"),
        *("--electricity", "80 USD/MWh", "--carbon", "50 g/kWh", "--pue", "1.2", "--space", "150"),
        *("--engineers", "0.5 to 2", "--discount", "9 %/year", "--residual", "10 %", "--horizon", "4 years"),
    )
    shown = json.loads(printed(capsys, *EIGHT, *stated, "--json").out)
    found = {item["name"]: (item["p5"], item["p95"]) for item in shown["assumptions"] if item["is_given"]}
    assert found["purchase"] == (pytest.approx(28_000), pytest.approx(35_000))
    assert found["api"] == (pytest.approx(0.9), pytest.approx(0.9))
    assert found["usd_per_kwh"] == (pytest.approx(0.08), pytest.approx(0.08))
    assert found["value_kept_per_year"] == (pytest.approx(0.1**0.25), pytest.approx(0.1**0.25))
    assert found["space_usd_per_kw_month"] == (150, 150)
    assert shown["kg_per_kwh"] == pytest.approx(0.05)
    assert shown["cost_of_capital_per_year"] == pytest.approx(0.09)
    assert shown["horizon_months"] == 48 == len(shown["book_value_usd"]) - 1


def test_every_fault_of_the_options_comes_at_once(capsys):
    wrong = ("--gpus", "x", "--tokens", "5 B", "--use", "140 %", "--space", "cellar", "--precision", "fp3")
    error = printed(capsys, *wrong, exit_code=2).err
    for option in ("own needs --gpus or --tokens", "--tokens", "--use", "--gpus", "--precision", "--space"):
        assert option in error
    assert "nothing was run" in error


def test_nothing_to_say_ends_with_its_own_code(capsys):
    text = printed(capsys, "--hardware", "GB200", "--gpus", "8", exit_code=3).out
    assert text.startswith("Nothing can be compared")
    assert "state one with --price" in text


def test_a_report_holds_cash_by_month_that_adds_up(capsys, tmp_path):
    printed(capsys, *EIGHT, "--discount", "0", "--out", tmp_path / "r")
    assert (tmp_path / "r" / "index.html").read_text(encoding="utf-8").count("<svg") >= 2
    with (tmp_path / "r" / "data" / "cash-by-month.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["option"] == "buy"]
    with (tmp_path / "r" / "data" / "options.csv").open(encoding="utf-8") as file:
        buy = next(row for row in csv.DictReader(file) if row["option"] == "buy")
    paid = sum(float(row["capex_usd"]) + float(row["opex_usd"]) for row in rows)
    assert len(rows) == 37
    assert paid == pytest.approx(float(buy["cost_usd_mean"]), rel=1e-9)


def test_rows_of_the_user_stand_before_the_catalogues(capsys, tmp_path):
    (tmp_path / "electricity.csv").write_text(
        "region,grid,low_usd_per_kwh,high_usd_per_kwh,valid_from\nOur hall,,0.03,0.03,2026-01-01\n"
    )
    where = ("--catalogue", tmp_path, "--region", "Our hall")
    shown = json.loads(printed(capsys, *EIGHT, *where, "--json").out)
    assert next(item["p5"] for item in shown["assumptions"] if item["name"] == "usd_per_kwh") == 0.03
    assert shown["kg_per_kwh"] is None
    assert any("state --carbon" in warning for warning in shown["warnings"])
