"""Renting, reserving, buying, and paying by the token, on the same draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nextdollar.catalogue import accelerator
from nextdollar.errors import CatalogueError, DomainError, OptionsError
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.own.compare import own
from nextdollar.sizing.own.curves import USES
from nextdollar.sizing.own.question import OwnQuestion, Prices, Site, Work

HOURS_PER_MONTH = 730.5
EIGHT = OwnQuestion(accelerator="H100-SXM", work=Work(n_gpus=8, use_share=(0.4, 0.7)), n_draws=512)
SURE_PRICES = Prices(
    on_demand_usd_per_gpu_hour=(3.0, 3.0),
    one_year_usd_per_gpu_hour=(2.2, 2.2),
    three_years_usd_per_gpu_hour=(1.8, 1.8),
    purchase_usd_per_gpu=(31_000.0, 31_000.0),
)
SERVED = Work(n_gpus=8, use_share=(0.5, 0.5), tokens_per_s_per_gpu=(3000.0, 3000.0))


@pytest.fixture(scope="module")
def eight():
    return own(EIGHT)


@pytest.fixture(scope="module")
def served():
    return own(
        OwnQuestion(
            accelerator="H100-SXM",
            work=Work(tokens_per_month=50e9, model=model_named("Llama-3.1-70B")),
            n_draws=512,
        )
    )


def option(answer, name):
    return next(item for item in answer.options if item.name == name)


def test_one_option_is_cheapest_in_each_draw(eight, served):
    for answer in (eight, served):
        assert sum(item.cheapest_share for item in answer.options) == pytest.approx(1.0)
        medians = [item.cost_usd.p50 for item in answer.options]
        assert medians == sorted(medians)


def test_parts_of_owning_add_up_to_its_mean(eight):
    assert sum(eight.parts_usd.values()) == pytest.approx(option(eight, "buy").mean_usd, rel=1e-9)


def test_months_add_up_to_the_cost_where_nothing_is_discounted():
    answer = own(replace(EIGHT, cost_of_capital_per_year=0.0))
    for item in answer.options:
        paid = sum(row.capex_usd + row.opex_usd for row in item.months)
        assert paid == pytest.approx(item.mean_usd, rel=1e-9)
        assert len(item.months) == 37 and item.months[0].opex_usd == 0


def test_capital_is_paid_at_the_start_and_a_resale_comes_at_the_end(eight):
    months = option(eight, "buy").months
    assert months[0].capex_usd > 0 > months[-1].capex_usd
    assert all(row.capex_usd == 0 for row in months[1:-1])
    assert all(row.capex_usd == 0 for row in option(eight, "on_demand").months)
    assert np.all(np.diff(eight.book_value_usd) <= 0)


def test_an_hour_of_renting_costs_the_rent():
    # A price path moves; at a horizon of one month only the price of today is paid.
    answer = own(replace(EIGHT, prices=SURE_PRICES, horizon_months=1))
    hour = option(answer, "on_demand").usd_per_used_gpu_hour
    assert (hour.p5, hour.p50, hour.p95) == (pytest.approx(3.0),) * 3


def test_an_owned_hour_costs_what_the_facts_say():
    # shared/facts/compute.md section 6: 31 kUSD / 0.81, 4 years, 10 % residual, 80 % use: 1.23 USD an hour
    # before power, finance and staff. What is left is taken out of the mean part by part.
    kept = 0.1 ** (1 / 4)
    answer = own(
        replace(
            EIGHT,
            work=Work(n_gpus=8, use_share=(0.8, 0.8)),
            prices=SURE_PRICES,
            horizon_months=48,
            cost_of_capital_per_year=0.0,
            value_kept_per_year=(kept, kept),
            n_draws=4096,
        )
    )
    hardware = answer.parts_usd["hardware"] / (48 * HOURS_PER_MONTH * 0.8 * 8)
    assert 0.9 * hardware == pytest.approx(1.23, abs=0.005)
    # The resale wanders with the rents around what was stated.
    assert -answer.parts_usd["resale"] == pytest.approx(0.1 * answer.parts_usd["hardware"], rel=0.25)


def test_a_price_that_halves_the_api_makes_it_win_more_often():
    question = OwnQuestion(accelerator="H100-SXM", work=SERVED, prices=SURE_PRICES, n_draws=512)
    shares = []
    for usd in (2.0, 0.4, 0.05):
        prices = replace(SURE_PRICES, api_usd_per_mtok=(usd, usd))
        shares.append(option(own(replace(question, prices=prices)), "api").cheapest_share)
    assert shares == sorted(shares) and shares[0] < shares[-1]


def test_at_the_break_even_use_buying_costs_what_renting_costs():
    never = replace(
        SURE_PRICES, one_year_usd_per_gpu_hour=(99.0, 99.0), three_years_usd_per_gpu_hour=(99.0, 99.0)
    )
    question = replace(
        EIGHT, work=Work(n_gpus=64, use_share=(0.6, 0.6)), prices=never, site=Site(engineers=(0.5, 0.5))
    )
    middle = next(item.p50 for item in own(question).break_evens if item.option == "buy")
    answer = own(replace(question, work=Work(n_gpus=64, use_share=(middle, middle))))
    # At the median of the break-evens each of the two is cheaper in half of the draws.
    assert option(answer, "buy").cheapest_share == pytest.approx(0.5, abs=0.01)


def test_a_break_even_that_is_not_reached_is_never():
    dear = replace(SURE_PRICES, purchase_usd_per_gpu=(900_000.0, 900_000.0))
    found = own(replace(EIGHT, prices=dear))
    item = next(item for item in found.break_evens if item.option == "buy")
    assert (item.p5, item.p50, item.p95, item.never_share) == (None, None, None, 1.0)


def test_a_volume_takes_whole_copies_of_the_model_and_the_hours_that_its_tokens_need(served):
    assert served.n_gpus.p50 % 2 == 0
    assert served.tokens_per_month.p50 == 50e9
    assert served.use_share.p95 <= 0.6001
    volume = next(item for item in served.break_evens if item.quantity == "tokens_per_month")
    assert volume.p5 is not None and volume.p5 > 0


def test_at_the_break_even_volume_buying_beats_the_api_in_half_of_the_draws():
    dear = replace(SURE_PRICES, on_demand_usd_per_gpu_hour=(99.0, 99.0), api_usd_per_mtok=(0.8, 0.8))
    dear = replace(dear, one_year_usd_per_gpu_hour=(99.0, 99.0), three_years_usd_per_gpu_hour=(99.0, 99.0))
    question = OwnQuestion(accelerator="H100-SXM", work=SERVED, prices=dear, n_draws=512)
    volume = next(item.p50 for item in own(question).break_evens if item.over == "api")
    needed = replace(SERVED, n_gpus=None, tokens_per_month=volume)
    # Whole machines: as many as hold the volume, at most the size that was tried.
    found = option(own(replace(question, work=needed)), "buy").cheapest_share
    assert 0.45 <= found <= 1.0
    less = option(own(replace(question, work=replace(needed, tokens_per_month=volume / 4))), "buy")
    assert less.cheapest_share < found


def test_energy_counts_idle_hours_only_where_they_are_kept(eight):
    rented, owned = option(eight, "on_demand"), option(eight, "buy")
    assert rented.energy_kwh.p50 < owned.energy_kwh.p50
    assert owned.energy_kwh == option(eight, "one_year").energy_kwh
    watts = accelerator("H100-SXM").power_watts
    most = 8 * 36 * HOURS_PER_MONTH * watts / 1000 * 1.6 * 1.7
    assert owned.energy_kwh.p95 < most
    assert owned.carbon_kg.p50 == pytest.approx(owned.energy_kwh.p50 * eight.kg_per_kwh)


def test_idle_hours_that_are_rented_are_paid_and_powered():
    half = own(replace(EIGHT, work=Work(n_gpus=8, use_share=(0.4, 0.4), rented_use_share=(0.8, 0.8))))
    none = own(replace(EIGHT, work=Work(n_gpus=8, use_share=(0.4, 0.4))))
    rented, given_back = option(half, "on_demand"), option(none, "on_demand")
    assert rented.cost_usd.p50 == pytest.approx(given_back.cost_usd.p50 / 0.8)
    assert given_back.energy_kwh.p50 < rented.energy_kwh.p50 < option(half, "buy").energy_kwh.p50
    # Machines on demand are never idle more than those that are kept.
    low = own(replace(EIGHT, work=Work(n_gpus=8, use_share=(0.4, 0.4), rented_use_share=(0.1, 0.1))))
    assert option(low, "on_demand").cost_usd.p50 == pytest.approx(given_back.cost_usd.p50 / 0.4)


def test_a_cleaner_grid_costs_the_same_and_emits_less(eight):
    norway = own(replace(EIGHT, site=Site(usd_per_kwh=(0.0604, 0.1279), kg_per_kwh=0.03)))
    assert option(norway, "buy").cost_usd == option(eight, "buy").cost_usd
    assert option(norway, "buy").carbon_kg.p50 < option(eight, "buy").carbon_kg.p50


def test_a_building_of_ones_own_is_capital_and_colocation_is_not():
    building = own(replace(EIGHT, site=Site(space="building")))
    none = own(replace(EIGHT, site=Site(space="none")))
    assert "building" in building.parts_usd and "space" not in building.parts_usd
    assert option(none, "buy").mean_usd < option(building, "buy").mean_usd


def test_a_used_hour_of_fixed_machines_halves_with_twice_the_use_and_a_rented_one_stays(eight):
    curves = {name: dict(zip(USES, points, strict=True)) for name, points in eight.use_curves.items()}
    assert set(curves) == {"on_demand", "one_year", "three_years", "buy"}
    for use in (0.1, 0.25, 0.5):
        assert curves["on_demand"][use].p50 == pytest.approx(curves["on_demand"][1.0].p50)
        assert curves["one_year"][use].p50 == pytest.approx(2 * curves["one_year"][2 * use].p50)
        assert curves["buy"][2 * use].p50 < curves["buy"][use].p50 < 2 * curves["buy"][2 * use].p50


def test_the_curve_at_the_use_that_is_asked_for_is_the_answer():
    answer = own(replace(EIGHT, work=Work(n_gpus=8, use_share=(0.5, 0.5))))
    place = USES.index(0.5)
    for name, points in answer.use_curves.items():
        hour = option(answer, name).usd_per_used_gpu_hour
        for end in ("p5", "p50", "p95"):
            assert getattr(points[place], end) == pytest.approx(getattr(hour, end), rel=1e-9)


def test_what_is_certain_decides_nothing():
    wide = replace(
        SURE_PRICES, purchase_usd_per_gpu=(20_000.0, 60_000.0), on_demand_usd_per_gpu_hour=(9.0, 9.0)
    )
    never = replace(wide, one_year_usd_per_gpu_hour=(99.0, 99.0), three_years_usd_per_gpu_hour=(99.0, 99.0))
    question = replace(EIGHT, work=Work(n_gpus=512, use_share=(0.5, 0.5)), prices=never)
    found = own(question).drivers
    assert {found.option, found.over} == {"buy", "on_demand"}
    assert "on_demand" not in found.shares and "use" not in found.shares
    assert all(0 < share <= 1 for share in found.shares.values())
    assert found.shares["purchase"] > 0.02 and "rents_to_come" in found.shares


def test_what_is_not_known_is_said_and_not_guessed(eight):
    assert "no model is named" in eight.refused["api"]
    tpu = own(replace(EIGHT, accelerator="TPU-v5e"))
    assert "--purchase" in tpu.refused["buy"]
    assert all(item.energy_kwh is None for item in tpu.options)
    gb200 = own(replace(EIGHT, accelerator="GB200"))
    assert gb200.options == () and gb200.cheapest is None
    assert "no rent of GB200" in gb200.refused["on_demand"]
    assert "no rent of GB200" in gb200.refused["one_year"]


def test_prices_of_a_day_are_those_known_by_then_and_old_ones_say_so():
    then, now = (own(replace(EIGHT, as_of=date(year, 11, 21))) for year in (2025, 2026))
    ends = [
        next(item.ends for item in answer.assumptions if item.name == "on_demand") for answer in (then, now)
    ]
    assert ends[0] != ends[1]
    assert any("newest price of buying H100-SXM is of 2025-03-03" in note for note in now.notes)
    early = own(replace(EIGHT, as_of=date(2018, 1, 1), site=Site(usd_per_kwh=(0.08, 0.08), kg_per_kwh=0.4)))
    assert early.options == () and "no rent of H100-SXM" in early.refused["on_demand"]


def test_prices_that_are_stated_stand_in_place_of_the_catalogues():
    answer = own(replace(EIGHT, accelerator="GB200", prices=SURE_PRICES))
    assert {item.name for item in answer.options} == {"on_demand", "one_year", "three_years", "buy"}
    given = {item.name for item in answer.assumptions if item.is_given}
    assert {"on_demand", "one_year", "three_years", "purchase", "use"} <= given


def test_the_same_seed_gives_the_same_answer_and_another_one_nearly_the_same(eight):
    again, other = own(EIGHT), own(replace(EIGHT, seed=1))
    assert again.options == eight.options
    for item in eight.options:
        there = option(other, item.name)
        error = np.hypot(item.sampling_error_usd, there.sampling_error_usd)
        assert abs(item.cost_usd.p50 - there.cost_usd.p50) < 8 * error + 0.02 * item.cost_usd.p50


def test_a_volume_without_tokens_per_second_is_refused():
    with pytest.raises(OptionsError, match=r"--tokens needs tokens per second"):
        own(OwnQuestion(accelerator="H100-SXM", work=Work(tokens_per_month=1e9)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Work(), "n_gpus or tokens_per_month must be given, one of the two, got neither"),
        (lambda: Work(n_gpus=1, tokens_per_month=1), "one of the two, got both"),
        (lambda: Work(n_gpus=0), "n_gpus must be above 0"),
        (lambda: Work(n_gpus=1, use_share=(0.5, 1.2)), "use_share must be at most 1"),
        (lambda: Work(n_gpus=1, use_share=(0.0, 0.5)), "use_share must be above 0"),
        (lambda: Work(n_gpus=1, n_prompt_tokens=0), "n_prompt_tokens must be at least 1"),
        (lambda: Prices(purchase_usd_per_gpu=(2.0, 1.0)), "purchase_usd_per_gpu must be from low to high"),
        (lambda: Prices(api_usd_per_mtok=(np.nan, 1.0)), "api_usd_per_mtok must be finite"),
        (lambda: Site(space="cellar"), "space must be one of colocation"),
        (lambda: Site(pue=(0.5, 1.2)), "pue must be at least 1"),
        (lambda: Site(kg_per_kwh=-1.0), "kg_per_kwh must be at least 0"),
        (lambda: replace(EIGHT, horizon_months=0), "horizon_months must be from 1 to 120"),
        (
            lambda: replace(EIGHT, cost_of_capital_per_year=-0.1),
            "cost_of_capital_per_year must be at least 0",
        ),
        (lambda: replace(EIGHT, interconnect_share=(0.1, 1.0)), "interconnect_share must be at most 0.9"),
        (lambda: replace(EIGHT, n_draws=0), "n_draws must be 1 or more"),
    ],
)
def test_what_is_outside_its_domain_is_refused_by_name(make, message):
    with pytest.raises(DomainError, match=message):
        make()


def test_an_accelerator_or_region_that_is_not_known_is_refused():
    with pytest.raises(CatalogueError, match="accelerator"):
        own(replace(EIGHT, accelerator="H999"))
    with pytest.raises(CatalogueError, match="region of electricity"):
        own(replace(EIGHT, site=Site(region="Atlantis")))
