"""What holds for every scaling law."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import (
    LAWS,
    Chinchilla,
    Coupled,
    DataConstrained,
    Kaplan,
    Law,
    OverTraining,
    PowerLaw,
    RoutedMoe,
    outside_domain,
)
from nextdollar.scaling.laws import Domain

EXAMPLES: dict[str, list[Law]] = {
    "kaplan": [Kaplan(6.4e13, 1.8e13, 0.076, 0.103)],
    "chinchilla": [Chinchilla(1.8172, 482.01, 0.3478, 2085.43, 0.3658)],
    "coupled": [Coupled(1.77, 480.0, 0.33, 1290.0, 0.35, k) for k in (0.05, 0.59, 1.0, 2.5)],
    "power": [
        PowerLaw(1.7506, 0.4766, 0.1, "params"),
        PowerLaw(1.6, 900.0, 0.3, "tokens"),
        PowerLaw(1.6, 95.182, 0.0941, "flop"),
    ],
    "data-constrained": [
        DataConstrained(1.869, 520.8, 0.3527, 1487.7, 0.3527, 15.388, 5.31),
        DataConstrained(1.869, 520.8, 0.34, 1487.7, 0.37, 15.388, 5.31, unique_tokens=25.3e9),
        DataConstrained(1.869, 520.8, 0.3527, 1487.7, 0.3527, 0.7, 0.4, unique_tokens=1.7e12),
    ],
    "over-training": [OverTraining(1.51, 141.0, 190.0, 0.121)],
    "routed-moe": [
        RoutedMoe(-0.082, -0.108, 0.009, 1.104, 1.847, 314.478),
        RoutedMoe(-0.082, -0.108, 0.009, 1.104, 1.847, 314.478, experts=64.0),
    ],
}
WITH_DRAWS: dict[str, list[Law]] = {
    "kaplan": [Kaplan(np.array([6.4e13, 8.8e13]), 1.8e13, 0.076, np.array([0.103, 0.095]))],
    "chinchilla": [Chinchilla(np.array([1.8, 1.7]), 482.0, np.array([0.35, 0.34]), 2000.0, 0.36)],
    "coupled": [Coupled(np.array([1.8, 1.7]), 482.0, 0.35, 2000.0, 0.36, np.array([0.5, 1.2]))],
    "power": [
        PowerLaw(1.7, np.array([0.4, 0.5]), np.array([0.1, 0.2]), v) for v in ("params", "tokens", "flop")
    ],
    "data-constrained": [
        DataConstrained(
            1.87,
            520.8,
            np.array([0.35, 0.33]),
            1487.7,
            0.35,
            np.array([15.4, 9.0]),
            5.31,
            unique_tokens=np.array([2e10, np.inf]),
        ),
    ],
    "over-training": [OverTraining(1.5, np.array([141.0, 212.0]), 190.0, np.array([0.12, 0.14]))],
    "routed-moe": [
        RoutedMoe(np.array([-0.082, -0.083]), -0.11, 0.009, 1.1, 1.8, 314.0, experts=np.array([1.0, 64.0]))
    ],
}
# What cannot be, and how the refusal begins: a coefficient with which size or data would do harm.
REFUSED = {
    "kaplan": ("alpha_N", "alpha_N must be above 0"),
    "chinchilla": ("alpha", "alpha must be above 0"),
    "coupled": ("k", "k must be above 0"),
    "power": ("alpha", "alpha must be above 0"),
    "data-constrained": ("beta", "beta must be above 0"),
    "over-training": ("eta", "eta must be above 0"),
    "routed-moe": ("a", r"a \+ c log10 S must be below 0"),
}
SIZES = st.floats(1e6, 1e13)
TOKENS = st.floats(1e7, 1e15)


@pytest.mark.parametrize("name", LAWS)
class TestEveryLaw:
    @given(st.data())
    def test_more_data_never_raises_the_loss(self, name, data):
        N, D, factor = data.draw(SIZES), data.draw(TOKENS), data.draw(st.floats(1, 1e4))
        for law in EXAMPLES[name]:
            assert law.loss(N, D * factor) <= law.loss(N, D)

    @given(st.data())
    def test_more_parameters_never_raise_the_loss(self, name, data):
        N, D, factor = data.draw(SIZES), data.draw(TOKENS), data.draw(st.floats(1, 1e4))
        for law in EXAMPLES[name]:
            assert law.loss(N * factor, D) <= law.loss(N, D)

    @given(st.data())
    def test_the_gradient_is_the_slope_of_the_loss(self, name, data):
        # A complex step: f(x + i h) = f(x) + i h f'(x) to rounding, with nothing to cancel.
        N, D = data.draw(SIZES), data.draw(TOKENS)
        for law in EXAMPLES[name]:
            per_param, per_token = law.gradient(N, D)
            assert per_param == pytest.approx(law.loss(N + 1e-30j * N, D).imag / (1e-30 * N), rel=1e-11)
            assert per_token == pytest.approx(law.loss(N, D + 1e-30j * D).imag / (1e-30 * D), rel=1e-11)

    @given(st.floats(1e16, 1e28), st.floats(1e-3, 1e3))
    def test_no_split_of_a_budget_beats_the_frontier(self, name, budget, factor):
        for law in filter(splits_budgets, EXAMPLES[name]):
            N = law.optimal_params(budget)
            best = law.frontier().loss(budget)
            assert law.loss(N, budget / (6 * N)) == pytest.approx(best, rel=1e-12)
            other = N * factor
            assert law.loss(other, budget / (6 * other)) >= best * (1 - 1e-14)

    @given(st.floats(1e17, 1e25))
    def test_the_slope_of_the_frontier_is_its_slope(self, name, budget):
        # Central differences over 2 h: rounding 2e-16 / h over the elasticity, here at least 1e-3.
        h = 1e-4
        for law in filter(splits_budgets, EXAMPLES[name]):
            frontier = law.frontier()
            rise = frontier.loss(budget * (1 + h)) - frontier.loss(budget * (1 - h))
            slope = rise / (2 * h * budget)
            assert frontier.slope(budget) == pytest.approx(slope, rel=1e-5, abs=1e-11 / budget)

    def test_counts_work_as_the_caller_does(self, name):
        # With 12 FLOP per parameter and token a budget of 2e22 trains what 1e22 does at 6.
        for law in filter(splits_budgets, EXAMPLES[name]):
            assert law.optimal_params(2e22, 12.0) == pytest.approx(law.optimal_params(1e22), rel=1e-13)
            dear, usual = law.frontier(12.0).loss(2e22), law.frontier().loss(1e22)
            assert dear == pytest.approx(usual, rel=1e-13)

    def test_carries_the_range_of_its_runs(self, name):
        for law in EXAMPLES[name]:
            ranged = replace(law, domain=Domain(params_low=1e8, params_high=1e10))
            assert not outside_domain(law.domain, 1e12, 1e9)
            assert outside_domain(ranged.domain, 1e12, 1e9)

    def test_says_where_its_formula_is_printed(self, name):
        source = LAWS[name].source
        assert source.work and source.place
        assert source.link.startswith("https://arxiv.org/abs/")

    def test_one_call_on_arrays_agrees_with_many_on_numbers(self, name):
        N, D = np.geomspace(1e6, 1e13, 7), np.geomspace(1e8, 1e14, 7)
        for law in EXAMPLES[name]:
            np.testing.assert_allclose(
                law.loss(N, D),
                [law.loss(*pair) for pair in zip(N.tolist(), D.tolist(), strict=True)],
                rtol=1e-14,
            )
            np.testing.assert_allclose(
                law.gradient(N, D),
                np.transpose([law.gradient(*pair) for pair in zip(N.tolist(), D.tolist(), strict=True)]),
                rtol=1e-14,
            )

    def test_draws_of_coefficients_agree_with_one_law_per_draw(self, name):
        for law in WITH_DRAWS[name]:
            names = [field.name for field in fields(law) if field.name != "domain"]
            values = {field: getattr(law, field) for field in names}
            one_by_one = [
                type(law)(**{k: v[i].item() if isinstance(v, np.ndarray) else v for k, v in values.items()})
                for i in range(2)
            ]
            losses = law.loss(7e9, 1.4e11)
            np.testing.assert_allclose(
                losses, [single.loss(7e9, 1.4e11) for single in one_by_one], rtol=1e-14
            )
            with_sizes = law.loss(np.array([[1e9], [1e10]]), 1e11)
            assert with_sizes.shape == (2, 2)

    def test_a_size_or_a_token_count_of_zero_is_refused_by_name(self, name):
        for law in EXAMPLES[name]:
            with pytest.raises(DomainError, match=r"N must be above 0, got 0"):
                law.loss(0.0, 1e9)
            with pytest.raises(DomainError, match=r"D must be above 0, got -1\.0"):
                law.gradient(np.array([1e9, 1e9]), np.array([1e9, -1.0]))
            with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0"):
                law.optimal_params(0.0)

    def test_a_law_whose_loss_would_rise_with_size_cannot_be_made(self, name):
        field, refusal = REFUSED[name]
        for law in EXAMPLES[name]:
            with pytest.raises(DomainError, match=rf"{refusal}.*, got -?0\.1"):
                replace(law, **{field: np.array([-0.1 if field != "a" else 0.1, 0.3])})


def splits_budgets(law: Law) -> bool:
    """Whether a law weighs parameters against tokens; the others refuse by name."""
    try:
        law.optimal_params(1e21)
    except DomainError as refusal:
        assert "no compute-optimal split" in str(refusal)
        return False
    return True
