"""`nextdollar serve-plan`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.fleet.view import serve_plan_view

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ASKED = (
    *("--model", "Llama-3.1-8B", "--load", "20 M requests/day", "--hardware", "H100"),
    *("--prompt", "1000", "--output", "200", "--ttft", "2 s", "--tpot", "60 ms", "--price", "2 to 3"),
)
LEVERLESS = (*ASKED, "--no-levers")


def printed(capsys, *arguments, exit_code=0):
    assert run(["serve-plan", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def shown(capsys, *arguments, exit_code=0):
    return json.loads(printed(capsys, *arguments, "--json", exit_code=exit_code).out)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the folder of one report, with levers."""
    folder = tmp_path_factory.mktemp("serve") / "report"
    load = EXAMPLES / "loads" / "support-desk.csv"
    asked = [load if word == "20 M requests/day" else word for word in ASKED]
    asked[asked.index("H100")] = "H100,A100-SXM-80"
    assert run(["serve-plan", *map(str, asked), "--out", str(folder)]) == 0
    return folder


def test_the_twin_gives_what_the_command_prints(capsys):
    load = nextdollar.usual_day(20e6)
    question = nextdollar.FleetQuestion(
        model=nextdollar.model_named("Llama-3.1-8B"),
        need=nextdollar.ServingNeed(load.requests_per_s_by_hour, 1000.0, 200.0, 2.0, 0.06),
        hardware=("H100-SXM",),
        usd_per_gpu_hour=(2.0, 3.0),
    )
    found = nextdollar.serve_plan(question, load=load, with_levers=False, notes=load.notes)
    view = json.loads(json.dumps(serve_plan_view(found)))
    command = shown(capsys, *LEVERLESS)
    # What "2 to 3" states is a log-normal through both ends, so the last digit of an end may differ.
    assert command["chosen"]["words"] == view["chosen"]["words"]
    for name, value in view["chosen"]["bill"]["usd_per_month"].items():
        assert command["chosen"]["bill"]["usd_per_month"][name] == pytest.approx(value, rel=1e-9)
    assert command["warnings"] == view["warnings"]


def test_what_is_printed_has_the_shipped_shape(capsys):
    found = shown(capsys, *ASKED, "--carbon", "France", "--electricity", "0.1 USD/kWh", "--seats", "5000")
    assert found["schema"] == "nextdollar.serve-plan/1.0"
    Draft202012Validator(shipped_schema("serve-plan")).validate(found)
    model = SCHEMAS["serve-plan"].model_validate(found)
    assert json.loads(model.model_dump_json(by_alias=True)) == found
    assert {lever["kind"] for lever in found["levers"]} >= {"distil", "prefix", "route", "together"}


def test_text_answers_first_and_ends_with_the_next_command(capsys):
    text = printed(capsys, *ASKED).out
    assert "serve 20 M requests a day of Llama-3.1-8B for" in text.splitlines()[0]
    assert "what they do to answers" in text
    assert text.rstrip().splitlines()[-1].startswith("next: nextdollar own --hardware")


def test_parts_of_a_cost_add_up(capsys):
    found = shown(capsys, *LEVERLESS)
    bill, load = found["chosen"]["bill"], found["load"]
    per_request = (
        load["n_prompt_tokens"] * bill["usd_per_mtok_input"]["p50"]
        + load["n_output_tokens"] * bill["usd_per_mtok_output"]["p50"]
    ) / 1e6
    assert per_request == pytest.approx(bill["usd_per_request"]["p50"], rel=0.05)
    per_month = bill["usd_per_request"]["p50"] * load["requests_per_month"]
    assert per_month == pytest.approx(bill["usd_per_month"]["p50"], rel=1e-6)


def test_the_hours_hold_the_whole_load(capsys):
    found = shown(capsys, *LEVERLESS)
    per_day = sum(hour["requests_per_s"] for hour in found["hours"]) * 3600
    assert per_day == pytest.approx(20e6)
    peak = max(hour["fixed_instances"] for hour in found["hours"])
    assert all(hour["autoscaled_instances"] <= peak for hour in found["hours"])


