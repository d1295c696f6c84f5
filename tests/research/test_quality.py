"""A metric of a table of runs: which columns, which bounds, and its forecast."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import FitError, RunsError
from nextdollar.research.quality import forecast_metric, quality_of
from nextdollar.research.reading import read_runs
from nextdollar.scaling import Chinchilla

RNG = np.random.default_rng(0)
LAW = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)
DRAWN = Chinchilla(
    E=LAW.E + 0.02 * RNG.standard_normal(300), A=LAW.A, alpha=LAW.alpha, B=LAW.B, beta=LAW.beta
)  # fmt: skip


@pytest.fixture
def table(tmp_path):
    """Return twelve runs with an accuracy, the same in per cent, an error, and one column with a gap."""
    rng = np.random.default_rng(1)
    N = np.geomspace(1e8, 4e9, 12)
    D = 20 * N
    loss = LAW.loss(N, D)
    right = 0.25 + 0.6 / (1 + np.exp(3 * (loss - 2.6))) + 0.004 * rng.standard_normal(12)
    lines = ["params,tokens,loss,acc,acc_percent,error,gap,flat"]
    for i in range(12):
        gap = "" if i == 4 else f"{right[i]:.6f}"
        row = (N[i], D[i], loss[i], right[i], 100 * right[i], 1 - right[i])
        lines.append(",".join([*(f"{x:.10g}" for x in row), gap, "0.5"]))
    file = tmp_path / "runs.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_runs(file)


def fitted(table, metric):
    return quality_of(table, metric, n_draws=128, generator=np.random.default_rng(0))


def test_a_share_a_percentage_and_an_error_are_told_apart_by_their_values(table):
    assert fitted(table, "acc").fit.draws.bounds.high == 1
    assert fitted(table, "acc_percent").fit.draws.bounds.high == 100
    assert not fitted(table, "error").fit.rises


def test_several_columns_are_averaged(table):
    mean = fitted(table, "acc, acc_percent")
    assert mean.columns == ("acc", "acc_percent")
    np.testing.assert_allclose(mean.values, 101 * fitted(table, "acc").values / 2)


def test_a_run_without_the_metric_is_left_out_and_counted(table):
    found = fitted(table, "gap")
    assert found.n_left_out == 1
    assert found.fit.n_runs == 11


def test_a_name_that_is_not_there_is_refused_with_the_nearest(table):
    with pytest.raises(RunsError) as caught:
        fitted(table, "acc,eror")
    assert [fault.value for fault in caught.value.faults] == ["eror"]
    assert "did you mean error" in caught.value.faults[0].hint


def test_a_metric_that_never_moves_is_refused(table):
    with pytest.raises(FitError, match="the same in all runs"):
        fitted(table, "flat")


class TestForecast:
    N, D = np.array([1e9, 1e10, 1e11]), np.array([2e10, 2e11, 2e12])

    def forecast(self, table, metric="acc", law=DRAWN):
        return forecast_metric(table, law, metric, self.N, self.D, generator=np.random.default_rng(3))

    def test_quantiles_are_in_order_and_within_the_bounds(self, table):
        found = self.forecast(table)
        ordered = np.array(
            [found.quantiles[name] for name in ("p5", "p10", "p25", "p50", "p75", "p90", "p95")]
        )
        assert (np.diff(ordered, axis=0) >= 0).all()
        assert ordered.min() >= 0
        assert ordered.max() <= 1

    def test_a_larger_model_is_expected_to_score_more(self, table):
        assert (np.diff(self.forecast(table).mean) > 0).all()

    def test_the_truth_lies_in_the_interval(self, table):
        found = self.forecast(table)
        truth = 0.25 + 0.6 / (1 + np.exp(3 * (LAW.loss(self.N, self.D) - 2.6)))
        assert ((found.quantiles["p5"] <= truth) & (truth <= found.quantiles["p95"])).all()

    def test_a_law_without_draws_is_met_by_the_draws_of_the_metric(self, table):
        assert self.forecast(table, law=LAW).draws.shape == (3, 1024)

    def test_a_metric_that_does_not_follow_the_loss_cannot_be_told(self, tmp_path, table):
        lines = ["params,tokens,loss,noise"]
        noise = np.random.default_rng(8).uniform(0.2, 0.4, 12)
        runs = table.runs
        lines += [
            f"{n:.6g},{d:.6g},{x:.8g},{y:.6f}"
            for n, d, x, y in zip(runs.params, runs.tokens, runs.loss_nats, noise, strict=True)
        ]
        file = tmp_path / "noise.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = self.forecast(read_runs(file), "noise")
        assert found.cannot_say.all()
        assert "hardly follows the loss" in found.reasons[0]
