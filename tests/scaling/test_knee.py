"""Where the next dollar stops paying."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import (
    Chinchilla,
    Kaplan,
    PowerLaw,
    compute_optimal,
    fixed_ratio,
    knee_budget_flop,
    marginal_loss_per_usd,
)

VALUE_USD = 1e8
USD_PER_FLOP = 7e-18
LAWS = (
    Chinchilla(1.8172, 477.83, 0.34731, 2143.4, 0.36717),
    Kaplan(6.4e13, 1.8e13, 0.076, 0.103),
    PowerLaw(1.7506, 0.4766, 0.1, "params"),
    PowerLaw(1.6, 900.0, 0.3, "tokens"),
    PowerLaw(1.6, 95.182, 0.0941, "flop"),
)
VALUES = st.floats(1e3, 1e13)
PRICES = st.floats(1e-20, 1e-15)


def test_the_golden_case_is_met_to_its_digits(golden_law):
    # shared/data/evidence/golden_economics.csv, rows linear_C, linear_N, linear_D: 1e-9 relative.
    knee = knee_budget_flop(golden_law, VALUE_USD, usd_per_flop=USD_PER_FLOP)
    assert knee == pytest.approx(4.223038161567378e23, rel=1e-9)
    best = compute_optimal(golden_law, knee)
    assert best.params == pytest.approx(62396729865.6721, rel=1e-9)
    assert best.tokens == pytest.approx(1128007341265.7869, rel=1e-9)
    # shared/facts/evidence.md section 2: spend 2,956,126.71 USD.
    assert knee * USD_PER_FLOP == pytest.approx(2_956_126.71, abs=5e-3)


def test_the_golden_table_holds_the_same_case(shared_data, golden_law):
    with (shared_data / "evidence" / "golden_economics.csv").open(newline="", encoding="utf-8") as file:
        golden = {
            row["id"]: float(row["value"]) for row in csv.DictReader(file) if row["id"].startswith("linear")
        }
    knee = knee_budget_flop(golden_law, VALUE_USD, usd_per_flop=USD_PER_FLOP)
    cheap = knee_budget_flop(golden_law, VALUE_USD, usd_per_flop=USD_PER_FLOP / 10)
    assert knee == pytest.approx(golden["linear_C"], rel=1e-9)
    assert cheap / knee == pytest.approx(golden["linear_cheaper_flop"], rel=1e-12)
    assert cheap / knee / 10 == pytest.approx(golden["linear_cheaper_spend"], rel=1e-12)


def test_compute_ten_times_cheaper_buys_seven_times_the_work_for_less_money(golden_law):
    # shared/facts/evidence.md section 2: FLOPs x7.06, spend x0.706.
    dear, cheap = (knee_budget_flop(golden_law, VALUE_USD, usd_per_flop=c) for c in (7e-18, 7e-19))
    assert cheap / dear == pytest.approx(7.06, abs=5e-3)
    assert cheap * 7e-19 / (dear * 7e-18) == pytest.approx(0.706, abs=5e-4)


@given(VALUES, PRICES)
def test_spend_at_the_knee_is_the_value_of_each_term_of_the_law(value_usd, usd_per_flop):
    # At the optimum spend = V alpha A / N**alpha = V beta B / D**beta.
    law = LAWS[0]
    knee = knee_budget_flop(law, value_usd, usd_per_flop=usd_per_flop)
    best = compute_optimal(law, knee)
    spend_usd = knee * usd_per_flop
    assert spend_usd == pytest.approx(value_usd * law.alpha * law.A / best.params**law.alpha, rel=1e-11)
    assert spend_usd == pytest.approx(value_usd * law.beta * law.B / best.tokens**law.beta, rel=1e-11)


@given(VALUES, PRICES)
def test_at_the_knee_the_next_dollar_returns_a_dollar(value_usd, usd_per_flop):
    for law in (LAWS[0], LAWS[1], LAWS[4]):
        knee = knee_budget_flop(law, value_usd, usd_per_flop=usd_per_flop)
        returned = value_usd * marginal_loss_per_usd(law, knee, usd_per_flop=usd_per_flop)
        assert returned == pytest.approx(1, rel=1e-12)


@given(VALUES, PRICES, st.floats(0.5, 2000.0))
def test_at_the_knee_of_a_fixed_ratio_the_next_dollar_returns_a_dollar(value_usd, usd_per_flop, ratio):
    for law in LAWS:
        case = {"usd_per_flop": usd_per_flop, "tokens_per_param": ratio}
        knee = knee_budget_flop(law, value_usd, **case)
        # ln C of about 60 is known to 60 * 2**-52; the return moves by at most twice as much.
        assert value_usd * marginal_loss_per_usd(law, knee, **case) == pytest.approx(1, rel=1e-12)


def test_a_fixed_ratio_on_a_power_law_has_a_knee_in_closed_form():
    # L = E + A / N**alpha with N = sqrt(C / (6 r)) is a power alpha / 2 of C, with
    # K = A (6 r)**(alpha / 2).
    law, ratio = LAWS[2], 20.0
    gamma, K = law.alpha / 2, law.A * (6 * ratio) ** (law.alpha / 2)
    expected = (VALUE_USD * gamma * K / USD_PER_FLOP) ** (1 / (1 + gamma))
    knee = knee_budget_flop(law, VALUE_USD, usd_per_flop=USD_PER_FLOP, tokens_per_param=ratio)
    assert knee == pytest.approx(expected, rel=1e-12)


def test_a_law_in_flop_has_the_same_knee_at_every_ratio():
    at_ratio = knee_budget_flop(LAWS[4], VALUE_USD, usd_per_flop=USD_PER_FLOP, tokens_per_param=20.0)
    on_frontier = knee_budget_flop(LAWS[4], VALUE_USD, usd_per_flop=USD_PER_FLOP)
    assert at_ratio == pytest.approx(on_frontier, rel=1e-12)


@given(st.floats(1e18, 1e27), st.floats(1.0, 1000.0))
def test_the_marginal_loss_is_the_slope_of_the_loss_in_dollars(budget, ratio):
    # Central difference over 2 h in ln C, as for gradients of laws.
    law, h = LAWS[0], 1e-4
    more, less = (law.frontier().loss(budget * (1 + s)) for s in (h, -h))
    slope = (less - more) / (2 * h * budget * USD_PER_FLOP)
    rounding = 4e-16 * less / (h * budget * USD_PER_FLOP)
    found = marginal_loss_per_usd(law, budget, usd_per_flop=USD_PER_FLOP)
    assert found == pytest.approx(slope, rel=1e-7, abs=rounding)
    more, less = (fixed_ratio(law, budget * (1 + s), tokens_per_param=ratio).loss_nats for s in (h, -h))
    slope = (less - more) / (2 * h * budget * USD_PER_FLOP)
    found = marginal_loss_per_usd(law, budget, usd_per_flop=USD_PER_FLOP, tokens_per_param=ratio)
    assert found == pytest.approx(slope, rel=1e-7, abs=rounding)


@given(st.floats(1e15, 1e28), st.floats(1.01, 100.0))
def test_each_further_dollar_returns_less_than_the_one_before(budget, factor):
    for law in (LAWS[0], LAWS[1], LAWS[4]):
        before, after = (marginal_loss_per_usd(law, c, usd_per_flop=1e-18) for c in (budget, budget * factor))
        assert 0 < after < before


def test_draws_of_everything_agree_with_one_call_per_draw():
    law = Chinchilla(np.array([1.8, 1.7]), 480.0, np.array([0.35, 0.34]), np.array([2000.0, 410.0]), 0.36)
    values, prices = np.array([1e8, 1e10]), np.array([7e-18, 1e-18])
    for ratio in (None, np.array([20.0, 200.0])):
        together = knee_budget_flop(law, values, usd_per_flop=prices, tokens_per_param=ratio)
        for i in range(2):
            single = knee_budget_flop(
                Chinchilla(law.E[i], 480.0, law.alpha[i], law.B[i], 0.36),
                values[i].item(),
                usd_per_flop=prices[i].item(),
                tokens_per_param=None if ratio is None else ratio[i].item(),
            )
            assert together[i] == pytest.approx(single, rel=1e-13)


def test_where_a_nat_is_worth_nothing_the_knee_is_zero(golden_law):
    values = np.array([0.0, VALUE_USD])
    for ratio in (None, 20.0):
        knees = knee_budget_flop(golden_law, values, usd_per_flop=USD_PER_FLOP, tokens_per_param=ratio)
        assert knees[0] == 0
        assert knees[1] > 1e20


def test_a_law_without_a_frontier_is_refused_and_told_what_to_do():
    with pytest.raises(DomainError, match="fix the tokens per parameter instead"):
        knee_budget_flop(LAWS[2], VALUE_USD, usd_per_flop=USD_PER_FLOP)


def test_numbers_outside_their_domain_are_refused_by_name(golden_law):
    with pytest.raises(DomainError, match=r"value_usd_per_nat must be at least 0, got -1\.0"):
        knee_budget_flop(golden_law, np.array([1.0, -1.0]), usd_per_flop=1e-18)
    with pytest.raises(DomainError, match=r"usd_per_flop must be above 0, got 0\.0"):
        knee_budget_flop(golden_law, 1e8, usd_per_flop=0.0)
    with pytest.raises(DomainError, match=r"tokens_per_param must be above 0, got 0\.0"):
        knee_budget_flop(golden_law, 1e8, usd_per_flop=1e-18, tokens_per_param=0.0)
    with pytest.raises(DomainError, match=r"usd_per_flop must be above 0, got -1\.0"):
        marginal_loss_per_usd(golden_law, 1e22, usd_per_flop=-1.0)
    with pytest.raises(DomainError, match=r"budget_flop must be above 0, got 0\.0"):
        marginal_loss_per_usd(golden_law, 0.0, usd_per_flop=1e-18)
