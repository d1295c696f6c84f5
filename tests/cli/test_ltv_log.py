"""`nextdollar ltv LOG`: what it prints, writes and refuses for a log of purchases."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.audience.transactions.value_view import purchase_value_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

TABLE = Path(__file__).parents[2] / "examples" / "customers" / "segments.csv"
FEW = ("--draws", "128")


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    """Return a log of 160 customers of two channels, one of them called as a formula would be."""
    rng, start, rows = np.random.default_rng(4), datetime.date(2025, 1, 1), []
    for number in range(160):
        name = "=1+1" if number == 0 else f"c{number}"
        day, per_day = float(rng.integers(0, 60)), rng.gamma(1.0, 1 / 14)
        while day <= 270:
            date = start + datetime.timedelta(days=int(day))
            rows.append(f"{name},{date},{rng.gamma(6, 5):.2f},{'api' if number % 2 else 'shop'}")
            if rng.random() < 0.2:
                break
            day += 1 + rng.exponential() / per_day
    path = tmp_path_factory.mktemp("log") / "purchases.csv"
    path.write_text("\n".join(("customer,date,spend_usd,channel", *rows)) + "\n", encoding="utf-8")
    return path


def printed(capsys, *arguments, exit_code=0):
    assert run(["ltv", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def test_the_answer_comes_first_and_says_what_is_counted(log, capsys):
    text = printed(capsys, log, "--margin", "60 %", "--horizon", "12 months", *FEW).out
    first = text.splitlines()[0]
    assert first.startswith("A customer still brings ") and " USD on average, 90 % " in first
    assert first.endswith("(margin of 60 %, next 12 months, not discounted).")
    assert "128 draws, seed 7" in text.splitlines()[1]
    assert f"next: nextdollar ltv {log} --horizon '12 months' --margin '60 %' --out ltv-report" in text


def test_what_is_printed_has_the_shipped_shape_and_is_that_of_the_twin(log, capsys):
    shown = json.loads(printed(capsys, log, "--by", "channel", *FEW, "--json").out)
    Draft202012Validator(shipped_schema("ltv")).validate(shown)
    model = SCHEMAS["ltv"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown
    question = nextdollar.PurchaseValueQuestion(n_draws=128)
    twin = nextdollar.ltv_of_purchases(log, question, by="channel")
    assert shown == json.loads(json.dumps(purchase_value_view(twin)))
    assert [item["segment"] for item in shown["segments"]] == ["shop", "api"]
    assert shown["totals"][0]["total_usd"]["mean"] == pytest.approx(
        sum(item["worth"]["total_usd"]["mean"] for item in shown["purchases"]["segments"])
    )


def test_a_report_has_a_picture_and_every_customer(log, capsys, tmp_path):
    out = tmp_path / "r"
    printed(capsys, log, "--by", "channel", "--discount", "10 %/year", *FEW, "--out", out)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<svg" in page and "What each law alone would say" in page
    with (out / "data" / "customers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["segment"] for row in rows} == {"api", "shop"} and len(rows) == 160
    assert "'=1+1" in {row["customer"] for row in rows}
    for row in rows:
        low, value, high = (float(row[name]) for name in ("value_usd_p5", "value_usd", "value_usd_p95"))
        assert 0 <= low <= value and low <= high
    with (out / "data" / "value-ahead.csv").open(encoding="utf-8") as file:
        total = next(row for row in csv.DictReader(file) if row["segment"] == "all segments")
    assert float(total["total_usd_p5"]) < sum(float(row["value_usd"]) for row in rows)
    assert float(total["total_usd_p95"]) > sum(float(row["value_usd"]) for row in rows)


def test_options_of_a_contract_are_refused_all_at_once(log, capsys):
    wrong = ("--cac", "20 USD", "--pays", "end", "--growth", "2 %/month", "--margin", "5 USD/month")
    error = printed(capsys, log, *wrong, exit_code=2).err
    for option in ("--cac", "--pays", "--growth"):
        assert f"{option} is of no use for a log of purchases" in error
    assert "ND1761" in error and "--margin" in error


def test_a_range_of_margin_widens_the_answer(log, capsys):
    sure, unsure = (
        json.loads(printed(capsys, log, "--margin", margin, *FEW, "--json").out)
        for margin in ("50 %", "20 to 80 %")
    )
    width = [view["totals"][0]["total_usd"] for view in (sure, unsure)]
    assert width[1]["p95"] - width[1]["p5"] > 1.3 * (width[0]["p95"] - width[0]["p5"])


def test_the_last_day_of_the_log_is_taken_and_silence_after_it_counts(log, capsys):
    usual, later = (
        json.loads(printed(capsys, log, *options, *FEW, "--json").out)
        for options in ((), ("--until", "2025-12-31"))
    )
    assert later["purchases"]["last_day"] == "2025-12-31"
    assert later["totals"][0]["total_usd"]["mean"] < usual["totals"][0]["total_usd"]["mean"]


def test_the_last_day_is_of_no_use_without_a_log(capsys):
    error = printed(capsys, TABLE, "--until", "2025-12-31", exit_code=2).err
    assert "--until is for a log of purchases" in error


def test_a_log_without_money_names_the_column_it_needs(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("customer,date\na,2025-01-01\na,2025-03-01\n", encoding="utf-8")
    error = printed(capsys, path, exit_code=2).err
    assert "error[ND1760]: the log must say what was spent" in error and "log.csv:1" in error


def test_too_few_who_came_back_is_no_trustworthy_answer(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("customer,date,spend_usd\na,2025-01-01,5\na,2025-03-01,5\n", encoding="utf-8")
    assert "only 1 of the customers bought twice" in printed(capsys, path, exit_code=3).err
