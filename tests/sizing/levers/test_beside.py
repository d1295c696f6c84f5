"""Levers on the cost of serving: each one against the fleet without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.fleet.search import ServingNeed
from nextdollar.compute.training.ladder import Range
from nextdollar.errors import DomainError
from nextdollar.sizing.fleet.load import usual_day
from nextdollar.sizing.fleet.plan import plan_fleet
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.levers.beside import fleet_levers
from nextdollar.sizing.levers.lever import LEVER_KINDS, LeverSettings
from nextdollar.sizing.levers.savings import as_range, paid_back, reached_draws, saved_share
from nextdollar.sizing.levers.serve_plan import serve_plan
from nextdollar.sizing.model_named import model_named

NEED = ServingNeed(usual_day(20e6).requests_per_s_by_hour, 1000.0, 200.0, ttft_limit_s=2.0, tpot_limit_s=0.06)
QUESTION = FleetQuestion(
    model=model_named("Llama-3.1-8B"),
    need=NEED,
    hardware=("H100-SXM",),
    precisions=("bf16",),
    usd_per_gpu_hour=(2.0, 3.0),
    n_draws=128,
)


@pytest.fixture(scope="module")
def plan():
    return plan_fleet(QUESTION)


@pytest.fixture(scope="module")
def levers(plan):
    return fleet_levers(plan, LeverSettings(n_draws=128))


def the(levers, kind):
    return next(lever for lever in levers if lever.kind == kind)


def with_stated(plan, kind, settings):
    return the(fleet_levers(plan, replace(settings, kinds=(kind,), n_draws=128)), kind)


def test_every_lever_is_tried_and_priced(levers):
    assert {lever.kind for lever in levers} == set(LEVER_KINDS)
    assert all(lever.refused == "" for lever in levers)
    assert {lever.title for lever in levers if lever.kind == "quantise"} == {
        f"serve in {name}" for name in ("fp8", "int8", "fp4", "int4")
    }


def test_what_is_saved_lies_between_what_the_ends_of_the_reach_save(plan):
    ends = [
        with_stated(plan, "device", LeverSettings(stated={"device.share": (share, share)})).usd_per_month
        for share in (0.2, 0.7)
    ]
    found = with_stated(plan, "device", LeverSettings(stated={"device.share": (0.2, 0.7)})).usd_per_month
    assert ends[1].p50 <= found.p50 <= ends[0].p50
    assert ends[1].p5 * 0.999 <= found.p5
    assert found.p95 <= ends[0].p95 * 1.001


def test_ranges_are_in_order_and_no_lever_saves_more_than_all(levers):
    for lever in levers:
        for found in (lever.saving_share, lever.saving_usd_per_month, lever.usd_per_month, lever.tpot_s):
            assert found.p5 <= found.p50 <= found.p95
        assert lever.saving_share.p95 <= 1


def test_limits_hold_with_every_lever_that_keeps_them(levers):
    for lever in levers:
        assert lever.tpot_s.p95 <= NEED.tpot_limit_s * 1.02
        assert lever.ttft_s.p95 <= NEED.ttft_limit_s * 1.02


def test_eight_bit_weights_on_a_chip_with_eight_bit_products_are_cheaper(levers):
    found = next(lever for lever in levers if lever.title == "serve in fp8")
    assert found.saving_share.p50 > 0.1
    assert "lossless" in found.quality.words


def test_three_that_change_no_answer_save_at_least_what_each_saves(levers):
    together = the(levers, "together").saving_share.p50
    for kind in ("prefix", "speculate"):
        assert together >= the(levers, kind).saving_share.p50


def test_savings_overlap(levers):
    alone = sum(the(levers, kind).saving_share.p50 for kind in ("prefix", "batch", "speculate"))
    assert the(levers, "together").saving_share.p50 < alone


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("prefix", "prefix.hit_share"),
        ("repeat", "repeat.hit_share"),
        ("batch", "batch.waiting_share"),
        ("device", "device.share"),
    ],
)
def test_a_lever_that_reaches_nothing_saves_nothing(plan, kind, name):
    found = with_stated(plan, kind, LeverSettings(stated={name: (0.0, 0.0)}))
    assert found.saving_share.p50 == pytest.approx(0, abs=1e-9)
    assert found.assumptions[0].grade == "stated"


def test_what_is_all_answered_elsewhere_costs_nothing(plan):
    found = with_stated(plan, "device", LeverSettings(stated={"device.share": (1.0, 1.0)}))
    assert found.usd_per_month.p50 == 0
    assert found.saving_share.p50 == 1


def test_routing_to_the_same_model_saves_nothing(plan):
    # Two fleets need room for chance twice, and whole instances twice.
    found = with_stated(plan, "route", LeverSettings(small_model=QUESTION.model))
    assert found.saving_share.p95 <= 1e-9


def test_a_student_of_the_same_shape_saves_nothing_and_costs_its_training(plan):
    found = with_stated(plan, "distil", LeverSettings(student=QUESTION.model))
    assert found.saving_share.p50 == pytest.approx(0, abs=1e-9)
    assert found.one_off_usd.p5 > 1000
    assert found.payback_months.p95 == np.inf


def test_training_the_student_costs_more_on_more_tokens(plan):
    costs = [
        with_stated(plan, "distil", LeverSettings(stated={"distil.tokens": (n, n)})).one_off_usd.p50
        for n in (1e10, 1e11)
    ]
    assert 5 < costs[1] / costs[0] < 20


def test_where_nothing_meets_the_limits_levers_say_so():
    hopeless = replace(QUESTION, need=replace(NEED, tpot_limit_s=1e-6))
    found = fleet_levers(plan_fleet(hopeless), LeverSettings(n_draws=128))
    assert all(lever.usd_per_month is None and lever.refused for lever in found)


def test_a_fleet_that_only_a_lever_makes_possible_is_priced_without_a_saving():
    tight = replace(QUESTION, model=model_named("70 B"), need=replace(NEED, tpot_limit_s=0.014))
    without = plan_fleet(tight)
    found = fleet_levers(without, LeverSettings(n_draws=128))
    assert without.chosen is None
    possible = [lever for lever in found if lever.usd_per_month is not None]
    assert possible
    assert all(lever.saving_share is None for lever in possible)


@pytest.mark.parametrize(
    "stated",
    [
        {"x": (0.1, 0.2)},
        {"device.share": (0.5, 0.4)},
        {"device.share": (0.5, 1.2)},
        {"distil.tokens": (0, 1)},
    ],
)
def test_what_cannot_be_assumed_is_refused(stated):
    with pytest.raises(DomainError):
        LeverSettings(stated=stated)


class TestSavings:
    def test_where_nothing_is_assumed_the_draws_are_those_of_the_fleet(self):
        draws = np.arange(8.0)
        assert reached_draws([draws]) is draws

    def test_the_reach_has_the_quantiles_that_are_stated(self):
        least, middle, most = (np.full(1024, value) for value in (10.0, 6.0, 0.0))
        found = as_range(reached_draws([least, middle, most]))
        # 1,024 evenly spread scores: a quantile of them errs by less than a hundredth.
        assert (found.p5, found.p50, found.p95) == pytest.approx((0.0, 6.0, 10.0), abs=0.06)

    @given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), st.integers(16, 300))
    def test_no_draw_lies_beyond_the_ends_of_the_reach(self, ends, n_draws):
        found = reached_draws([np.full(n_draws, end) for end in ends])
        room = 1e-9 * max(ends)
        assert min(ends) - room <= found.min()
        assert found.max() <= max(ends) + room

    def test_the_reach_knows_nothing_of_the_draws(self):
        scores = np.sort(np.random.default_rng(1).normal(size=4096))
        reach = reached_draws([np.zeros(4096), np.ones(4096), np.full(4096, 2.0)])
        assert abs(np.corrcoef(scores, reach)[0, 1]) < 0.02

    def test_what_is_saved_is_counted_on_the_same_draws(self):
        before = np.array([100.0, 200.0, 400.0])
        assert saved_share(before, before * 0.75) == Range(0.25, 0.25, 0.25)

    def test_the_best_end_pays_back_first(self):
        found = paid_back(Range(100.0, 200.0, 400.0), Range(-1.0, 10.0, 20.0))
        assert (found.p5, found.p50, found.p95) == (5.0, 20.0, np.inf)

    def test_without_a_one_off_cost_nothing_is_said_of_payback(self):
        assert paid_back(None, Range(1.0, 2.0, 3.0)) is None


class TestServePlan:
    def test_electricity_is_energy_times_its_price(self):
        found = serve_plan(QUESTION, with_levers=False, usd_per_kwh=(0.1, 0.1))
        kwh = found.fleet.chosen.bill.kwh_per_month
        assert found.electricity_usd_per_month.p50 == pytest.approx(0.1 * kwh.p50, rel=1e-9)

    def test_each_candidate_has_a_fleet_or_a_reason(self):
        found = serve_plan(QUESTION, with_levers=False, candidates={"a": "3 B", "b": "20 T", "c": "none"})
        assert found.candidates[0].fleet is not None
        assert found.candidates[1].fleet is None
        assert found.candidates[1].reason
        assert "must be a name of the catalogue" in found.candidates[2].reason

    def test_larger_candidates_cost_more(self):
        found = serve_plan(QUESTION, with_levers=False, candidates={"a": "3 B", "b": "30 B"})
        small, large = (item.fleet.bill.usd_per_month.p50 for item in found.candidates)
        assert small < large

    @pytest.mark.parametrize("price", [(0.0, 0.1), (0.2, 0.1)])
    def test_a_price_of_electricity_that_is_none_is_refused(self, price):
        with pytest.raises(DomainError, match="usd_per_kwh"):
            serve_plan(QUESTION, with_levers=False, usd_per_kwh=price)
