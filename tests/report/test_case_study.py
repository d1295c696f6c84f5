from __future__ import annotations

import re
from importlib.resources import files

import pytest

from nextdollar.catalogue.article_figures import MARKS, article_figures
from nextdollar.report.case_study import comparison_rows, demo_view, elasticity_table
from nextdollar.report.case_study_lessons import conclusions, to_measure
from nextdollar.report.demo_text import demo_text


@pytest.fixture(scope="module")
def rows(case_study):
    return {row["figure"]: row for row in comparison_rows(case_study)}


def test_every_figure_of_the_article_is_marked_and_has_ours_beside_it(rows):
    assert len(rows) == len(article_figures())
    for row in rows.values():
        assert row["mark"] in MARKS, row
        assert row["article"], row
        assert row["here_article_text"] or row["here_first_principles_text"], row
        assert not re.search(
            r"nan|None|inf\b", row["here_article_text"] + row["here_first_principles_text"]
        ), row


# What "Scaling AI vs. Customer LTV: When Does Bigger Stop Paying Off?" (2025) states, and what follows:
# 1.4 M users, 91 % at 20 USD and 9 % at 10 000 USD a month, lifetime values of 500 and 1.33 M USD.
@pytest.mark.parametrize(
    ("figure", "published", "digits"),
    [
        ("paying users", 1.4e6, 2),
        ("of them Pro", 0.91, 2),
        ("lifetime value of a Pro customer", 500, 3),
        ("lifetime value of an Enterprise customer", 1.33e6, 3),
        ("churn of Pro, a month", 0.04, 2),
        ("churn of Enterprise, a month", 0.0075, 2),
        ("lifetime value of a Pro customer at churn + 1 point", 400, 3),
        ("lifetime value of an Enterprise customer at churn + 1 point", 571_429, 6),
        ("monthly recurring revenue", 1.28548e9, 6),
        ("lifetime value of all customers", 168.637e9, 6),
        ("lifetime value of all customers at churn + 1 point", 72.510e9, 5),
        ("average lifetime value, weighted by revenue", 1_306_915, 7),
        ("the same at churn + 1 point", 560_110, 6),
        ("average lifetime value, by head", 120_455, 6),
        ("the same by head at churn + 1 point", 51_793, 5),
        ("parameters of v3", 650e9, 3),
        ("loss of v1, nats per token", 1.8000, 5),
        ("loss of v3, nats per token", 1.7820, 5),
        ("loss of v5, nats per token", 1.7760, 5),
        ("fall of loss, v1 to v3", 0.018, 2),
        ("fall of loss, v3 to v5", 0.006, 1),
        ("training and serving of v1", 110e6, 3),
    ],
)
def test_as_the_article_tells_it_we_print_what_it_prints(rows, figure, published, digits):
    here = rows[figure]["here_article"]
    assert float(f"{here:.{digits - 1}e}") == float(f"{published:.{digits - 1}e}")


# Hoffmann et al. 2022, appendix D.3, equation 10, at 20 tokens per parameter: as printed, and unrounded as
# recorded in data_analysis.ipynb of epoch-research/analyzing-chinchilla.
PRINTED = (1.69, 406.4, 0.34, 410.7, 0.28)
UNROUNDED = (1.6933737, 406.40102, 0.33917084, 410.72283, 0.2849083)


@pytest.mark.parametrize(
    ("figure", "small", "large", "printed"),
    [("v1 to v3", 7e9, 650e9, 0.367), ("v3 to v5", 650e9, 5.4e12, 0.059)],
)
def test_from_first_principles_the_steps_of_loss_are_those_of_the_unrounded_law(
    rows, figure, small, large, printed
):
    def fall(e: float, a: float, alpha: float, b: float, beta: float) -> float:
        losses = [e + a / params**alpha + b / (20 * params) ** beta for params in (small, large)]
        return losses[0] - losses[1]

    row = rows[f"fall of loss, {figure}"]
    assert row["here_first_principles"] == pytest.approx(fall(*UNROUNDED), rel=1e-5)
    assert fall(*PRINTED) == pytest.approx(printed, abs=5e-4)
    assert f"{printed:g}" in row["why"]


