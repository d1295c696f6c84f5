from __future__ import annotations

from pathlib import Path

import pytest

from nextdollar.plan import Evaluation, evaluate, load_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "scenarios"


@pytest.fixture(scope="session")
def scenarios() -> Path:
    """Return the folder of the scenarios that ship with the package."""
    return SCENARIOS


@pytest.fixture(scope="session")
def article() -> Evaluation:
    return evaluate(load_scenario(SCENARIOS / "article.yaml"))


@pytest.fixture(scope="session")
def article_at_churn_plus_one() -> Evaluation:
    settings = ["customers.pro.churn=5 %/month", "customers.enterprise.churn=1.75 %/month"]
    return evaluate(load_scenario(SCENARIOS / "article.yaml", settings))


@pytest.fixture(scope="session")
def first_principles() -> Evaluation:
    return evaluate(load_scenario(SCENARIOS / "first-principles.yaml"))
