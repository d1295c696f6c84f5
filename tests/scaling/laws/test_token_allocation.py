"""Tokens as a power of the budget: Llama 3, DeepSeek, and table 3 of Hoffmann et al."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import TokenAllocation
from nextdollar.scaling.laws import LAWS

# arXiv:2407.21783, section 3.2.1, with the digits that its conclusion needs, and as printed.
LLAMA_3 = TokenAllocation(0.299, 0.537)
LLAMA_3_PRINTED = TokenAllocation(0.29, 0.53)
# arXiv:2401.02954, section 3.2: D = 5.8316 C**0.4757 (and FLOP per token 0.1715 C**0.5243).
DEEPSEEK = TokenAllocation(5.8316, 0.4757)
# arXiv:2203.15556, table 3 (approach 1): parameters, FLOP, tokens.
TABLE_3 = np.array(
    [
        (400e6, 1.92e19, 8.0e9),
        (1e9, 1.21e20, 20.2e9),
        (10e9, 1.23e22, 205.1e9),
        (67e9, 5.76e23, 1.5e12),
        (175e9, 3.85e24, 3.7e12),
        (280e9, 9.90e24, 5.9e12),
        (520e9, 3.43e25, 11.0e12),
        (1e12, 1.27e26, 21.2e12),
        (10e12, 1.30e28, 216.2e12),
    ]
)


def test_llama_3_lands_where_the_fact_sheet_says():
    # shared/facts/scaling.md section 2b: 16.29 T tokens and 388.7 B parameters at 3.8e25 FLOP.
    assert LLAMA_3.optimal_tokens(3.8e25) == pytest.approx(16.29e12, rel=1e-3)
    assert LLAMA_3.optimal_params(3.8e25) == pytest.approx(388.7e9, rel=1e-3)


def test_llama_3_lands_near_its_own_conclusion_and_its_printed_digits_do_not():
    # The report: 402 B parameters on 16.55 T tokens, 5.71 FLOP per parameter and token. The third
    # digit of alpha moves the tokens by 6 % there.
    assert LLAMA_3.optimal_tokens(3.8e25) == pytest.approx(16.55e12, rel=0.03)
    assert LLAMA_3.optimal_params(3.8e25, 5.71) == pytest.approx(402e9, rel=0.03)
    assert LLAMA_3_PRINTED.optimal_tokens(3.8e25) == pytest.approx(10.5e12, rel=0.005)


def test_deepseek_spends_the_budget_on_tokens_and_flop_per_token():
    for budget in (1e17, 1e20, 1e24):
        flop_per_token = 0.1715 * budget**0.5243
        assert DEEPSEEK.optimal_tokens(budget) * flop_per_token == pytest.approx(budget, rel=2e-4)


def test_one_power_gives_back_the_table_of_hoffmann_within_its_rounding():
    # Tolerance 3 %: tokens are printed to two to four digits, parameters to one to three.
    params, budget, tokens = TABLE_3.T
    np.testing.assert_allclose(6 * params * tokens / budget, 1, atol=0.05)
    alpha, log_A = np.polyfit(np.log(budget), np.log(tokens), 1)
    rule = TokenAllocation(float(np.exp(log_A)), float(alpha))
    assert alpha == pytest.approx(0.50, abs=0.005)
    # The row of 67 B prints 1.5 T, 5 % more tokens than its budget pays for: there, those it pays for.
    affordable = np.where(params == 67e9, budget / (6 * params), tokens)
    np.testing.assert_allclose(rule.optimal_tokens(budget), affordable, rtol=0.03)
    np.testing.assert_allclose(rule.optimal_params(budget), params, rtol=0.03)


def test_draws_agree_with_one_rule_per_draw():
    rule = TokenAllocation(np.array([0.299, 5.8316]), np.array([0.537, 0.4757]))
    assert rule.optimal_tokens(1e24) == pytest.approx(
        [LLAMA_3.optimal_tokens(1e24), DEEPSEEK.optimal_tokens(1e24)], rel=1e-14
    )


def test_has_no_loss_and_so_is_not_among_the_laws():
    assert TokenAllocation not in LAWS.values()


def test_a_power_that_spends_more_than_the_budget_is_refused_by_name():
    with pytest.raises(DomainError, match=r"alpha must be between 0 and 1, got 1\.2"):
        TokenAllocation(0.3, 1.2)
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0\.0"):
        LLAMA_3.optimal_tokens(0.0)
