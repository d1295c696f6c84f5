"""`nextdollar ltv` of customers one by one: days, late entry, prices of their own."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.cli.entry import run
from nextdollar.report.audience.ltv.view import ltv_view
from nextdollar.report.schemas import SCHEMAS, shipped_schema

DISCOUNT = ("--discount", "10 %/year")
BY_DAYS = ("--start", "start", "--cancelled", "gone", "--until", "2026-03-31")


def printed(capsys, *arguments, exit_code=0):
    assert run(["ltv", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


@pytest.fixture(scope="module")
def contracts(tmp_path_factory):
    """Contracts from the days of 2024 and 2025; teams pay more the larger they are."""
    lines = ["id,plan,start,gone,mrr"]
    for i in range(400):
        start = date(2024, 1, 5) + timedelta(days=(37 * i) % 780)
        end = start + timedelta(days=12 + (53 * i) % 900)
        gone = end if end <= date(2026, 3, 31) else ""
        lines.append(f"{i},{'team' if i % 3 else 'solo'},{start},{gone},{90 + i % 11 * 10 if i % 3 else 20}")
    path = tmp_path_factory.mktemp("days") / "contracts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """Customers who were 4 to 12 months old when watching began."""
    lines = ["months,before,left,mrr"]
    lines += [f"{5 + i % 9 + i % 12},{4 + i % 9},{'yes' if i % 3 else 'no'},{20 + i % 5}" for i in range(300)]
    path = tmp_path_factory.mktemp("old") / "old.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_prices_of_contracts_have_the_shipped_shape_and_a_twin(capsys, contracts):
    wanted = (*BY_DAYS, "--price", "mrr", "--margin", "0.8", "--by", "plan", *DISCOUNT, "--json")
    shown = json.loads(printed(capsys, contracts, *wanted).out)
    Draft202012Validator(shipped_schema("ltv")).validate(shown)
    assert json.loads(SCHEMAS["ltv"].model_validate(shown).model_dump_json(by_alias=True)) == shown
    solo = next(item for item in shown["segments"] if item["segment"] == "solo")
    assert solo["price_usd_per_month"]["mean"] == 20 and solo["margin_usd_per_month"]["p95"] == 16
    asked = nextdollar.CustomerValueQuestion(
        tenure=nextdollar.TenureDates("start", "gone"), until="2026-03-31", by="plan", price="mrr",
        gross_margin_share=0.8, setting=LtvSetting(discount_per_month=1.1 ** (1 / 12) - 1, n_draws=1024),
    )  # fmt: skip
    twin = json.loads(json.dumps(ltv_view(nextdollar.ltv_of_customers(contracts, asked))))
    for item, other in zip(shown["segments"], twin["segments"], strict=True):
        assert item["value_usd"] == pytest.approx(other["value_usd"])
    with contracts.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    there = [float(row["mrr"]) for row in rows if row["plan"] == "team" and not row["gone"]]
    team = next(item for item in shown["segments"] if item["segment"] == "team")
    assert team["customers"]["mean"] == len(there)
    assert shown["largest_revenue"]["segment"] == "team"
    revenue = shown["largest_revenue"]["revenue_share"]["mean"]
    solo_there = sum(row["plan"] == "solo" and not row["gone"] for row in rows)
    assert revenue == pytest.approx(sum(there) / (sum(there) + 20 * solo_there))


def test_without_a_margin_all_of_the_price_counts_and_is_said_to(capsys, contracts):
    text = printed(capsys, contracts, *BY_DAYS, "--price", "mrr", *DISCOUNT).out
    assert "note: no gross margin is stated: all of mrr counts as margin" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--price", "mrr", "--margin", "50 USD/month"), "--margin must be in a unit such as %"),
        (("--price", "mrr", "--margin", "80"), "--margin"),
        (("--price", "paid"), "--price must name a column of the table, got paid"),
        (("--margin", "50 %"), "--margin must be in a unit such as USD/month"),
        (("--price", "mrr", "--tenure", "mrr"), "--tenure is of no use beside --start"),
        (("--price", "mrr", "--customer", "id"), "contracts of one customer may have several prices"),
        ((), "--price COLUMN"),
    ],
)
def test_what_is_ambiguous_is_refused(capsys, contracts, options, words):
    assert words in printed(capsys, contracts, *BY_DAYS, *options, exit_code=2).err


def test_nobody_watched_the_start_is_said_in_the_answer_itself(capsys, old):
    columns = ("--tenure", "months", "--entered", "before", "--churned", "left")
    text = printed(capsys, old, *columns, "--price", "mrr", *DISCOUNT, "--cac", "40 USD").out
    assert text.startswith("A customer of all who stay 4 months is worth ")
    assert "cannot say: all: nobody knows how many of those who are won stay 4 months" in text
    assert "what a new one is worth cannot be said" in text and "to win" not in text
    shown = json.loads(printed(capsys, old, *columns, "--price", "mrr", *DISCOUNT, "--json").out)
    assert shown["segments"][0]["from_month"] == 4


def test_of_many_segments_those_who_pay_back_last_are_told(capsys, tmp_path):
    table = tmp_path / "many.csv"
    rows = [f"s{i},{20 + i},{'4 %' if i else '50 %'},60" for i in range(60)]
    header = "segment,price_usd_per_month,churn_per_month,cac_usd"
    table.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    lines = printed(capsys, table).out.splitlines()
    told = [line for line in lines if " to win, " in line]
    assert len(told) == 4 and "a customer of s0 costs 60 USD to win, not back within 240 months" in told[0]
    assert [line.split()[3].rstrip(",") for line in told] == ["s0", "s1", "s2", "s3"]
    # 60 USD at 24 USD a month less 4 % of churn: 24 + 23.04 + 0.56 x 22.12, after 2.59 months.
    assert "  the cost of a customer of the 56 other segments is back after 2.59 months or sooner" in lines


def test_a_report_shows_what_the_laws_would_make_of_it(capsys, tmp_path):
    # Yearly contracts: half leave at 12 and at 24, hardly anybody between.
    rows = [
        f"{12 if i % 2 else 24 if i % 4 else 30},{'yes' if i % 2 or i % 4 else 'no'},{50 + i % 9}"
        for i in range(400)
    ]
    table = tmp_path / "yearly.csv"
    table.write_text("\n".join(["months,left,mrr", *rows]) + "\n", encoding="utf-8")
    columns = ("--tenure", "months", "--churned", "left", "--flag", "ever", "--price", "mrr")
    printed(capsys, table, *columns, *DISCOUNT, "--out", tmp_path / "r")
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert "of data, which the laws miss" in page
    assert "is cut to these" in page and "in sums too" in page
    with (tmp_path / "r" / "data" / "values.csv").open(encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert row["basis"] == "within the data"
    assert float(row["by_laws_usd_mean"]) > float(row["value_usd_mean"]) > 0
