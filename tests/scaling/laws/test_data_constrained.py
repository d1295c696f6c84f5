"""The law of Muennighoff et al. (arXiv:2305.16264)."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue import fitted_law
from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, DataConstrained, compute_optimal, knee_budget_flop

UNLIMITED = fitted_law("muennighoff-2023").law
C4_25B = replace(UNLIMITED, unique_tokens=25e9)
HOFFMANN = Chinchilla(UNLIMITED.E, UNLIMITED.A, UNLIMITED.alpha, UNLIMITED.B, UNLIMITED.beta)
BUDGETS = st.floats(1e17, 1e26)


@pytest.mark.parametrize(
    # README of huggingface/datablations, "Parametric Fit": the two models of figure 1, right.
    ("params", "tokens", "loss"),
    [(6.34e9, 242e9, 2.2256440889984477), (8.67e9, 178e9, 2.2269634075087867)],
)
def test_gives_the_losses_that_its_authors_print(params, tokens, loss):
    assert C4_25B.loss(params, tokens) == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize(
    # shared/facts/scaling.md section 2b: worth of the tokens seen, as a share, by epochs.
    ("epochs", "share"),
    [(1, 1.0), (2, 0.9841), (4, 0.9314), (8, 0.8280), (16, 0.6614), (40, 0.3792)],
)
def test_repeated_tokens_are_worth_the_published_share(epochs, share):
    assert C4_25B.effective_tokens(epochs * 25e9) / (epochs * 25e9) == pytest.approx(share, abs=5e-5)


def test_the_best_split_is_where_the_authors_grid_finds_it():
    # README: the grid of 500 ratios finds 237.337e9 tokens, 9.4935 epochs, 7.02236e9 parameters;
    # its neighbouring points there are 0.25 % apart. Continuous: 237.208e9, 9.4883, loss 2.22212927.
    best = compute_optimal(C4_25B, 1e22)
    assert best.tokens == pytest.approx(237_336_955_477.55, rel=2.5e-3)
    assert best.params == pytest.approx(7_022_364_735.88, rel=2.5e-3)
    assert best.tokens == pytest.approx(237.208e9, rel=1e-5)
    assert best.tokens / 25e9 == pytest.approx(9.4883, abs=1e-4)
    assert best.loss_nats == pytest.approx(2.22212927, abs=5e-9)
    assert best.loss_nats < C4_25B.loss(7_022_364_735.88, 237_336_955_477.55)


@given(BUDGETS)
def test_at_the_best_split_one_per_cent_more_of_either_helps_as_much(budget):
    best = compute_optimal(C4_25B, budget)
    per_param, per_token = C4_25B.gradient(best.params, best.tokens)
    assert best.params * per_param == pytest.approx(best.tokens * per_token, rel=1e-10)


@given(BUDGETS)
def test_with_data_to_spare_the_split_is_that_of_hoffmann(budget):
    enough = replace(UNLIMITED, unique_tokens=2 * compute_optimal(HOFFMANN, budget).tokens)
    for law in (UNLIMITED, enough):
        assert law.optimal_params(budget) == pytest.approx(HOFFMANN.optimal_params(budget), rel=1e-13)
        assert law.frontier().loss(budget) == pytest.approx(HOFFMANN.frontier().loss(budget), rel=1e-14)
        assert law.frontier().slope(budget) == pytest.approx(HOFFMANN.frontier().slope(budget), rel=1e-12)


@given(st.floats(1e7, 1e12), st.floats(1e8, 1e14), st.floats(1e8, 1e14))
def test_scarce_data_never_help_and_more_unique_tokens_never_harm(N, D, unique):
    scarce, fewer = replace(UNLIMITED, unique_tokens=unique), replace(UNLIMITED, unique_tokens=unique / 2)
    assert HOFFMANN.loss(N, D) <= UNLIMITED.loss(N, D) * (1 + 1e-15)
    assert UNLIMITED.loss(N, D) <= scarce.loss(N, D) * (1 + 1e-15)
    assert scarce.loss(N, D) <= fewer.loss(N, D) * (1 + 1e-15)


def test_runs_of_few_and_of_many_epochs_lie_equally_far_above_the_law(shared_data):
    # shared/facts/scaling.md section 7: a constant 0.21 nats above. Without fading the gap grows.
    with (shared_data / "scaling" / "datablations_runs.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == "datablations"]
    columns = ("params", "tokens", "unique_tokens", "loss")
    N, D, unique, loss = np.transpose([[float(row[name]) for name in columns] for row in rows])
    gaps = loss - replace(UNLIMITED, unique_tokens=unique).loss(N, D), loss - HOFFMANN.loss(N, D)
    bands = [(D / unique > low) & (D / unique <= 4 * low) & (N > 1e8) for low in (1.01, 4.04, 16.16)]
    assert min(band.sum() for band in bands) >= 20
    faded, unfaded = ([np.median(gap[band]) for band in bands] for gap in gaps)
    for band, middle in zip(bands, faded, strict=True):
        spread = 1.4826 * np.median(np.abs(gaps[0][band] - middle))
        # Twice the standard error of a median, 1.25 spread / sqrt(n).
        assert abs(middle - 0.21) < 2 * 1.2533 * spread / np.sqrt(band.sum())
    assert unfaded[2] > unfaded[0] + 0.3


def test_no_number_of_epochs_counts_for_more_than_one_and_the_constant():
    # D' -> U (1 + R_D): the paper's bound on what repetition can give.
    assert C4_25B.effective_tokens(1e18) == pytest.approx(25e9 * (1 + 15.387756), rel=1e-12)


def test_the_law_of_hoffmann_holds_while_the_tokens_suffice_for_the_parameters():
    N = HOFFMANN.optimal_params(1e22)
    D = 1e22 / 6 / N
    assert UNLIMITED.loss(0.999 * N, D) == HOFFMANN.loss(0.999 * N, D)
    assert UNLIMITED.loss(2 * N, D) > HOFFMANN.loss(2 * N, D)


def test_data_that_must_be_repeated_lower_the_budget_that_pays_for_itself():
    knees = [knee_budget_flop(law, 1e8, usd_per_flop=7e-18) for law in (HOFFMANN, UNLIMITED, C4_25B)]
    assert knees[1] == pytest.approx(knees[0], rel=1e-12)
    assert knees[2] < knees[0]
    # There the next dollar takes off a dollar's worth of loss.
    assert -C4_25B.frontier().slope(knees[2]) * 1e8 / 7e-18 == pytest.approx(1, rel=1e-12)


@given(
    st.floats(0.05, 1.0),
    st.floats(0.05, 1.0),
    st.floats(0.05, 100),
    st.floats(0.05, 100),
    st.floats(1e3, 1e12),
)
def test_the_search_finds_the_least_loss_whatever_the_coefficients(alpha, beta, R_D, R_N, unique):
    law = DataConstrained(1.8, 500.0, alpha, 1500.0, beta, R_D, R_N, unique_tokens=unique)
    best = compute_optimal(law, 1e21)
    sizes = best.params * np.geomspace(1e-6, 1e6, 2001)
    assert (law.loss(sizes, 1e21 / 6 / sizes) >= best.loss_nats * (1 - 1e-14)).all()


def test_budgets_and_unique_tokens_together_agree_with_one_call_each():
    budgets, unique = np.geomspace(1e19, 1e25, 5), np.array([[1e9], [1e11], [np.inf]])
    together = replace(UNLIMITED, unique_tokens=unique).optimal_params(budgets)
    for i, u in enumerate(unique[:, 0]):
        one_by_one = [replace(UNLIMITED, unique_tokens=u).optimal_params(c) for c in budgets]
        np.testing.assert_allclose(together[i], one_by_one, rtol=1e-13)


def test_no_unique_tokens_are_refused_by_name():
    with pytest.raises(DomainError, match=r"unique_tokens must be above 0, got 0\.0"):
        replace(UNLIMITED, unique_tokens=0.0)
