"""`nextdollar fit` and `nextdollar forecast` as a user types them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nextdollar.cli.entry import run
from nextdollar.report.schemas import shipped_schema
from nextdollar.research import named_law

RUNS = str(files("nextdollar.catalogue") / "scenarios" / "gadre-c4-runs.csv")
EPOCH = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "scaling" / "chinchilla_epoch.csv"
FIT = ["fit", RUNS, "--law", "chinchilla", "--draws", "128"]
FORECAST = ["forecast", RUNS, "--draws", "256"]


@pytest.fixture
def two_runs(tmp_path):
    """Return a table of two runs."""
    file = tmp_path / "two.csv"
    file.write_text("params,tokens,loss\n1e8,2e9,3.2\n4e8,8e9,2.8\n")
    return str(file)


class TestFit:
    def test_the_answer_comes_first_and_the_next_command_last(self, capsys):
        assert run(FIT) == 0
        out, err = capsys.readouterr()
        lines = out.rstrip().splitlines()
        assert lines[0].startswith("Ten times the work, from 1e21 to 1e22 FLOP, takes the loss from ")
        assert lines[-1].startswith("next: nextdollar forecast ")
        assert err == ""

    def test_json_is_one_object_of_its_shape_and_nothing_else(self, capsys):
        assert run([*FIT, "--json"]) == 0
        out, err = capsys.readouterr()
        found = json.loads(out)
        Draft202012Validator(shipped_schema("fit")).validate(found)
        assert (found["law"], found["n_runs"], err) == ("chinchilla", 34, "")

    @pytest.mark.skipif(not EPOCH.exists(), reason="the shared runs of published studies are not here")
    def test_the_published_runs_give_the_optimum_of_the_published_objective(self, capsys):
        # shared/facts/scaling.md, F1: objective 1.0182740178006e-3 on the 240 points.
        arguments = [
            "fit",
            str(EPOCH),
            "--where",
            "epoch_outlier == 0",
            "--law",
            "chinchilla",
            "--draws",
            "128",
        ]
        assert run([*arguments, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["objective"] == pytest.approx(1.0182740178006e-3, rel=1e-9)
        assert found["parameters"]["E"] == pytest.approx(1.8172181, rel=1e-6)
        assert found["n_runs"] == 240 and found["n_rows"] == 245

    def test_a_saved_fit_is_named_in_the_next_command_and_can_be_read(self, tmp_path, capsys):
        file = tmp_path / "FIT.json"
        assert run([*FIT, "--save", str(file)]) == 0
        out, err = capsys.readouterr()
        assert out.rstrip().splitlines()[-1] == f"next: nextdollar allocate --law {file} --flop 1e24"
        assert err == f"saved {file}\n"
        assert named_law(str(file)).draws is not None

    def test_a_report_is_written_beside_the_answer(self, tmp_path, capsys):
        assert run([*FIT, "--out", str(tmp_path / "report")]) == 0
        assert "wrote" in capsys.readouterr().err
        assert (tmp_path / "report" / "index.html").is_file()
        assert (tmp_path / "report" / "data" / "coefficients.csv").is_file()

    def test_reading_options_reach_the_reader(self, tmp_path, capsys):
        file = tmp_path / "odd.csv"
        rows = Path(RUNS).read_text().replace("params,tokens,loss", "size,tokens,val")
        file.write_text(rows)
        assert (
            run(["fit", str(file), "--columns", "params=size", "--columns", "loss=val", *FIT[2:], "--json"])
            == 0
        )
        assert json.loads(capsys.readouterr().out)["conventions"]["columns"]["loss"] == "val"


class TestForecast:
    def test_models_are_read_in_the_language_of_scenarios(self, capsys):
        assert (
            run([*FORECAST, "--at", "7 B x 140 B", "--at", "7Bx1.4T", "--at", "13e9 on 260 B", "--json"]) == 0
        )
        rows = json.loads(capsys.readouterr().out)["rows"]
        assert [(row["params"], row["tokens"]) for row in rows] == [
            (7e9, 140e9),
            (7e9, 1.4e12),
            (13e9, 260e9),
        ]

    def test_a_table_and_a_model_can_be_asked_for_together(self, tmp_path, capsys):
        targets = tmp_path / "targets.csv"
        targets.write_text("name,params,tokens,loss\nours,7e9,1.4e11,2.3\n")
        assert run([*FORECAST, "--at", str(targets), "--at", "20 B x 400 B", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        Draft202012Validator(shipped_schema("forecast")).validate(found)
        assert [row["name"] for row in found["rows"]] == ["ours", "20 B on 400 B tokens"]
        assert [row["observed_loss"] for row in found["rows"]] == [2.3, None]
        assert len(found["files"]) == 2

    def test_the_next_command_runs(self, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert run([*FORECAST, "--at", "7 B x 140 B", "--where", "tokens > 2e9"]) == 0
        command = capsys.readouterr().out.rstrip().splitlines()[-1].removeprefix("next: nextdollar ")
        assert run(shlex.split(command)) == 0
        assert (tmp_path / "forecast-report" / "index.html").is_file()

    def test_two_runs_are_enough_for_an_answer_and_a_warning(self, two_runs, capsys):
        assert run(["forecast", two_runs, "--at", "1 B x 20 B"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("1 B on 20 B tokens: loss ")
        assert "rest mostly on what other studies say" in out

    def test_where_nothing_can_be_said_it_ends_with_three_and_still_prints(self, two_runs, capsys):
        assert run(["forecast", two_runs, "--at", "100 T x 2000 T", "--json"]) == 3
        found = json.loads(capsys.readouterr().out)
        assert [row["cannot_say"] for row in found["rows"]] == [True]

    def test_where_something_can_be_said_it_ends_with_zero(self, two_runs):
        assert run(["forecast", two_runs, "--at", "1 B x 20 B", "--at", "100 T x 2000 T"]) == 0


class TestRefusals:
    def test_two_runs_are_no_fit_and_end_with_three(self, two_runs, capsys):
        assert run(["fit", two_runs, "--law", "chinchilla"]) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert "no trustworthy fit" in err and "Traceback" not in err

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (["fit", "none.csv"], "ND1201", "must exist"),
            (["fit", RUNS, "--law", "chinchila"], "ND2008", "did you mean chinchilla?"),
            (["fit", RUNS, "--objective", "hubr"], "ND2008", "did you mean huber-log?"),
            (["fit", RUNS, "--columns", "loss"], "ND1222", "must be ROLE=NAME"),
            (["fit", RUNS, "--where", "tokens < 0"], "ND1242", "chooses none"),
            (["forecast", RUNS, "--at", "seven"], "ND1010", "70 B x 1.4 T"),
            (["forecast", RUNS, "--at", "none.csv"], "ND1201", "must exist"),
            (["forecast", RUNS, "--at", "-7 B x 1 T"], "ND1158", "--at"),
            (["forecast", RUNS, "--at", "7 B x 1 T", "--metric", "no"], "ND1222", "no measure of this table"),
        ],
    )
    def test_a_mistake_ends_with_two_and_its_code(self, arguments, code, says, capsys):
        assert run([*arguments, "--json"]) == 2
        text = capsys.readouterr().out
        found = json.loads(text)
        Draft202012Validator(shipped_schema("error")).validate(found)
        assert code in {found["code"], *(fault["code"] for fault in found["faults"])}
        assert says in text

    @pytest.mark.parametrize("place", [".", "no/such/folder/FIT.json"])
    def test_a_place_that_cannot_be_written_is_refused_before_any_work(self, place, capsys):
        assert run([*FIT, "--save", place]) == 2
        out, err = capsys.readouterr()
        assert out == "" and "error[ND1500]" in err

    def test_a_place_that_fails_later_loses_no_result(self, capsys):
        assert run([*FIT, "--json", "--save", "/proc/FIT.json"]) == 2
        out, err = capsys.readouterr()
        assert json.loads(out)["schema"] == "nextdollar.fit/1.0"
        assert "the result above is complete" in err

    def test_a_target_is_required(self, capsys):
        assert run(["forecast", RUNS]) == 2
        assert "--at" in capsys.readouterr().err


def test_every_code_of_a_refusal_is_explained(capsys):
    for code in ("ND2008", "ND2011", "ND2012"):
        assert run(["explain", code]) == 0
    assert "saved fit" in capsys.readouterr().out


def test_help_loads_no_library_that_only_work_needs():
    code = (
        "import sys; from nextdollar.cli.entry import run; run(['fit', '--help']); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "--save" in done.stdout
    assert not {"scipy", "altair", "jinja2", "ruamel"} & set(done.stderr.split())
