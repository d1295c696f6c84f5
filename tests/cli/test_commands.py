from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nextdollar.cli.entry import run
from nextdollar.report.schemas import shipped_schema

SCENARIOS = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "scenarios"
ARTICLE = str(SCENARIOS / "article.yaml")
BOT = str(SCENARIOS / "support-bot.yaml")


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "nextdollar", *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )


class TestPlan:
    def test_the_answer_comes_first_and_the_next_command_last(self, capsys):
        assert run(["plan", ARTICLE, "--draws", "512"]) == 0
        lines = capsys.readouterr().out.rstrip().splitlines()
        assert lines[0].startswith("v3 is the last worth funding.")
        assert lines[-1] == f"next: nextdollar explain {ARTICLE} npv"

    def test_the_next_command_runs(self, capsys):
        assert run(["explain", ARTICLE, "npv", "--draws", "512"]) == 0
        assert "formula" in capsys.readouterr().out

    def test_json_is_one_object_and_nothing_else(self, capsys):
        assert run(["plan", BOT, "--draws", "256", "--json"]) == 0
        out, err = capsys.readouterr()
        assert json.loads(out)["schema"] == "nextdollar.plan/1.0"
        assert err == ""

    def test_a_setting_changes_the_scenario(self, capsys):
        setting = 'customers.pro.churn="5 %/month"'
        assert run(["plan", ARTICLE, "--draws", "256", "--json", "--set", setting]) == 0
        pro = json.loads(capsys.readouterr().out)["customers"]["segments"][0]
        assert pro["ltv_usd"] == pytest.approx(400)

    def test_draws_and_seed_are_taken_from_the_command_line(self, capsys):
        assert run(["plan", BOT, "--draws", "300", "--seed", "3", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["draws"], found["seed"]) == (512, 3)


class TestRefusals:
    def test_bad_input_ends_with_two_and_says_where(self, capsys):
        assert run(["plan", BOT, "--set", "customers.standard.churn=350 %/month"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "error[ND1158]: customers.standard.churn must be above 0 %/month" in err
        assert "Traceback" not in err

    def test_an_error_under_json_is_one_object(self, capsys):
        assert run(["plan", "no-such-file.yaml", "--json"]) == 2
        found = json.loads(capsys.readouterr().out)
        assert found["schema"] == "nextdollar.error/1.0"
        assert found["faults"][0]["code"] == "ND1101"

    def test_wrong_usage_ends_with_two(self, capsys):
        assert run(["plna", BOT]) == 2
        assert "plan" in capsys.readouterr().err
        assert run(["plan", BOT, "--drawz", "3"]) == 2
        assert "--draws" in capsys.readouterr().err

    def test_wrong_usage_under_json_is_one_object(self, capsys):
        assert run(["plan", BOT, "--jsn", "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["code"] == "ND1010"

    def test_init_never_overwrites(self, tmp_path, capsys):
        file = tmp_path / "mine.yaml"
        file.write_text("precious")
        assert run(["init", str(file)]) == 2
        assert file.read_text() == "precious"
        assert "exists already" in capsys.readouterr().err

    def test_an_unknown_figure_gets_the_nearest_name(self, capsys):
        assert run(["explain", BOT, "npw", "--draws", "128"]) == 2
        assert "did you mean `npv`" in capsys.readouterr().err


class TestPlacesThatCannotBeWritten:
    def test_a_file_in_the_place_of_a_folder_is_refused_before_any_work(self, tmp_path, capsys):
        place = tmp_path / "taken"
        place.write_text("precious")
        assert run(["plan", BOT, "--draws", "128", "--json", "--out", str(place)]) == 2
        found = json.loads(capsys.readouterr().out)
        assert found["code"] == "ND1500"
        assert place.read_text() == "precious"

    def test_a_place_that_fails_later_loses_no_result(self, capsys):
        assert run(["plan", BOT, "--draws", "128", "--json", "--out", "/proc/nowhere"]) == 2
        out, err = capsys.readouterr()
        assert json.loads(out)["schema"] == "nextdollar.plan/1.0"
        assert "the result above is complete" in err


class TestWhatIsPrintedHasItsShape:
    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("compare", ["compare", BOT, BOT, "--draws", "128"]),
            ("check", ["check", ARTICLE]),
            ("explain", ["explain", BOT, "npv", "--draws", "128"]),
            ("explain", ["explain", BOT, "customers.premium.price", "--draws", "128"]),
            ("doctor", ["doctor"]),
            ("error", ["plan", "no-such.yaml"]),
        ],
    )
    def test_json_meets_its_schema(self, name, arguments, capsys):
        run([*arguments, "--json"])
        Draft202012Validator(shipped_schema(name)).validate(json.loads(capsys.readouterr().out))

    def test_the_demo_meets_its_schema(self, tmp_path, capsys):
        assert run(["demo", "--out", str(tmp_path / "demo"), "--draws", "256", "--json"]) == 0
        Draft202012Validator(shipped_schema("demo")).validate(json.loads(capsys.readouterr().out))


class TestOtherVerbs:
    @pytest.mark.parametrize("template", ["frontier-lab", "from-runs", "saas-copilot", "support-bot"])
    def test_every_template_is_written_checked_and_planned(self, template, tmp_path, capsys):
        file = str(tmp_path / "mine.yaml")
        assert run(["init", file, "--from", template]) == 0
        assert run(["check", file]) == 0
        assert run(["plan", file, "--draws", "256"]) == 0
        assert "is the last worth funding" in capsys.readouterr().out

    def test_a_template_brings_what_it_reads_and_overwrites_none_of_it(self, tmp_path, capsys):
        runs = tmp_path / "gadre-c4-runs.csv"
        runs.write_text("precious")
        assert run(["init", str(tmp_path / "mine.yaml"), "--from", "from-runs"]) == 2
        assert (runs.read_text(), (tmp_path / "mine.yaml").exists()) == ("precious", False)
        runs.unlink()
        capsys.readouterr()
        assert run(["init", str(tmp_path / "mine.yaml"), "--from", "from-runs", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["beside"] == [str(runs)]
        assert runs.read_text().startswith("run,params,tokens,loss")

    def test_check_says_how_a_range_was_read(self, capsys):
        assert run(["check", ARTICLE, "--set", "value_of_quality.elasticity.ltv_per_loss=8 to 12"]) == 0
        out = capsys.readouterr().out
        assert "8 to 12 = 90 % interval 8 to 12, lognormal, median 9.8" in out

    def test_doctor_is_well_here(self, capsys):
        assert run(["doctor", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["is_well"] is True

    def test_schema_of_scenarios_is_a_schema(self, capsys):
        assert run(["schema"]) == 0
        assert json.loads(capsys.readouterr().out)["$id"] == "nextdollar.scenario/1"

    def test_an_error_code_is_explained(self, capsys):
        assert run(["explain", "ND1158"]) == 0
        assert "outside the domain" in capsys.readouterr().out

    @pytest.mark.parametrize(("code", "is_of_scenarios"), [("ND1158", True), ("ND1705", False)])
    def test_only_a_fault_of_a_scenario_leads_to_check(self, code, is_of_scenarios, capsys):
        assert run(["explain", code]) == 0
        assert ("nextdollar check SCENARIO" in capsys.readouterr().out) is is_of_scenarios

    @pytest.mark.parametrize(
        "verb", ["plan", "compare", "explain", "demo", "init", "check", "schema", "doctor"]
    )
    def test_every_verb_has_help(self, verb, capsys):
        assert run([verb, "--help"]) == 0
        assert f"nextdollar {verb}" in capsys.readouterr().out


class TestSurroundings:
    def test_locale_and_time_zone_change_no_byte(self):
        plain = process("plan", BOT, "--draws", "128", "--json", LC_ALL="C", TZ="UTC")
        other = process("plan", BOT, "--draws", "128", "--json", LC_ALL="de_DE.UTF-8", TZ="Pacific/Apia")
        narrow = process("plan", BOT, "--draws", "128", "--json", COLUMNS="40", PYTHONIOENCODING="latin-1")
        assert plain.returncode == other.returncode == narrow.returncode == 0
        assert plain.stdout == other.stdout == narrow.stdout

    def test_threads_of_the_linear_algebra_change_no_byte(self):
        one = process("plan", BOT, "--draws", "1024", "--json", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
        two = process("plan", BOT, "--draws", "1024", "--json", OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2")
        assert one.stdout == two.stdout

    def test_a_reader_that_leaves_is_no_error(self):
        pipe = "| head -c 10; exit ${PIPESTATUS[0]}"
        command = f"{sys.executable} -m nextdollar plan {BOT} --draws 128 --json {pipe}"
        found = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
        assert found.returncode == 0
        assert found.stderr == b""

    def test_an_interrupt_ends_with_130_and_no_traceback(self):
        command = [sys.executable, "-m", "nextdollar", "plan", BOT, "--draws", "4000000"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(3)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert running.returncode == 130
        assert b"Traceback" not in err

    def test_a_closed_stdout_is_no_traceback(self):
        command = f"{sys.executable} -m nextdollar plan {BOT} --draws 128 >&-"
        found = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
        assert b"Traceback" not in found.stderr

    def test_a_full_disk_is_said(self):
        command = f"{sys.executable} -m nextdollar plan {BOT} --draws 128 > /dev/full"
        found = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
        assert found.returncode == 2
        assert b"Traceback" not in found.stderr
        assert b"cannot be written" in found.stderr
