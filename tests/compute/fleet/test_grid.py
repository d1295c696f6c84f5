"""Layouts and batches to try."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.fleet.grid import InstanceLayout, concurrency_grid, instance_layouts
from nextdollar.compute.serving.inputs import Layout
from nextdollar.errors import DomainError


@pytest.mark.parametrize("devices", [1.0, 2.0, 8.0, 72.0])
@pytest.mark.parametrize("has_experts", [False, True])
class TestEveryLink:
    def test_layouts_are_possible_and_all_different(self, devices, has_experts):
        found = instance_layouts(devices, has_experts=has_experts, has_network=True)
        assert len(set(found)) == len(found)
        for item in found:
            # Refuses more replicas and stages than devices.
            Layout(float(item.n_gpus), float(item.n_attention_replicas), float(item.n_stages))

    def test_a_single_device_is_tried(self, devices, has_experts):
        assert InstanceLayout(1) in instance_layouts(devices, has_experts=has_experts)


def test_a_dense_model_has_no_attention_replicas():
    assert {item.n_attention_replicas for item in instance_layouts(8.0, has_experts=False)} == {1}


def test_a_rack_is_one_machine():
    assert max(item.n_gpus for item in instance_layouts(72.0, has_experts=True)) == 64
    assert {item.n_stages for item in instance_layouts(72.0, has_experts=True)} == {1}


def test_experts_are_spread_over_servers_only_where_there_is_a_network():
    wide = InstanceLayout(128, 128)
    assert wide in instance_layouts(8.0, has_experts=True, has_network=True)
    assert wide not in instance_layouts(8.0, has_experts=True)
    assert wide not in instance_layouts(8.0, has_experts=False, has_network=True)


def test_batches_are_whole_rise_and_are_close_to_each_other():
    grid = concurrency_grid()
    assert grid[0] == 1
    assert grid[-1] == 4096
    assert (grid == np.round(grid)).all()
    steps = grid[1:] / grid[:-1]
    # From 4 on a step is a third of a doubling, whole numbers aside.
    assert (steps > 1).all()
    assert (steps[grid[:-1] >= 4] < 1.35).all()


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"n_scale_up must be at least 1, got 0\.0"):
        instance_layouts(0.0, has_experts=False)
    with pytest.raises(DomainError, match=r"n_most must be at least 1, got 0"):
        concurrency_grid(0)
