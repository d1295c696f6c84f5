"""`nextdollar retention SUMMARY` and `ltv SUMMARY`: what they print, write and refuse."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.audience.transactions.summaries import SummaryQuestion
from nextdollar.cli.entry import run
from nextdollar.report.audience.retention.view import retention_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Return 300 customers of two plans by repeats, weeks to the last purchase, and weeks observed."""
    rng, rows = np.random.default_rng(8), ["ID,x,t_x_weeks,T_weeks,mean_spend_usd,plan"]
    for number in range(300):
        seen, rate, leave = rng.uniform(20, 30), rng.gamma(1.0, 0.2), rng.beta(1, 4)
        at, repeats = 0.0, 0
        while at + (wait := rng.exponential() / rate) < seen:
            at, repeats = at + wait, repeats + 1
            if rng.random() < leave:
                break
        spend = f"{rng.gamma(6, 5):.2f}" if repeats else ""
        rows.append(f"c{number},{repeats},{at:.3f},{seen:.3f},{spend},{'pro' if number % 2 else 'basic'}")
    path = tmp_path_factory.mktemp("summary") / "summary.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def printed(capsys, *arguments, exit_code=0):
    capsys.readouterr()
    assert run([str(argument) for argument in arguments]) == exit_code
    return capsys.readouterr()


@pytest.mark.parametrize("arguments", [("retention",), ("ltv", "--draws", "128", "--discount", "10 %/year")])
def test_what_is_printed_has_the_shipped_shape(table, capsys, arguments):
    verb, *options = arguments
    view = json.loads(printed(capsys, verb, table, "--by", "plan", *options, "--json").out)
    name = next(name for name in SCHEMAS if name.startswith(verb))
    Draft202012Validator(shipped_schema(name)).validate(view)
    assert [item["segment"] for item in view["segments"]] == ["basic", "pro"]


def test_the_twin_gives_what_the_command_prints(table, capsys):
    view = json.loads(printed(capsys, "retention", table, "--recency", "age-at-last", "--json").out)
    question = SummaryQuestion(recency="age-at-last", n_draws=1024)
    found = nextdollar.retention_of_summary(table, question)
    assert view == json.loads(json.dumps(retention_view(found)))
    assert view["kind"] == "summary" and view["period"] == "week"
    assert view["transactions"]["last_day"] is None and view["transactions"]["period_days"] == 7


def test_text_answers_first_and_says_how_columns_were_read(table, capsys):
    text = printed(capsys, "retention", table, "--buys", "any-time").out
    assert text.startswith("Of 300 customers, ") and "in the next 12 weeks" in text
    assert '"t_x_weeks" is read as the age of a customer at the last purchase' in text
    assert "a table of summaries has no dates to hold a forecast against" in text
    assert "--buys any-time --out retention-report" in text


def test_the_report_has_every_customer(table, capsys, tmp_path):
    printed(capsys, "retention", table, "--out", tmp_path / "r")
    printed(capsys, "ltv", table, "--draws", "128", "--out", tmp_path / "l")
    for folder in ("r", "l"):
        assert "<svg" in (tmp_path / folder / "index.html").read_text(encoding="utf-8")
        with (tmp_path / folder / "data" / "customers.csv").open(encoding="utf-8") as file:
            assert [row["customer"] for row in csv.DictReader(file)] == [f"c{k}" for k in range(300)]


def test_options_of_other_tables_are_refused(table, capsys):
    wrong = ("--recency", "since-last", "--tenure", "x", "--until", "2025-01-31")
    error = printed(capsys, "retention", table, *wrong, exit_code=2).err
    assert "--tenure is of no use" in error and "--until is of no use" in error
    error = printed(capsys, "ltv", table, "--until", "2025-01-31", exit_code=2).err
    assert "--until is of no use" in error


def test_a_stated_meaning_that_rows_contradict_names_their_lines(table, capsys):
    error = printed(capsys, "retention", table, "--recency", "since-last", exit_code=2).err
    assert "error[ND1763]" in error and "where recency is the time since the last purchase" in error


def test_a_period_beside_columns_that_name_another_is_refused(table, capsys):
    error = printed(capsys, "ltv", table, "--period", "month", exit_code=2).err
    assert "--period must be week, as the columns say" in error
