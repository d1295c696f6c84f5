"""Components of the benchmarks of public models (Ruan et al., arXiv:2405.10938)."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling.downstream.laws.observational import (
    FamilyTrend,
    ObservationalLaw,
    benchmark_components,
    family_trends,
    fit_observational,
)

BENCHMARKS = ["MMLU", "ARC-C", "HellaSwag", "Winograd", "TruthfulQA", "GSM8K", "XWinograd", "HumanEval"]
EMERGENT = [
    "parsinlu_qa_2_acc", "word_unscrambling_2_exact_match", "ipa_transliterate_2_exact_match",
    "arithmetic_3ds_2_acc", "arithmetic_3da_2_acc", "arithmetic_2dm_2_acc", "arithmetic_2da_2_acc",
]  # fmt: skip
# The work splits models at the compute of Llama-2 7B.
CUT_FLOP = 8.4e22


def number(cell):
    return float(cell) if cell else np.nan


def table(shared_data, name):
    with (shared_data / "scaling" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def models(shared_data):
    """Return names, families, work in FLOP and benchmark scores of the public base models."""
    rows = table(shared_data, "obsscaling_base_benchmarks.csv")
    scores = np.array([[number(row[name]) for name in BENCHMARKS] for row in rows])
    flop = np.array([number(row["flops"]) for row in rows])
    return [row["Model"] for row in rows], np.array([row["family"] for row in rows]), flop, scores


def test_three_components_hold_the_published_share_of_what_models_differ_in(models):
    # The work: the first three components account for about 97 % of the variance.
    components, _ = benchmark_components(models[3])
    assert components.shares.sum() == pytest.approx(0.97, abs=0.01)
    assert components.shares[0] > 0.75


def test_components_are_those_of_an_independent_program_where_nothing_is_missing(models):
    complete = models[3][~np.isnan(models[3]).any(axis=1)]
    components, _ = benchmark_components(complete, 3)
    variances, vectors = np.linalg.eigh(np.cov(complete.T))
    np.testing.assert_allclose(components.shares, variances[::-1][:3] / variances.sum(), rtol=1e-10)
    np.testing.assert_allclose(np.abs(components.directions @ vectors[:, ::-1][:, :3]), np.eye(3), atol=1e-9)


def test_gaps_are_filled_within_0_and_1_and_what_is_known_stays(models):
    scores = models[3]
    _, complete = benchmark_components(scores)
    known = ~np.isnan(scores)
    np.testing.assert_array_equal(complete[known], scores[known])
    assert ((complete >= 0) & (complete <= 1)).all()


def test_a_score_that_was_taken_away_is_guessed_better_than_by_the_mean(models):
    scores = models[3][~np.isnan(models[3]).any(axis=1)]
    hidden = scores.copy()
    hidden[::7, 0] = np.nan
    _, complete = benchmark_components(hidden)
    guess = np.abs(complete[::7, 0] - scores[::7, 0]).mean()
    assert guess < 0.5 * np.abs(np.nanmean(hidden[:, 0]) - scores[::7, 0]).mean()


def test_within_most_families_the_first_component_is_a_line_in_the_decades_of_work(models):
    # The work: log-linear within families, R2 above 0.9 for most. StableLM mixes generations.
    _, family, flop, scores = models
    components, complete = benchmark_components(scores)
    trends = family_trends(components.of(complete), flop, family)
    large = {name: trend for name, trend in trends.items() if trend.n_models >= 4}
    assert len(large) >= 12
    explained = []
    for name, trend in large.items():
        first = components.of(complete)[(family == name) & np.isfinite(flop), 0]
        explained.append(1 - trend.scatter[0] ** 2 * (first.size - 2) / (first.var() * first.size))
    assert np.median(explained) > 0.9
    assert np.mean([trend.slope[0] > 0 for trend in large.values()]) > 0.9


@pytest.mark.parametrize("task", EMERGENT)
def test_components_of_small_models_foretell_large_ones_better_than_their_compute_does(
    models, shared_data, task
):
    # The work, section 4.1: fitted below the cut and asked above it, components without GSM8K.
    names, _, flop, scores = models
    results = {
        row["Model"]: number(row[task])
        for row in table(shared_data, "obsscaling_emergent_capability_eval.csv")
    }
    score = np.array([results.get(name, np.nan) for name in names])
    benchmarks = np.delete(scores, BENCHMARKS.index("GSM8K"), axis=1)
    components, complete = benchmark_components(benchmarks)
    seen = np.isfinite(score) & np.isfinite(flop)
    inputs = {"components": components.of(complete), "compute": np.log10(flop)[:, None] - 22}
    errors = {}
    for name, values in inputs.items():
        small, large = seen & (flop <= CUT_FLOP), seen & (flop > CUT_FLOP)
        law = fit_observational(values[small], score[small])
        errors[name] = ((law.score(values[large]) - score[large]) ** 2).mean()
    assert small.sum() > 35 and large.sum() > 15
    assert errors["components"] < errors["compute"]


def test_a_fit_without_noise_gives_back_its_coefficients():
    components = np.random.default_rng(3).normal(size=(40, 3))
    law = ObservationalLaw(np.array([1.2, -0.4, 0.3]), -0.5, floor=0.25, ceiling=0.95)
    found = fit_observational(components, law.score(components), floor=0.25, ceiling=0.95)
    np.testing.assert_allclose(found.w, law.w, rtol=1e-5)
    assert found.c == pytest.approx(law.c, rel=1e-5)


def test_the_gradient_is_the_slope_of_the_score():
    law = ObservationalLaw(np.array([1.2, -0.4]), -0.5, floor=0.25)
    at, h = np.array([0.3, 0.7]), 1e-6
    numeric = [(law.score(at + h * e) - law.score(at - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(law.gradient(at), numeric, rtol=1e-8)


def test_the_work_for_a_score_gives_that_score():
    family = FamilyTrend(np.array([-6.0, 0.1]), np.array([0.3, 0.01]), np.zeros(2), 5)
    law = ObservationalLaw(np.array([5.0, 1.0]), -1.0)
    for score in (0.2, 0.5, 0.9):
        assert law.score(family.components(law.flop_for(score, family))) == pytest.approx(score, rel=1e-10)
    stagnant = FamilyTrend(np.array([-6.0, 0.1]), np.array([-0.1, 0.0]), np.zeros(2), 5)
    assert np.isnan(law.flop_for(0.5, stagnant))


def test_what_cannot_be_is_refused_by_name():
    law = ObservationalLaw(np.array([1.0]), 0.0, floor=0.25)
    family = FamilyTrend(np.zeros(1), np.ones(1), np.zeros(1), 5)
    with pytest.raises(DomainError, match=r"score must be between 0\.25 and 1\.0, got 0\.2"):
        law.flop_for(0.2, family)
    with pytest.raises(DomainError, match="scores must be shares from 0 to 1"):
        benchmark_components(np.array([[43.0, 0.5], [0.4, 0.3], [0.1, 0.2]]), 1)
    with pytest.raises(DomainError, match="n_components must be from 1 to 2"):
        benchmark_components(np.zeros((5, 2)), 3)
    with pytest.raises(FitError, match="3 components need more models"):
        benchmark_components(np.zeros((2, 4)), 3)
    with pytest.raises(FitError, match="4 coefficients need more models"):
        fit_observational(np.zeros((4, 3)), np.zeros(4))
