"""In what part of a forecast the expected lifetime has no end."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.contractual import fit_retention, table_of_cohort
from nextdollar.customers.contractual.laws import (
    BetaDiscreteWeibull,
    DiscreteWeibull,
    Geometric,
    ShiftedBetaGeometric,
)
from nextdollar.customers.contractual.retention_draws import RetentionDraws
from nextdollar.uncertainty import Design, uniforms

SCORES = uniforms(["a", "b", "c"], Design(1024, 7))


def test_draws_of_every_law_are_counted():
    # The mean of sbg is (alpha + beta - 1) / (alpha - 1) for alpha above 1 (Fader & Hardie 2007); S(t) of bdw
    # falls like t**(-alpha c), the sum of which ends for alpha c above 1. Without an end are two of sbg here,
    # one of bdw, and that of dw where nobody leaves.
    laws = (
        ShiftedBetaGeometric(np.array([1.5, 1.0, 0.4]), np.array([2.0, 2.0, 2.0])),
        Geometric(np.array([0.2])),
        BetaDiscreteWeibull(np.array([0.6, 0.6]), np.array([2.0, 2.0]), np.array([2.0, 1.5])),
        DiscreteWeibull(np.array([0.0, 0.1]), np.array([1.0, 0.5])),
    )
    places = (np.array([0, 1, 2]), np.array([3]), np.array([7, 4]), np.array([5, 6]))
    draws = RetentionDraws(laws, places)
    assert draws.endless_mean_share == 4 / 8


def test_customers_who_are_alike_have_a_lifetime_whatever_alpha_runs_to():
    # A discrete Weibull with c 0.6: told of many, sbg alone would say alpha at most 1.
    shares = 0.8 ** (np.arange(41.0) ** 0.6)
    found = fit_retention(table_of_cohort(1e6 * shares), SCORES)
    assert {fit.name: fit.has_endless_mean for fit in found.laws}["sbg"]
    assert found.draws.endless_mean_share == 0


@pytest.mark.parametrize(("alpha", "share"), [(0.5, 1.0), (3.0, 0.0)])
def test_what_many_customers_tell_is_told_for_sure(alpha, share):
    shares = ShiftedBetaGeometric(alpha, 3.0).survival(np.arange(30.0))
    found = fit_retention(table_of_cohort(1e7 * shares), SCORES)
    assert found.draws.endless_mean_share == pytest.approx(share, abs=0.01)
