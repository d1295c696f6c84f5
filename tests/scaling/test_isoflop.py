"""Loss along a budget, and the minimum of a measured one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling import Chinchilla, compute_optimal
from nextdollar.scaling.inference_aware import best_within_total, served_as_trained_tokens
from nextdollar.scaling.isoflop import isoflop_loss, isoflop_minimum, parabola_bias_log, sizes_reaching
from nextdollar.scaling.wrong_allocation import dead_weight

SYMMETRIC = Chinchilla(E=1.7, A=400.0, alpha=0.31, B=400.0, beta=0.31)


@settings(max_examples=25)
@given(st.floats(1e18, 1e26), st.floats(1e-4, 0.5))
def test_the_ends_of_the_sizes_reach_the_loss_and_enclose_the_best(budget, waste):
    law = SYMMETRIC
    loss = law.frontier().loss((1 - waste) * budget)
    low, high = sizes_reaching(law, budget, loss)
    assert low < compute_optimal(law, budget).params < high
    for end in (low, high):
        assert isoflop_loss(law, budget, end) == pytest.approx(loss, rel=1e-12)
        assert dead_weight(law, end, budget / (6 * end)).share == pytest.approx(waste, rel=1e-6)


def test_sizes_that_serve_are_enclosed_too(hoffmann):
    served = served_as_trained_tokens(1e12)
    best = best_within_total(hoffmann, 1e23, inference_tokens=1e12)
    low, high = sizes_reaching(hoffmann, 1e23, best.loss_nats * 1.001, served_tokens=served)
    assert low < best.params < high
    for end in (low, high):
        reached = isoflop_loss(hoffmann, 1e23, end, served_tokens=served)
        assert reached == pytest.approx(best.loss_nats * 1.001, rel=1e-12)


def test_a_budget_below_what_a_loss_takes_has_no_sizes(hoffmann):
    loss = hoffmann.frontier().loss(np.array([0.9e22, 1.1e22]))
    low, high = sizes_reaching(hoffmann, 1e22, loss)
    assert np.isnan([low[1], high[1]]).all()
    assert low[0] < high[0]


def test_a_size_whose_serving_takes_the_budget_reaches_nothing(hoffmann):
    losses = isoflop_loss(hoffmann, 1e22, np.array([1e9, 1e12]), served_tokens=1e11)
    assert np.isfinite(losses[0])
    assert np.isinf(losses[1])


@given(st.floats(1e8, 1e12), st.floats(0.01, 1), st.floats(1, 5), st.floats(0.5, 1.8))
def test_a_parabola_is_found_exactly(vertex, bend, floor, span):
    params = vertex * np.exp(np.array([-1.0, -0.4, 0.3, 0.9]) * span)
    losses = floor + bend * np.log(params / vertex) ** 2
    found = isoflop_minimum(params, losses)
    assert found.params == pytest.approx(vertex, rel=1e-8)
    assert found.loss_nats == pytest.approx(floor, rel=1e-10)
    assert found.curvature_nats == pytest.approx(2 * bend, rel=1e-7)
    assert found.standard_error_share < 1e-6


def test_the_standard_error_covers_the_truth_about_as_often_as_it_should():
    generator = np.random.default_rng(4)
    params = 1e9 * np.geomspace(0.2, 5, 15)
    losses = 2 + 0.1 * np.log(params / 1e9) ** 2
    misses = []
    for _ in range(400):
        found = isoflop_minimum(params, losses + 0.01 * generator.standard_normal(15))
        misses.append(np.log(found.params / 1e9) / found.standard_error_share)
    # 90 % within 1.78 (Student, 12 degrees of freedom); 400 trials give it to 1.5 points.
    assert np.mean(np.abs(misses) < 1.782) == pytest.approx(0.90, abs=0.045)


def test_a_symmetric_law_on_a_centred_grid_has_no_bias():
    best = SYMMETRIC.optimal_params(1e21)
    assert parabola_bias_log(SYMMETRIC, 1e21, best * np.geomspace(1 / 8, 8, 9)) == pytest.approx(0, abs=1e-12)


def test_unequal_exponents_and_grids_off_the_minimum_bias_the_vertex():
    # Open-Athena, scaling-law-analysis 3e0656e: with alpha / beta = 3 vertices are off even on centred grids.
    law = Chinchilla(E=1.69, A=406.4, alpha=0.465, B=410.7, beta=0.155)
    best = law.optimal_params(1e21)
    assert abs(parabola_bias_log(law, 1e21, best * np.geomspace(1 / 16, 16, 15))) > 0.05
    aside = best * np.geomspace(1 / 3, 27, 15)
    assert abs(parabola_bias_log(SYMMETRIC, 1e21, SYMMETRIC.optimal_params(1e21) * aside / best)) > 0.02


class TestRunsWithoutAMinimum:
    PARAMS = 1e9 * np.geomspace(0.5, 8, 6)

    @pytest.mark.parametrize(("at", "side"), [(1e8, "smaller"), (1e11, "larger")])
    def test_a_vertex_beyond_the_runs_is_refused_with_the_side(self, at, side):
        with pytest.raises(FitError, match=f"beyond the {side} end; add {side} models"):
            isoflop_minimum(self.PARAMS, 2 + 0.1 * np.log(self.PARAMS / at) ** 2)

    def test_a_curve_that_bends_down_is_refused(self):
        with pytest.raises(FitError, match="the loss bends down"):
            isoflop_minimum(self.PARAMS, 2 - 0.1 * np.log(self.PARAMS / 2e9) ** 2)

    def test_too_few_sizes_are_refused(self):
        with pytest.raises(FitError, match="at least 3 sizes, got 2"):
            isoflop_minimum(np.array([1e9, 2e9, 2e9]), np.array([2.0, 2.1, 2.2]))

    def test_sizes_of_zero_are_refused_by_name(self):
        with pytest.raises(DomainError, match=r"params must be above 0, got 0\.0"):
            isoflop_minimum(np.array([0.0, 1e9, 2e9]), np.ones(3))
