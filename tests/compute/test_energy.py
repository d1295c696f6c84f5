"""Electricity and carbon of accelerators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.energy import (
    carbon_kg,
    electricity_usd_per_gpu_hour,
    energy_kwh,
    system_share_in_use,
    system_watts,
)
from nextdollar.errors import DomainError

SHARES = st.floats(0.01, 1.0)


def test_gpt_3_took_the_energy_and_the_carbon_that_were_published():
    # Patterson et al. 2021, table 4: 330 W a V100 of 300 W, 14.8 days of 10,000, PUE 1.10, 1287 MWh;
    # 0.429 kg/kWh of the grid, 552 t.
    hours = 14.8 * 24 * 10_000
    found = energy_kwh(hours, 300.0, system_share=1.10, pue=1.10)
    assert found == pytest.approx(1.287e6, rel=0.005)
    assert carbon_kg(found, 0.429) == pytest.approx(552e3, rel=0.005)


def test_an_h100_in_training_takes_what_epoch_takes():
    # Epoch, cost_analysis_standalone.py: 10.2 kW for 8, 75 % of it in training, PUE 1.1 of the largest
    # clouds: 1.052 kWh an hour.
    usd = electricity_usd_per_gpu_hour(700.0, 1.0, system_share=10.2 / 8 / 0.7 * 0.75, pue=1.1)
    assert usd == pytest.approx(1.275 * 0.75 * 1.1, rel=1e-12)


@given(st.floats(0, 1e9), st.floats(0, 2000), st.floats(0.1, 3), st.floats(1, 2))
def test_energy_adds_up_over_hours_and_is_never_less_than_that_of_the_machines(hours, watts, share, pue):
    whole = energy_kwh(hours, watts, system_share=share, pue=pue)
    parts = energy_kwh(hours / 2, watts, system_share=share, pue=pue) * 2
    assert whole == pytest.approx(parts, rel=1e-12)
    assert whole >= hours * system_watts(watts, share) / 1000 * (1 - 1e-12)


@given(SHARES, SHARES, st.floats(0.0, 1.0))
def test_idle_hours_draw_less_than_hours_at_work_and_more_than_none(busy, use, idle):
    found = system_share_in_use(busy, use, idle_share=idle)
    assert busy * use * (1 - 1e-12) <= found <= busy * (1 + 1e-12)
    assert system_share_in_use(busy, 1.0, idle_share=idle) == busy


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    hours, watts, share = np.array([1.0, 5e4]), np.array([300.0, 700.0]), np.array([1.1, 1.5])
    together = energy_kwh(hours, watts, system_share=share, pue=1.2)
    singles = [
        energy_kwh(h, w, system_share=s, pue=1.2)
        for h, w, s in zip(hours.tolist(), watts.tolist(), share.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(together, singles)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: system_watts(-1.0, 1.0), r"rated_watts must be at least 0, got -1\.0"),
        (lambda: system_watts(1.0, 0.0), r"system_share must be above 0, got 0\.0"),
        (lambda: energy_kwh(-1.0, 1.0, system_share=1.0, pue=1.0), r"gpu_hours must be at least 0"),
        (lambda: energy_kwh(1.0, 1.0, system_share=1.0, pue=0.9), r"pue must be at least 1, got 0\.9"),
        (lambda: carbon_kg(-1.0, 1.0), r"energy_kwh must be at least 0"),
        (lambda: carbon_kg(1.0, -1.0), r"kg_per_kwh must be at least 0"),
        (
            lambda: electricity_usd_per_gpu_hour(1.0, -1.0, system_share=1.0, pue=1.0),
            r"usd_per_kwh must be at least 0",
        ),
        (lambda: system_share_in_use(0.0, 1.0, idle_share=0.2), r"busy_system_share must be above 0"),
        (lambda: system_share_in_use(1.0, 0.0, idle_share=0.2), r"utilisation_share must be above 0"),
        (lambda: system_share_in_use(1.0, 1.0, idle_share=1.2), r"idle_share must be between 0 and 1"),
    ],
)
def test_what_is_outside_its_domain_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
