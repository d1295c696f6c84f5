"""What the README shows is true: its scenario loads and reaches a verdict, its words stand in the answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nextdollar.plan import evaluate, parse_scenario, plan

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SCENARIO = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def shown():
    assert SCENARIO is not None
    return parse_scenario(SCENARIO[1], "bigger.yaml")


def test_the_scenario_of_the_readme_reaches_a_verdict(shown):
    decision = evaluate(shown, n_draws=4096).decision
    assert decision.last_worth_funding == "large"
    assert decision.is_sure


def test_the_python_lines_print_what_stands_beside_them():
    evaluation = plan(REPOSITORY / "examples" / "article.yaml", n_draws=512)
    (verdict,) = re.findall(r"decision\.verdict\) +# (.+)", README)
    (average_usd,) = re.findall(r"revenue_weighted_ltv_usd\) +# ([\d.]+)\.\.\.", README)
    assert evaluation.decision.verdict == verdict
    assert str(evaluation.customers.revenue_weighted_ltv_usd).startswith(average_usd)
