"""Forecasts, asked for as a user asks."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import FitError, InputError, RunsError
from nextdollar.research import forecast, read_runs, read_targets
from nextdollar.research.forecasts import targets_of
from nextdollar.scaling import Chinchilla

SURFACE = Chinchilla(E=1.8, A=420.0, alpha=0.34, B=1900.0, beta=0.36)


@pytest.fixture
def runs_file(tmp_path):
    """Return runs near a known surface, half a per cent of noise, and a score that follows the loss."""
    generator = np.random.default_rng(4)
    params = np.repeat(np.geomspace(5e7, 2e9, 8), 4)
    tokens = params * np.tile([8.0, 16.0, 32.0, 64.0], 8)
    loss = SURFACE.loss(params, tokens) * np.exp(0.005 * generator.standard_normal(32))
    score = 0.9 - 0.6 * np.exp(-2.5 / loss**2) + 0.003 * generator.standard_normal(32)
    rows = [
        f"{n:.6g},{d:.6g},{value:.6f},{s:.5f}"
        for n, d, value, s in zip(params, tokens, loss, score, strict=True)
    ]
    file = tmp_path / "runs.csv"
    file.write_text("\n".join(["params,tokens,loss,score", *rows]) + "\n")
    return file


def test_what_the_surface_says_lies_in_the_range(runs_file):
    found = forecast(runs_file, [(7e9, 140e9), (20e9, 400e9)]).forecast
    expected = SURFACE.loss(found.params, found.tokens)
    assert (found.p5 <= expected).all() and (expected <= found.p95).all()
    np.testing.assert_allclose(found.p50, expected, rtol=0.02)


def test_quantiles_rise_and_ranges_widen_with_the_distance(runs_file):
    found = forecast(runs_file, [(1e9, 30e9), (1e10, 3e11), (1e11, 3e12)]).forecast
    rows = np.stack([found.p5, found.p10, found.p25, found.p50, found.p75, found.p90, found.p95])
    assert (np.diff(rows, axis=0) >= 0).all()
    widths = (found.p95 - found.p5) / found.p50
    assert (np.diff(widths) > 0).all()
    assert found.distance[0] == 0 and (np.diff(found.distance) > 0).all()


def test_a_target_is_forecast_alike_alone_and_among_others(runs_file):
    alone = forecast(runs_file, [(7e9, 140e9)]).forecast
    among = forecast(runs_file, [(1e9, 1e10), (7e9, 140e9)]).forecast
    assert alone.p95[0] == among.p95[1]


def test_the_metric_does_not_move_the_loss(runs_file):
    with_metric = forecast(runs_file, [(7e9, 140e9)], metric="score")
    without = forecast(runs_file, [(7e9, 140e9)])
    assert with_metric.forecast.p50[0] == without.forecast.p50[0]
    assert with_metric.metric is not None and without.metric is None
    assert 0 < with_metric.metric.quantiles["p5"][0] < with_metric.metric.quantiles["p95"][0] < 1


def test_the_seed_decides_the_numbers(runs_file):
    first, again, other = (forecast(runs_file, [(7e9, 140e9)], seed=s).forecast.p95[0] for s in (1, 1, 2))
    assert first == again != other


def test_the_curve_reaches_from_the_smallest_run_past_the_largest_target(runs_file):
    found = forecast(runs_file, [(7e9, 140e9)])
    assert found.curve.flop[0] == pytest.approx(found.table.runs.flop.min())
    assert found.curve.flop[-1] > 6 * 7e9 * 140e9


def test_targets_come_from_a_file_or_from_pairs(tmp_path):
    file = tmp_path / "targets.csv"
    file.write_text("params,tokens\n7e9,1.4e11\n")
    assert targets_of(file).params[0] == targets_of([(7e9, 1.4e11)]).params[0]
    assert targets_of(read_targets(file)).names == targets_of([(7e9, 1.4e11)]).names


class TestRefusals:
    def test_one_run_is_no_forecast(self, tmp_path):
        file = tmp_path / "one.csv"
        file.write_text("params,tokens,loss\n1e8,2e9,3.2\n")
        with pytest.raises(FitError, match="2 separate runs, got 1"):
            forecast(file, [(7e9, 140e9)])

    def test_no_target_is_refused(self, runs_file):
        with pytest.raises(InputError, match="at least one model"):
            forecast(runs_file, [])

    def test_a_condition_does_not_go_with_a_table_that_was_read(self, runs_file):
        with pytest.raises(InputError, match="give it to read_runs"):
            forecast(read_runs(runs_file), [(7e9, 140e9)], where="flop < 1e20")

    def test_an_unknown_metric_is_told_with_the_ones_there_are(self, runs_file):
        with pytest.raises(RunsError) as caught:
            forecast(runs_file, [(7e9, 140e9)], metric="skore")
        assert "score" in caught.value.faults[0].hint

    def test_far_away_it_says_that_it_cannot_say(self, runs_file):
        found = forecast(runs_file, [(1e15, 1e17)]).forecast
        assert bool(found.cannot_say[0])
        assert found.law_disagreement_share[0] > 0.05
