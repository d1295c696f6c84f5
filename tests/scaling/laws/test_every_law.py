"""What holds for every scaling law."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import LAWS, Chinchilla, Kaplan, Law, PowerLaw

EXAMPLES: dict[str, list[Law]] = {
    "kaplan": [Kaplan(6.4e13, 1.8e13, 0.076, 0.103)],
    "chinchilla": [Chinchilla(1.8172, 482.01, 0.3478, 2085.43, 0.3658)],
    "power": [
        PowerLaw(1.7506, 0.4766, 0.1, "params"),
        PowerLaw(1.6, 900.0, 0.3, "tokens"),
        PowerLaw(1.6, 95.182, 0.0941, "flop"),
    ],
}
WITH_DRAWS: dict[str, list[Law]] = {
    "kaplan": [Kaplan(np.array([6.4e13, 8.8e13]), 1.8e13, 0.076, np.array([0.103, 0.095]))],
    "chinchilla": [Chinchilla(np.array([1.8, 1.7]), 482.0, np.array([0.35, 0.34]), 2000.0, 0.36)],
    "power": [
        PowerLaw(1.7, np.array([0.4, 0.5]), np.array([0.1, 0.2]), v) for v in ("params", "tokens", "flop")
    ],
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
        # A central difference over 2 h in ln N: truncation h**2, rounding 2e-16 / (h * elasticity).
        N, D, h = data.draw(SIZES), data.draw(TOKENS), 1e-4
        for law in EXAMPLES[name]:
            per_param, per_token = law.gradient(N, D)
            by_N = (law.loss(N * (1 + h), D) - law.loss(N * (1 - h), D)) / (2 * h * N)
            by_D = (law.loss(N, D * (1 + h)) - law.loss(N, D * (1 - h))) / (2 * h * D)
            rounding = 4e-16 * law.loss(N, D) / h
            assert per_param == pytest.approx(by_N, rel=1e-7, abs=rounding / N)
            assert per_token == pytest.approx(by_D, rel=1e-7, abs=rounding / D)

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
        for law in EXAMPLES[name]:
            names = [field.name for field in fields(law) if field.name != "domain"]
            values = {field: getattr(law, field) for field in names}
            exponent = next(field for field in names if field.startswith("alpha"))
            with pytest.raises(DomainError, match=rf"{exponent} must be above 0, got -0\.1"):
                type(law)(**{**values, exponent: np.array([0.3, -0.1])})
