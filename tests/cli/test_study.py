"""`nextdollar study` as it is typed."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from nextdollar.cli.entry import run
from nextdollar.report.schemas import shipped_schema
from nextdollar.scaling import Chinchilla

LAW = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)
CHOICE = shlex.split("--candidates '10 B x 200 B, 70 B x 1.4 T' --draws 256")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a table of three runs, the smallest study of the documents."""
    N = np.array([1e8, 3e8, 1e9])
    loss = LAW.loss(N, 20 * N)
    file = tmp_path_factory.mktemp("runs") / "runs.csv"
    lines = [f"{n:.8g},{20 * n:.8g},{x:.8g}" for n, x in zip(N, loss, strict=True)]
    file.write_text("\n".join(["params,tokens,loss", *lines]) + "\n", encoding="utf-8")
    return str(file)


def printed(capsys, *arguments: str) -> dict:
    assert run(["study", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    Draft202012Validator(shipped_schema("study")).validate(found)
    return found


def faults(capsys, *arguments: str) -> list[tuple[str, str]]:
    assert run(["study", *arguments, "--json"]) == 2
    return [(item["where"], item["rule"]) for item in json.loads(capsys.readouterr().out)["faults"]]


def test_where_much_is_at_stake_a_run_is_named_with_worth_and_cost(runs, capsys):
    found = printed(capsys, runs, *shlex.split("--target-flop 1e23 --value-per-nat '1 BUSD' --draws 256"))
    following = found["next"]
    assert following["net_usd"] == pytest.approx(following["evsi_usd"] - following["cost_usd"])
    assert 0 < following["evsi_usd"] <= found["evpi_usd"]
    assert found["ladder"][0]["params"] == following["params"]
    assert found["decision"] == "split"


def test_where_nothing_is_at_stake_no_run_is(runs, capsys):
    assert run(["study", runs, *CHOICE, "--value-per-nat", "1 USD"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("No further run is worth its cost: choose 10 B on 200 B tokens now.")
    assert out.rstrip().splitlines()[-1].startswith("next: nextdollar knee ")


def test_a_budget_bounds_the_ladder(runs, capsys):
    found = printed(
        capsys,
        runs,
        *shlex.split("--target-flop 1e23 --value-per-nat '1 BUSD' --budget-usd '500 USD' --draws 256"),
    )
    assert found["ladder"][-1]["total_cost_usd"] <= 500 * (1 + 1e-9)


def test_without_candidates_the_budget_itself_is_to_be_chosen(runs, capsys):
    found = printed(capsys, runs, *shlex.split("--value-per-nat '10 MUSD' --draws 256"))
    assert found["decision"] == "budget"


def test_todays_loss_makes_training_nothing_an_option(runs, capsys):
    found = printed(
        capsys,
        runs,
        *shlex.split("--candidates '10 B x 200 B' --today '2.5 nats' --value-per-nat '1 MUSD' --draws 256"),
    )
    assert [item["params"] for item in found["options"]] == [1e10, 0.0]


def test_the_same_command_prints_the_same_bytes(runs, capsys):
    seen = []
    for _ in range(2):
        assert run(["study", runs, *CHOICE, "--value-per-nat", "1 BUSD", "--json"]) == 0
        seen.append(capsys.readouterr().out)
    assert seen[0] == seen[1]


def test_a_report_is_written(runs, tmp_path, capsys):
    place = tmp_path / "report"
    options = shlex.split(f"--target-flop 1e23 --value-per-nat '1 BUSD' --draws 256 --out {place}")
    assert run(["study", runs, *options]) == 0
    assert (place / "charts" / "worth-against-cost.svg").is_file()
    assert (place / "data" / "ladder.csv").is_file()
    capsys.readouterr()


class TestRefusals:
    def test_all_that_is_wrong_comes_at_once(self, capsys):
        found = faults(capsys, *shlex.split("--candidates '7 B' --target-flop much --hardware H3"))
        assert [where for where, _ in found] == [
            "study",
            "--value-per-nat",
            "--target-flop",
            "--candidates",
            "--target-flop",
            "--hardware",
        ]

    def test_one_candidate_alone_leaves_nothing_to_choose(self, runs, capsys):
        found = faults(capsys, runs, "--candidates", "7 B x 140 B", "--value-per-nat", "1 MUSD")
        assert found == [("--candidates", "must leave a choice")]

    def test_a_published_law_has_nothing_to_learn_from(self, capsys):
        assert run(["study", "--law", "hoffmann-2022", *CHOICE, "--value-per-nat", "1 MUSD"]) == 3
        assert "too few draws to learn from" in capsys.readouterr().err
