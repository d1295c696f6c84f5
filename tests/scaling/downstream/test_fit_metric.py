"""A fitted metric: forecasts of larger runs that were really made, their coverage, and refusals."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling.downstream.fit_metric import fit_metric
from nextdollar.scaling.downstream.metric_curve import Bounds

TABLE = Path(__file__).resolve().parents[3] / "../shared/data/scaling/gadre_overtraining_downstream.csv"
NOT_MEASURES = ("params", "tokens", "flops", "loss", "family", "source", "run")


@pytest.fixture(scope="module")
def gadre():
    """Return loss, work, family and the 46 accuracies of the runs of Gadre et al. 2024."""
    if not TABLE.is_file():
        pytest.skip("shared/data/scaling/gadre_overtraining_downstream.csv is not there")
    with TABLE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    names = [name for name in rows[0] if name not in NOT_MEASURES]
    return (
        np.array([float(row["loss"]) for row in rows]),
        np.array([float(row["flops"]) for row in rows]),
        np.array([row["family"] for row in rows]),
        np.array([[float(row[name]) for name in names] for row in rows]),
    )


def forecasts(gadre, metric, beyond, seed=0):
    """Yield (metric, draws) of every run of more than a tenth (or so) of a family's largest work."""
    loss, work, family, _ = gadre
    rng = np.random.default_rng(seed)
    for name in np.unique(family):
        here = family == name
        seen = here & (work <= work[here].max() / beyond)
        fit = fit_metric(loss[seen], metric[seen], bounds=Bounds(0, 1), n_draws=256, generator=rng)
        asked = np.flatnonzero(here & ~seen)
        at = np.repeat(loss[asked][:, None], 256, axis=1)
        yield metric[asked], fit.of_runs(at, rng.standard_normal(256), generator=rng)


def test_the_average_error_of_larger_runs_is_forecast_within_three_per_cent(gadre):
    # Error averaged over the 46 benchmarks, asked of the runs beyond a tenth of the largest work.
    errors = []
    for truth, draws in forecasts(gadre, gadre[3].mean(axis=1), 10):
        errors += list(np.abs(np.median(draws, axis=1) - truth) / (1 - truth))
    assert np.mean(errors) < 0.03


@pytest.mark.slow
def test_ninety_per_cent_intervals_of_metrics_that_follow_the_loss_cover_nine_runs_in_ten(gadre):
    loss, _, family, metrics = gadre
    covered, halves = [], []
    for column in metrics.T:
        ranks = [
            np.argsort(np.argsort(x)) for x in (-loss[family == "gadre_rpj"], column[family == "gadre_rpj"])
        ]
        if np.corrcoef(*ranks)[0, 1] < 0.8:
            continue
        for beyond in (10, 100):
            for truth, draws in forecasts(gadre, column, beyond):
                low, high = np.quantile(draws, (0.05, 0.95), axis=1)
                near, far = np.quantile(draws, (0.25, 0.75), axis=1)
                covered += list((low <= truth) & (truth <= high))
                halves += list((near <= truth) & (truth <= far))
    # The bands asked of forecasts of the loss: shared/facts/scaling.md section 6.
    assert 0.85 <= np.mean(covered) <= 0.97
    assert 0.40 <= np.mean(halves) <= 0.65


class TestFit:
    loss = np.linspace(2.4, 4.0, 20)

    def metric(self, noise=0.01):
        rng = np.random.default_rng(4)
        return 0.25 + 0.5 / (1 + np.exp(3 * (self.loss - 2.8))) + noise * rng.standard_normal(20)

    def fit(self, metric, **more):
        return fit_metric(
            self.loss, metric, bounds=Bounds(0, 1), n_draws=128, generator=np.random.default_rng(0), **more
        )

    def test_an_error_rate_is_told_from_an_accuracy(self):
        assert self.fit(self.metric()).rises
        assert not self.fit(1 - self.metric()).rises

    def test_an_error_rate_is_the_mirror_of_its_accuracy(self):
        right, wrong = self.fit(self.metric()), self.fit(1 - self.metric())
        at = np.full(128, 2.3)
        assert np.median(wrong.draws.metric(at)) == pytest.approx(
            1 - np.median(right.draws.metric(at)), abs=0.01
        )

    def test_draws_are_of_both_forms_by_their_shares(self):
        fit = self.fit(self.metric())
        assert sum(fit.form_shares.values()) == pytest.approx(1.0)
        assert np.mean(fit.draws.saturation) == pytest.approx(fit.form_shares["sigmoid"], abs=0.01)

    def test_the_residual_is_the_scatter_of_the_runs(self):
        assert self.fit(self.metric(0.02)).residual == pytest.approx(0.02, rel=0.4)

    def test_intervals_widen_beyond_the_runs(self):
        fit = self.fit(self.metric())
        rng = np.random.default_rng(1)
        spread = [
            np.ptp(
                np.quantile(
                    fit.of_runs(np.full(128, at), rng.standard_normal(128), generator=rng), (0.05, 0.95)
                )
            )
            for at in (2.6, 2.2, 1.8)
        ]
        assert spread == sorted(spread)

    def test_a_better_loss_is_never_expected_to_fall_below_the_edge_of_the_runs(self):
        fit = self.fit(self.metric())
        misfit = np.random.default_rng(2).standard_normal(128)
        edge = fit.expected(np.full(128, fit.least_loss_nats), misfit)
        beyond = fit.expected(np.full(128, 1.9), misfit)
        assert (beyond >= edge - 1e-12).all()

    def test_checkpoints_of_one_run_are_drawn_together(self):
        metric = self.metric()
        runs = np.repeat(np.arange(10), 2)
        fit = self.fit(metric, run=runs)
        assert fit.n_runs == 10

    def test_the_same_seed_gives_the_same_draws(self):
        one, other = self.fit(self.metric()), self.fit(self.metric())
        np.testing.assert_array_equal(one.draws.rate_per_nat, other.draws.rate_per_nat)

    def test_four_runs_are_refused_with_the_number_needed(self):
        with pytest.raises(FitError, match="at least 5 separate runs with both loss and metric, got 4"):
            fit_metric(self.loss[:4], self.metric()[:4], generator=np.random.default_rng(0))

    def test_a_metric_that_never_moves_is_refused(self):
        with pytest.raises(FitError, match="the same in all runs"):
            self.fit(np.full(20, 0.5))

    def test_a_metric_that_is_missing_is_refused_by_name(self):
        with pytest.raises(DomainError, match="metric must be finite, got nan"):
            self.fit(np.where(np.arange(20) == 2, np.nan, self.metric()))
