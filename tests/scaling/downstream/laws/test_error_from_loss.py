"""The error law of Gadre et al. (arXiv:2403.08540)."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue import fitted_law, fitted_metric, fitted_metrics
from nextdollar.errors import CatalogueError, DomainError
from nextdollar.scaling.downstream.laws.error_from_loss import ERROR_FROM_LOSS, error_from_loss

FAMILIES = {
    "gadre-2024-c4": "gadre_c4_original",
    "gadre-2024-redpajama": "gadre_rpj",
    "gadre-2024-refinedweb": "gadre_rw_original",
}
# mlfoundations/scaling, scaling/constants.py: the 17 tasks on which small models beat chance.
NAMES_OF_SEVENTEEN = (
    "bigbench_operators pubmed_qa_labeled hellaswag_zeroshot boolq arc_easy coqa bigbench_dyck_languages "
    "lambada_openai bigbench_novel_concepts winograd bigbench_cs_algorithms commonsense_qa "
    "bigbench_qa_wikidata hellaswag copa squad piqa"
)
SEVENTEEN = NAMES_OF_SEVENTEEN.split()
NO_TASK = ("params", "tokens", "flops", "loss", "family", "source", "run")


def runs(shared_data, family, n_tasks):
    """Return params, tokens, loss and mean error of the runs of a corpus."""
    path = shared_data / "scaling" / "gadre_overtraining_downstream.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == family]
    tasks = SEVENTEEN if n_tasks == 17 else [name for name in rows[0] if name not in NO_TASK]
    assert len(tasks) == n_tasks
    error = [1 - np.mean([float(row[task]) for task in tasks]) for row in rows]
    return *(
        np.array([float(row[name]) for row in rows]) for name in NO_TASK[:4] if name != "flops"
    ), np.array(error)


@pytest.mark.parametrize(
    # scaling_explorer.ipynb, RedPajama: error of 17 tasks, forecast from five small runs, is off by
    # 3.6365 % for 1.4 B at 640 tokens per parameter and by 0.0464 % for 6.9 B at 20.
    ("params", "ratio", "off"),
    [(1_439_795_200, 640, 0.036365), (6_889_410_560, 20, 0.000464)],
)
def test_forecasts_errors_as_closely_as_the_notebook_prints(shared_data, params, ratio, off):
    N, D, _, error = runs(shared_data, "gadre_rpj", 17)
    chosen = np.equal(N, params) & (np.round(D / N) == ratio)
    loss = fitted_law("gadre-2024-redpajama").law.loss(N[chosen], D[chosen])
    forecast = fitted_metric("gadre-2024-redpajama-17").curve.metric(loss)
    assert np.abs(forecast / error[chosen] - 1) == pytest.approx(off, abs=5e-7)


@pytest.mark.parametrize("n_tasks", [46, 17])
@pytest.mark.parametrize("corpus", FAMILIES)
def test_the_coefficients_are_the_least_squares_of_the_six_runs_of_the_work(shared_data, corpus, n_tasks):
    # The five runs of the loss law and 1.4 B at 20 tokens per parameter.
    N, D, loss, error = runs(shared_data, FAMILIES[corpus], n_tasks)
    ratio = np.round(D / N)
    sizes = (10_569_312, 78_914_048, 153_677_376, 411_616_256, 1_439_795_200)
    chosen = np.isin(N, sizes) & ((ratio == 20) | ((ratio == 320) & np.equal(N, min(sizes))))
    loss, error = loss[chosen], error[chosen]
    assert len(loss) == 6
    curve = fitted_metric(f"{corpus}-{n_tasks}").curve
    residual = curve.metric(loss) - error
    decay = np.exp(-curve.rate_per_nat * loss)
    for slope in (np.ones(6), decay, loss * decay):
        cosine = slope @ residual / np.linalg.norm(slope) / np.linalg.norm(residual)
        assert abs(cosine) < 1e-6


@pytest.mark.parametrize("name", fitted_metrics())
class TestEveryFittedMetric:
    def test_says_where_it_was_read(self, name):
        row = fitted_metric(name)
        assert row.name == name
        assert row.source.work and row.source.place and row.source.link.startswith("https://")

    def test_stays_between_no_error_and_chance_over_the_losses_of_its_runs(self, name):
        error = fitted_metric(name).curve.metric(np.linspace(2.2, 6.0, 50))
        assert (np.diff(error) > 0).all()
        assert ((error > 0.3) & (error < 0.9)).all()


def test_an_unknown_metric_is_refused_with_the_nearest_ones():
    with pytest.raises(CatalogueError, match=r"metric must be a name .*nearest: gadre-2024-c4-"):
        fitted_metric("gadre-2024-c4")


@given(st.floats(0.5, 8.0))
def test_reads_as_in_print(loss):
    curve = error_from_loss(0.85, 2.08, 0.756)
    assert curve.metric(loss) == pytest.approx(max(0.85 - 2.08 * np.exp(-0.756 * loss), 0.0), rel=1e-13)


@given(st.floats(0.05, 0.84))
def test_the_loss_for_an_error_gives_that_error(error):
    curve = error_from_loss(0.85, 2.08, 0.756)
    loss = curve.loss_for(error)
    if np.isnan(loss):
        assert error < 0.85 - 2.08
    else:
        assert curve.metric(loss) == pytest.approx(error, rel=1e-12)


@given(st.floats(1.3, 8.0))
def test_the_slope_is_that_of_the_curve(loss):
    # Central difference: truncation h**2, rounding 2e-16 / h.
    curve, h = error_from_loss(0.85, 2.08, 0.756), 1e-5
    numeric = (curve.metric(loss + h) - curve.metric(loss - h)) / (2 * h)
    assert curve.slope(loss) == pytest.approx(numeric, rel=1e-8, abs=1e-10)


def test_the_slope_is_0_where_the_error_is_held_at_its_bound():
    curve = error_from_loss(0.85, 2.08, 0.756)
    assert curve.metric(0.5) == 0
    assert curve.slope(0.5) == 0


def test_no_loss_reaches_an_error_beyond_chance():
    curve = error_from_loss(0.85, 2.08, 0.756)
    assert np.isinf(curve.loss_for(0.9))
    assert curve.metric(1e9) == pytest.approx(0.85, abs=1e-12)


def test_draws_agree_with_one_curve_per_draw():
    together = error_from_loss(np.array([0.85, 0.76]), np.array([2.0, 1.3]), 0.8)
    for i in range(2):
        single = error_from_loss(together.start[i], -together.span[i], 0.8)
        assert together.metric(3.0)[i] == pytest.approx(single.metric(3.0), rel=1e-14)
        assert replace(together, rate_per_nat=0.9).slope(3.0).shape == (2,)


def test_says_where_the_law_is_printed():
    assert ERROR_FROM_LOSS.link == "https://arxiv.org/abs/2403.08540"


@pytest.mark.parametrize(
    ("coefficients", "refusal"),
    [((1.2, 2.0, 0.7), "eps must be"), ((0.85, -2.0, 0.7), "k must be"), ((0.85, 2.0, 0.0), "gamma must be")],
)
def test_coefficients_with_which_errors_would_rise_with_quality_are_refused(coefficients, refusal):
    with pytest.raises(DomainError, match=refusal):
        error_from_loss(*coefficients)
