"""The next run: what it is worth, what it narrows, and when none pays."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.errors import FitError
from nextdollar.research.next_run import study
from nextdollar.scaling import Chinchilla
from nextdollar.scaling.forecasting.forecast_law import forecast_law
from nextdollar.scaling.runs import runs_of
from nextdollar.scaling.study_decision import decision_between, decision_on_split

PRICE = 2.6e-18
TRUE = Chinchilla(E=1.8172, A=477.83, alpha=0.34731, B=2143.4, beta=0.36717)


@pytest.fixture(scope="module")
def law():
    """Return the forecast law of three runs, the smallest study that the documents speak of."""
    rng = np.random.default_rng(0)
    N = np.array([1e8, 3e8, 1e9])
    loss = TRUE.loss(N, 20 * N) * np.exp(0.003 * rng.standard_normal(3))
    return forecast_law(runs_of(N, 20 * N, loss), pooled_prior(), n_draws=512, generator=rng)


def weighed(law, value, **more):
    decision = decision_on_split(law.law, 1e23, value_usd_per_nat=value, usd_per_flop=PRICE)
    return study(law, decision, usd_per_flop=PRICE, generator=np.random.default_rng(0), **more)


def test_where_much_is_at_stake_a_run_is_worth_its_cost(law):
    found = weighed(law, 1e9)
    assert found.next_run is not None
    assert found.next_run.net_usd > 0
    assert found.steps
    assert found.steps[0].runs == found.next_run.runs


def test_where_nothing_is_at_stake_none_is(law):
    found = weighed(law, 1.0)
    assert found.next_run is None
    assert found.steps == ()


def test_no_run_is_worth_more_than_perfect_information(law):
    found = weighed(law, 1e9)
    assert all(0 <= worth.evsi_usd <= found.perfect_usd + 1e-6 for worth in found.ranked)


def test_runs_are_ranked_by_worth_less_cost(law):
    nets = [worth.net_usd for worth in weighed(law, 1e8).ranked]
    assert nets == sorted(nets, reverse=True)


def test_no_run_is_smaller_than_what_the_law_has_seen(law):
    for worth in weighed(law, 1e8).ranked:
        assert worth.runs[0].params >= law.domain.params_low
        assert worth.runs[0].tokens >= law.domain.tokens_low


def test_a_budget_limits_each_run_and_all_together(law):
    found = weighed(law, 1e9, budget_usd=200.0)
    assert all(worth.cost_usd <= 200.0 * (1 + 1e-9) for worth in found.ranked)
    assert found.steps[-1].cost_usd <= 200.0 * (1 + 1e-9)


def test_a_larger_run_on_the_way_narrows_the_forecast_more(law):
    decision = decision_between(
        law, np.array([1e10, 7e10]), np.array([2e11, 1.4e12]), value_usd_per_nat=1e9, usd_per_flop=PRICE
    )
    found = study(law, decision, usd_per_flop=PRICE, generator=np.random.default_rng(0))
    # Of the runs at the middle ratio: by cost, the spread that each leaves.
    best = law.optimal_params
    middle = sorted(
        (w.cost_usd, w.spread_left_share)
        for w in found.ranked
        if abs(np.log(w.runs[0].params / np.median(best(6 * w.runs[0].params * w.runs[0].tokens)))) < 0.1
    )
    left = [spread for _, spread in middle]
    assert len(left) > 3
    assert left[-1] < left[0]


def half_width(losses):
    return np.subtract(*np.quantile(np.log(losses), (0.75, 0.25))) / 1.349


def test_forecasts_made_again_with_the_run_narrow_about_as_much_as_was_promised(law):
    # Carry each run out in worlds that are draws of the law, forecast again, and compare the spread.
    N, D = np.array([1e8, 3e8, 1e9]), np.array([2e9, 6e9, 2e10])
    known = TRUE.loss(N, D)
    large = np.array([1e10, 7e10]), np.array([2e11, 1.4e12])
    decision = decision_between(law, *large, value_usd_per_nat=1e9, usd_per_flop=PRICE)
    found = study(law, decision, usd_per_flop=PRICE, generator=np.random.default_rng(0))
    before = half_width(decision.loss_nats[1])
    rng = np.random.default_rng(7)
    for worth in sorted(found.ranked, key=lambda item: item.cost_usd)[15::8]:
        run = worth.runs[0]
        after = []
        for draw in rng.integers(0, 512, 10):
            told = law.take(np.array([draw])).loss(run.params, run.tokens)
            more = runs_of(np.append(N, run.params), np.append(D, run.tokens), np.append(known, told))
            again = forecast_law(more, pooled_prior(), n_draws=256, generator=rng)
            after.append(half_width(again.loss(large[0][1], large[1][1])))
        # Ten worlds, and spreads that are not those of a normal law: within a factor of two.
        assert worth.spread_left_share / 2 < np.median(after) / before < 2 * worth.spread_left_share


def test_a_law_without_draws_has_nothing_to_learn():
    decision = decision_on_split(TRUE, 1e23, value_usd_per_nat=1e9, usd_per_flop=PRICE)
    with pytest.raises(FitError, match="too few draws"):
        study(TRUE, decision, usd_per_flop=PRICE, generator=np.random.default_rng(0))
