"""What a budget buys time on."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.prices import rent_price
from nextdollar.compute import gpu_hours, gpu_seconds
from nextdollar.errors import CatalogueError
from nextdollar.research.machine import machine, middle_of_default


def test_a_flop_costs_its_share_of_an_hour():
    # 2 USD an hour at half of 989.4 TFLOP/s.
    found = machine("H100-SXM", usd_per_gpu_hour=2.0, mfu=0.5, serving_mfu=0.25)
    assert found.usd_per_flop == pytest.approx(2 / 3600 / (989.4e12 * 0.5), rel=1e-12)
    assert found.price_multiple == 2.0
    assert found.gpu_hours(1e21) == pytest.approx(gpu_hours(gpu_seconds(1e21, 989.4e12, mfu=0.5)))
    assert found.assumed == ()


def test_what_is_not_given_is_the_middle_of_the_catalogue_and_is_named():
    found = machine("h100")
    assert found.usd_per_gpu_hour == rent_price("H100-SXM").middle_usd_per_gpu_hour
    # The default is the 90 % interval 20 to 51 % of a lognormal.
    assert found.mfu == middle_of_default("hardware.mfu") == pytest.approx(np.sqrt(0.20 * 0.51))
    assert found.assumed == ("price", "mfu", "serving_mfu")
    assert rent_price("H100-SXM").source in found.sources


def test_draws_of_the_price_give_draws_of_the_cost():
    found = machine("H100-SXM", usd_per_gpu_hour=np.array([2.0, 4.0]), mfu=0.4)
    assert found.usd_per_flop[1] == pytest.approx(2 * found.usd_per_flop[0])


def test_an_unknown_machine_is_refused_with_the_nearest_name():
    with pytest.raises(CatalogueError, match="H100"):
        machine("H1000")
