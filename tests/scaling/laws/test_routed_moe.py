"""The law of Clark et al. (arXiv:2202.01169)."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from nextdollar.catalogue import fitted_law
from nextdollar.errors import DomainError
from nextdollar.scaling import RoutedMoe, compute_optimal

ROUTERS = {"clark-2022-s-base": "S-Base", "clark-2022-rl-r": "RL-R", "clark-2022-hash": "Hash"}
# Table 3 of the work: a, b, c, d, E_start, E_max, to the digits in print.
TABLE_3 = {
    "clark-2022-s-base": (-0.082, -0.108, 0.009, 1.104, 1.847, 314.478),
    "clark-2022-rl-r": (-0.083, -0.126, 0.012, 1.111, 1.880, 469.982),
    "clark-2022-hash": (-0.087, -0.136, 0.012, 1.157, 4.175, 477.741),
}


def runs(shared_data, router):
    """Return dense sizes, experts and losses: one expert a token in every second layer, and dense models."""
    path = shared_data / "scaling" / "clark_routed_moe_final.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["router_type"] in (router, "Dense")
            and (row["k"], row["routing_frequency"], row["flop_increase"]) == ("1", "0.5", "1.0")
        ]
    return np.transpose([[float(row[name]) for name in ("params", "num_experts", "loss")] for row in rows])


@pytest.mark.parametrize("name", ROUTERS)
def test_the_coefficients_are_the_least_squares_of_the_log_losses(shared_data, name):
    law = fitted_law(name).law
    N, experts, loss = runs(shared_data, ROUTERS[name])
    logs = np.log10(N), np.log10(replace(law, experts=experts).saturated_experts())
    design = np.column_stack([logs[0], logs[1], logs[0] * logs[1], np.ones(len(N))])
    found = np.linalg.lstsq(design, np.log10(loss), rcond=None)[0]
    assert (law.a, law.b, law.c, law.d) == pytest.approx(tuple(found), rel=1e-9)


def test_the_refit_of_the_base_layers_has_the_golden_coefficients():
    # shared/facts/scaling.md, golden number F9, tolerance 5 %.
    law = fitted_law("clark-2022-s-base").law
    golden = (-0.0825, -0.1119, 0.0095, 1.1067)
    assert (law.a, law.b, law.c, law.d) == pytest.approx(golden, rel=0.05)


@pytest.mark.parametrize("name", ROUTERS)
def test_the_coefficients_agree_with_table_3(name):
    # 5 %: of the three digits in print c has one that counts.
    law, (a, b, c, d, E_start, E_max) = fitted_law(name).law, TABLE_3[name]
    assert (law.a, law.b, law.c, law.d) == pytest.approx((a, b, c, d), rel=0.055)
    assert (law.E_start, law.E_max) == (E_start, E_max)


@pytest.mark.parametrize("name", ROUTERS)
def test_runs_lie_within_a_per_cent_and_nearer_than_by_the_digits_in_print(shared_data, name):
    # shared/facts/scaling.md, F9: root mean square 0.0032 in log10, 0.75 %.
    N, experts, loss = runs(shared_data, ROUTERS[name])
    found, printed = (
        np.sqrt(np.mean(np.log10(replace(law, experts=experts).loss(N, 1.3e11) / loss) ** 2))
        for law in (fitted_law(name).law, RoutedMoe(*TABLE_3[name]))
    )
    assert found < 0.0033
    assert found < printed < 0.008


@pytest.mark.parametrize(
    # Beyond this size routing no longer helps, with 130 B tokens: 937 B, 85 B and 83 B parameters
    # (the work, section on the effective parameter count). A power of ten in b / c: the exponent counts.
    ("name", "params"),
    [("clark-2022-s-base", 937e9), ("clark-2022-rl-r", 85e9), ("clark-2022-hash", 83e9)],
)
def test_routing_stops_helping_near_the_published_size(name, params):
    ends = fitted_law(name).law.largest_params_helped()
    assert np.log10(ends) == pytest.approx(np.log10(params), rel=0.013)


def test_without_interaction_routing_helps_models_of_any_size():
    law = fitted_law("clark-2022-hash").law
    assert replace(law, c=0.0).largest_params_helped() == np.inf
    both = replace(law, c=np.array([0.0, law.c])).largest_params_helped()
    assert both.tolist() == [np.inf, law.largest_params_helped()]


def test_a_small_routed_model_is_worth_the_dense_one_that_the_work_names():
    # N = 5 M with 128 experts does as well as a dense model of 55 M.
    law = replace(fitted_law("clark-2022-s-base").law, experts=128.0)
    assert law.equal_dense_params(5e6) == pytest.approx(55e6, rel=0.05)


@pytest.mark.parametrize("name", ROUTERS)
def test_the_equal_dense_model_has_the_same_loss(name):
    routed = fitted_law(name).law
    dense = replace(routed, experts=1.0)
    N = np.geomspace(1e7, 1e9, 5)
    np.testing.assert_allclose(
        dense.loss(routed.equal_dense_params(N), 1.3e11), routed.loss(N, 1.3e11), rtol=1e-12
    )
    np.testing.assert_allclose(dense.equal_dense_params(N), N, rtol=1e-12)


@pytest.mark.parametrize("name", ROUTERS)
def test_more_experts_help_and_saturate(name):
    law = replace(fitted_law(name).law, experts=np.array([1.0, 2, 8, 64, 512, 1e9]))
    losses = law.loss(1e9, 1.3e11)
    assert (np.diff(losses) < 0).all()
    saturated = law.saturated_experts()
    assert saturated[0] == pytest.approx(law.E_start, rel=1e-14)
    assert saturated[-1] == pytest.approx(law.E_max, rel=1e-5)


def test_says_nothing_of_tokens_and_so_splits_no_budget():
    law = fitted_law("clark-2022-s-base").law
    assert law.loss(1e9, 1e9) == law.loss(1e9, 1e13)
    with pytest.raises(DomainError, match="no compute-optimal split: all its runs had one number of tokens"):
        compute_optimal(law, 1e21)
    with pytest.raises(DomainError, match="no compute-optimal frontier"):
        law.frontier()


def test_impossible_numbers_of_experts_are_refused_by_name():
    law = fitted_law("clark-2022-s-base").law
    with pytest.raises(DomainError, match=r"experts must be at least 1, got 0\.5"):
        replace(law, experts=0.5)
    with pytest.raises(DomainError, match=r"E_max must be above E_start, got 1\.0"):
        replace(law, E_max=1.0)
