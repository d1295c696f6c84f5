"""Power laws in one quantity."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import PowerLaw

ARTICLE = PowerLaw(1.7506, 0.4766, 0.1, "params")
# A loss of 1.6 + 95.182 / C**0.0941 (shared/facts/scaling.md, pinned asymptote, Marin).
MARIN = PowerLaw(1.6, 95.182, 0.0941, "flop")


@pytest.mark.parametrize(("params", "loss"), [(7e9, 1.8000), (650e9, 1.7820), (5.4e12, 1.7760)])
def test_gives_the_losses_that_the_case_study_reads_off(params, loss):
    # shared/design/case-study.md: 1.8000, 1.7820, 1.7760.
    assert ARTICLE.loss(params, 20 * params) == pytest.approx(loss, abs=5e-5)


def test_a_law_in_flop_gives_the_loss_that_was_forecast_for_1e21():
    # shared/facts/scaling.md section 5: forecasts for 1e21 FLOP of 2.617 to 2.606, actual 2.599.
    assert 2.595 < MARIN.loss(1e9, 1e21 / 6e9) < 2.62


def test_a_law_in_parameters_ignores_tokens_but_keeps_their_shape():
    losses = ARTICLE.loss(7e9, np.array([1e9, 1e12]))
    assert losses.shape == (2,)
    assert losses[0] == losses[1]
    per_param, per_token = ARTICLE.gradient(7e9, 1e12)
    assert per_param < 0
    assert per_token == 0


def test_a_law_in_tokens_ignores_parameters():
    law = PowerLaw(1.6, 900.0, 0.3, "tokens")
    assert law.loss(1e9, 1e12) == law.loss(1e11, 1e12)
    assert law.gradient(1e9, 1e12)[0] == 0


def test_a_law_in_flop_is_its_own_frontier():
    assert MARIN.frontier().loss(1e22) == pytest.approx(MARIN.loss(1e9, 1e22 / 6e9), rel=1e-13)


def test_the_frontier_counts_work_as_the_caller_does():
    # With 12 FLOP per parameter and token a budget of 2e22 trains what 1e22 does at 6.
    assert MARIN.frontier(12.0).loss(2e22) == pytest.approx(MARIN.frontier().loss(1e22), rel=1e-13)


@pytest.mark.parametrize(
    ("variable", "reason"),
    [
        ("params", "in params alone the least loss at a fixed budget has no tokens left"),
        ("tokens", "in tokens alone the least loss at a fixed budget has no params left"),
        ("flop", "in flop alone every split of a budget gives the same loss"),
    ],
)
def test_has_no_best_split_of_a_budget_and_says_why(variable, reason):
    with pytest.raises(DomainError, match=f"law has no compute-optimal split: {reason}"):
        PowerLaw(1.6, 1.0, 0.1, variable).optimal_params(1e21)


def test_has_no_frontier_unless_it_is_in_flop():
    with pytest.raises(DomainError, match="law has no compute-optimal frontier: in params alone"):
        ARTICLE.frontier()


def test_an_unknown_quantity_is_refused_by_name():
    with pytest.raises(DomainError, match="variable must be one of params, tokens, flop, got epochs"):
        PowerLaw(1.6, 1.0, 0.1, "epochs")
