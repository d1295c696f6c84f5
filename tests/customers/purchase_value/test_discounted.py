from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyperu

from nextdollar.customers.pay_as_you_go import BgBb, BgNbd, GammaGamma, Histories, ParetoNbd
from nextdollar.customers.purchase_value import WHOLE_LIFE, discounted_of_new, discounted_purchases
from nextdollar.errors import DomainError

# Published parameters of CDNOW: Fader, Hardie and Lee (2005), Marketing Science, and the papers before it.
CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)
CDNOW_PARETO = ParetoNbd(0.553, 10.578, 0.606, 11.669)
LAWS = [CDNOW, CDNOW_PARETO]
rates = st.floats(1e-4, 0.2)


def some_customers() -> Histories:
    return Histories.of_customers(
        np.array([0.0, 1, 2, 7, 60]),
        np.array([0.0, 1.71, 30.43, 29.43, 38.0]),
        n_periods_observed=np.array([1.0, 38.86, 38.86, 38.86, 39.0]),
    )


@pytest.mark.parametrize("discount", [1e-5, 0.0027, 0.1, 2.0])
def test_a_whole_life_of_the_pareto_nbd_is_the_published_formula_of_dert(discount):
    # Fader, Hardie and Lee (2005), "RFM and CLV", equation 2, divided by P(alive): Tricomi's function.
    law, histories = CDNOW_PARETO, some_customers()
    seen = histories.n_periods_observed
    rate = (law.r + histories.n_repeats) / (law.alpha + seen)
    left = law.beta + seen
    want = rate * left**law.s * discount ** (law.s - 1) * hyperu(law.s, law.s, discount * left)
    got = discounted_purchases(law, histories, n_periods=[WHOLE_LIFE], log_discount_per_period=discount)
    np.testing.assert_allclose(got[0], want, rtol=1e-6)


@pytest.mark.parametrize(
    ("place", "mean_usd", "published_usd"), [(2, 22.35, 140.096211), (1, 11.77, 18.943467)]
)
def test_the_published_values_of_cdnow_customers_lie_between_payment_at_start_and_end(
    place, mean_usd, published_usd
):
    # lifetimes 0.11.3, README, customer_lifetime_value(time=12, discount_rate=0.01) of customers 1 and 2:
    # twelve steps of 30 weeks, each discounted as if all of it came at its end.
    law = BgNbd(0.242594, 4.413594, 0.792918, 2.425895)
    histories = some_customers()
    ahead = discounted_purchases(
        law, histories, n_periods=[360.0], log_discount_per_period=np.log(1.01) / 30
    )[0]
    usd = GammaGamma(6.2498, 3.7441, 15.4471).expected_spend_usd(histories.n_repeats[place], mean_usd)
    value_usd = (law.alive_share(histories) * ahead)[place] * usd
    assert value_usd / 1.01 < published_usd < value_usd


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
class TestEveryLaw:
    def test_without_a_discount_they_are_the_expected_purchases(self, law):
        histories = some_customers()
        got = discounted_purchases(law, histories, n_periods=[10.0, 52.0], log_discount_per_period=0.0)
        want = [law.expected_purchases_if_alive(histories, horizon) for horizon in (10.0, 52.0)]
        np.testing.assert_array_equal(got, want)

    def test_small_steps_discounted_at_their_middle_add_up_to_them(self, law):
        histories = some_customers()
        edges = np.linspace(0, 80, 4001)
        sums = np.stack([law.expected_purchases_if_alive(histories, float(edge)) for edge in edges])
        middle = (edges[1:] + edges[:-1]) / 2
        want = (np.diff(sums, axis=0) * np.exp(-0.02 * middle)[:, None]).sum(axis=0)
        got = discounted_purchases(law, histories, n_periods=[80.0], log_discount_per_period=0.02)[0]
        np.testing.assert_allclose(got, want, rtol=1e-7)

    @given(rate=rates, first=st.floats(1.0, 200.0), more=st.floats(0.5, 500.0))
    def test_they_rise_with_the_horizon_and_fall_with_the_discount(self, law, rate, first, more):
        histories, horizons = some_customers(), [first, first + more, WHOLE_LIFE]
        got = discounted_purchases(law, histories, n_periods=horizons, log_discount_per_period=rate)
        assert (np.diff(got, axis=0) >= -1e-9 * got[:-1]).all()
        dearer = discounted_purchases(law, histories, n_periods=horizons, log_discount_per_period=2 * rate)
        assert (dearer <= got * (1 + 1e-9)).all()

    def test_many_customers_and_horizons_at_once_agree_with_one_at_a_time(self, law):
        histories = some_customers()
        got = discounted_purchases(
            law, histories, n_periods=[20.0, WHOLE_LIFE], log_discount_per_period=0.003
        )
        for place in range(5):
            one = histories.rows(slice(place, place + 1))
            alone = discounted_purchases(law, one, n_periods=[WHOLE_LIFE], log_discount_per_period=0.003)
            assert got[1, place] == pytest.approx(alone[0, 0], rel=1e-6)

    def test_a_new_customer_is_one_who_was_seen_for_no_time(self, law):
        almost = Histories.of_customers(np.zeros(1), np.zeros(1), n_periods_observed=np.array([1e-9]))
        got = discounted_of_new(law, n_periods=[26.0, WHOLE_LIFE], log_discount_per_period=0.003)
        want = discounted_purchases(law, almost, n_periods=[26.0, WHOLE_LIFE], log_discount_per_period=0.003)
        np.testing.assert_allclose(got, want[:, 0], rtol=1e-6)

    def test_a_whole_life_without_a_discount_is_refused(self, law):
        with pytest.raises(DomainError, match="above 0 for a whole life"):
            discounted_purchases(law, some_customers(), n_periods=[WHOLE_LIFE], log_discount_per_period=0.0)

    @pytest.mark.parametrize("horizons", [[], [0.0], [10.0, 10.0], [20.0, 10.0]])
    def test_horizons_out_of_order_are_refused(self, law, horizons):
        with pytest.raises(DomainError, match="n_periods must be above 0, each above the one before"):
            discounted_purchases(law, some_customers(), n_periods=horizons, log_discount_per_period=0.1)

    def test_a_negative_discount_is_refused(self, law):
        with pytest.raises(DomainError, match="log_discount_per_period must be finite and 0 or more"):
            discounted_purchases(law, some_customers(), n_periods=[5.0], log_discount_per_period=-0.1)


def test_a_law_of_whole_periods_is_refused():
    with pytest.raises(DomainError, match="BG/BB counts whole periods"):
        discounted_of_new(BgBb(1.2, 0.75, 0.66, 2.78), n_periods=[5.0], log_discount_per_period=0.1)
