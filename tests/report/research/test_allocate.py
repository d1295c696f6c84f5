"""What a split of a budget looks like: object, text, charts and page."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from nextdollar.catalogue import fitted_law
from nextdollar.report.research.allocate_report import allocate_story
from nextdollar.report.research.allocate_text import allocate_text
from nextdollar.report.research.allocate_view import allocate_view
from nextdollar.report.research.write import made_research, shown
from nextdollar.report.schemas import schema_of, shipped_schema
from nextdollar.research.allocation import allocate
from nextdollar.research.allocation_plan import Demand
from nextdollar.research.laws import NamedLaw
from nextdollar.research.machine import machine
from nextdollar.scaling import Chinchilla

BEST = fitted_law("epoch-2024").law
DRAWS = Chinchilla(
    BEST.E, BEST.A, BEST.alpha + 0.01 * np.random.default_rng(3).standard_normal(200), BEST.B, BEST.beta
)
OWN = NamedLaw("FIT.json", BEST, DRAWS, (), files=(("FIT.json", "0" * 64), ("runs.csv", "1" * 64)))
QUESTIONS = {
    "plain": {"law": "hoffmann-2022", "flop": 5.76e23},
    "served": {"law": OWN, "flop": 1e23, "demand": Demand(inference_tokens=2e12)},
    "dollars": {
        "law": "epoch-2024",
        "usd": 5e6,
        "machine": machine("H100-SXM"),
        "demand": Demand(inference_tokens=1e13, covers="lifetime"),
    },
    "repeats": {"law": "muennighoff-2023", "flop": 1e22, "demand": Demand(unique_tokens=25e9)},
    "limits": {
        "law": "epoch-2024",
        "flop": 1e22,
        "demand": Demand(unique_tokens=25e9, inference_tokens=1e12, params_most=3e9),
    },
    "far limits": {"law": "gadre-2024-c4", "flop": 1e20, "demand": Demand(params_most=1e8)},
    "endless repeats": {"law": "epoch-2024", "flop": 1e30, "demand": Demand(unique_tokens=1e9)},
}


@pytest.fixture(scope="module", params=QUESTIONS.values(), ids=QUESTIONS.keys())
def view(request):
    return allocate_view(allocate(**request.param))


class TestEveryAnswer:
    def test_meets_its_schema_and_holds_no_nan(self, view):
        plain = json.loads(json.dumps(view, allow_nan=False))
        assert not list(Draft202012Validator(schema_of("allocate")).iter_errors(plain))

    def test_says_its_numbers_first_and_the_next_command_last(self, view):
        lines = allocate_text(shown(view), next_command="nextdollar diagnose").splitlines()
        assert lines[0].startswith("Train ")
        assert lines[-1] == "next: nextdollar diagnose"
        assert not any("nan" in line.split() or "None" in line for line in lines)
        assert max(len(line) for line in lines if not line.startswith("  note:")) < 140

    def test_becomes_a_page_with_charts_and_tables(self, view):
        made = made_research(view, allocate_story)
        has_prices = any(row["extra_share"] is not None for row in view["sizes"])
        for name in ("isoflop", *(["price-of-size"] if has_prices else [])):
            assert {f"charts/{name}.svg", f"charts/{name}.png", f"data/{name}.csv"} <= set(made)
            ET.fromstring(made[f"charts/{name}.svg"].decode())
        page = made["index.html"].decode()
        assert "nan" not in page.split()
        assert "None" not in page


def test_the_schema_that_ships_is_that_of_the_shape():
    assert shipped_schema("allocate") == schema_of("allocate")


def test_the_names_that_scripts_rely_on_stand_at_the_top():
    view = allocate_view(allocate("hoffmann-2022", flop=1e21))
    assert view["schema"] == "nextdollar.allocate/1.0"
    assert view["params"] == pytest.approx(2.21695e9, rel=1e-5)
    assert view["tokens"] == pytest.approx(7.51782e10, rel=1e-5)
    assert view["loss_nats"] == pytest.approx(2.295491, rel=1e-6)
    assert view["saving_share"] == 0


def test_money_is_counted_where_a_machine_is_named():
    owner = machine("H100-SXM", usd_per_gpu_hour=2.0, mfu=0.5)
    view = allocate_view(allocate("hoffmann-2022", flop=2.39e24, machine=owner))
    # 2.39e24 FLOP at half of 989.4 TFLOP/s are 1.34 M GPU-hours.
    assert view["cost"]["training_gpu_hours"] == pytest.approx(1.342e6, rel=1e-3)
    assert view["cost"]["training_usd"] == pytest.approx(2.684e6, rel=1e-3)
    assert allocate_view(allocate("hoffmann-2022", flop=1e21))["cost"]["training_usd"] is None


def test_ranges_are_shown_where_the_law_has_draws_and_their_lack_is_said():
    text = allocate_text(shown(allocate_view(allocate(**QUESTIONS["served"]))), next_command="x")
    assert "If the law is off" in text
    assert "ranges are of the coefficients alone" in text
    text = allocate_text(shown(allocate_view(allocate(**QUESTIONS["plain"]))), next_command="x")
    assert "is known by its best coefficients alone" in text


def test_what_serving_saves_is_said_in_the_first_line():
    text = allocate_text(shown(allocate_view(allocate(**QUESTIONS["served"]))), next_command="x")
    assert "cheaper than the" in text.splitlines()[0]
    assert "over the budget, to serve for less" in text
