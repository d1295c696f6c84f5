"""The law of Hoffmann et al."""

from __future__ import annotations

import math

import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla

ROUNDED = Chinchilla(E=1.69, A=406.4, alpha=0.34, B=410.7, beta=0.28)
UNROUNDED = Chinchilla(
    E=math.exp(0.5267228), A=math.exp(6.0073404), alpha=0.33917084, B=math.exp(6.0179186), beta=0.2849083
)
# Coefficients of shared/data/evidence/golden_economics.csv.
EPOCH = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)


@pytest.mark.parametrize(
    ("params", "tokens", "of_size", "of_data"),
    [
        # nostalgebraist, "chinchilla's wild implications" (LessWrong 2022), of Gopher and Chinchilla:
        # 0.052 + 0.251 + 1.69 and 0.083 + 0.163 + 1.69.
        (280e9, 300e9, 0.052, 0.251),
        (70e9, 1.4e12, 0.083, 0.163),
    ],
)
def test_gives_the_losses_of_gopher_and_chinchilla(params, tokens, of_size, of_data):
    assert ROUNDED.loss(params, 1e60) - 1.69 == pytest.approx(of_size, abs=5e-4)
    assert ROUNDED.loss(1e60, tokens) - 1.69 == pytest.approx(of_data, abs=5e-4)
    assert ROUNDED.loss(params, tokens) == pytest.approx(1.69 + of_size + of_data, abs=1e-3)


def test_the_frontier_has_the_published_exponent_and_scale():
    # shared/data/evidence/golden_economics.csv, rows law_gamma and law_K, 1e-12 relative.
    frontier = EPOCH.frontier()
    assert frontier.gamma == pytest.approx(0.17848199067853546, rel=1e-12)
    scale_nats = frontier.K
    assert scale_nats == pytest.approx(2728.2064220640823, rel=1e-12)
    assert frontier.E == 1.8172


@pytest.mark.parametrize(
    # shared/facts/scaling.md, end of section 2b: g .17848 and .15484; 66.3 % and 70.0 % are left.
    ("law", "gamma", "left"),
    [
        (Chinchilla(1.8172181, 477.8259, 0.3473105, 2143.417, 0.3671724), 0.17848, 0.663),
        (UNROUNDED, 0.15484, 0.700),
    ],
)
def test_ten_times_the_compute_leaves_the_published_share_of_the_loss_above_the_floor(law, gamma, left):
    frontier = law.frontier()
    assert frontier.gamma == pytest.approx(gamma, abs=5e-6)
    above = [frontier.loss(budget) - law.E for budget in (1e22, 1e23)]
    assert above[1] / above[0] == pytest.approx(left, abs=5e-4)


def test_the_best_size_grows_with_the_power_that_hoffmann_printed():
    # Hoffmann et al. 2022, table 2, approach 3: a 0.46 with an 80 % interval of 0.454 to 0.455.
    # The unrounded fit gives 0.4565, which is 0.46 in print and just above that interval.
    power = math.log10(UNROUNDED.optimal_params(1e23) / UNROUNDED.optimal_params(1e22))
    assert power == pytest.approx(0.46, abs=0.005)


def test_the_loss_never_reaches_the_floor_but_comes_as_near_as_one_likes():
    assert 0 < UNROUNDED.loss(1e30, 1e30) - UNROUNDED.E < 1e-5


def test_work_per_parameter_and_token_is_part_of_the_frontier():
    # The same N and D cost k/6 times as much: the loss at 12 C must be that at 6 C by 6 N D.
    assert EPOCH.frontier(12.0).loss(2e23) == pytest.approx(EPOCH.frontier(6.0).loss(1e23), rel=1e-13)


def test_a_floor_below_zero_is_refused():
    with pytest.raises(DomainError, match=r"E must be at least 0, got -0\.1"):
        Chinchilla(-0.1, 406.4, 0.34, 410.7, 0.28)


def test_a_budget_of_zero_is_refused_on_the_frontier():
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0\.0"):
        EPOCH.frontier().loss(0.0)
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got -1\.0"):
        EPOCH.frontier().slope(-1.0)
    with pytest.raises(DomainError, match=r"flop_per_param_token must be above 0, got 0\.0"):
        EPOCH.frontier(0.0)
