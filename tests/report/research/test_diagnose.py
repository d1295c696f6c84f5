"""What a diagnosis looks like: object, text, chart and page."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from nextdollar.catalogue import fitted_law
from nextdollar.report.research.diagnose_report import diagnose_story
from nextdollar.report.research.diagnose_text import MOST_ROWS, diagnose_text
from nextdollar.report.research.diagnose_view import diagnose_view
from nextdollar.report.research.write import made_research, shown
from nextdollar.report.schemas import schema_of, shipped_schema
from nextdollar.research.diagnosed_runs import Run, one_run
from nextdollar.research.diagnosis import diagnose
from nextdollar.research.laws import NamedLaw
from nextdollar.research.machine import machine
from nextdollar.scaling import Chinchilla

BEST = fitted_law("epoch-2024").law
DRAWS = Chinchilla(
    BEST.E, BEST.A, BEST.alpha + 0.01 * np.random.default_rng(3).standard_normal(200), BEST.B, BEST.beta
)
OWN = NamedLaw("FIT.json", BEST, DRAWS, (), files=(("FIT.json", "0" * 64),))


def several(n_runs: int) -> Run:
    sizes = np.geomspace(1e8, 1e10, n_runs)
    tokens = 20 * sizes * np.where(np.arange(n_runs) % 2, 30, 1 / 30)
    losses = BEST.loss(sizes, tokens) * np.where(np.arange(n_runs) % 3, 1.0, 1.1)
    labels = tuple(f"run {i}" for i in range(n_runs))
    return Run(sizes, tokens, losses, labels, np.full(n_runs, np.nan), np.full(n_runs, np.inf))


QUESTIONS = {
    "under-trained": ("hoffmann-2022", one_run(175e9, 300e9), {"machine": machine("A100")}),
    "compute-starved": (OWN, one_run(8e9, 15e12), {"inference_tokens": 1e12}),
    "data-starved": ("muennighoff-2023", one_run(7e9, 237e9), {"unique_tokens": 25e9}),
    "balanced": ("epoch-2024", one_run(70e9, 1.4e12), {}),
    "badly trained": (OWN, one_run(7e9, 1.4e11, observed_nats=2.6), {}),
    "on machines": (
        "epoch-2024",
        one_run(70e9, 1.4e12, gpu_seconds=2048 * 38 * 86_400.0),
        {"machine": machine("H100-SXM")},
    ),
    "several": (OWN, several(25), {"machine": machine("H100-SXM")}),
}


@pytest.fixture(scope="module", params=QUESTIONS.values(), ids=QUESTIONS.keys())
def view(request):
    law, runs, others = request.param
    return diagnose_view(diagnose(law, runs, **others))


class TestEveryAnswer:
    def test_meets_its_schema_and_holds_no_nan(self, view):
        plain = json.loads(json.dumps(view, allow_nan=False))
        assert not list(Draft202012Validator(schema_of("diagnose")).iter_errors(plain))

    def test_says_its_verdict_first_and_the_next_command_last(self, view):
        lines = diagnose_text(shown(view), next_command="nextdollar allocate").splitlines()
        assert lines[-1] == "next: nextdollar allocate"
        verdicts = {run["verdict"] for run in view["runs"]}
        assert all(verdict in lines[0] for verdict in verdicts)
        assert not any("nan" in line.split() or "None" in line for line in lines)

    def test_becomes_a_page_with_a_chart_and_a_table(self, view):
        made = made_research(view, diagnose_story)
        ET.fromstring(made["charts/runs-and-balance.svg"].decode())
        assert {"charts/runs-and-balance.png", "data/runs.csv"} <= set(made)
        assert "None" not in made["index.html"].decode()


def test_the_schema_that_ships_is_that_of_the_shape():
    assert shipped_schema("diagnose") == schema_of("diagnose")


def words_of(name: str) -> str:
    law, runs, others = QUESTIONS[name]
    return diagnose_text(shown(diagnose_view(diagnose(law, runs, **others))), next_command="x")


def test_a_badly_trained_run_is_sent_to_its_training_and_not_to_its_size():
    assert "look at training, not at the size" in words_of("badly trained").splitlines()[0]


def test_a_small_model_is_told_from_how_much_serving_on_it_is_right():
    assert "Right if it serves" in words_of("compute-starved")
    assert "you expect 1 T" in words_of("compute-starved")


def test_repeats_are_counted():
    text = words_of("data-starved")
    assert "Passes" in text
    assert "for want of data" in text


def test_the_share_of_draws_that_agree_is_said():
    assert "of the draws of the law give this verdict" in words_of("compute-starved")


def test_machines_that_idle_are_noticed():
    law, _, others = QUESTIONS["on machines"]
    slow = one_run(7e9, 1.4e11, gpu_seconds=2048 * 38 * 86_400.0)
    text = diagnose_text(shown(diagnose_view(diagnose(law, slow, **others))), next_command="x")
    assert "look at the machines before the model" in text


def test_many_runs_are_told_by_the_largest_waste():
    found = diagnose_view(diagnose("epoch-2024", several(25)))
    text = diagnose_text(shown(found), next_command="x")
    assert f"and {25 - MOST_ROWS} more; --json has all" in text
    assert "9 of 25 have a loss well above the law's" in text
    view = diagnose_view(diagnose(OWN, several(25), machine=machine("H100-SXM")))
    assert view["wasted_flop"] == pytest.approx(sum(run["wasted_flop"] for run in view["runs"]))
    assert sum(view["counts"].values()) == 25
