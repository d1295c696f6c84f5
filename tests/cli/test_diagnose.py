"""`nextdollar diagnose` as it is typed."""

from __future__ import annotations

import json
import shlex

import pytest
from jsonschema import Draft202012Validator

from nextdollar.cli.entry import run
from nextdollar.report.schemas import shipped_schema


def printed(capsys, *arguments: str) -> dict:
    assert run(["diagnose", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    Draft202012Validator(shipped_schema("diagnose")).validate(found)
    return found


def faults(capsys, *arguments: str) -> list[tuple[str, str]]:
    assert run(["diagnose", *arguments, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    return [(fault["where"], fault["rule"]) for fault in found["faults"]]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("params,tokens,loss\n1e9,2.1e10,2.5\n7e9,2e10,2.4\n1e8,1e11,2.9\n", encoding="utf-8")
    return str(path)


def test_a_run_is_diagnosed(capsys):
    (found,) = printed(capsys, *shlex.split("--law hoffmann-2022 --params '175 B' --tokens '300 B'"))["runs"]
    assert found["verdict"] == "under-trained"
    assert found["flop"] == pytest.approx(3.15e23)


@pytest.mark.parametrize(
    "words",
    ["--params '70 B' --flop 5.88e23", "--tokens '1.4 T' --flop 5.88e23", "--params 7e10 --tokens 1.4e12"],
)
def test_two_of_size_tokens_and_work_describe_a_run(words, capsys):
    (found,) = printed(capsys, "--law", "epoch-2024", *shlex.split(words))["runs"]
    assert found["params"] == pytest.approx(70e9)
    assert found["tokens"] == pytest.approx(1.4e12)


def test_machines_and_time_give_the_tokens_or_the_mfu(capsys):
    words = "--law epoch-2024 --params '70 B' --gpus 2048 --time '38 days' --hardware H100 --mfu 0.4"
    (found,) = printed(capsys, *shlex.split(words))["runs"]
    assert found["flop"] == pytest.approx(2048 * 38 * 86_400 * 989.4e12 * 0.4, rel=1e-9)
    assert found["mfu"] is None
    (found,) = printed(capsys, *shlex.split(f"{words} --tokens '1.4 T'"))["runs"]
    assert found["mfu"] == pytest.approx(5.88e23 / (2048 * 38 * 86_400 * 989.4e12), rel=1e-9)


def test_an_observed_loss_is_held_against_the_law(capsys):
    words = "--law hoffmann-2022 --params '70 B' --tokens '1.4 T' --loss 2.1"
    (found,) = printed(capsys, *shlex.split(words))["runs"]
    assert found["gap"]["is_worse"] is True


def test_a_table_is_diagnosed_and_rows_can_be_chosen(table, tmp_path, capsys):
    found = printed(capsys, table, "--law", "epoch-2024")
    assert [item["verdict"] for item in found["runs"]] == ["balanced", "under-trained", "compute-starved"]
    found = printed(capsys, table, "--law", "epoch-2024", "--where", "params > 5e8")
    assert len(found["runs"]) == 2
    place = tmp_path / "report"
    assert run(["diagnose", table, "--law", "epoch-2024", "--out", str(place)]) == 0
    assert (place / "charts" / "runs-and-balance.png").is_file()


def test_the_next_command_runs(capsys):
    assert run(shlex.split("diagnose --law epoch-2024 --params '7 B' --tokens '1 T'")) == 0
    following = capsys.readouterr().out.rstrip().splitlines()[-1].removeprefix("next: nextdollar ")
    assert run(shlex.split(following)) == 0


class TestRefusals:
    def test_nothing_given_says_what_is_needed(self, capsys):
        assert faults(capsys) == [
            ("--law", "must be given"),
            ("--params and --tokens", "must be given, or one of them and --flop"),
        ]

    def test_a_table_and_a_run_are_too_much(self, table, capsys):
        assert faults(capsys, table, "--law", "epoch-2024", "--params", "7 B", "--loss", "2") == [
            ("--params", "must be left out beside a table of runs"),
            ("--loss", "must be left out beside a table of runs"),
        ]

    def test_a_run_that_is_stated_twice_is_refused(self, capsys):
        words = "--law epoch-2024 --params '7 B' --tokens '1 T' --flop 1e22"
        assert faults(capsys, *shlex.split(words)) == [
            ("--flop", "must be left out beside --params and --tokens")
        ]

    def test_wrong_numbers_come_at_once_with_the_missing_table(self, capsys):
        found = faults(capsys, *shlex.split("--law x --params 0 --tokens -1 --loss 0 --where 'a > 1'"))
        assert [where for where, _ in found] == ["--law", "--params", "--tokens", "--loss", "--where"]

    def test_a_missing_table_is_named(self, capsys):
        assert run(["diagnose", "no-such.csv", "--law", "epoch-2024"]) == 2
        assert "no-such.csv" in capsys.readouterr().err
