"""The cheapest fleet for a load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.serving_calibration import serving_values
from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, FleetPolicy
from nextdollar.compute.fleet.load_curve import daily_curve
from nextdollar.compute.fleet.search import ServingNeed, ServingOptions, cheapest_fleet
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.errors import CatalogueError, DomainError
from nextdollar.sizing.calibration import SavedCalibration, ServingRefit
from nextdollar.sizing.calibration.saved import MachineRefit, ServingScope
from nextdollar.sizing.fleet.options import PricedAccelerator, deployment_of, instances_of, option_table
from nextdollar.sizing.fleet.plan import FleetQuestion, plan_fleet
from nextdollar.sizing.fleet.speed import speed_of_rows, speed_on
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.training.bill import price_given
from nextdollar.units import SECONDS_PER_HOUR

PER_DAY = 2e6
NEED = ServingNeed(
    daily_curve(PER_DAY, peak_multiple=1.5, peak_hour=14), 1000.0, 300.0, ttft_limit_s=2.0, tpot_limit_s=0.05
)
LLAMA = model_named("Llama-3.1-70B")
QUESTION = FleetQuestion(
    LLAMA, NEED, hardware=("H100-SXM", "H200-SXM", "B200"), usd_per_gpu_hour=2.5, n_draws=256
)
PERCENTILES = ("p5", "p50", "p95")


@pytest.fixture(scope="module")
def plan():
    return plan_fleet(QUESTION)


@pytest.fixture(scope="module")
def every_row():
    """All configurations of two accelerators, and the search over them."""
    price = price_given(2.5, 2.5)
    hardware = [PricedAccelerator(accelerator(name), price) for name in ("H100-SXM", "H200-SXM")]
    instances = instances_of(LLAMA.shape, hardware, ("bf16", "fp8"))
    table = option_table(LLAMA.shape, hardware, instances, n_context_tokens=1150.0)
    speed = speed_of_rows(QUESTION, table)
    return table, cheapest_fleet(NEED, table.options, speed=speed, policy=FleetPolicy()), speed


class TestTheAnswer:
    def test_the_chosen_is_the_cheapest_of_the_best_of_each_accelerator(self, plan):
        costs = [option.bill.usd_per_month.p50 for option in plan.alternatives]
        assert plan.chosen is plan.alternatives[0]
        assert costs == sorted(costs)
        names = [option.configuration.accelerator.name for option in plan.alternatives]
        assert sorted(names) == ["B200", "H100-SXM", "H200-SXM"]

    def test_no_configuration_of_the_grid_is_cheaper_on_average(self, plan, every_row):
        table, search, _ = every_row
        for chip, name in enumerate(("H100-SXM", "H200-SXM")):
            best = search.best(table.chip_of == chip)
            (option,) = (item for item in plan.alternatives if item.configuration.accelerator.name == name)
            found = option.configuration
            alone = ServingOptions(
                deployment_of(LLAMA.shape, found), np.array([float(found.n_concurrent)]), np.array([2.5])
            )
            near = cheapest_fleet(NEED, alone, speed=speed_on(QUESTION, name), policy=FleetPolicy())
            assert near.usd_per_month[0] <= search.usd_per_month[best] * (1 + 1e-9)

    def test_limits_hold_at_the_95th_percentile(self, plan):
        for option in plan.alternatives:
            assert option.tpot_s.p95 <= NEED.tpot_limit_s * 1.01
            assert option.ttft_s.p95 <= NEED.ttft_limit_s * 1.01

    def test_percentiles_are_in_order(self, plan):
        for option in plan.alternatives:
            for bill in (option.fixed, option.autoscaled):
                for found in (bill.usd_per_month, bill.utilisation_share, bill.usd_per_mtok_output):
                    assert found.p5 <= found.p50 <= found.p95

    def test_cost_is_gpu_hours_times_price(self, plan):
        for name in PERCENTILES:
            bill = plan.chosen.bill
            hours = getattr(bill.gpu_hours_per_month, name)
            assert getattr(bill.usd_per_month, name) == pytest.approx(2.5 * hours, rel=1e-12)

    def test_tokens_add_up_to_the_bill(self, plan):
        per_month = PER_DAY * HOURS_PER_MONTH / 24
        for name in PERCENTILES:
            bill = plan.chosen.bill
            read = getattr(bill.usd_per_mtok_input, name) * per_month * 1000 / 1e6
            written = getattr(bill.usd_per_mtok_output, name) * per_month * 300 / 1e6
            assert read + written == pytest.approx(getattr(bill.usd_per_month, name), rel=1e-9)
            each = getattr(bill.usd_per_request, name)
            assert each * per_month == pytest.approx(getattr(bill.usd_per_month, name), rel=1e-9)

    def test_a_fleet_that_follows_the_load_is_busier_and_cheaper(self, plan):
        for option in plan.alternatives:
            assert option.autoscaled.usd_per_month.p50 < option.fixed.usd_per_month.p50
            assert option.autoscaled.utilisation_share.p50 > option.fixed.utilisation_share.p50

    def test_the_hours_show_load_and_fleet(self, plan):
        hours = plan.chosen.hours
        assert [item.hour for item in hours] == list(range(24))
        served = sum(item.requests_per_s for item in hours) * SECONDS_PER_HOUR
        assert served == pytest.approx(PER_DAY, rel=1e-9)
        for item in hours:
            assert item.n_needed_instances.p50 <= item.n_autoscaled_instances <= item.n_fixed_instances
        assert max(item.n_fixed_instances for item in hours) == plan.chosen.fixed.n_peak_instances.p50

    def test_weights_and_batch_fit(self, plan):
        for option in plan.alternatives:
            found = option.configuration
            assert 0 < option.memory_used_share <= 0.95
            room = sequences_that_fit(deployment_of(LLAMA.shape, found), 1150.0)
            assert found.n_concurrent <= room

    def test_the_same_question_has_the_same_answer(self, plan):
        assert plan_fleet(QUESTION).alternatives == plan.alternatives

    def test_what_it_rests_on_is_named(self, plan):
        assert LLAMA.source in plan.sources
        assert accelerator("H100-SXM").source in plan.sources
        assert any("Halfin" in source.work for source in plan.sources)

    def test_every_accelerator_that_was_measured_is_marked(self, plan):
        assert all(option.is_measured for option in plan.alternatives)
        assert plan.cheapest_measured is plan.chosen
        other = plan_fleet(replace(QUESTION, hardware=("MI300X",)))
        assert not other.chosen.is_measured
        assert other.cheapest_measured is None
        assert any("no measurement of serving on MI300X" in note for note in other.notes)


class TestWhatMovesIt:
    def test_an_uncertain_price_widens_the_cost(self, plan):
        wide = plan_fleet(replace(QUESTION, usd_per_gpu_hour=(1.5, 4.0))).chosen.bill.usd_per_month
        narrow = plan.chosen.bill.usd_per_month
        assert wide.p95 / wide.p5 > narrow.p95 / narrow.p5

    def test_twice_the_price_is_twice_the_cost_of_the_same_fleet(self, plan):
        dear = plan_fleet(replace(QUESTION, usd_per_gpu_hour=5.0)).chosen
        assert dear.configuration == plan.chosen.configuration
        assert dear.bill.usd_per_month.p50 == pytest.approx(2 * plan.chosen.bill.usd_per_month.p50)

    def test_ten_times_the_load_costs_at_most_ten_times_as_much(self, plan):
        # Large fleets need less room for chance.
        many = replace(NEED, requests_per_s_by_hour=NEED.requests_per_s_by_hour * 10)
        dear = plan_fleet(replace(QUESTION, need=many)).chosen.bill
        assert dear.usd_per_month.p50 <= 10 * plan.chosen.bill.usd_per_month.p50 * 1.001
        assert dear.utilisation_share.p50 >= plan.chosen.bill.utilisation_share.p50 * 0.999

    def test_a_quiet_service_pays_for_idle_machines(self, plan):
        # shared/facts/compute.md, pitfall 10: at low load a token costs a multiple.
        quiet = replace(NEED, requests_per_s_by_hour=NEED.requests_per_s_by_hour / 1000)
        found = plan_fleet(replace(QUESTION, need=quiet)).chosen.bill
        assert found.utilisation_share.p50 < 0.1
        assert found.usd_per_request.p50 > 5 * plan.chosen.bill.usd_per_request.p50

    def test_the_policy_decides_which_bill_counts(self, plan):
        followed = plan_fleet(replace(QUESTION, policy=FleetPolicy(autoscaled=True))).chosen
        assert followed.bill is followed.autoscaled
        assert plan.chosen.bill is plan.chosen.fixed
        assert followed.bill.usd_per_month.p50 <= plan.chosen.autoscaled.usd_per_month.p50 * 1.001

    def test_a_seat_costs_its_requests(self, plan):
        found = plan_fleet(replace(QUESTION, requests_per_seat_month=40.0)).chosen.bill
        assert found.usd_per_seat_month.p50 == pytest.approx(40 * found.usd_per_request.p50)
        assert plan.chosen.bill.usd_per_seat_month is None

    def test_energy_is_never_more_than_all_hours_at_work(self, plan):
        bill = plan.chosen.bill
        watts = plan.chosen.configuration.accelerator.power_watts
        # Highest share of the system and highest PUE of the catalogue, and half as much again for the draws.
        most = bill.gpu_hours_per_month.p95 * watts / 1000 * 1.51 * 1.58 * 1.5
        assert 0 < bill.kwh_per_month.p50 < most
        assert bill.kg_co2_per_month is None

    def test_carbon_is_energy_times_the_grid(self):
        found = plan_fleet(replace(QUESTION, kg_per_kwh=(0.4, 0.4))).chosen.bill
        for name in PERCENTILES:
            kwh = getattr(found.kwh_per_month, name)
            assert getattr(found.kg_co2_per_month, name) == pytest.approx(0.4 * kwh, rel=1e-9)

    def test_an_engine_of_its_own_moves_the_times(self, plan):
        own = plan_fleet(replace(QUESTION, engine="TRTLLM"))
        assert own.chosen.tpot_s != plan.chosen.tpot_s
        assert not any("no engine is named" in note for note in own.notes)

    def test_a_calibration_narrows_what_it_measured_and_nothing_else(self, plan):
        bands = {name: ErrorBand(0.99, 1.01) for name in ("tpot", "ttft")}
        scope = ServingScope("H200-SXM", LLAMA.name, "vllm", 50, bands)
        machine = MachineRefit("H200-SXM", "vllm", LLAMA.name, serving_values())
        saved = SavedCalibration(ServingRefit((machine,), (scope,)), (), ())
        found = plan_fleet(replace(QUESTION, calibration=saved))
        widths = {
            option.configuration.accelerator.name: option.tpot_s.p95 / option.tpot_s.p5
            for option in found.alternatives
        }
        assert widths["H200-SXM"] < 1.05 < widths["H100-SXM"]
        assert "speed on H200-SXM from your own logs" in found.notes

    def test_fewer_alternatives_are_the_cheapest_ones(self, plan):
        one = plan_fleet(replace(QUESTION, n_alternatives=1))
        assert len(one.alternatives) == 1
        assert one.chosen in plan.alternatives
        with pytest.raises(DomainError, match=r"n_alternatives must be at least 1, or not given, got 0"):
            plan_fleet(replace(QUESTION, n_alternatives=0))

    def test_questions_are_compared_draw_by_draw(self, plan):
        cached = replace(NEED, cached_prompt_share=0.6)
        found = plan_fleet(replace(QUESTION, need=cached)).chosen.usd_per_month_draws
        plain = plan.chosen.usd_per_month_draws
        assert found.shape == plain.shape == (256,)
        assert found.mean() <= plain.mean()


class TestRefusals:
    def test_a_model_that_does_not_fit_says_so(self):
        huge = model_named("20 T")
        found = plan_fleet(replace(QUESTION, model=huge, hardware=("L4",)))
        assert found.chosen is None
        assert found.alternatives == ()
        (refused,) = found.refused
        assert refused.reason == "the model does not fit into the memory of 64 of them"

    def test_limits_that_nothing_meets_are_refused_with_the_nearest(self):
        fast = replace(NEED, tpot_limit_s=1e-4)
        found = plan_fleet(replace(QUESTION, need=fast))
        assert found.chosen is None
        assert len(found.refused) == 3
        for item in found.refused:
            assert "a token takes at least" in item.reason
            assert "the limit is 0.1 ms" in item.reason
        assert found.closest.startswith("nearest to the limits: ")
        assert found.n_options > 100

    def test_a_request_that_does_not_fit_beside_the_weights_says_so(self):
        long = ServingNeed(NEED.requests_per_s_by_hour, 1e3, 5e7)
        found = plan_fleet(replace(QUESTION, need=long, hardware=("H100-SXM",), precisions=("fp8",)))
        (refused,) = found.refused
        assert "fit" in refused.reason
        assert found.closest == ""

    def test_a_tight_limit_on_the_first_token_alone_is_met(self):
        need = replace(NEED, ttft_limit_s=0.7, tpot_limit_s=None)
        loose = plan_fleet(replace(QUESTION, need=need, hardware=("H100-SXM",)))
        assert loose.chosen is not None
        assert loose.chosen.ttft_s.p95 <= 0.7 * 1.01

    def test_an_accelerator_without_a_price_is_refused(self):
        found = plan_fleet(replace(QUESTION, hardware=("MI250X",), usd_per_gpu_hour=None))
        assert [item.name for item in found.refused] == ["MI250X"]
        assert "no rent" in found.refused[0].reason
        assert found.chosen is None

    def test_all_takes_every_accelerator_with_a_price_once(self):
        found = plan_fleet(replace(QUESTION, hardware=("all", "H100"), usd_per_gpu_hour=None))
        names = [item.configuration.accelerator.name for item in found.alternatives]
        names += [item.name for item in found.refused]
        assert len(names) == len(set(names))
        assert "H100-SXM" in names

    def test_unknown_names_are_refused(self):
        with pytest.raises(CatalogueError, match="H1000"):
            plan_fleet(replace(QUESTION, hardware=("H1000",)))
        with pytest.raises(CatalogueError, match="engine"):
            plan_fleet(replace(QUESTION, engine="steam"))
        with pytest.raises(DomainError, match="precision must be one of"):
            plan_fleet(replace(QUESTION, precisions=("fp7",)))
        with pytest.raises(DomainError, match=r"usd_per_gpu_hour must be above 0, got 0\.0"):
            plan_fleet(replace(QUESTION, usd_per_gpu_hour=0.0))
        with pytest.raises(DomainError, match=r"usd_per_gpu_hour must be from low to high"):
            plan_fleet(replace(QUESTION, usd_per_gpu_hour=(3.0, 2.0)))
        with pytest.raises(DomainError, match=r"hardware must be one name or more"):
            plan_fleet(replace(QUESTION, hardware=()))
        with pytest.raises(DomainError, match=r"precisions must be one or more"):
            plan_fleet(replace(QUESTION, precisions=()))


def test_experts_over_several_servers_are_tried_and_said_to_be_unmeasured():
    need = replace(NEED, requests_per_s_by_hour=NEED.requests_per_s_by_hour * 20, ttft_limit_s=None)
    found = plan_fleet(
        FleetQuestion(
            model_named("DeepSeek-V3"),
            need,
            hardware=("H800-SXM",),
            precisions=("fp8",),
            usd_per_gpu_hour=2.0,
            n_draws=64,
        )
    )
    assert found.chosen.configuration.n_gpus > 8
    assert any("beyond what was measured" in note for note in found.notes)
