"""`nextdollar price`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.cli.price_model import read_price_model
from nextdollar.errors import OptionsError
from nextdollar.report.audience.pricing.view import price_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "customers"
USAGE, SEATS = EXAMPLES / "usage.csv", EXAMPLES / "price-seats.yaml"
OUTCOME, HYBRID = EXAMPLES / "price-outcome.yaml", EXAMPLES / "price-hybrid.yaml"


def printed(capsys, model, *arguments, exit_code=0):
    assert run(["price", str(USAGE), "--model", str(model), *map(str, arguments)]) == exit_code
    return capsys.readouterr()


@pytest.mark.parametrize(("model", "exit_code"), [(SEATS, 0), (OUTCOME, 3)], ids=["seats", "outcome"])
def test_the_twin_gives_what_the_command_prints_and_it_has_the_shipped_shape(capsys, model, exit_code):
    shown = json.loads(printed(capsys, model, "--json", exit_code=exit_code).out)
    assert shown == json.loads(json.dumps(price_view(nextdollar.price(USAGE, model))))
    assert shown["schema"] == "nextdollar.price/1.0"
    Draft202012Validator(shipped_schema("price")).validate(shown)
    known = SCHEMAS["price"].model_validate(shown)
    assert set(json.loads(known.model_dump_json(by_alias=True))) == set(shown)


def test_text_answers_first_and_names_what_comes_next(capsys):
    lines = printed(capsys, SEATS).out.splitlines()
    assert lines[0].startswith("80 customers pay 11.9 K USD a month, of which 5.56 K USD is left")
    assert "10 customers cost more than they pay" in lines[0]
    assert "The best price is 0.96 times the list" in lines[0]
    assert lines[-1] == f"next: nextdollar price {USAGE} --model {SEATS} --out price-report"


def test_a_price_without_an_optimum_is_refused_with_the_share_of_draws(capsys):
    first = printed(capsys, OUTCOME, exit_code=3).out.splitlines()[0]
    assert "No price is advised: in 63 % of draws the elasticity is at most 1" in first
    assert "no finite price is best" in first


def test_a_report_holds_the_page_its_charts_and_its_tables(capsys, tmp_path):
    out = printed(capsys, HYBRID, "--out", tmp_path / "report").out
    assert out.splitlines()[-1].endswith("--json")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "A seat at 22 USD with 3 M tokens" in page
    assert "Each customer responds" in page or "each customer responds" in page
    data = {path.name for path in (tmp_path / "report" / "data").iterdir()}
    assert {"deciles.csv", "prices.csv", "margin-by-price-drawn.csv", "revenue-and-cost-drawn.csv"} <= data
    charts = {path.name for path in (tmp_path / "report" / "charts").iterdir()}
    assert {
        f"{name}.{ending}"
        for name in ("margin-by-decile", "margin-by-price", "revenue-and-cost")
        for ending in ("png", "svg")
    } <= charts


def test_faults_of_the_model_and_of_the_table_end_with_two(capsys, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("model: {per_seat: {price: 20 to 30 USD/month}}\n", encoding="utf-8")
    assert "ND1791" in printed(capsys, broken, exit_code=2).err
    table = tmp_path / "table.csv"
    table.write_text("customer,tokens\na,1\n", encoding="utf-8")
    assert run(["price", str(table), "--model", str(SEATS)]) == 2
    assert "ND1785" in capsys.readouterr().err


TESTED, TEST = EXAMPLES / "price-tested.yaml", EXAMPLES / "price-test.csv"


def test_a_test_of_prices_is_told_in_text_in_data_and_on_the_page(capsys, tmp_path):
    report = tmp_path / "report"
    out = printed(capsys, TESTED, "--test", TEST, "--out", report).out
    assert "constant, from the test" in out
    assert "1.4 times the list, beyond the prices tested" in out.splitlines()[0]
    assert "The test puts the elasticity at 1.55 (1.24 to 1.87)" in out
    assert out.splitlines()[-1].endswith(f"--test {TEST} --json")
    assert "The test of prices" in (report / "index.html").read_text(encoding="utf-8")
    assert (report / "charts" / "price-test.svg").is_file()
    assert (report / "data" / "price-test.csv").is_file()
    shown = json.loads(printed(capsys, TESTED, "--test", TEST, "--json").out)
    Draft202012Validator(shipped_schema("price")).validate(shown)
    assert shown == json.loads(json.dumps(price_view(nextdollar.price(USAGE, TESTED, test=TEST))))
    test = shown["price_test"]
    assert [item["segment"] for item in test["segments"]] == ["small", "large"]
    arm = test["arms"][0]
    assert arm["usd_per_offered"]["measured"] == pytest.approx(24 * 264 / 1820)


def test_a_test_beside_a_case_that_has_been_read_is_refused():
    with pytest.raises(OptionsError) as refused:
        nextdollar.price(USAGE, read_price_model(SEATS), test=TEST)
    assert refused.value.faults[0].code == "ND1797"


def said(capsys, tmp_path, rows, model=SEATS, exit_code=0):
    table = tmp_path / "usage-of-two.csv"
    head = "customer,month,seats,prompt_tokens,output_tokens,paid_usd"
    table.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    assert run(["price", str(table), "--model", str(model)]) == exit_code
    return capsys.readouterr().out


def test_a_list_that_is_not_what_is_paid_today_is_not_called_what_they_pay(capsys, tmp_path):
    rows = ("a,2026-01,1,1000000,100000,0", "b,2026-01,1,1000000,100000,30")
    first = said(capsys, tmp_path, rows).splitlines()[0]
    assert first.startswith("2 customers would be billed 60 USD a month at this list and pay 30 USD today")


def test_where_nobody_pays_today_the_price_question_has_no_answer(capsys, tmp_path):
    rows = ("a,2026-01,1,1000000,100000,0", "b,2026-01,1,1000000,100000,0")
    first = said(capsys, tmp_path, rows, exit_code=3).splitlines()[0]
    assert "No price is advised: nobody who is billed pays anything today" in first


def test_a_gain_that_is_only_a_smaller_loss_is_called_that(capsys, tmp_path):
    dear = tmp_path / "dear.yaml"
    dear.write_text(
        SEATS.read_text(encoding="utf-8").replace("input: 2 to 3 USD/Mtok", "input: 200 to 300 USD/Mtok"),
        encoding="utf-8",
    )
    first = printed(capsys, dear).out.splitlines()[0]
    assert "It still loses" in first and "less of a loss, not a profit" in first
