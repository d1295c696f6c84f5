"""What a step in quality costs, and how likely each size gets there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.research.next_dollar import knee
from nextdollar.research.quality import quality_of
from nextdollar.research.quality_step import quality_step
from nextdollar.research.reading import read_runs
from nextdollar.scaling import Chinchilla, Domain

DOMAIN = Domain(flop_low=1e18, flop_high=2e21)
LAW = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717, domain=DOMAIN)
PRICE = 2.6e-18


def score(loss):
    return 0.25 + 0.65 / (1 + np.exp(3 * (loss - 2.5)))


@pytest.fixture(scope="module")
def quality(tmp_path_factory):
    rng = np.random.default_rng(1)
    N = np.geomspace(1e8, 4e9, 24)
    loss = LAW.loss(N, 20 * N)
    right = score(loss) + 0.003 * rng.standard_normal(24)
    file = tmp_path_factory.mktemp("runs") / "runs.csv"
    lines = [f"{n:.8g},{20 * n:.8g},{x:.8g},{y:.6f}" for n, x, y in zip(N, loss, right, strict=True)]
    file.write_text("\n".join(["params,tokens,loss,acc", *lines]) + "\n", encoding="utf-8")
    return quality_of(read_runs(file), "acc", n_draws=256, generator=np.random.default_rng(0))


def step(quality, low=0.5, high=0.6):
    return quality_step(
        LAW, quality, from_value=low, to_value=high, usd_per_flop=PRICE, generator=np.random.default_rng(1)
    )


def test_the_interval_of_the_cost_holds_the_truth(quality):
    found = step(quality)
    true = score(found.path.loss_nats[:, 0])
    ends = np.interp([0.5, 0.6], true, found.path.budget_flop)
    truth_usd = PRICE * (ends[1] - ends[0])
    low, high = np.nanquantile(found.price.cost_usd, (0.05, 0.95))
    assert low <= truth_usd <= high


def test_a_larger_budget_never_reaches_the_goal_less_often(quality):
    assert (np.diff(step(quality).reach_share) >= -1e-12).all()


def test_an_even_chance_comes_where_half_of_the_draws_reach(quality):
    found = step(quality)
    at = np.searchsorted(found.path.budget_flop, found.even_chance_flop())
    assert found.reach_share[at] >= 0.5 > found.reach_share[at - 1]


def test_a_goal_that_is_out_of_reach_has_no_even_chance(quality):
    assert np.isnan(step(quality, 0.5, 1.0).even_chance_flop())


def test_the_knee_by_the_point_is_where_a_dollar_of_metric_costs_a_dollar(quality):
    found = knee(
        LAW,
        usd_per_flop=PRICE,
        value_usd_per_point=1e6,
        quality=quality,
        generator=np.random.default_rng(2),
    )
    worth = 1e6 * score(found.path.loss_nats[:, 0]) - PRICE * found.path.budget_flop
    truth = found.path.budget_flop[np.argmax(worth)]
    low, high = np.quantile(found.knee_flop, (0.05, 0.95))
    assert low <= truth <= high


def test_a_step_of_a_metric_that_follows_the_loss_is_not_doubted(quality):
    assert step(quality).reasons == ()


def test_a_step_of_a_metric_that_does_not_follow_the_loss_is_doubted(quality):
    doubted = replace(quality, follows_loss=0.5)
    assert "hardly follows the loss" in step(doubted).reasons[0]
