"""All there is on a name, and where a rent may go."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nextdollar.catalogue import price_rows, rent_price
from nextdollar.errors import CatalogueError, DomainError
from nextdollar.sizing.catalogue_show import catalogue_show
from nextdollar.sizing.own.rent_paths import rent_band, rent_paths
from nextdollar.sizing.spread import Spread
from nextdollar.uncertainty import Design

DAY = date(2026, 6, 30)
DESIGN = Design.rounded(1024, 7)


def test_an_accelerator_comes_with_its_prices_and_their_history():
    found = catalogue_show("h100", as_of=DAY)
    assert found.name == "H100-SXM"
    assert [row.table.name for row in found.rows] == ["accelerators"]
    assert found.prices[0].contract == "on_demand"
    assert found.prices[0].age_days == (DAY - date(2026, 5, 20)).days
    assert len(found.history) == sum(row.accelerator == "H100-SXM" for row in price_rows())


def test_by_an_earlier_day_later_prices_are_not_seen():
    found = catalogue_show("H100", as_of=date(2024, 12, 31))
    assert max(row.valid_from for row in found.history) <= date(2024, 12, 31)
    assert found.prices[0].n_rows == 3


def test_a_model_and_a_constant_are_found_by_name():
    model = catalogue_show("llama-3.1-8b", as_of=DAY)
    # 8,030,261,248 parameters: the model card.
    assert model.model.shape.params == 8_030_261_248
    assert catalogue_show("pue", as_of=DAY).rows[0].cells["low"] == "1.08"


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(CatalogueError, match=r"got H1000 \(nearest: .*H100"):
        catalogue_show("H1000", as_of=DAY)


def test_a_name_near_to_none_is_refused_without_a_list_of_all():
    with pytest.raises(CatalogueError, match=r"none of \d+ names is near") as caught:
        catalogue_show("zzzzzz", as_of=DAY)
    assert len(str(caught.value)) < 200


def test_a_model_comes_with_what_others_ask_for_it():
    found = catalogue_show("Llama-3.1-70B", as_of=date(2026, 11, 1))
    assert found.rows[0].table.name == "models"
    assert {row.cells["model"] for row in found.rows if row.table.name == "api_prices"} == {"Llama-3.1-70B"}


def test_the_outlook_starts_at_the_middle_of_the_rents():
    outlook = catalogue_show("H100", as_of=DAY).outlook
    middle = rent_price("H100", DAY).middle_usd_per_gpu_hour
    for ends in (outlook.p5_usd_per_gpu_hour, outlook.p50_usd_per_gpu_hour, outlook.p95_usd_per_gpu_hour):
        assert ends[0] == pytest.approx(middle)


def test_what_cannot_be_rented_has_no_outlook():
    assert catalogue_show("GH200", as_of=DAY).outlook is None


class TestRentPaths:
    def test_the_range_widens_and_the_draws_are_the_same_each_time(self):
        months = np.array([0.0, 6.0, 24.0, 60.0])
        one, two = (rent_band(3.0, months, DESIGN) for _ in range(2))
        assert (np.diff(one.p95_usd_per_gpu_hour / one.p5_usd_per_gpu_hour) > 0).all()
        np.testing.assert_array_equal(one.p50_usd_per_gpu_hour, two.p50_usd_per_gpu_hour)
        assert 0.05 < one.risen_share < 0.95

    def test_today_the_draws_are_spread_as_the_prices_are(self):
        paths = rent_paths(Spread(2.0, 5.0), np.array([0.0]), Design.rounded(8192, 7))
        np.testing.assert_allclose(np.quantile(paths[0], [0.05, 0.5, 0.95]), [2, 10**0.5, 5], rtol=0.01)

    def test_twice_the_price_is_twice_every_path(self):
        months = np.array([3.0, 12.0])
        once, twice = (rent_paths(Spread(usd, usd), months, DESIGN) for usd in (2.0, 4.0))
        np.testing.assert_allclose(twice, 2 * once)

    def test_a_rent_of_nothing_is_refused(self):
        with pytest.raises(DomainError, match="usd_per_gpu_hour must be above 0"):
            rent_band(0.0, np.array([1.0]), DESIGN)
