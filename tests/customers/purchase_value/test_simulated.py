from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.pay_as_you_go import BgBb, BgNbd, GammaGamma, Histories, ParetoNbd
from nextdollar.customers.purchase_value import WHOLE_LIFE, discounted_purchases, simulated_spend_usd
from nextdollar.errors import DomainError

SPEND = GammaGamma(6.25, 4.5, 15.44)
LAWS = [BgNbd(0.8, 6.0, 0.9, 2.4), ParetoNbd(0.8, 6.0, 0.7, 11.7)]


def alike(n: int, x: float) -> Histories:
    last = 20.0 if x else 0.0
    return Histories.of_customers(np.full(n, x), np.full(n, last), n_periods_observed=np.full(n, 30.0))


def dealt(law, histories, *, n_periods, log_discount, rng, usd=30.0):
    return simulated_spend_usd(
        law,
        histories,
        spend=SPEND,
        repeat_spend_usd=np.full(len(histories.n_repeats), usd),
        n_periods=n_periods,
        log_discount_per_period=log_discount,
        alive_share=law.alive_share(histories),
        rng=rng,
    )


def told_usd(law, *, x: float, n_periods: float, log_discount: float, rng) -> float:
    """Present spend of one customer by the story of the law, purchase by purchase."""
    history = alike(1, x)
    if rng.random() >= law.alive_share(history)[0]:
        return 0.0
    rate = rng.gamma(law.r + x, 1 / (law.alpha + 30))
    usd_per_unit = 1 / rng.gamma(SPEND.q + SPEND.p * x, 1 / (SPEND.v + x * 30.0))
    is_bg = isinstance(law, BgNbd)
    leaves = rng.beta(law.a, law.b + x) if is_bg else rng.gamma(law.s, 1 / (law.beta + 30))
    ends = n_periods if is_bg else min(n_periods, rng.exponential() / leaves)
    total, now = 0.0, 0.0
    while True:
        now += rng.exponential() / rate
        if now > ends:
            return total
        total += np.exp(-log_discount * now) * rng.gamma(SPEND.p) * usd_per_unit
        if is_bg and rng.random() < leaves:
            return total


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
class TestEveryLaw:
    @pytest.mark.parametrize(("n_periods", "log_discount"), [(40.0, 0.0), (40.0, 0.01), (WHOLE_LIFE, 0.02)])
    def test_the_mean_is_what_the_formulas_expect(self, law, n_periods, log_discount):
        n, rng = 40_000, np.random.default_rng(5)
        found = dealt(law, alike(n, 3.0), n_periods=n_periods, log_discount=log_discount, rng=rng)
        one = alike(1, 3.0)
        ahead = discounted_purchases(law, one, n_periods=[n_periods], log_discount_per_period=log_discount)
        want = law.alive_share(one)[0] * ahead[0, 0] * SPEND.expected_spend_usd(3.0, 30.0)
        assert abs(found.mean() - want) < 4 * found.std() / np.sqrt(n)

    def test_the_spread_is_that_of_the_story_purchase_by_purchase(self, law):
        rng = np.random.default_rng(6)
        told = np.array(
            [told_usd(law, x=3.0, n_periods=60.0, log_discount=0.02, rng=rng) for _ in range(6000)]
        )
        found = dealt(law, alike(60_000, 3.0), n_periods=60.0, log_discount=0.02, rng=rng)
        for share in (0.5, 0.75, 0.9, 0.95):
            below = (found <= np.quantile(told, share)).mean()
            # Where nothing was bought, many customers share one value: 0.
            assert below == pytest.approx(max(share, (found == 0).mean()), abs=0.025)

    def test_a_customer_who_is_gone_spends_nothing(self, law):
        histories = alike(500, 3.0)
        found = simulated_spend_usd(
            law,
            histories,
            spend=SPEND,
            repeat_spend_usd=np.full(500, 30.0),
            n_periods=50.0,
            log_discount_per_period=0.01,
            alive_share=np.zeros(500),
            rng=np.random.default_rng(1),
        )
        assert (found == 0).all()

    def test_neither_horizon_nor_discount_is_refused(self, law):
        with pytest.raises(DomainError, match="n_periods must be finite where there is no discount"):
            rng = np.random.default_rng(1)
            dealt(law, alike(3, 1.0), n_periods=WHOLE_LIFE, log_discount=0.0, rng=rng)


def test_a_law_of_whole_periods_is_refused():
    with pytest.raises(DomainError, match="BG/BB counts whole periods"):
        simulated_spend_usd(
            BgBb(1.2, 0.75, 0.66, 2.78),
            alike(2, 1.0),
            spend=SPEND,
            repeat_spend_usd=np.full(2, 30.0),
            n_periods=5.0,
            log_discount_per_period=0.0,
            alive_share=np.ones(2),
            rng=np.random.default_rng(1),
        )
