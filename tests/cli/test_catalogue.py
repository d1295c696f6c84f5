"""`nextdollar catalogue list`, `show` and `diff`, and `--catalogue DIR` on every verb."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.app import app
from nextdollar.cli.entry import run
from nextdollar.plan.verbs import plan
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.catalogue.view import (
    catalogue_diff_view,
    catalogue_list_view,
    catalogue_show_view,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DAY = "2026-06-30"
DAYS = ("--from", "2026-01-01", "--to", DAY)
ASKED = {
    "list": (("list", "gpu_prices", "--as-of", DAY), "prices.csv", None),
    "tables": (("list", "--as-of", DAY), "tables.csv", None),
    "rows": (("list", "training_bill", "--as-of", DAY), "training_bill.csv", None),
    "show": (("show", "H100", "--as-of", DAY), "prices.csv", "rents"),
    "model": (("show", "Llama-3.1-8B", "--as-of", DAY), "models.csv", None),
    "diff": (("diff", *DAYS), "changes.csv", "moves"),
}


@pytest.fixture(params=ASKED)
def name(request) -> str:
    return request.param


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "ours"
    place.mkdir()
    (place / "gpu_prices.csv").write_text(
        "accelerator,contract,usd_per_gpu_hour,valid_from,provider\nH100,on_demand,2.1,2026-06-10,us\n",
        encoding="utf-8",
    )
    return place


def printed(capsys, *arguments, exit_code=0):
    assert run([*map(str, arguments)]) == exit_code
    return capsys.readouterr()


def twin_view(name):
    day = date.fromisoformat(DAY)
    if name == "diff":
        return catalogue_diff_view(nextdollar.catalogue_diff(date(2026, 1, 1), day))
    if name in ("show", "model"):
        return catalogue_show_view(nextdollar.catalogue_show(ASKED[name][0][1], as_of=day))
    tables = {"list": "gpu_prices", "rows": "training_bill", "tables": None}
    return catalogue_list_view(nextdollar.catalogue_list(tables[name], as_of=day))


def test_the_twin_gives_what_the_command_prints(capsys, name):
    shown = json.loads(printed(capsys, "catalogue", *ASKED[name][0], "--json").out)
    assert shown == json.loads(json.dumps(twin_view(name)))


def test_what_is_printed_has_the_shipped_shape(capsys, name):
    shown = json.loads(printed(capsys, "catalogue", *ASKED[name][0], "--json").out)
    shape = shown["schema"].removeprefix("nextdollar.").removesuffix("/1.0")
    Draft202012Validator(shipped_schema(shape)).validate(shown)
    model = SCHEMAS[shape].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_the_answer_comes_first_and_the_next_command_last(capsys, name):
    lines = printed(capsys, "catalogue", *ASKED[name][0]).out.splitlines()
    assert lines[0].endswith(".")
    assert lines[-1].startswith("next: nextdollar catalogue ")
    assert max(map(len, lines)) < 200


def test_a_report_holds_its_page_its_tables_and_its_chart(capsys, tmp_path, name):
    arguments, table, picture = ASKED[name]
    printed(capsys, "catalogue", *arguments, "--out", tmp_path / "report")
    assert (tmp_path / "report" / "index.html").exists()
    assert (tmp_path / "report" / "data" / table).exists()
    if picture is not None:
        charts = {path.name for path in (tmp_path / "report" / "charts").iterdir()}
        assert {f"{picture}.png", f"{picture}.svg"} <= charts


def test_a_price_is_shown_with_its_range_its_age_and_where_it_may_go(capsys):
    text = printed(capsys, "catalogue", "show", "H100", "--as-of", DAY).out
    assert text.startswith("H100-SXM rents for 3.15 USD per GPU-hour (1.99 to 5) on demand: 7 offers, ")
    assert "41 days old." in text.splitlines()[0]
    assert "470 days stale" in text
    assert "of the paths end above where they start" in text


def test_own_rows_go_first_and_are_named(capsys, folder):
    arguments = ("catalogue", "show", "H100", "--as-of", DAY, "--catalogue", folder)
    text = printed(capsys, *arguments).out
    assert text.startswith("H100-SXM rents for 2.1 USD per GPU-hour on demand: 1 offer")
    assert "your own catalogue rows stand before ours: gpu_prices.csv (1 row) of ours/" in text
    assert text.splitlines()[-1].endswith(f" --catalogue {folder}")
    shown = json.loads(printed(capsys, *arguments, "--json").out)
    assert [file["file"] for file in shown["files"]] == [str(folder / "gpu_prices.csv")]
    assert "ours/gpu_prices.csv:2" in {source["place"] for source in shown["sources"]}


def test_what_a_folder_changes_is_a_diff(capsys, folder):
    shown = json.loads(printed(capsys, "catalogue", "diff", "--catalogue", folder, "--json").out)
    assert [(change["key"], change["before"], change["after"]) for change in shown["changes"]] == [
        (["H100-SXM", "on_demand"], "2.99", "2.1")
    ]


def test_an_estimate_takes_the_prices_of_the_folder(capsys, folder, tmp_path):
    rows = tmp_path / "runs.csv"
    rows.write_text("params_total,tokens,hardware,accel_count\n7e9,2e12,H100,512\n", encoding="utf-8")
    command = ("estimate", "training", rows, "--json")
    ours = json.loads(printed(capsys, *command, "--catalogue", folder).out)["rows"][0]
    theirs = json.loads(printed(capsys, *command).out)["rows"][0]
    assert ours["ladder"]["usd_per_gpu_hour"]["p50"] == pytest.approx(2.1)
    assert theirs["ladder"]["usd_per_gpu_hour"]["p50"] != pytest.approx(2.1)
    assert ours["accel_hours"] == theirs["accel_hours"]


def test_workers_see_the_folder_too(tmp_path):
    (tmp_path / "accelerators.csv").write_text(
        "name,bf16_dense_tflop_per_s\nH100-SXM,500\n", encoding="utf-8"
    )
    scenario = EXAMPLES / "first-principles.yaml"
    ours = plan(scenario, n_draws=128)
    with nextdollar.user_catalogue(tmp_path):
        alone = plan(scenario, n_draws=128)
        many = plan(scenario, n_draws=128, workers=2, backend="threading")
    candidates = [nextdollar.plan_view(found)["candidates"] for found in (ours, alone, many)]
    assert candidates[1] == candidates[2]
    assert candidates[0] != candidates[1]


def test_a_verb_that_asks_nothing_of_the_folder_says_so(capsys, folder):
    shown = printed(capsys, "schema", "--of", "doctor", "--catalogue", folder)
    assert "nothing of your catalogue in ours/ was asked for" in shown.err


def test_faults_of_a_folder_come_at_once_and_nothing_is_run(capsys, folder):
    (folder / "accelerators.csv").write_text("name,memory\nH100,1\n", encoding="utf-8")
    (folder / "gpu_prices.csv").write_text(
        "accelerator,contract,usd_per_gpu_hour,valid_from,provider\nabacus,on_demand,free,x,us\n",
        encoding="utf-8",
    )
    shown = printed(capsys, "catalogue", "list", "--catalogue", folder, "--json", exit_code=2)
    found = json.loads(shown.out)
    assert found["code"] == "ND1301"
    assert {fault["where"] for fault in found["faults"]} >= {"header", "usd_per_gpu_hour", "valid_from"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "gpus"), "table must be one of the catalogue, got gpus"),
        (("show", "H1000"), "name must be a name of the catalogue, got H1000"),
        (("list", "--as-of", "soon"), "--as-of must be a day, got soon"),
        (("diff",), "diff must have two days or a folder to compare"),
        (("diff", "--from", DAY, "--to", "2026-01-01"), "--from must be before 2026-01-01"),
        (("diff", "--to", DAY), "--from and --to must be given together"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(capsys, arguments, words):
    assert words in printed(capsys, "catalogue", *arguments, exit_code=2).err


def test_every_verb_takes_a_catalogue(capsys):
    verbs = [(command.name or command.callback.__name__,) for command in app.registered_commands]
    for group in app.registered_groups:
        verbs += [
            (group.typer_instance.info.name, command.name or command.callback.__name__)
            for command in group.typer_instance.registered_commands
        ]
    assert ("plan",) in verbs
    assert ("catalogue", "list") in verbs
    for verb in verbs:
        assert "--catalogue" in printed(capsys, *(word.replace("_", "-") for word in verb), "--help").out
