"""`nextdollar calibrate`: what it prints, writes, saves for other verbs, and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.calibration.view import calibrate_view

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "logs"
BENCH, STEPS = SAMPLES / "sglang-bench.jsonl", SAMPLES / "megatron.log"
OPTIONS = ("--hardware", "H100-SXM", "--model", "Llama-3.1-8B")


def printed(capsys, *arguments, exit_code=0):
    assert run(["calibrate", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


@pytest.fixture(scope="module")
def twin():
    stated = nextdollar.Stated(hardware="H100-SXM", model="Llama-3.1-8B")
    return nextdollar.calibrate([BENCH, STEPS], stated=stated)


def test_the_twin_gives_what_the_command_prints_and_it_has_the_shipped_shape(capsys, twin):
    shown = json.loads(printed(capsys, BENCH, STEPS, *OPTIONS, "--json").out)
    assert shown == json.loads(json.dumps(calibrate_view(twin)))
    assert shown["schema"] == "nextdollar.calibrate/1.0"
    Draft202012Validator(shipped_schema("calibrate")).validate(shown)
    model = SCHEMAS["calibrate"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_text_answers_first_and_names_what_comes_next(capsys):
    lines = printed(capsys, STEPS, *OPTIONS).out.splitlines()
    assert lines[0].startswith("megatron.log shows an MFU of") and "was expected" in lines[0]
    assert lines[-1].startswith("next: nextdollar calibrate") and lines[-1].endswith("calibration.json")


def test_a_report_holds_the_page_its_charts_and_its_tables(capsys, tmp_path):
    printed(capsys, BENCH, STEPS, *OPTIONS, "--out", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "Calibrated to sglang-bench.jsonl, megatron.log" in page
    data = {path.name for path in (tmp_path / "report" / "data").iterdir()}
    assert {"errors.csv", "training.csv", "measurements.csv", "logs.csv"} <= data
    charts = {path.name for path in (tmp_path / "report" / "charts").iterdir()}
    assert {"errors.png", "errors.svg", "mfu.png", "mfu.svg"} <= charts


def test_what_is_saved_sharpens_an_estimate(capsys, tmp_path):
    saved = tmp_path / "cal.json"
    shown = printed(capsys, STEPS, "--hardware", "H100-SXM", "--model", "Llama-2-7B", "--save", saved)
    assert shown.out.splitlines()[-1] == (
        f"next: nextdollar estimate training ROWS.csv --calibration {saved}"
    )
    rows = tmp_path / "rows.csv"
    rows.write_text("params_total,tokens,hardware,accel_count\n6.74e9,1e12,H100-SXM,64\n", encoding="utf-8")
    hours = []
    for options in ((), ("--calibration", saved)):
        assert run(["estimate", "training", str(rows), "--json", *map(str, options)]) == 0
        hours.append(json.loads(capsys.readouterr().out)["rows"][0]["accel_hours"])
    plain, sharp = (item["p95"] / item["p5"] for item in hours)
    assert sharp < 0.7 * plain
    assert nextdollar.read_calibration(saved).training[0].n_steps == 300


def test_a_place_that_cannot_be_written_loses_no_answer(capsys, tmp_path):
    shown = printed(capsys, STEPS, *OPTIONS, "--save", tmp_path / "no" / "cal.json", exit_code=2)
    assert shown.out.startswith("megatron.log shows") and "cannot be written" in shown.err


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ((BENCH,), ["ND1654"]),
        ((STEPS,), ["ND1654", "ND1654"]),
        ((Path(__file__),), ["ND1653"]),
        (("none.log",), ["ND1651"]),
        ((SAMPLES,), ["ND1651"]),
        ((STEPS, "--hardware", "abacus", "--model", "Llama-2-7B"), ["ND1657"]),
        ((STEPS, "--hardware", "A100-SXM-80", "--model", "Llama-2-70B"), ["ND1657"]),
    ],
)
def test_a_log_that_cannot_be_used_is_refused_with_its_reasons(capsys, arguments, codes):
    shown = json.loads(printed(capsys, *arguments, "--json", exit_code=2).out)
    assert shown["code"] == "ND1650"
    assert [fault["code"] for fault in shown["faults"]] == codes


@pytest.mark.parametrize("option", ["--gpus", "--tp", "--prompt", "--tokens-per-step"])
def test_a_number_below_one_is_refused(capsys, option):
    shown = json.loads(printed(capsys, STEPS, option, "0", "--json", exit_code=2).out)
    assert shown["code"] == "ND1010"
