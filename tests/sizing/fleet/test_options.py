"""Configurations as rows of a table."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue import accelerator
from nextdollar.compute.fleet.instances import FleetPolicy
from nextdollar.compute.fleet.load_curve import daily_curve
from nextdollar.compute.fleet.search import ServingNeed, ServingOptions, cheapest_fleet
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.sizing.fleet.answer import Configuration
from nextdollar.sizing.fleet.options import PricedAccelerator, deployment_of, instances_of, option_table
from nextdollar.sizing.fleet.plan import FleetQuestion
from nextdollar.sizing.fleet.speed import speed_of_rows, speed_on
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.training.bill import price_given

PER_DAY = 2e6
NEED = ServingNeed(daily_curve(PER_DAY, peak_multiple=1.5, peak_hour=14), 1000.0, 300.0)


@pytest.fixture(scope="module", params=["Llama-3.1-70B", "DeepSeek-V3"])
def searched(request):
    """A question, all configurations of three accelerators, and the search over them."""
    model = model_named(request.param)
    question = FleetQuestion(model, NEED, usd_per_gpu_hour=2.5)
    price = price_given(2.5, 2.5)
    names = ("H100-SXM", "H100-PCIe", "GB200")
    hardware = [PricedAccelerator(accelerator(name), price) for name in names]
    instances = instances_of(model.shape, hardware, ("bf16", "fp8"))
    table = option_table(model.shape, hardware, instances, n_context_tokens=1150.0)
    speed = speed_of_rows(question, table)
    return question, table, cheapest_fleet(NEED, table.options, speed=speed, policy=FleetPolicy())


def test_a_row_is_the_configuration_that_it_stands_for(searched):
    question, table, search = searched
    for row in range(0, table.chip_of.size, 61):
        found = table.configuration(row)
        deployment = deployment_of(question.model.shape, found)
        assert sequences_that_fit(deployment, 1150.0) >= found.n_concurrent
        alone = cheapest_fleet(
            NEED,
            ServingOptions(deployment, np.array([float(found.n_concurrent)]), np.array([2.5])),
            speed=speed_on(question, found.accelerator.name),
            policy=FleetPolicy(),
        )
        np.testing.assert_array_equal(alone.fleet.n_paid_by_hour[:, 0], search.fleet.n_paid_by_hour[:, row])


def test_every_replica_and_stage_has_a_sequence(searched):
    _, table, _ = searched
    layout = table.options.deployment.layout
    assert (table.options.n_concurrent >= layout.n_attention_replicas * layout.n_stages).all()


def test_no_row_comes_twice(searched):
    _, table, _ = searched
    rows = [table.configuration(row) for row in range(table.chip_of.size)]
    assert len(set(map(str, rows))) == len(rows)


def test_devices_beyond_the_fast_link_speak_over_pcie():
    shape = model_named("Llama-3.1-70B").shape
    price = price_given(2.5, 2.5)
    hardware = [PricedAccelerator(accelerator("H100-PCIe"), price)]
    instances = instances_of(shape, hardware, ("fp8",))
    table = option_table(shape, hardware, instances, n_context_tokens=1150.0)
    links = {}
    for row in range(table.chip_of.size):
        found = table.configuration(row)
        links[found.n_gpus] = float(deployment_of(shape, found).server.link_bytes_per_s)
    # The bridge joins two cards at 300 GB/s; 16 lanes of PCIe 5 carry 64.
    assert links[2] == 300e9
    assert links[4] == links[8] == 64e9


def test_experts_over_several_servers_are_reached_through_the_network():
    shape = model_named("DeepSeek-V3").shape
    found = Configuration(accelerator("H800-SXM"), "fp8", 32, 32, 1, 64)
    # 400 Gbit/s. Each token goes to 8 experts in 8 bits and comes back in 16, 24 bytes an entry, where all
    # tokens gathered and scattered over 32 devices would be 128.
    assert deployment_of(shape, found).server.link_bytes_per_s == pytest.approx(50e9 * 128 / 24)
    within = Configuration(accelerator("H800-SXM"), "fp8", 8, 8, 1, 64)
    assert deployment_of(shape, within).server.link_bytes_per_s == 200e9
    stages = Configuration(accelerator("H800-SXM"), "fp8", 32, 8, 4, 64)
    assert deployment_of(shape, stages).server.link_bytes_per_s == 200e9
