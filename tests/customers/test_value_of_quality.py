from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import (
    VALUE_MODELS,
    Elasticity,
    ceiling,
    equivalent_elasticity,
    equivalent_per_decade,
)
from nextdollar.errors import DomainError

losses = st.floats(0.5, 10.0)
elasticities = st.floats(0.0, 20.0)

# Loss on the compute-optimal path of the law refitted by Besiroglu et al. 2024 (the Epoch refit):
# L(C) = E + K C**-gamma. shared/data/evidence/golden_economics.csv, rows law_gamma and law_K.
FLOOR_NATS = 1.8172
SCALE_NATS = 2728.2064220640823
GAMMA = 0.17848199067853546


def loss_at(training_flop: float) -> float:
    return FLOOR_NATS + SCALE_NATS * training_flop**-GAMMA


class TestPublishedFigures:
    def test_one_percent_of_loss_at_ten_is_the_gain_of_the_case_study(self):
        # Case study: 1 % of the loss and an elasticity of 10 add 10 % of 168.637 B USD = 16.9 B USD.
        gain_share = Elasticity(10.0).uplift_share(1.8, 1.8 * 0.99)
        assert gain_share * 168.637 == pytest.approx(16.9, abs=0.05)

    @pytest.mark.parametrize(
        ("training_flop", "gain_percent"),
        [(1e21, 71.3), (1e22, 50.9), (1e23, 35.5), (1e24, 24.4), (1e25, 16.6), (1e26, 11.2), (1e27, 7.5)],
    )
    def test_ten_percent_per_percent_of_loss_is_a_falling_gain_per_decade(self, training_flop, gain_percent):
        # golden_economics.csv, row article_gain_1e24 and its note: linear form, printed to 0.1.
        gain_share = equivalent_per_decade(
            Elasticity(10.0), loss_at(training_flop), loss_after_decade_nats=loss_at(10 * training_flop)
        )
        assert 100 * gain_share == pytest.approx(gain_percent, abs=0.05)

    @pytest.mark.parametrize(
        ("training_flop", "elasticity"),
        [(1e21, 2.02), (1e22, 2.86), (1e23, 4.13), (1e24, 6.04), (1e25, 8.92), (1e26, 13.26), (1e27, 19.82)],
    )
    def test_sixteen_percent_per_decade_is_a_rising_elasticity(self, training_flop, elasticity):
        # golden_economics.csv, row elasticity_at_1e22 and its note, tolerance 0.005.
        equivalent = equivalent_elasticity(
            0.161, loss_at(training_flop), loss_after_decade_nats=loss_at(10 * training_flop)
        )
        assert equivalent == pytest.approx(elasticity, abs=0.005)

    @pytest.mark.parametrize(
        ("training_flop", "form", "largest_multiple"),
        [
            (1e24, "constant", 2.12),
            (1e24, "linear", 1.72),
            (1e22, "constant", 5.14),
            (1e22, "linear", 2.51),
            (1e26, "constant", 1.40),
            (1e26, "linear", 1.33),
        ],
    )
    def test_no_training_can_lift_value_above_a_ceiling(self, training_flop, form, largest_multiple):
        # golden_economics.csv, row article_ceiling_1e24 and its note, tolerance 0.005.
        gain_share = ceiling(Elasticity(10.0, form), loss_at(training_flop), floor_nats=FLOOR_NATS)
        assert 1 + gain_share == pytest.approx(largest_multiple, abs=0.005)


