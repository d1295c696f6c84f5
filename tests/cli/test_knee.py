"""`nextdollar knee` as it is typed."""

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


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a table of sixteen runs with an accuracy."""
    rng = np.random.default_rng(1)
    N = np.geomspace(1e8, 4e9, 16)
    D = np.resize([5.0, 20.0, 80.0], 16) * N
    loss = LAW.loss(N, D) * np.exp(0.003 * rng.standard_normal(16))
    right = 0.25 + 0.65 / (1 + np.exp(3 * (loss - 2.5))) + 0.003 * rng.standard_normal(16)
    file = tmp_path_factory.mktemp("runs") / "runs.csv"
    lines = [f"{n:.8g},{d:.8g},{x:.8g},{y:.6f}" for n, d, x, y in zip(N, D, loss, right, strict=True)]
    file.write_text("\n".join(["params,tokens,loss,acc", *lines]) + "\n", encoding="utf-8")
    return str(file)


def printed(capsys, *arguments: str) -> dict:
    assert run(["knee", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    Draft202012Validator(shipped_schema("knee")).validate(found)
    return found


def faults(capsys, *arguments: str) -> list[tuple[str, str]]:
    assert run(["knee", *arguments, "--json"]) == 2
    return [(item["where"], item["rule"]) for item in json.loads(capsys.readouterr().out)["faults"]]


def test_a_published_law_gives_its_closed_form_and_says_that_it_has_no_range(capsys):
    options = "--law epoch-2024-reported --value-per-nat '10 MUSD' --price '2.5 USD/gpu-hour' --mfu '40 %'"
    found = printed(capsys, *shlex.split(options))
    # H100 SXM at 989.4 TFLOP/s; (V gamma K / c)**(1 / (1 + gamma)) of 482.01, 2085.43, .3478, .3658.
    price = 2.5 / 3600 / (989.4e12 * 0.4)
    law = Chinchilla(E=1.8172, A=482.01, alpha=0.3478, B=2085.43, beta=0.3658)
    frontier = law.frontier()
    exact = (1e7 * frontier.gamma * frontier.K / price) ** (1 / (1 + frontier.gamma))
    assert found["knee"]["budget_flop"]["p50"] == pytest.approx(exact, rel=1e-3)
    assert found["draws"] is None
    assert "best coefficients alone are known" in found["warnings"][0]


def test_runs_give_an_interval(runs, capsys):
    found = printed(capsys, runs, "--value-per-nat", "10 MUSD", "--draws", "256")
    budget = found["knee"]["budget_usd"]
    assert budget["p5"] < budget["p50"] < budget["p95"]
    assert found["files"][0]["file"].endswith("runs.csv")


def test_a_range_of_value_and_price_widens_the_interval(runs, capsys):
    narrow = printed(capsys, runs, "--value-per-nat", "10 MUSD", "--draws", "256")
    wide = printed(
        capsys,
        runs,
        *shlex.split("--value-per-nat '2 to 50 MUSD' --price '1.5 to 4 USD/gpu-hour' --draws 256"),
    )
    ratio = [item["knee"]["budget_usd"]["p95"] / item["knee"]["budget_usd"]["p5"] for item in (narrow, wide)]
    assert ratio[1] > 2 * ratio[0]


def test_a_step_of_quality_has_a_price_and_a_chance_at_each_size(runs, capsys):
    found = printed(capsys, runs, *shlex.split("--metric acc --from '50 %' --to '60 %' --draws 256"))
    quality = found["quality"]
    assert quality["from_value"] == 0.5
    assert quality["to_value"] == 0.6
    assert quality["cost_usd"]["p5"] < quality["cost_usd"]["p50"]
    chances = [size["reach_share"] for size in quality["sizes"]]
    assert chances == sorted(chances)
    assert found["knee"] is None


def test_a_fifth_more_quality_is_a_fifth_more(runs, capsys):
    found = printed(capsys, runs, *shlex.split("--metric acc --from 0.5 --to '+20 %' --draws 256"))
    assert found["quality"]["to_value"] == pytest.approx(0.6)


def test_a_point_of_a_share_is_a_hundredth(runs, capsys):
    found = printed(
        capsys, runs, *shlex.split("--metric acc --from 0.5 --to 0.6 --value-per-point '1 MUSD' --draws 256")
    )
    assert found["value_usd"]["p50"] == pytest.approx(1e8)
    assert found["valued_by"] == "point"
    assert 0 <= found["quality"]["pays_share"] <= 1
    assert found["knee"] is not None


def test_the_text_ends_with_the_next_command(runs, capsys):
    assert run(["knee", runs, "--value-per-nat", "10 MUSD", "--draws", "256"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("The next dollar stops paying at ")
    assert f"next: nextdollar study {runs} --value-per-nat '10 MUSD'" in out


def test_a_report_is_written(runs, tmp_path, capsys):
    place = tmp_path / "report"
    assert run(["knee", runs, "--value-per-nat", "10 MUSD", "--draws", "256", "--out", str(place)]) == 0
    assert (place / "index.html").is_file()
    assert (place / "charts" / "next-dollar-returns.png").is_file()
    assert "wrote" in capsys.readouterr().err


class TestRefusals:
    def test_all_that_is_wrong_comes_at_once(self, capsys):
        found = faults(capsys, *shlex.split("--metric acc --value-per-nat much --hardware H3 --mfu 4"))
        assert [where for where, _ in found] == ["knee", "--metric", "--value-per-nat", "--mfu", "--hardware"]

    def test_a_law_without_a_value_is_no_question(self, capsys):
        assert faults(capsys, "--law", "hoffmann-2022") == [("knee", "needs a value")]

    def test_a_goal_without_a_metric_is_refused(self, capsys):
        assert faults(capsys, *shlex.split("--law hoffmann-2022 --to '80 %'")) == [("--to", "needs --metric")]

    def test_two_values_at_once_are_refused(self, runs, capsys):
        options = "--metric acc --value-per-nat '1 MUSD' --value-per-point '1 MUSD'"
        assert faults(capsys, runs, *shlex.split(options)) == [
            ("--value-per-point", "goes without --value-per-nat")
        ]

    def test_a_goal_below_where_one_stands_is_refused(self, runs, capsys):
        found = faults(capsys, runs, *shlex.split("--metric acc --from '60 %' --to '50 %' --draws 256"))
        assert found == [("--to", "must be above --from (0.6), since acc is better that way")]

    def test_eighty_of_a_share_is_asked_whether_it_is_per_cent(self, runs, capsys):
        assert run(["knee", runs, *shlex.split("--metric acc --to 80 --draws 256")]) == 2
        assert 'write --to "80 %"' in capsys.readouterr().err

    def test_a_metric_that_is_not_there_is_refused_with_those_that_are(self, runs, capsys):
        assert run(["knee", runs, *shlex.split("--metric ac --to '80 %'")]) == 2
        assert "did you mean acc?" in capsys.readouterr().err

    def test_a_law_without_a_best_split_asks_for_a_ratio(self, capsys):
        found = faults(capsys, *shlex.split("--law article-2025 --value-per-nat '1 MUSD'"))
        assert found[0][0] == "--tokens-per-param"

    def test_a_law_of_other_losses_is_not_mixed_with_the_metric_of_these_runs(self, runs, capsys):
        found = faults(capsys, runs, *shlex.split("--law hoffmann-2022 --metric acc --to '80 %'"))
        assert found == [("--law", "must be a fit of the runs that have the metric")]

    def test_a_fit_of_these_runs_is(self, runs, tmp_path, capsys):
        file = tmp_path / "FIT.json"
        assert run(["fit", runs, "--law", "chinchilla", "--draws", "128", "--save", str(file)]) == 0
        capsys.readouterr()
        assert run(["knee", runs, "--law", str(file), *shlex.split("--metric acc --from 0.5 --to 0.6")]) == 0
        assert capsys.readouterr().out.startswith("Taking acc from 50 % to 60 % costs ")