def test_seats_share_the_cost_of_all_requests(capsys):
    found = shown(capsys, *LEVERLESS, "--seats", "100000")
    bill = found["chosen"]["bill"]
    assert bill["usd_per_seat_month"]["p50"] == pytest.approx(bill["usd_per_month"]["p50"] / 1e5, rel=1e-6)


def test_seats_and_what_one_asks_for_make_a_load(capsys):
    asked = [word for word in LEVERLESS if word not in ("--load", "20 M requests/day")]
    seats = ("--seats", "50000", "--requests-per-seat", "400 requests/day")
    assert shown(capsys, *asked, *seats)["load"]["requests_per_day"] == pytest.approx(20e6)


def test_what_is_not_stated_is_assumed_aloud(capsys):
    asked = [word for word in LEVERLESS if word not in ("--prompt", "1000", "--output", "200")]
    warnings = shown(capsys, *asked)["warnings"]
    assert any("tokens of prompt" in line and "assumed" in line for line in warnings)
    assert any("usual shape" in line for line in warnings)


def test_a_stated_peak_takes_the_place_of_the_usual_day(capsys):
    found = shown(capsys, *LEVERLESS, "--peak", "3")
    assert found["load"]["peak_multiple"] == pytest.approx(3, rel=1e-6)
    usual = shown(capsys, *LEVERLESS)
    assert found["chosen"]["bill"]["usd_per_month"]["p50"] > usual["chosen"]["bill"]["usd_per_month"]["p50"]


def test_a_fleet_that_follows_the_load_costs_no_more(capsys):
    chosen = shown(capsys, *LEVERLESS, "--autoscale")["chosen"]
    assert chosen["bill"] == chosen["autoscaled"]
    assert chosen["autoscaled"]["usd_per_month"]["p50"] <= chosen["fixed"]["usd_per_month"]["p50"]


def test_what_is_stated_of_a_lever_is_taken(capsys):
    found = shown(capsys, *ASKED, "--assume", "device.share=50 %", "--small-model", "1 B")
    device = next(lever for lever in found["levers"] if lever["kind"] == "device")
    assert device["assumptions"][0]["grade"] == "stated"
    assert (device["assumptions"][0]["p5"], device["assumptions"][0]["p95"]) == (0.5, 0.5)


def test_a_scenario_gives_model_load_hardware_and_price(capsys):
    found = shown(capsys, EXAMPLES / "first-principles.yaml", "--no-levers")
    assert found["files"][0]["file"].endswith("first-principles.yaml")
    assert found["model"]["params"] == pytest.approx(7e9, rel=0.05)
    assert found["chosen"]["accelerator"] == "H100-SXM"
    # 1,274,000 x 0.4 M and 126,000 x 274 M tokens a month, in requests of as many tokens as a plan takes.
    tokens = 1_274_000 * 0.4e6 + 126_000 * 274e6
    load = found["load"]
    length = load["n_prompt_tokens"] + load["n_output_tokens"]
    assert load["requests_per_month"] == pytest.approx(tokens / length, rel=1e-6)
    assert any("not in the scenario and assumed" in line for line in found["warnings"])
    assert [item["name"] for item in found["candidates"]] == ["v1", "v2", "v3", "v4", "v5"]
    assert all((item["usd_per_month"] is None) == bool(item["reason"]) for item in found["candidates"])


