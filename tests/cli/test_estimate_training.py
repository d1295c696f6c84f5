"""Options of `nextdollar estimate training`: days, deadlines, experiments, carbon, shapes, logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nextdollar.cli.entry import run
from nextdollar.sizing.calibration import MeasuredTraining, SavedCalibration, write_calibration

RUNS = (
    "id,params_total,tokens,hardware,accel_count,shape\n"
    "big,405e9,15.6e12,H100-SXM,16384,Llama-3.1-405B\n"
    "tight,405e9,15.6e12,H100-SXM,64,Llama-3.1-405B\n"
)
ONE = "id,params_total,tokens,hardware\nours,70e9,15e12,H100-SXM\n"


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "runs.csv"
    path.write_text(RUNS, encoding="utf-8")
    return path


@pytest.fixture
def single(tmp_path) -> Path:
    path = tmp_path / "one.csv"
    path.write_text(ONE, encoding="utf-8")
    return path


def text(capsys, path, *options, exit_code=0):
    assert run(["estimate", "training", str(path), *map(str, options)]) == exit_code
    return capsys.readouterr().out


def view(capsys, path, *options):
    return json.loads(text(capsys, path, "--json", *options))


def faults(capsys, path, *options):
    shown = json.loads(text(capsys, path, "--json", *options, exit_code=2))
    return {fault["where"]: fault["rule"] for fault in shown["faults"]}


def test_a_layout_multiplies_to_its_gpus_and_fits(capsys, path):
    memory = view(capsys, path)["rows"][0]["memory"]
    layout = memory["layout"]
    assert layout["n_tensor"] * layout["n_pipeline"] * layout["n_data"] == layout["gpus"] == 16_384
    assert memory["total_bytes"] <= 0.9 * memory["memory_bytes"]


def test_a_run_that_does_not_fit_is_named_with_the_fewest_gpus_that_hold_it(capsys, path):
    shown = text(capsys, path)
    assert "does not fit: line 3, tight: on 64 GPUs" in shown
    memory = view(capsys, path)["rows"][1]["memory"]
    assert memory["fits"] is False and memory["layout"] is None
    assert str(int(memory["fewest_gpus"])) in shown


def test_a_deadline_is_answered_first_where_there_is_one_row(capsys, single):
    shown = text(capsys, single, "--deadline", "38 days")
    assert "finish ours in 38 days with 95 %" in shown.splitlines()[0]
    assert "to finish in 38 days" in shown


def test_a_deadline_gives_gpus_hours_and_cost_for_each_row(capsys, path):
    found = view(capsys, path, "--deadline", "60 days")
    assert found["deadline_days"] == pytest.approx(60)
    deadline = found["rows"][0]["deadline"]
    assert deadline["gpus"]["p5"] < deadline["gpus"]["p50"] < deadline["gpus"]["p95"]
    assert deadline["cost_usd"]["p50"] > 0
    assert 0 < deadline["in_time_share"] < 1


def test_experiments_stand_beside_the_cost_and_not_in_it(capsys, path):
    plain, more = (view(capsys, path, *options)["rows"][0] for options in ((), ("--development", "4")))
    assert plain["cost_usd"] == more["cost_usd"]
    assert more["project"]["cost_usd"]["p50"] == pytest.approx(4 * more["cost_usd"]["p50"])
    assert "4 times" in text(capsys, path, "--development", "4")


def test_carbon_is_energy_times_the_grid_that_is_named(capsys, path):
    row = view(capsys, path, "--carbon", "0.05 kg/kWh")["rows"][0]
    assert row["carbon_tonnes"]["p50"] == pytest.approx(0.05 * row["energy_mwh"]["p50"])
    clean = view(capsys, path, "--carbon", "Sweden")
    assert "Sweden" in clean["grid"]["grid_from"]
    assert clean["rows"][0]["carbon_tonnes"]["p50"] < view(capsys, path)["rows"][0]["carbon_tonnes"]["p50"]


def test_prices_as_of_a_day_say_how_old_they_are(capsys, path):
    found = view(capsys, path, "--as-of", "2030-01-01")
    assert found["as_of"] == "2030-01-01"
    assert any("days before 2030-01-01" in warning for warning in found["warnings"])


def test_a_shape_of_the_user_and_logs_are_named_among_the_files(capsys, path, tmp_path):
    shapes, saved = tmp_path / "shapes.csv", tmp_path / "cal.json"
    shapes.write_text("model,layers,d_model,heads\nours,32,4096,32\n", encoding="utf-8")
    logs = (MeasuredTraining("H100-SXM", 0.42, 0.05, 405e9, 405e9, 16384.0, 8192.0, False, 1000, 2.0),)
    write_calibration(SavedCalibration(None, logs, ()), saved)
    found = view(capsys, path, "--shapes", shapes, "--calibration", saved)
    assert [item["file"] for item in found["files"]] == [str(path), str(shapes), str(saved)]
    assert found["rows"][0]["is_calibrated"] and any(
        "weighed in" in note for note in found["rows"][0]["notes"]
    )
    assert "your logs are weighed in for 2 of 2 rows: those on their machines" in found["warnings"]


def test_everything_that_is_wrong_with_the_options_comes_at_once(capsys, path):
    found = faults(
        capsys,
        path,
        *("--price", "free", "--as-of", "yesterday", "--deadline", "soon"),
        *("--development", "0.5", "--carbon", "Atlantis"),
    )
    assert set(found) == {"--price", "--as-of", "--deadline", "--development", "--carbon"}
    assert found["--as-of"] == "must be a day"


def test_the_next_command_keeps_what_was_asked(capsys, path):
    last = text(capsys, path, "--deadline", "60 days", "--carbon", "Sweden").rstrip().splitlines()[-1]
    assert "--deadline '60 days' --carbon Sweden --out estimate-report" in last


def test_a_report_holds_memory_and_deadlines(capsys, path, tmp_path):
    text(capsys, path, "--deadline", "60 days", "--out", tmp_path / "report")
    assert {"memory.csv", "deadline.csv"} <= {file.name for file in (tmp_path / "report" / "data").iterdir()}
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "1 of 2 runs fit into memory" in page
    assert "does not fit" in page
