"""The knee of a table of worth: against the closed form, and on shapes that have none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import knee_budget_flop, marginal_loss_per_usd
from nextdollar.scaling.growth_path import growth_path
from nextdollar.scaling.knee_on_path import elasticity, knee_on_path, marginal_usd_per_usd

PRICE = 2e-18
BUDGETS = np.geomspace(1e14, 1e32, 433)


@given(st.floats(1e4, 1e12))
def test_the_knee_of_a_power_law_is_its_closed_form(value):
    from nextdollar.scaling import Chinchilla

    law = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)
    worth = -value * growth_path(law, BUDGETS).loss_nats
    exact = knee_budget_flop(law, value, usd_per_flop=PRICE)
    # A parabola over a sixteenth of a decade on each side: the third derivative is what is left out.
    assert knee_on_path(BUDGETS, worth, usd_per_flop=PRICE)[0] == pytest.approx(float(exact), rel=2e-3)


def test_at_the_knee_a_dollar_brings_back_a_dollar(golden_law):
    worth = -1e8 * growth_path(golden_law, BUDGETS).loss_nats
    knee = knee_on_path(BUDGETS, worth, usd_per_flop=PRICE)[0]
    back = marginal_usd_per_usd(BUDGETS, worth, usd_per_flop=PRICE)[:, 0]
    assert np.interp(np.log(knee), np.log(BUDGETS), np.log(back)) == pytest.approx(0.0, abs=5e-3)


def test_what_the_next_dollar_brings_is_the_marginal_loss_times_its_value(golden_law):
    worth = -1e8 * growth_path(golden_law, BUDGETS).loss_nats
    back = marginal_usd_per_usd(BUDGETS, worth, usd_per_flop=PRICE)[1:-1, 0]
    exact = 1e8 * marginal_loss_per_usd(golden_law, BUDGETS[1:-1], usd_per_flop=PRICE)
    np.testing.assert_allclose(back, exact, rtol=1e-3)


def test_one_per_cent_more_budget_lowers_the_loss_by_the_elasticity(golden_law):
    path = growth_path(golden_law, BUDGETS)
    at = 200
    more = growth_path(golden_law, BUDGETS[at : at + 1] * 1.01).loss_nats[0, 0]
    assert (path.loss_nats[at, 0] - more) / path.loss_nats[at, 0] * 100 == pytest.approx(
        elasticity(BUDGETS, path.loss_nats)[at, 0], rel=0.01
    )


def test_what_is_worth_nothing_has_its_knee_at_the_first_budget():
    assert knee_on_path(BUDGETS, np.zeros((433, 1)), usd_per_flop=PRICE)[0] == pytest.approx(BUDGETS[0])


def test_what_always_pays_has_its_knee_at_the_last_budget():
    worth = 2 * PRICE * BUDGETS[:, None]
    assert knee_on_path(BUDGETS, worth, usd_per_flop=PRICE)[0] == pytest.approx(BUDGETS[-1])


def test_a_jump_in_worth_is_the_knee():
    # A product that is worth 1 MUSD from 1e22 FLOP on, and nothing before.
    worth = np.where(BUDGETS >= 1e22, 1e6, 0.0)[:, None]
    assert knee_on_path(BUDGETS, worth, usd_per_flop=PRICE)[0] == pytest.approx(1e22, rel=0.1)


@given(st.floats(1.1, 100))
def test_a_higher_price_never_moves_the_knee_out(factor):
    worth = -1e9 / BUDGETS[:, None] ** 0.15
    cheap, dear = (knee_on_path(BUDGETS, worth, usd_per_flop=PRICE * f)[0] for f in (1.0, factor))
    assert dear <= cheap


def test_many_draws_at_once_agree_with_one_call_per_draw():
    values, prices = np.array([1e6, 1e8, 1e9]), np.array([1e-18, 2e-18, 3e-18])
    worth = -values / BUDGETS[:, None] ** 0.15
    together = knee_on_path(BUDGETS, worth, usd_per_flop=prices)
    alone = [knee_on_path(BUDGETS, worth[:, i : i + 1], usd_per_flop=prices[i])[0] for i in range(3)]
    np.testing.assert_allclose(together, alone)


def test_a_price_of_nothing_is_refused_by_name():
    with pytest.raises(DomainError, match="usd_per_flop must be above 0, got 0"):
        knee_on_path(BUDGETS, np.zeros((433, 1)), usd_per_flop=0.0)
