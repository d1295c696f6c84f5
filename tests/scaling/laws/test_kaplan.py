"""The joint law of Kaplan et al. (arXiv:2001.08361)."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.scaling import Kaplan

# Table 2, the joint fit of equation 1.5; equations 1.1 and 1.2, the separate fits of its limits.
JOINT = Kaplan(N_c=6.4e13, D_c=1.8e13, alpha_N=0.076, alpha_D=0.103)
SEPARATE = Kaplan(N_c=8.8e13, D_c=5.4e13, alpha_N=0.076, alpha_D=0.095)
ENDLESS = 1e40


def test_twice_the_parameters_leave_the_published_share_of_the_loss():
    # Section 1.2, below equation 1.3: doubling N yields a loss smaller by 2**-alpha_N = 0.95.
    assert JOINT.loss(2e9, ENDLESS) / JOINT.loss(1e9, ENDLESS) == pytest.approx(0.95, abs=5e-3)


def test_the_limits_are_the_laws_in_one_quantity():
    # Equations 1.1 and 1.2: (N_c / N)**alpha_N and (D_c / D)**alpha_D.
    assert SEPARATE.loss(1e9, ENDLESS) == pytest.approx((8.8e13 / 1e9) ** 0.076, rel=1e-12)
    assert SEPARATE.loss(ENDLESS, 1e10) == pytest.approx((5.4e13 / 1e10) ** 0.095, rel=1e-12)


@pytest.mark.parametrize("params", [1e6, 1e8, 1e9])
def test_the_data_that_the_paper_asks_for_keeps_overfitting_near_two_percent(params):
    # Equation 4.4: D of about 5e3 N**0.74 holds L(N, D) / L(N, infinity) - 1 at 0.02. Tokens are
    # printed to one digit, 4.5e3 to 5.5e3, and the exponent to two, 0.735 to 0.745.
    few, many = 4.5e3 * params**0.735, 5.5e3 * params**0.745
    over = [JOINT.loss(params, tokens) / JOINT.loss(params, ENDLESS) - 1 for tokens in (few, many)]
    assert over[1] < 0.02 < over[0]


def test_the_separate_constants_do_not_give_the_papers_data_rule():
    # Eight times the parameters need about five times the data (section 1.1): 8**0.74 = 4.7. The
    # exponent is alpha_N / alpha_D, which the separate fits put at 0.8, for a factor of 5.3.
    assert 8 ** (JOINT.alpha_N / JOINT.alpha_D) == pytest.approx(8**0.74, rel=0.01)
    assert 8 ** (SEPARATE.alpha_N / SEPARATE.alpha_D) > 5.2


def test_the_best_size_is_where_a_search_over_sizes_finds_it():
    budget = 1e21
    sizes = JOINT.optimal_params(budget) * np.geomspace(0.5, 2.0, 20_001)
    losses = JOINT.loss(sizes, budget / (6 * sizes))
    # Neighbouring sizes of the grid are 7e-5 apart.
    assert sizes[np.argmin(losses)] == pytest.approx(JOINT.optimal_params(budget), rel=1e-4)


def test_the_frontier_is_the_loss_at_the_best_size():
    for budget in (1e18, 1e21, 1e25):
        N = JOINT.optimal_params(budget)
        assert JOINT.frontier().loss(budget) == pytest.approx(JOINT.loss(N, budget / (6 * N)), rel=1e-13)


def test_the_frontier_has_the_exponent_of_two_powers_in_series():
    # 1 / gamma = 1 / alpha_N + 1 / alpha_D, and no floor.
    frontier = JOINT.frontier()
    assert 1 / frontier.gamma == pytest.approx(1 / 0.076 + 1 / 0.103, rel=1e-13)
    assert frontier.E == 0
