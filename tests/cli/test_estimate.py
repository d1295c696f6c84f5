"""`nextdollar estimate training` and `estimate throughput`: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.throughput.view import throughput_view
from nextdollar.report.sizing.training.view import training_view

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"
RUNS = (
    "id,params_total,tokens,hardware,accel_count,accel_hours\n"
    "small,7e9,2e12,NVIDIA A100 SXM 80GB,512,184320\n"
    "no-tokens,7e9,,H100-SXM,,\n"
    "too-good,70e9,15e12,H100-SXM,,1000\n"
    "no-rent,7e9,1e12,A800,,\n"
)
STEPS = (
    "model,params,seq_len,gpus,gpu,precision,micro_batch,act_ckpt\n"
    "MPT-7b,6.65e9,2048,8,h100_80gb,amp_bf16,8,False\n"
    "odd,6.65e9,2048,8,abacus,amp_bf16,8,False\n"
)
TABLES = {"training": RUNS, "throughput": STEPS}


@pytest.fixture(params=TABLES)
def kind(request) -> str:
    return request.param


@pytest.fixture
def rows(kind, tmp_path) -> Path:
    path = tmp_path / f"{kind}.csv"
    path.write_text(TABLES[kind], encoding="utf-8")
    return path


def printed(capsys, *arguments, exit_code=0):
    assert run(["estimate", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def twin_view(kind, path):
    if kind == "training":
        return training_view(nextdollar.estimate_training(path))
    return throughput_view(nextdollar.estimate_throughput(path))


def test_the_twin_gives_what_the_command_prints(capsys, kind, rows):
    shown = json.loads(printed(capsys, kind, rows, "--json").out)
    assert shown == json.loads(json.dumps(twin_view(kind, rows)))


def test_what_is_printed_has_the_shipped_shape(capsys, kind, rows):
    shown = json.loads(printed(capsys, kind, rows, "--json").out)
    name = f"estimate-{kind}"
    assert shown["schema"] == f"nextdollar.{name}/1.0"
    Draft202012Validator(shipped_schema(name)).validate(shown)
    model = SCHEMAS[name].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_text_answers_first_and_names_what_was_refused(capsys, kind, rows):
    text = printed(capsys, kind, rows).out
    assert "rows estimated" in text.splitlines()[0]
    assert "refused: line 3" in text
    assert text.rstrip().splitlines()[-1].startswith(f"next: nextdollar estimate {kind}")


def test_a_report_holds_the_page_and_its_tables(capsys, kind, rows, tmp_path):
    printed(capsys, kind, rows, "--out", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "rows estimated" in page
    files = {path.name for path in (tmp_path / "report" / "data").iterdir()}
    assert {f"{kind}.csv", "refused.csv"} <= files
    picture = {"training": "gpu-hours", "throughput": "tokens-per-second"}[kind]
    charts = {path.name for path in (tmp_path / "report" / "charts").iterdir()}
    assert {f"{picture}.png", f"{picture}.svg"} <= charts


def test_where_no_row_can_be_estimated_the_command_ends_with_3(capsys, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("params_total,tokens,hardware\n7e9,,H100\n", encoding="utf-8")
    shown = printed(capsys, "training", path, "--out", tmp_path / "report", exit_code=3)
    assert shown.out.startswith("No row can be estimated.")


def test_a_missing_column_is_refused_with_its_code(capsys, kind, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    shown = json.loads(printed(capsys, kind, path, "--json", exit_code=2).out)
    assert shown["code"] == "ND1600"
    assert {fault["code"] for fault in shown["faults"]} == {"ND1606"}


class TestTraining:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        path = tmp_path / "runs.csv"
        path.write_text(RUNS, encoding="utf-8")
        return path

    def rows(self, capsys, path, *options):
        found = json.loads(printed(capsys, "training", path, "--json", *options).out)["rows"]
        return {row["name"]: row for row in found}

    def test_the_factors_multiply_to_the_hours(self, capsys, path):
        for row in self.rows(capsys, path).values():
            ladder = row["ladder"]
            if ladder is not None:
                shares = ladder["mfu"]["p50"] * ladder["goodput_share"] * ladder["calendar_share"]["p50"]
                hours = ladder["flop"] / ladder["peak_flop_per_s"] / 3600 / shares
                assert row["accel_hours"]["p50"] == pytest.approx(hours, rel=1e-9)

    def test_the_parts_of_the_energy_multiply(self, capsys, path):
        row = self.rows(capsys, path)["small"]
        ladder = row["ladder"]
        watts = ladder["power_watts"] * ladder["system_share"]["p50"] * ladder["pue"]["p50"]
        assert row["energy_mwh"]["p50"] == pytest.approx(row["accel_hours"]["p50"] * watts / 1e6, rel=1e-9)

    def test_hours_that_no_machine_can_reach_are_flagged(self, capsys, path):
        rows = self.rows(capsys, path)
        assert [flag["column"] for flag in rows["too-good"]["flags"]] == ["accel_hours"]
        assert rows["small"]["flags"] == []
        assert "impossible: line 4, too-good" in printed(capsys, "training", path).out

    def test_a_price_takes_the_place_of_list_prices(self, capsys, path):
        row = self.rows(capsys, path, "--price", "2.5")["no-rent"]
        assert row["cost_usd"]["p50"] == pytest.approx(2.5 * row["accel_hours"]["p50"])
        assert self.rows(capsys, path)["no-rent"]["cost_usd"] is None

    def test_a_price_may_be_a_range(self, capsys, path):
        price = self.rows(capsys, path, "--price", "2 to 3")["small"]["ladder"]["usd_per_gpu_hour"]
        assert (price["p5"], price["p95"]) == (pytest.approx(2), pytest.approx(3))

    @pytest.mark.parametrize("text", ["free", "0", "-1", "nan"])
    def test_a_price_that_is_none_is_refused(self, capsys, path, text):
        assert printed(capsys, "training", path, "--price", text, exit_code=2).out == ""


@pytest.mark.parametrize("name", ["training_runs.csv", "training_throughput.csv"])
def test_every_row_of_the_shared_tables_is_answered_or_refused(capsys, name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no shared table {name} beside the repository")
    kind, figure = {
        "training_runs.csv": ("training", "accel_hours"),
        "training_throughput.csv": ("throughput", "mfu_pct"),
    }[name]
    shown = json.loads(printed(capsys, kind, path, "--json").out)
    with path.open(encoding="utf-8") as file:
        assert len(shown["rows"]) == sum(1 for _ in file) - 1
    assert all((row[figure] is None) == bool(row["refused"]) for row in shown["rows"])
