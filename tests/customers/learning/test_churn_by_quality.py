from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from nextdollar.customers.learning import ChurnByQuality, fit_churn_by_quality
from nextdollar.errors import DomainError, FitError

QUALITY = np.linspace(0.6, 0.9, 30)
VERSION = np.repeat(np.arange(10), 3)


def uniforms(n_draws: int, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).random((2, n_draws))


def table(seed: int, *, response: float = 5.0, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    dealt = np.random.default_rng(seed)
    users = np.full(30, 20_000.0)
    churn = 0.01 + 0.03 * np.exp(-response * (QUALITY - 0.75) + noise * dealt.standard_normal(30))
    return dealt.binomial(20_000, churn).astype(float), users


def test_without_involuntary_churn_it_is_the_maximum_of_the_poisson_likelihood():
    lost, users = table(0)

    def negative(beta: np.ndarray) -> float:
        log_churn = beta[0] + beta[1] * (QUALITY - 0.75)
        return float((users * np.exp(log_churn) - lost * log_churn).sum())

    best = minimize(negative, np.array([-3.0, -1.0]), method="BFGS", options={"gtol": 1e-7})
    found = fit_churn_by_quality(
        lost,
        users,
        QUALITY,
        version=VERSION,
        involuntary_of_churn_share=np.zeros(1),
        uniforms=np.full((2, 1), 0.5),
    )
    assert found.response[0] == pytest.approx(-best.x[1], rel=1e-4)
    assert np.log(found.voluntary(0.75)[0]) == pytest.approx(best.x[0], rel=1e-5)


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_true_response_lies_in_the_range_of_nine_in_ten_simulated_tables(noise):
    inside, n_tables = 0, 100
    for seed in range(n_tables):
        lost, users = table(seed, noise=noise)
        found = fit_churn_by_quality(
            lost,
            users,
            QUALITY,
            version=VERSION,
            involuntary_of_churn_share=np.full(256, 0.01 * users.sum() / lost.sum()),
            uniforms=uniforms(256, seed),
        )
        low, high = np.quantile(found.response, [0.05, 0.95])
        inside += low <= 5.0 <= high
    assert 0.82 * n_tables <= inside <= 0.98 * n_tables


@given(response=st.floats(0, 20), first=st.floats(0, 1), second=st.floats(0, 1), fixed=st.floats(0, 0.2))
def test_better_quality_never_raises_churn_and_never_cures_the_involuntary_part(
    response, first, second, fixed
):
    churn = ChurnByQuality(fixed, 0.05, response, 0.7)
    low, high = sorted((first, second))
    worse, better = churn.churn_share(np.array([low, high]))
    assert fixed <= better <= worse <= 1


def test_more_leaving_by_itself_leaves_less_to_cure():
    lost, users = table(1)
    found = fit_churn_by_quality(
        lost,
        users,
        QUALITY,
        version=VERSION,
        involuntary_of_churn_share=np.array([0.0, 0.3]),
        uniforms=np.full((2, 2), 0.5),
    )
    assert found.voluntary(0.75)[0] > found.voluntary(0.75)[1]


def test_draws_agree_with_one_fit_per_draw():
    lost, users = table(3)
    shares, dealt = np.array([0.1, 0.25, 0.4]), uniforms(3)

    def fitted(columns: slice) -> ChurnByQuality:
        return fit_churn_by_quality(
            lost,
            users,
            QUALITY,
            version=VERSION,
            involuntary_of_churn_share=shares[columns],
            uniforms=dealt[:, columns],
        )

    # The overdispersion is taken at the middle draw, so the middle one alone must agree.
    assert fitted(slice(1, 2)).response[0] == pytest.approx(fitted(slice(0, 3)).response[1], rel=1e-6)


def test_a_quality_that_stood_still_is_refused():
    lost, users = table(4)
    with pytest.raises(FitError, match="quality did not move"):
        fit_churn_by_quality(
            lost,
            users,
            np.full(30, 0.8),
            version=VERSION,
            involuntary_of_churn_share=np.zeros(1),
            uniforms=np.full((2, 1), 0.5),
        )


def test_churn_that_is_all_involuntary_is_refused():
    lost, users = table(5)
    with pytest.raises(DomainError, match="involuntary_of_churn_share must be from 0 to below 1, got 1"):
        fit_churn_by_quality(
            lost,
            users,
            QUALITY,
            version=VERSION,
            involuntary_of_churn_share=np.ones(1),
            uniforms=np.full((2, 1), 0.5),
        )
