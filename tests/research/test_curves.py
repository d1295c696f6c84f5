from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.research.curves import along_params, along_tokens, close_to, isoflop, levels, loss_quantiles
from nextdollar.scaling import Chinchilla, PowerLaw
from nextdollar.scaling.laws.routed_moe import RoutedMoe
from nextdollar.scaling.runs import runs_of

LAW = Chinchilla(E=1.8, A=420.0, alpha=0.34, B=1900.0, beta=0.36)


@pytest.fixture
def runs():
    """Return isoFLOP runs: four budgets, seven sizes each."""
    flop = np.repeat(np.array([1e19, 1e20, 1e21, 1e22]), 7)
    params = np.sqrt(flop / 120) * np.tile(np.geomspace(0.2, 5, 7), 4)
    tokens = flop / (6 * params)
    return runs_of(params, tokens, LAW.loss(params, tokens))


def test_every_budget_of_an_isoflop_study_gets_its_curve(runs):
    curves = isoflop(LAW, runs)
    assert [curve.fixed for curve in curves] == pytest.approx([1e19, 1e20, 1e21, 1e22])
    for curve in curves:
        np.testing.assert_allclose(curve.flop, curve.fixed, rtol=1e-12)


def test_the_least_of_an_isoflop_curve_is_the_best_split(runs):
    for curve in isoflop(LAW, runs):
        best = curve.params[np.argmin(curve.loss_nats["p50"])]
        assert abs(np.log(best / LAW.optimal_params(curve.fixed))) < 0.2


def test_sizes_without_a_choice_give_no_isoflop_curve():
    params = np.geomspace(1e8, 1e10, 9)
    along_a_line = runs_of(params, 20 * params, LAW.loss(params, 20 * params))
    assert isoflop(LAW, along_a_line) == ()


def test_curves_against_size_and_data_fall(runs):
    for curve in (*along_params(LAW, runs), *along_tokens(LAW, runs)):
        assert (np.diff(curve.loss_nats["p50"]) < 0).all()


def test_runs_of_one_size_get_one_curve():
    tokens = np.geomspace(1e9, 1e11, 9)
    one_size = runs_of(np.full(9, 1e8), tokens, LAW.loss(1e8, tokens))
    assert [curve.fixed for curve in along_tokens(LAW, one_size)] == pytest.approx([1e8])


def test_a_law_in_tokens_has_no_curve_against_size(runs):
    law = PowerLaw(E=2.0, A=900.0, alpha=0.33, variable="tokens")
    assert along_params(law, runs) == ()
    assert len(along_tokens(law, runs)) == 3


def test_routed_models_get_a_curve_for_each_number_of_experts():
    params = np.tile(np.geomspace(2e7, 1e9, 6), 3)
    experts = np.repeat([4.0, 32.0, 256.0], 6)
    tokens = np.full(18, 1.3e11)
    law = RoutedMoe(a=-0.08, b=-0.11, c=0.009, d=1.1, E_start=1.85, E_max=314.0)
    loss = replace(law, experts=experts).loss(params, tokens)
    found = along_params(law, replace(runs_of(params, tokens, loss), experts=experts))
    assert [(curve.held, round(curve.fixed)) for curve in found] == [
        ("experts", 4),
        ("experts", 32),
        ("experts", 256),
    ]
    assert (found[0].loss_nats["p50"] > found[2].loss_nats["p50"]).all()


def test_a_law_without_draws_has_no_spread(runs):
    found = loss_quantiles(LAW, runs.params, runs.tokens)
    np.testing.assert_array_equal(found["p5"], found["p95"])
    np.testing.assert_array_equal(found["p50"], LAW.loss(runs.params, runs.tokens))


@given(st.lists(st.floats(1e3, 1e25), min_size=1, max_size=60), st.integers(1, 6))
def test_levels_are_near_values_and_never_more_than_asked_for(values, n_levels):
    array = np.array(values)
    found = levels(array, n_levels)
    assert 1 <= len(found) <= n_levels
    assert found == sorted(found)
    for level in found:
        assert close_to(array, level).any()