def test_training_v3_takes_the_machines_that_can_be_worked_out_by_hand(rows):
    # 6 x 650e9 x 20 x 650e9 FLOP over 989.4e12 FLOP/s at 40 % MFU: 3.56e7 GPU-hours, 39 000 GPUs for 38 days.
    gpu_hours = 6 * 650e9 * 20 * 650e9 / (989.4e12 * 0.40) / 3600
    assert rows["GPU-hours to train v3"]["here_first_principles"]["p50"] == pytest.approx(gpu_hours, rel=0.02)
    gpus = gpu_hours / (38 * 24)
    assert rows["GPUs to train v3 in 38 days"]["here_first_principles"]["p50"] == pytest.approx(
        gpus, rel=0.02
    )


def test_the_machine_that_is_named_is_the_one_that_the_scenario_uses(rows):
    text = (files("nextdollar.catalogue") / "scenarios" / "first-principles.yaml").read_text(encoding="utf-8")
    assert f"accelerator: {rows['accelerator']['here_first_principles']}\n" in text


def test_our_figures_are_those_of_the_plans(rows, case_study):
    best = next(item for item in case_study["article"]["candidates"] if item["name"] == "v3")
    assert rows["rise of lifetime value with v3"]["here_article"] == best["ltv_gain_usd"]
    steps = {step["to"]: step for step in case_study["first_principles"]["decision"]["steps"]}
    assert rows["v3 to v4 costs"]["here_first_principles"] == steps["v4"]["extra_cost_usd"]
    chosen = case_study["article"]["decision"]["last_worth_funding"]
    assert rows["last candidate worth funding"]["here_article_text"] == chosen == "v3"


def test_both_stories_reach_the_verdict_of_the_article(case_study):
    assert {
        case_study[name]["decision"]["last_worth_funding"] for name in ("article", "first_principles")
    } == {"v3"}


def test_each_conclusion_is_judged_by_the_numbers(case_study):
    judged = {item.claim: item for item in conclusions(case_study)}
    assert judged["v5 costs 70 times v3"].says == "Survives only as the article tells it."
    assert judged["v4 and v5 destroy value"].word == "partly"
    assert (
        judged["Marginal ROI is above 4x up to v3"].says == "Survives for v3 as a whole, not at the margin."
    )
    assert "open" in judged["One more point of churn takes payback from 10 to 29 months"].why
    swapped = {**case_study, "first_principles": case_study["article"]}
    assert {item.claim: item for item in conclusions(swapped)}["v5 costs 70 times v3"].says == "Survives."


def test_every_step_has_its_break_even_elasticity_in_both_stories(case_study):
    table = elasticity_table(case_study)
    assert [row[0] for row in table.rows] == ["v1 to v2", "v2 to v3", "v3 to v4", "v4 to v5"]
    for _, article, today, first, _ in table.rows:
        assert 0 < first < article
        assert today == pytest.approx(10, rel=0.05)


def test_what_to_measure_names_the_elasticity_first_and_both_falls_of_loss(case_study):
    first, second, *_ = to_measure(case_study)
    assert "elasticity" in first and "%" in first
    assert "0.018 against 0.345" in second


def test_the_whole_case_study_is_one_object(case_study):
    found = demo_view(case_study, ["index.html"])
    assert list(found) == ["schema", "article", "first_principles", "churn_plus_one", "comparison", "files"]
    assert found["schema"] == "nextdollar.demo/1.0"


def test_the_text_answers_first_and_ends_with_the_next_command(case_study):
    text = demo_text(case_study, "nextdollar plan demo-report/article.yaml")
    lines = text.splitlines()
    assert lines[0].startswith("Both stories fund up to v3, for different reasons.")
    assert lines[-1] == "next: nextdollar plan demo-report/article.yaml"
    assert all(len(line) <= 100 for line in lines)


def test_stories_that_part_are_said_to_part(case_study):
    other = {**case_study, "first_principles": case_study["churn_plus_one"]}
    assert demo_text(other, "x").startswith(
        "The stories part: fund v3 as the article tells it, v2 from first principles."
    )
