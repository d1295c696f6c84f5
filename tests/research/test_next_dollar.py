"""The knee of a law, with the price of compute, draws, and what cannot be said."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.research.next_dollar import budgets_of, knee
from nextdollar.scaling import Chinchilla, Domain, PowerLaw, compute_optimal, knee_budget_flop

PRICE = 2.6e-18
DOMAIN = Domain(
    params_low=1e8, params_high=1e10, tokens_low=1e9, tokens_high=1e12, flop_low=1e18, flop_high=1e22
)
LAW = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717, domain=DOMAIN)


def drawn(n_draws=200, spread=0.2):
    z = np.random.default_rng(0).standard_normal(n_draws)
    return Chinchilla(
        LAW.E, LAW.A * np.exp(spread * z), LAW.alpha, LAW.B * np.exp(spread * z), LAW.beta, domain=DOMAIN
    )


def test_the_knee_of_a_certain_law_is_its_closed_form():
    found = knee(LAW, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    exact = knee_budget_flop(LAW, 1e7, usd_per_flop=PRICE)
    assert found.knee_flop == pytest.approx([exact], rel=2e-3)
    assert found.advised_flop == pytest.approx(exact, rel=2e-3)


def test_the_model_at_the_knee_is_compute_optimal():
    found = knee(LAW, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    at = found.at(float(found.knee_flop[0]))
    best = compute_optimal(LAW, found.path.budget_flop[at])
    assert found.path.params[at] == pytest.approx(best.params)


def test_draws_of_the_law_give_an_interval_around_the_closed_form():
    law = drawn()
    found = knee(law, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    exact = np.median(knee_budget_flop(law, 1e7, usd_per_flop=PRICE))
    assert np.median(found.knee_flop) == pytest.approx(exact, rel=0.02)
    assert np.quantile(found.knee_flop, 0.95) > 1.2 * np.quantile(found.knee_flop, 0.05)


def test_the_budget_advised_is_worth_most_on_average():
    law = drawn(spread=0.5)
    found = knee(law, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    net = (-1e7 * found.path.loss_nats - PRICE * found.path.budget_flop[:, None]).mean(axis=1)
    best = found.path.budget_flop[np.argmax(net)]
    assert found.advised_flop == pytest.approx(best, rel=0.1)


def test_a_value_that_is_uncertain_gives_an_interval_to_a_certain_law():
    values = np.array([1e6, 1e7, 1e8])
    found = knee(LAW, usd_per_flop=PRICE, value_usd_per_nat=values)
    np.testing.assert_allclose(found.knee_flop, knee_budget_flop(LAW, values, usd_per_flop=PRICE), rtol=2e-3)


def test_a_price_that_is_uncertain_gives_an_interval_to_a_certain_law():
    prices = np.array([1e-18, 2e-18, 4e-18])
    found = knee(LAW, usd_per_flop=prices, value_usd_per_nat=1e7)
    np.testing.assert_allclose(found.knee_flop, knee_budget_flop(LAW, 1e7, usd_per_flop=prices), rtol=2e-3)
    np.testing.assert_allclose(found.knee_usd, found.knee_flop * prices)


def test_a_knee_far_beyond_the_runs_is_not_answered_for():
    found = knee(LAW, usd_per_flop=PRICE, value_usd_per_nat=1e11)
    assert found.cannot_say
    assert "decades of compute beyond the largest run" in found.reasons[0]


def test_a_knee_that_draws_cannot_place_is_not_answered_for():
    values = np.geomspace(1e4, 1e9, 101)
    found = knee(LAW, usd_per_flop=PRICE, value_usd_per_nat=values)
    assert any("its P95 is" in reason for reason in found.reasons)


def test_a_law_that_states_no_range_says_nothing_of_its_distance():
    law = Chinchilla(LAW.E, LAW.A, LAW.alpha, LAW.B, LAW.beta)
    found = knee(law, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    assert found.decades_beyond is None
    assert found.beyond_share is None


def test_budgets_reach_from_below_the_runs_to_far_beyond():
    budgets = budgets_of(LAW)
    assert budgets[0] == pytest.approx(1e16)
    assert budgets[-1] == pytest.approx(1e32)


def test_a_value_has_to_be_given_once():
    with pytest.raises(DomainError, match="value must be given once"):
        knee(LAW, usd_per_flop=PRICE)


def test_a_law_in_one_quantity_needs_a_ratio():
    law = PowerLaw(E=1.7, A=400.0, alpha=0.34, variable="params")
    with pytest.raises(DomainError, match="no compute-optimal split"):
        knee(law, usd_per_flop=PRICE, value_usd_per_nat=1e7)
    assert knee(law, usd_per_flop=PRICE, value_usd_per_nat=1e7, tokens_per_param=20.0).knee_flop.size == 1
