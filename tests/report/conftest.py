"""Plans worked out once for all tests of the report: the case study, the examples, and awkward ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from nextdollar.plan import evaluate, parse_scenario
from nextdollar.report.case_study import LABELS, TITLE, case_study_extras
from nextdollar.report.view import plan_view
from nextdollar.report.write import made_report

DRAWS = 512
ONE_POINT_MORE = ('customers.pro.churn="5 %/month"', 'customers.enterprise.churn="1.75 %/month"')
CHROMIUM_SWITCHES = [
    *("--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

SCENARIO = """\
schema: nextdollar.scenario/1
title: {title}
currency: USD
horizon: {months} months
discount: 10 %/year
risk: {{measure: value at risk, level: 90 %}}
today: now
candidates:
  now: {{given: {{loss: 2.05 nats, training_cost: 0 USD, serving_price: 0.40 USD/Mtok}}}}
{candidates}
customers:
  {segment}: {{count: 10_000, price: 49 USD/month, churn: 2 %/month, tokens: 0.6 Mtok/month}}
value_of_quality:
  elasticity: {{ltv_per_loss: {elasticity}}}
  booked_as: monthly margin
simulation: {{draws: 512, seed: 7}}
"""


def candidate(name: str, loss: str, training: str, serving: str) -> str:
    given = f"loss: {loss} nats, training_cost: {training} USD, serving_price: {serving} USD/Mtok"
    return f"  {name}: {{given: {{{given}}}}}"


AWKWARD: dict[str, dict[str, Any]] = {
    "sixty candidates": {
        "candidates": [
            candidate(f"c{i}", f"{2.04 - 0.005 * i:.3f}", f"{20_000 * 1.3**i:.0f}", f"{2 + i / 10:.1f}")
            for i in range(59)
        ]
    },
    "nothing uncertain": {"candidates": [candidate("b", "1.96", "40_000", "2")], "elasticity": "4"},
    "nothing pays": {
        "candidates": [
            candidate("b", "1.94 to 1.98", "40_000_000 to 90_000_000", "2"),
            candidate("c", "1.94 to 1.98", "90_000_000 to 190_000_000", "3"),
        ]
    },
    "dearer and worse": {
        "candidates": [candidate("b", "2.2", "40_000", "2"), candidate("c", "1.98", "0", "0.1")]
    },
    "huge ranges": {
        "candidates": [
            candidate("b", "2.0", "1_000_000_000_000 to 900_000_000_000_000", "2"),
            candidate("c", "1.9", "1 to 2", "0.41"),
        ],
        "months": 600,
    },
    "one step, one month": {"candidates": [candidate("b", "1.9", "100 to 200", "0.6")], "months": 1},
}

HOSTILE = {
    "title": '"<script>alert(1)</script> =cmd() & co"',
    "segment": '"\'><img src onerror>"',
    "candidates": [
        candidate('"<script>alert(2)</script>"', "1.94 to 1.98", "40_000 to 90_000", "2 to 3"),
        candidate('"@SUM(1+1)|cmd"', "1.88 to 1.93", "120_000 to 300_000", "9 to 14"),
        candidate('"-2+3"', "1.87", "1_000_000", "9 to 14"),
        candidate(f'"{60 * "W"}"', "1.8", "120_000_000", "9 to 14"),
    ],
}


def worked_out(text: str, file: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    return plan_view(evaluate(parse_scenario(text, file, settings), n_draws=DRAWS))


def shipped(name: str) -> str:
    return (files("nextdollar.catalogue") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def made_up(**what: Any) -> dict[str, Any]:
    filled = {"title": "made up", "months": 24, "segment": "all", "elasticity": "1 to 8"} | what
    filled["candidates"] = "\n".join(filled["candidates"])
    return worked_out(SCENARIO.format(**filled), "made-up.yaml")


@pytest.fixture(scope="session")
def case_study() -> dict[str, dict[str, Any]]:
    """Return the three plans of the case study."""
    return {
        "article": worked_out(shipped("article"), "article.yaml"),
        "first_principles": worked_out(shipped("first-principles"), "first-principles.yaml"),
        "churn_plus_one": worked_out(shipped("article"), "article.yaml", ONE_POINT_MORE),
    }


@pytest.fixture(scope="session")
def example_views(case_study: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return plans of scenarios that ship with the package: stated, derived, own training."""
    laboratory = worked_out(shipped("frontier-lab"), "frontier-lab.yaml")
    article, first_principles = case_study["article"], case_study["first_principles"]
    return {"article": article, "first-principles": first_principles, "frontier-lab": laboratory}


@pytest.fixture(scope="session")
def awkward_views() -> dict[str, dict[str, Any]]:
    """Return plans that a chart or a sentence could stumble over."""
    return {name: made_up(**what) for name, what in AWKWARD.items()}


@pytest.fixture(scope="session")
def hostile_view() -> dict[str, Any]:
    """Return a plan whose names try to be markup, formulas and endless."""
    return made_up(**HOSTILE)


@pytest.fixture(scope="session")
def made_reports(
    case_study: dict[str, dict[str, Any]], hostile_view: dict[str, Any]
) -> dict[str, dict[str, bytes]]:
    """Return the files of three reports: on one plan, on hostile names, and on the case study."""
    plans = [case_study["article"], case_study["first_principles"]]
    extras = case_study_extras(case_study, {})
    return {
        "article": made_report([case_study["article"]]),
        "hostile": made_report([hostile_view]),
        "demo": made_report(plans, title=TITLE, labels=LABELS, extras=extras),
    }


@pytest.fixture(scope="session")
def browser(chromium: str, skip_but_never_in_ci: Callable[[str], None]) -> Iterator[Any]:
    """Return a running Chromium, driven by Playwright; skip where either is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_but_never_in_ci("Playwright is not installed (make setup)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_SWITCHES)
        yield running
        running.close()
