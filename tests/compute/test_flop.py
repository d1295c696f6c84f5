"""Work of training and inference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute import inference_flop_per_token, training_flop
from nextdollar.errors import DomainError


@pytest.mark.parametrize(
    ("params", "tokens", "flop", "digits"),
    [
        # Brown et al. 2020 (GPT-3), appendix D, table D.1: 174,600 M parameters, 300 B tokens.
        (174.6e9, 300e9, 3.14e23, 5e20),
        # The same table, GPT-3 13B: 12,850 M parameters, 2.31e22.
        (12.85e9, 300e9, 2.31e22, 5e19),
        # Llama 3 (arXiv:2407.21783), section 3.2: 405 B parameters, 15.6 T tokens, 3.8e25.
        (405e9, 15.6e12, 3.8e25, 5e23),
        # shared/design/case-study.md: 650 B parameters at 20 tokens each.
        (650e9, 13e12, 5.07e25, 5e22),
    ],
)
def test_training_takes_the_published_work(params, tokens, flop, digits):
    assert training_flop(params, tokens) == pytest.approx(flop, abs=digits)


def test_a_token_of_inference_takes_a_third_of_a_token_of_training():
    # Brown et al. 2020, table D.1: 2 FLOP per parameter forward, times 3 with the backward pass.
    assert inference_flop_per_token(175e9) == 3.5e11
    assert training_flop(175e9, 1.0) == 3 * inference_flop_per_token(175e9)


@given(st.floats(0, 1e13), st.floats(0, 1e15), st.floats(0, 1e3))
def test_work_is_linear_in_size_and_in_tokens(params, tokens, factor):
    assert training_flop(factor * params, tokens) == pytest.approx(
        factor * training_flop(params, tokens), rel=1e-13
    )
    assert training_flop(params, factor * tokens) == pytest.approx(
        factor * training_flop(params, tokens), rel=1e-13
    )


def test_whole_numbers_do_not_wrap():
    # 6 N D of int64 passes 9.2e18 at 1 B parameters on 2 B tokens.
    params, tokens = np.array([1_000_000_000]), np.array([2_000_000_000])
    assert training_flop(params, tokens)[0] == 1.2e19
    assert training_flop(650_000_000_000, 13_000_000_000_000) == pytest.approx(5.07e25, rel=1e-12)


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    params, tokens = np.geomspace(1e8, 1e12, 5), np.geomspace(1e9, 1e13, 5)
    pairs = list(zip(params.tolist(), tokens.tolist(), strict=True))
    np.testing.assert_array_equal(training_flop(params, tokens), [training_flop(*pair) for pair in pairs])
    singles = [inference_flop_per_token(size) for size in params.tolist()]
    np.testing.assert_array_equal(inference_flop_per_token(params), singles)


def test_nothing_takes_no_work_and_less_than_nothing_is_refused():
    assert training_flop(0.0, 1e12) == 0
    with pytest.raises(DomainError, match=r"params_active must be at least 0, got -1\.0"):
        training_flop(-1.0, 1e12)
    with pytest.raises(DomainError, match=r"tokens must be at least 0, got -1\.0"):
        training_flop(1e9, np.array([1.0, -1.0]))
    with pytest.raises(DomainError, match=r"params_active must be at least 0, got -2\.0"):
        inference_flop_per_token(-2.0)