def test_what_a_scenario_asks_of_serving_is_asked_of_the_fleet(capsys, tmp_path):
    text = (EXAMPLES / "first-principles.yaml").read_text(encoding="utf-8")
    stated = "  serving: {prompt: 2_000 tokens, answer: 500 tokens, speed: 2 tokens/s, first_token: 60 s}\n"
    path = tmp_path / "own.yaml"
    lines = text.splitlines(keepends=True)
    lines = [stated if line.startswith("  serving_mfu:") else line for line in lines]
    path.write_text("".join(lines), encoding="utf-8")
    load = shown(capsys, path, "--no-levers", "--candidate", "v2")["load"]
    assert (load["n_prompt_tokens"], load["n_output_tokens"]) == (2000, 500)
    assert load["tpot_limit_s"] == pytest.approx(0.5)
    assert load["ttft_limit_s"] == 60
    changed = shown(capsys, path, "--no-levers", "--tpot", "60 ms", "--prompt", "1000")["load"]
    assert (changed["tpot_limit_s"], changed["n_prompt_tokens"]) == (0.06, 1000)


def test_a_scenario_without_sizes_asks_for_a_model(capsys):
    said = printed(capsys, EXAMPLES / "support-bot.yaml", exit_code=2).err
    assert "candidate basic of the scenario states no params" in said


def test_where_nothing_meets_the_limits_the_command_ends_with_3(capsys, tmp_path):
    asked = [word if word != "60 ms" else "1 us" for word in ASKED]
    asked[asked.index("1 us")] = "0.001 ms"
    text = printed(capsys, *asked, "--out", tmp_path / "report", exit_code=3).out
    assert text.startswith("No fleet that was tried serves 20 M requests a day")
    assert "nearest to the limits" in text
    assert "nothing meets the limits" in text
    assert (tmp_path / "report" / "index.html").is_file()


def test_every_option_that_is_wrong_is_named_at_once(capsys):
    wrong = {
        "--model": "no-such-model",
        "--load": "2 X",
        "--hardware": "abacus",
        "--precision": "fp9",
        "--ttft": "soon",
        "--price": "free",
        "--engine": "steam",
        "--carbon": "Mars",
        "--cached-share": "200 %",
        "--assume": "device.share=300 %",
        "--candidate": "v1",
    }
    found = shown(capsys, *(word for pair in wrong.items() for word in pair), exit_code=2)
    named = {fault["where"].split()[0] for fault in found["faults"]}
    assert named == set(wrong)


@pytest.mark.parametrize("name", ["route.smal_share=1 %", "device.share", "=5 %"])
def test_an_assumption_that_no_lever_makes_is_refused(capsys, name):
    said = printed(capsys, *ASKED, "--assume", name, exit_code=2).err
    assert "--assume must be NAME=RANGE" in said
    assert "route.small_share" in said


def test_a_table_with_its_own_peak_takes_no_other(capsys):
    asked = [
        EXAMPLES / "loads" / "support-desk.csv" if word == "20 M requests/day" else word for word in ASKED
    ]
    assert "--peak must go with a load per day" in printed(capsys, *asked, "--peak", "2", exit_code=2).err


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--calibration", "no-such-file.json", "ND1651"), ("--as-of", "some day", "ND1010")],
)
def test_a_calibration_or_a_day_that_cannot_be_read_is_refused(capsys, option, value, code):
    found = shown(capsys, *LEVERLESS, option, value, exit_code=2)
    assert [fault["code"] for fault in found["faults"]] == [code]


class TestTheReport:
    def test_its_page_gives_the_answer_and_its_tables(self, report):
        page = (report / "index.html").read_text(encoding="utf-8")
        assert "support-desk.csv" in page
        assert "Kept at its peak the fleet is" in page
        names = {path.name for path in (report / "data").iterdir()}
        assert {"accelerators.csv", "levers-in-full.csv", "assumptions.csv", "answers.csv"} <= names

    def test_its_charts_are_drawn(self, report):
        names = {path.name for path in (report / "charts").iterdir()}
        assert {f"{name}.svg" for name in ("load-and-fleet", "cost-by-accelerator", "levers")} <= names

    def test_the_numbers_behind_the_hours_are_those_of_the_load(self, report):
        lines = (report / "data" / "load-and-fleet.csv").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 25
        assert lines[11].startswith("10,15.2,")
