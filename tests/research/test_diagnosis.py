"""What ails runs, asked for as a user asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nextdollar.catalogue import fitted_law
from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.errors import OptionsError
from nextdollar.research.allocation import allocate
from nextdollar.research.allocation_law import n_draws_of, thinned
from nextdollar.research.diagnosed_runs import Run, one_run
from nextdollar.research.diagnosis import diagnose
from nextdollar.research.diagnosis_map import corridor
from nextdollar.research.laws import NamedLaw
from nextdollar.research.machine import machine
from nextdollar.scaling import Chinchilla, compute_optimal
from nextdollar.scaling.forecasting.forecast_law import forecast_law
from nextdollar.scaling.runs import runs_of
from nextdollar.scaling.wrong_allocation import dead_weight

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "scaling"


def own_law(spread: float, n_draws: int = 300) -> NamedLaw:
    generator = np.random.default_rng(2)
    best = fitted_law("epoch-2024").law
    draws = Chinchilla(
        best.E, best.A, best.alpha + spread * generator.standard_normal(n_draws), best.B, best.beta
    )
    return NamedLaw("own", best, draws, ())


def test_a_single_run_is_told_its_ailment_and_its_waste():
    found = diagnose("hoffmann-2022", one_run(175e9, 300e9))
    assert found.diagnosis.ailment.tolist() == ["under-trained"]
    waste = dead_weight(found.law.law, 175e9, 300e9)
    assert found.wasted_flop[0] == pytest.approx(waste.flop, rel=1e-9)
    assert np.isnan(found.agreeing_share[0])
    assert np.isnan(found.gap.share[0])


def test_a_table_of_runs_is_diagnosed_row_by_row(tmp_path):
    table = tmp_path / "runs.csv"
    table.write_text(
        "params,tokens,loss\n1e9,2.1e10,2.5\n7e9,2e10,2.4\n1e8,1e11,2.9\n2e9,1e10,2.7\n", encoding="utf-8"
    )
    found = diagnose("epoch-2024", table)
    assert found.diagnosis.ailment.tolist() == [
        "balanced",
        "under-trained",
        "compute-starved",
        "under-trained",
    ]
    for i in range(4):
        single = diagnose("epoch-2024", one_run(found.runs.params[i], found.runs.tokens[i]))
        assert found.wasted_flop[i] == pytest.approx(single.wasted_flop[0], rel=1e-9)
    assert np.isfinite(found.gap.share).all()


def test_the_runs_of_hoffmann_and_others_are_balanced_on_average():
    if not SHARED.is_dir():
        pytest.skip("the shared run tables are not beside this checkout")
    found = diagnose("epoch-2024", SHARED / "chinchilla_epoch.csv")
    ratio = found.runs.tokens / found.runs.params / np.asarray(found.diagnosis.best.tokens_per_param)
    # Their grids enclose the optimum on both sides at every budget.
    assert 0.3 < np.median(ratio) < 3
    assert {"under-trained", "compute-starved", "balanced"} == set(found.diagnosis.ailment.tolist())


def test_a_table_with_unique_tokens_tells_repeats_row_by_row(tmp_path):
    table = tmp_path / "runs.csv"
    table.write_text(
        "params,tokens,unique_tokens,loss\n7e9,2.37e11,2.5e10,2.3\n6.9e9,2.37e11,2.37e11,2.2\n",
        encoding="utf-8",
    )
    found = diagnose("muennighoff-2023", table)
    assert found.diagnosis.ailment[0] == "data-starved"
    assert found.diagnosis.data_share[1] == pytest.approx(0, abs=1e-9)
    # Laws without repeats take every token for a new one.
    assert np.isinf(diagnose("kaplan-2020", table).unique_tokens).all()


class TestDraws:
    def test_a_sharp_law_is_sure_and_a_vague_one_is_not(self):
        run = one_run(70e9, 2.2e12)
        sharp, vague = (diagnose(own_law(spread), run).agreeing_share[0] for spread in (1e-5, 0.05))
        assert sharp == 1.0
        assert vague < 0.9

    def test_the_range_of_the_best_ratio_holds_the_best_ratio(self):
        found = diagnose(own_law(0.01), one_run(70e9, 1.4e12))
        low, _, high = found.best_ratio[:, 0]
        assert low < found.diagnosis.best.tokens_per_param[0] < high

    def test_a_vague_law_tolerates_more_of_a_loss(self):
        run = one_run(70e9, 1.4e12, observed_nats=2.08)
        assert diagnose(own_law(1e-5), run).gap.is_worse[0]
        assert not diagnose(own_law(0.05), run).gap.is_worse[0]

    def test_tables_take_fewer_draws_evenly_chosen(self):
        law = own_law(0.01, n_draws=1000).draws
        thin = thinned(law, 50)
        assert n_draws_of(thin) <= 128
        assert thinned(law, 1) is law
        np.testing.assert_array_equal(thin.alpha, law.alpha[:: 1000 // 125])


def test_machine_time_gives_the_mfu_that_was_reached():
    run = one_run(70e9, 1.4e12, gpu_seconds=2048 * 38 * 86_400.0)
    found = diagnose("epoch-2024", run, machine=machine("H100-SXM"))
    assert found.mfu[0] == pytest.approx(6 * 70e9 * 1.4e12 / (2048 * 38 * 86_400 * 989.4e12), rel=1e-12)


def test_the_corridor_holds_the_best_splits_and_ends_where_a_twentieth_is_wasted():
    found = diagnose("epoch-2024", one_run(7e9, 1.4e11))
    band = corridor(found)
    law = found.law.law
    middle = slice(20, 60)
    budgets = 6 * band.params * band.tokens
    np.testing.assert_allclose(band.params, compute_optimal(law, budgets).params, rtol=1e-6)
    for tokens in (band.tokens_low, band.tokens_high):
        waste = dead_weight(law, band.params[middle], tokens[middle]).share
        np.testing.assert_allclose(waste, 0.05, atol=2e-3)


def test_wrong_arguments_come_at_once():
    with pytest.raises(OptionsError) as caught:
        diagnose("epoch-2024", one_run(0.0, -1.0, observed_nats=-2.0), unique_tokens=0.0)
    assert [fault.where for fault in caught.value.faults] == [
        "params",
        "tokens",
        "observed_nats",
        "unique_tokens",
    ]


def test_a_law_of_another_level_does_not_condemn_every_run():
    sizes = np.geomspace(1e8, 1e10, 12)
    law = fitted_law("epoch-2024").law
    losses = 1.08 * law.loss(sizes, 20 * sizes)
    losses[4] *= 1.05
    unknown, plenty = np.full(12, np.nan), np.full(12, np.inf)
    runs = Run(sizes, 20 * sizes, losses, tuple(f"{i}" for i in range(12)), unknown, plenty)
    found = diagnose("epoch-2024", runs)
    assert found.level_share == pytest.approx(0.08)
    assert np.flatnonzero(found.gap.is_worse).tolist() == [4]
    np.testing.assert_allclose(found.gap.share[0], 0.08)


def test_a_forecast_of_the_same_runs_has_its_say():
    law = own_law(0.01)
    prior = pooled_prior()
    generator = np.random.default_rng(5)
    sizes = np.geomspace(5e7, 2e9, 8)
    tokens = sizes * np.array([10, 40, 20, 80, 15, 30, 60, 20])
    runs = runs_of(sizes, tokens, law.law.loss(sizes, tokens))
    forecast = forecast_law(runs, prior, n_draws=200, generator=generator)
    found = diagnose(replace(law, forecast=forecast), one_run(7e10, 1.4e12, observed_nats=1.95))
    np.testing.assert_allclose(found.forecast_shares.sum(axis=0), 1.0)
    # The forecast is wider than the fit, so that a loss has to be worse to count as badly trained.
    alone = diagnose(law, one_run(7e10, 1.4e12, observed_nats=1.95))
    assert found.tolerated_share[0] > alone.tolerated_share[0]
    assert alone.forecast_shares is None
    split = allocate(replace(law, forecast=forecast), flop=1e23)
    assert split.second_opinion["params"].shape == (200,)
    assert allocate(law, flop=1e23).second_opinion == {}
