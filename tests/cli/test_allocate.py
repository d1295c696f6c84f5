"""`nextdollar allocate` as it is typed."""

from __future__ import annotations

import json
import shlex

import pytest
from jsonschema import Draft202012Validator

from nextdollar.cli.entry import run
from nextdollar.report.schemas import shipped_schema


def printed(capsys, *arguments: str) -> dict:
    assert run(["allocate", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    Draft202012Validator(shipped_schema("allocate")).validate(found)
    return found


def faults(capsys, *arguments: str) -> list[tuple[str, str]]:
    assert run(["allocate", *arguments, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    return [(fault["where"], fault["rule"]) for fault in found["faults"]]


def test_a_budget_in_flop_is_split(capsys):
    found = printed(capsys, "--law", "hoffmann-2022", "--flop", "5.76e23")
    assert found["params"] == pytest.approx(4.03609e10, rel=1e-5)
    assert found["saving_share"] == 0


def test_a_budget_in_dollars_is_split(capsys):
    found = printed(
        capsys, *shlex.split("--law epoch-2024 --usd '5 MUSD' --hardware H100-SXM --price 2.5 --mfu 0.4")
    )
    assert found["budget"]["usd"] == pytest.approx(5e6)
    assert found["cost"]["training_usd"] == pytest.approx(5e6)
    assert found["budget"]["flop"] == pytest.approx(5e6 / 2.5 * 3600 * 989.4e12 * 0.4, rel=1e-9)


def test_serving_repeats_time_and_memory_are_asked_for_together(capsys):
    found = printed(
        capsys,
        *shlex.split(
            "--law muennighoff-2023 --flop 1e22 --inference-tokens '1 T' --unique-tokens '25 B' "
            "--hardware H100 --gpus 512 --deadline '38 days' --memory '80 GB' --bytes-per-param 2"
        ),
    )
    assert found["demand"]["params_most"] == pytest.approx(40e9)
    assert found["demand"]["deadline_flop"] == pytest.approx(512 * 38 * 86_400 * 989.4e12 * 0.3194, rel=1e-3)
    assert found["epochs"] > 1


def test_a_report_is_written(tmp_path, capsys):
    place = tmp_path / "report"
    assert run(["allocate", "--law", "hoffmann-2022", "--flop", "1e22", "--out", str(place)]) == 0
    assert (place / "index.html").is_file()
    assert (place / "charts" / "price-of-size.png").is_file()


def test_the_next_command_runs(capsys):
    assert run(["allocate", "--law", "hoffmann-2022", "--flop", "1e22", "--inference-tokens", "2 T"]) == 0
    following = capsys.readouterr().out.rstrip().splitlines()[-1].removeprefix("next: nextdollar ")
    assert run(shlex.split(following)) == 0
    assert "balanced" in capsys.readouterr().out.splitlines()[0]


class TestRefusals:
    def test_nothing_given_says_what_is_needed(self, capsys):
        assert faults(capsys) == [("--law", "must be given"), ("--flop or --usd", "must be given")]

    def test_everything_that_is_wrong_is_said_at_once(self, capsys):
        found = faults(
            capsys,
            *shlex.split(
                "--law hofmann-2022 --flop 0 --usd 5 --covers ever --memory 3 --gpus 4 --mfu 140 "
                "--bytes-per-param -2 --unique-tokens 1e40"
            ),
        )
        assert [where for where, _ in found] == [
            "--law",
            "--flop",
            "--flop or --usd",
            "--usd",
            "--mfu",
            "--mfu",
            "--unique-tokens",
            "--covers",
            "--gpus",
            "--memory",
            "--bytes-per-param",
        ]

    @pytest.mark.parametrize("flop", ["0", "-1e22", "1e40", "nan", "inf", "much", "1e22 dollars"])
    def test_a_budget_that_is_none_is_refused_with_its_value(self, flop, capsys):
        assert run(["allocate", "--law", "hoffmann-2022", "--flop", flop]) == 2
        err = capsys.readouterr().err
        assert f"--flop must be {'a' if flop in ('nan', 'inf', 'much') else ''}" in err
        assert f"got {flop}" in err
        assert "hint" in err

    def test_a_law_without_a_best_split_is_refused_under_the_name_of_the_option(self, capsys):
        assert faults(capsys, "--law", "article-2025", "--flop", "1e22") == [
            ("--law", "must have a best split of a budget")
        ]

    def test_an_unknown_machine_is_refused_with_near_names(self, capsys):
        command = "allocate --law hoffmann-2022 --usd 1000 --hardware H1000"
        assert run(shlex.split(command)) == 2
        assert "H100" in capsys.readouterr().err

    def test_a_deadline_needs_machines(self, capsys):
        assert faults(capsys, *shlex.split("--law hoffmann-2022 --flop 1e22 --deadline '38 days'")) == [
            ("--deadline", "needs --gpus beside it"),
            ("--deadline", "needs --hardware beside it"),
        ]

    def test_a_lifetime_needs_tokens_to_serve(self, capsys):
        found = faults(capsys, *shlex.split("--law hoffmann-2022 --flop 1e22 --covers lifetime"))
        assert found == [("--covers", "needs --inference-tokens beside it")]
