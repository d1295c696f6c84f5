from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.quality import (
    best_training_flop,
    largest_elasticity,
    most_spend_share,
    spend_for_equal_decades_usd,
)
from nextdollar.errors import DomainError


class TestGoldenEconomics:
    """Rows of shared/data/evidence/golden_economics.csv, with the tolerances printed there."""

    def test_sixteen_percent_per_decade_pays_for_six_and_a_half_percent_of_margin(self):
        assert most_spend_share(0.161) == pytest.approx(0.06483221973857385, rel=1e-12)  # power_share

    def test_the_best_compute_of_a_case(self):
        best = best_training_flop(0.161, 1e8, at_flop=1e24, usd_per_flop=7e-18)
        assert best == pytest.approx(9.212633031972851e23, rel=1e-9)  # power_C
        assert best * 7e-18 == pytest.approx(6448843.12, abs=0.005)

    def test_twice_the_exponent_is_worth_more_than_twice_the_spend(self):
        # power_C, note: with eta doubled.
        best = best_training_flop(1.161**2 - 1, 1e8, at_flop=1e24, usd_per_flop=7e-18)
        assert best == pytest.approx(2.0305269830477848e24, rel=1e-9)
        assert best * 7e-18 == pytest.approx(14213688.88, abs=0.005)

    def test_equal_money_per_decade_is_spent_alike_at_any_price_of_compute(self):
        assert spend_for_equal_decades_usd(1e7) == pytest.approx(4342944.819032518, rel=1e-12)  # decade_spend

    def test_a_law_without_floor_has_a_critical_elasticity(self):
        assert largest_elasticity(0.05) == 20.0  # critical_elasticity
        assert largest_elasticity(0.155) == pytest.approx(6.45, abs=0.005)


@given(gain=st.floats(0.01, 1.0), margin=st.floats(1e5, 1e10), price=st.floats(1e-19, 1e-16))
def test_no_neighbour_earns_more_than_the_best(gain, margin, price):
    best = best_training_flop(gain, margin, at_flop=1e24, usd_per_flop=price)

    def profit_usd(flop):
        return margin * (flop / 1e24) ** np.log10(1 + gain) - price * flop

    assert profit_usd(best) >= max(profit_usd(best * 1.01), profit_usd(best / 1.01))


@given(gain=st.floats(0.01, 1.0), margin=st.floats(1e5, 1e10))
def test_the_best_spend_is_eta_of_the_value_it_buys(gain, margin):
    best = best_training_flop(gain, margin, at_flop=1e24, usd_per_flop=7e-18)
    value = margin * (best / 1e24) ** np.log10(1 + gain)
    assert best * 7e-18 / value == pytest.approx(most_spend_share(gain), rel=1e-9)


def test_draws_agree_with_one_call_per_draw():
    gains = np.array([0.05, 0.161, 0.5])
    together = best_training_flop(gains, 1e8, at_flop=1e24, usd_per_flop=7e-18)
    alone = [best_training_flop(g, 1e8, at_flop=1e24, usd_per_flop=7e-18) for g in gains.tolist()]
    np.testing.assert_allclose(together, alone, rtol=1e-15)


def test_value_that_grows_as_fast_as_compute_has_no_best_amount():
    with pytest.raises(DomainError, match=r"gain_share must be above 0 and below 9.*no best amount, got 9"):
        best_training_flop(9.0, 1e8, at_flop=1e24, usd_per_flop=7e-18)


def test_bad_numbers_are_refused_by_name():
    with pytest.raises(DomainError, match="gain_share must be 0 or more"):
        most_spend_share(-0.1)
    with pytest.raises(DomainError, match="usd_per_flop must be above 0"):
        best_training_flop(0.1, 1e8, at_flop=1e24, usd_per_flop=0.0)
    with pytest.raises(DomainError, match="worth_usd_per_decade must be 0 or more"):
        spend_for_equal_decades_usd(-1.0)
    with pytest.raises(DomainError, match="exponent must be above 0"):
        largest_elasticity(0.0)
