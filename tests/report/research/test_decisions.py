"""What the knee and the study look like: object, text, charts and page."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from nextdollar.report.research.knee_report import knee_story
from nextdollar.report.research.knee_text import knee_text
from nextdollar.report.research.knee_view import KneeAsked, knee_view
from nextdollar.report.research.reached import reached
from nextdollar.report.research.study_report import study_story
from nextdollar.report.research.study_text import study_text
from nextdollar.report.research.study_view import StudyAsked, study_view
from nextdollar.report.research.write import made_research, shown
from nextdollar.report.schemas import schema_of, shipped_schema
from nextdollar.research.machine import machine
from nextdollar.research.next_dollar import knee
from nextdollar.research.next_run import study
from nextdollar.research.quality import quality_of
from nextdollar.research.quality_step import quality_step
from nextdollar.research.reading import read_runs
from nextdollar.scaling import Chinchilla, Domain
from nextdollar.scaling.study_decision import decision_between, decision_on_split

DOMAIN = Domain(params_low=1e8, tokens_low=2e9, flop_low=1e18, flop_high=2e21)
LAW = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717, domain=DOMAIN)
Z = np.random.default_rng(0).standard_normal((3, 256))
DRAWN = Chinchilla(
    LAW.E + 0.03 * Z[0], LAW.A * np.exp(0.15 * Z[1]), LAW.alpha, LAW.B * np.exp(0.25 * Z[2]), LAW.beta,
    domain=DOMAIN,
)  # fmt: skip
MACHINE = machine("H100-SXM", usd_per_gpu_hour=2.5, mfu=0.4)


@pytest.fixture(scope="module")
def quality(tmp_path_factory):
    N = np.geomspace(1e8, 4e9, 16)
    loss = LAW.loss(N, 20 * N)
    right = (
        0.25 + 0.65 / (1 + np.exp(3 * (loss - 2.5))) + 0.003 * np.random.default_rng(1).standard_normal(16)
    )
    file = tmp_path_factory.mktemp("runs") / "runs.csv"
    lines = [f"{n:.8g},{20 * n:.8g},{x:.8g},{y:.6f}" for n, x, y in zip(N, loss, right, strict=True)]
    file.write_text("\n".join(["params,tokens,loss,acc", *lines]) + "\n", encoding="utf-8")
    return quality_of(read_runs(file), "acc", n_draws=256, generator=np.random.default_rng(0))


def asked(law, **more):
    given = {
        "law": "own",
        "largest_run_flop": float(law.domain.flop_high),
        "machine": MACHINE,
        "value_usd_per_nat": None,
        "value_usd_per_point": None,
        "tokens_per_param": None,
        "sources": (law.source,),
        "files": (("runs.csv", "0" * 64),),
        "draws": 256,
        "seed": 0,
    }
    return KneeAsked(**{**given, **more})


def step(quality, high):
    return quality_step(
        DRAWN, quality, from_value=0.5, to_value=high, usd_per_flop=MACHINE.usd_per_flop,
        generator=np.random.default_rng(1),
    )  # fmt: skip


KNEES = {
    "certain": lambda _: (LAW, 1e7, None, None),
    "with draws": lambda _: (DRAWN, 1e7, None, None),
    "far beyond": lambda _: (DRAWN, 1e11, None, None),
    "worth nothing": lambda _: (DRAWN, 0.0, None, None),
    "step": lambda quality: (DRAWN, None, None, step(quality, 0.6)),
    "out of reach": lambda quality: (DRAWN, None, None, step(quality, 1.0)),
    "by the point": lambda quality: (DRAWN, None, 1e8, step(quality, 0.6)),
}


@pytest.fixture(params=KNEES.values(), ids=KNEES.keys())
def knee_of(request, quality):
    law, nat, point, quality_found = request.param(quality)
    found = None
    if nat is not None or point is not None:
        found = knee(
            law, usd_per_flop=MACHINE.usd_per_flop, value_usd_per_nat=nat, value_usd_per_point=point,
            quality=quality if point is not None else None, generator=np.random.default_rng(2),
        )  # fmt: skip
    return knee_view(asked(law, value_usd_per_nat=nat, value_usd_per_point=point), found, quality_found)


class TestEveryKnee:
    def test_meets_its_schema_and_holds_no_nan(self, knee_of):
        Draft202012Validator(schema_of("knee")).validate(json.loads(json.dumps(knee_of, allow_nan=False)))

    def test_says_the_answer_first_and_the_next_command_last(self, knee_of):
        lines = knee_text(shown(knee_of), next_command="nextdollar fit RUNS.csv").splitlines()
        assert lines[0].endswith(".")
        assert lines[-1] == "next: nextdollar fit RUNS.csv"
        assert not any("nan" in line.split() or "None" in line for line in lines)

    def test_becomes_a_page_whose_charts_can_be_drawn(self, knee_of):
        made = made_research(knee_of, knee_story)
        wanted = ["next-dollar-returns"] * (knee_of["knee"] is not None)
        wanted += ["quality-against-budget"] * (knee_of["quality"] is not None)
        for name in wanted:
            assert {f"charts/{name}.svg", f"charts/{name}.png", f"data/{name}.csv"} <= set(made)
            ET.fromstring(made[f"charts/{name}.svg"].decode())
        page = made["index.html"].decode()
        assert "None" not in page
        assert "nan" not in page.split()


def test_a_knee_that_cannot_be_placed_is_said_to_be_so():
    found = knee(DRAWN, usd_per_flop=MACHINE.usd_per_flop, value_usd_per_nat=1e11)
    view = knee_view(asked(DRAWN, value_usd_per_nat=1e11), found, None)
    assert knee_text(view, next_command="x").startswith("Cannot say where the next dollar stops paying")


def test_a_step_names_its_price_and_how_often_it_is_never_reached(quality):
    view = knee_view(asked(DRAWN), None, step(quality, 0.6))
    first = knee_text(view, next_command="x").splitlines()[0]
    assert first.startswith("Taking acc from 50 % to 60 % costs ")
    assert "one percentage point is worth more than" in knee_text(view, next_command="x")


@pytest.fixture(scope="module", params=[1e9, 1.0], ids=["much at stake", "nothing at stake"])
def studied(request):
    return study_of(
        decision_on_split(DRAWN, 1e23, value_usd_per_nat=request.param, usd_per_flop=MACHINE.usd_per_flop)
    )


def study_of(decision, kind="split"):
    found = study(DRAWN, decision, usd_per_flop=MACHINE.usd_per_flop, generator=np.random.default_rng(0))
    return study_view(
        StudyAsked("own", kind, 1e23, 1e9, MACHINE, None, (DRAWN.source,), (("runs.csv", "0" * 64),), 256, 0),
        found,
    )  # fmt: skip


class TestEveryStudy:
    def test_meets_its_schema_and_holds_no_nan(self, studied):
        Draft202012Validator(schema_of("study")).validate(json.loads(json.dumps(studied, allow_nan=False)))

    def test_says_the_answer_first_and_the_next_command_last(self, studied):
        lines = study_text(shown(studied), next_command="nextdollar knee").splitlines()
        starts = "No further run" if studied["next"] is None else "Next, train "
        assert lines[0].startswith(starts)
        assert lines[-1] == "next: nextdollar knee"
        assert not any("nan" in line.split() or "None" in line for line in lines)

    def test_becomes_a_page_whose_charts_can_be_drawn(self, studied):
        made = made_research(studied, study_story)
        assert "charts/worth-against-cost.svg" in made
        assert ("charts/forecast-narrows.svg" in made) is bool(studied["ladder"])
        for name, content in made.items():
            if name.endswith(".svg"):
                ET.fromstring(content.decode())
        assert "None" not in made["index.html"].decode()

    def test_the_interval_never_widens_along_the_ladder(self, studied):
        ends = [studied["loss_interval_90_nats"], *(item["interval_90_nats"] for item in studied["ladder"])]
        widths = [high - low for low, high in ends]
        assert widths == sorted(widths, reverse=True)


def test_candidates_keep_their_order_and_training_nothing_is_one_of_them():
    decision = decision_between(
        DRAWN, np.array([1e10, 7e10]), np.array([2e11, 1.4e12]), value_usd_per_nat=1e6,
        usd_per_flop=MACHINE.usd_per_flop, today_nats=2.2,
    )  # fmt: skip
    view = study_of(decision, "candidates")
    assert [item["params"] for item in view["options"]] == [1e10, 7e10, 0.0]
    assert "train nothing" in study_text(shown(view), next_command="x")


@pytest.mark.parametrize("name", ["knee", "study"])
def test_the_schema_that_ships_is_that_of_the_shape(name):
    assert shipped_schema(name) == schema_of(name)


class TestReached:
    def test_draws_without_an_answer_sort_last_and_leave_no_mean(self):
        found = reached(np.array([1.0, 2.0, 3.0, np.nan]))
        assert (found["p5"], found["p50"], found["p95"]) == (1.0, 2.0, None)
        assert found["mean"] is None
        assert found["never_share"] == 0.25

    def test_a_number_is_all_of_its_quantiles(self):
        found = reached(3.0)
        assert {found[name] for name in ("mean", "p5", "p50", "p95")} == {3.0}
        assert found["never_share"] == 0.0