@pytest.mark.parametrize("form", ["linear", "constant"])
class TestEveryForm:
    @given(elasticity=elasticities, loss=losses)
    def test_the_same_loss_is_worth_nothing_more(self, form, elasticity, loss):
        assert Elasticity(elasticity, form).uplift_share(loss, loss) == 0.0

    @given(elasticity=elasticities, today=losses, one=losses, other=losses)
    def test_a_lower_loss_is_never_worth_less(self, form, elasticity, today, one, other):
        model = Elasticity(elasticity, form)
        better, worse = sorted((one, other))
        assert model.uplift_share(today, better) >= model.uplift_share(today, worse)

    @given(elasticity=elasticities, today=losses, loss=losses)
    def test_customers_never_lose_more_than_all_their_value(self, form, elasticity, today, loss):
        assert Elasticity(elasticity, form).uplift_share(today, loss) >= -1

    @given(elasticity=st.floats(0.1, 20.0), today=losses)
    def test_a_small_step_is_worth_elasticity_times_the_step(self, form, elasticity, today):
        step_share = 1e-6
        gain_share = Elasticity(elasticity, form).uplift_share(today, today * (1 - step_share))
        # The second-order term is (e + 1) / 2 times the step; the loss itself rounds at 1e-10 of it.
        assert gain_share == pytest.approx(elasticity * step_share, rel=(elasticity + 1) * step_share + 1e-9)

    @given(elasticity=elasticities, today=losses, below=st.floats(0.0, 1.0), floor=st.floats(0.1, 0.5))
    def test_no_reachable_loss_beats_the_ceiling(self, form, elasticity, today, below, floor):
        model = Elasticity(elasticity, form)
        reachable = floor + below * (today - floor)
        top = ceiling(model, today, floor_nats=floor)
        assert model.uplift_share(today, reachable) <= top + 1e-12 * (1 + top)

    def test_draws_agree_with_one_call_per_draw(self, form):
        elasticity = np.array([0.0, 2.0, 10.0])
        loss = np.array([1.7, 1.78, 2.5])
        together = Elasticity(elasticity, form).uplift_share(1.8, loss)
        one_by_one = [
            Elasticity(e, form).uplift_share(1.8, x)
            for e, x in zip(elasticity.tolist(), loss.tolist(), strict=True)
        ]
        np.testing.assert_array_equal(together, one_by_one)

    @pytest.mark.parametrize("loss", [0.0, -1.0, float("nan"), float("inf")])
    def test_a_loss_that_is_not_above_zero_is_refused_by_name(self, form, loss):
        with pytest.raises(DomainError, match="loss_nats must be finite and above 0"):
            Elasticity(10.0, form).uplift_share(1.8, loss)
        with pytest.raises(DomainError, match="loss_today_nats must be finite and above 0"):
            Elasticity(10.0, form).uplift_share(loss, 1.8)


everyday_losses = st.floats(1.0, 3.0)


@given(elasticity=elasticities, today=everyday_losses, middle=everyday_losses, last=everyday_losses)
def test_constant_steps_multiply_to_the_whole_step(elasticity, today, middle, last):
    model = Elasticity(elasticity, "constant")
    steps = [(today, middle), (middle, last), (today, last)]
    first, second, whole = (1 + model.uplift_share(before, after) for before, after in steps)
    # A gain near -1 is rounded to 1e-16 of 1, which is that much more of the little that is left; the
    # exponent, up to 20 ln 3, carries its own rounding.
    tolerance = 1e-15 * (60 + 1 / first + 1 / second + 1 / whole)
    assert first * second == pytest.approx(whole, rel=tolerance)


@given(first=losses, drop_share=st.floats(0.0, 0.9))
def test_linear_gains_add_up_from_the_same_start(first, drop_share):
    model = Elasticity(10.0)
    halfway = model.uplift_share(first, first * (1 - drop_share / 2))
    all_the_way = model.uplift_share(first, first * (1 - drop_share))
    assert 2 * halfway == pytest.approx(all_the_way, rel=1e-12, abs=1e-14)


def test_a_linear_loss_of_value_stops_at_all_of_it():
    assert Elasticity(10.0).uplift_share(1.8, 2.7) == -1.0


@given(gain=st.floats(0.001, 1.0), now=st.floats(1.9, 4.0), drop=st.floats(0.001, 0.5))
def test_an_equivalent_elasticity_gives_back_the_gain_per_decade(gain, now, drop):
    after = now * (1 - drop)
    model = Elasticity(equivalent_elasticity(gain, now, loss_after_decade_nats=after), "constant")
    assert equivalent_per_decade(model, now, loss_after_decade_nats=after) == pytest.approx(gain, rel=1e-11)


def test_every_value_model_is_found_by_its_name():
    assert VALUE_MODELS["elasticity"](10.0).uplift_share(2.0, 1.98) == pytest.approx(0.1, rel=1e-12)


def test_bad_settings_are_refused_by_name():
    with pytest.raises(DomainError, match=r"ltv_per_loss must be finite and not negative, got -1\.0"):
        Elasticity(-1.0)
    with pytest.raises(DomainError, match="form must be linear or constant, got cubic"):
        Elasticity(1.0, "cubic")
    with pytest.raises(DomainError, match=r"floor_nats must be at most loss_today_nats, got 1\.9"):
        ceiling(Elasticity(1.0), 1.8, floor_nats=1.9)
    with pytest.raises(DomainError, match="floor_nats must be finite and above 0"):
        ceiling(Elasticity(1.0), 1.8, floor_nats=0.0)
    with pytest.raises(DomainError, match="loss_after_decade_nats must be below loss_now_nats"):
        equivalent_elasticity(0.1, 1.8, loss_after_decade_nats=1.8)
    with pytest.raises(DomainError, match=r"gain_per_decade_share must be above -1, got -1\.0"):
        equivalent_elasticity(-1.0, 1.8, loss_after_decade_nats=1.7)
