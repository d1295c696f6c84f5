"""Whole instances by the hour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, FleetPolicy, fleet_for, started_ahead
from nextdollar.errors import DomainError

days = st.lists(st.floats(0, 500), min_size=2, max_size=30).map(np.array)
stays = st.floats(0.01, 200)
FIXED, FOLLOWING = FleetPolicy(), FleetPolicy(autoscaled=True)


@given(days, stays, st.integers(1, 512))
def test_the_places_of_every_hour_hold_what_is_in_service(day, stay, n):
    fleet = fleet_for(day, stay, n_concurrent=float(n), policy=FOLLOWING)
    assert (fleet.n_needed_by_hour * n >= day * stay).all()
    assert (fleet.n_needed_by_hour == np.round(fleet.n_needed_by_hour)).all()


@given(days, stays, st.integers(1, 512))
def test_what_is_in_service_is_rate_times_stay(day, stay, n):
    # Little 1961.
    fleet = fleet_for(day, stay, n_concurrent=float(n), policy=FIXED)
    np.testing.assert_allclose(fleet.n_offered_by_hour, day * stay, rtol=1e-12)


@example(np.array([0.0, 12.0]), 2.0, 0.08)
@given(days, stays, st.floats(0, 30))
def test_following_the_load_never_costs_more_than_keeping_the_peak(day, stay, ahead):
    kept = fleet_for(day, stay, n_concurrent=8.0, policy=FIXED)
    followed = fleet_for(day, stay, n_concurrent=8.0, policy=FleetPolicy(autoscaled=True, start_hours=ahead))
    assert (followed.n_paid_by_hour <= kept.n_paid_by_hour).all()
    assert (followed.n_paid_by_hour >= followed.n_needed_by_hour).all()
    assert followed.instance_hours_per_month <= kept.instance_hours_per_month * (1 + 1e-12)
    assert followed.utilisation_share >= kept.utilisation_share * (1 - 1e-12)


@given(days, stays)
def test_a_flat_day_needs_the_same_fleet_either_way(day, stay):
    flat = np.full(24, day.max())
    kept = fleet_for(flat, stay, n_concurrent=8.0, policy=FIXED)
    followed = fleet_for(flat, stay, n_concurrent=8.0, policy=FOLLOWING)
    assert kept.instance_hours_per_month == followed.instance_hours_per_month


def test_an_hour_that_is_ordered_a_quarter_ahead_is_paid_a_quarter_more():
    paid = started_ahead(np.array([1.0, 3.0, 1.0, 1.0]), 0.25)
    np.testing.assert_allclose(paid, [1.0 + 0.25 * 2, 3.0, 1.0, 1.0])


@given(days, st.integers(0, 40))
def test_what_is_paid_ahead_is_the_most_of_the_hours_to_come(day, ahead):
    needed = np.ceil(day)
    n = needed.size
    most = [max(needed[(hour + later) % n] for later in range(min(ahead, n) + 1)) for hour in range(n)]
    np.testing.assert_array_equal(started_ahead(needed, float(ahead)), most)


def test_the_day_comes_again():
    np.testing.assert_allclose(started_ahead(np.array([5.0, 1.0, 1.0]), 0.5), [5.0, 1.0, 3.0])


def test_instances_that_take_a_day_to_start_are_kept_all_day():
    np.testing.assert_allclose(started_ahead(np.array([5.0, 1.0, 2.0]), 3.0), [5.0, 5.0, 5.0])
    np.testing.assert_allclose(started_ahead(np.array([5.0, 1.0, 2.0]), 0.0), [5.0, 1.0, 2.0])


def test_hours_of_instances_are_those_of_a_month():
    fleet = fleet_for(np.full(24, 1e-6), 1.0, n_concurrent=1.0, policy=FIXED)
    # A year of 365.25 days has twelve months of 730.5 hours.
    assert fleet.instance_hours_per_month == pytest.approx(730.5)
    assert pytest.approx(730.5) == HOURS_PER_MONTH
    assert fleet.n_peak_instances == 1


def test_utilisation_is_what_is_served_over_what_could_be():
    day = np.array([10.0, 0.0])
    fleet = fleet_for(day, 1.0, n_concurrent=100.0, policy=FIXED)
    assert fleet.n_peak_instances == 1
    assert fleet.utilisation_share == pytest.approx(5.0 / 100.0)


@given(days, stays, st.integers(1, 512), st.booleans())
def test_the_steps_of_its_use_multiply_to_the_utilisation(day, stay, n, autoscaled):
    fleet = fleet_for(day, stay, n_concurrent=float(n), policy=FleetPolicy(autoscaled=autoscaled))
    steps = fleet.use_steps
    shares = (steps.chance_share, steps.whole_share, steps.kept_share)
    assert all(0 <= share <= 1 + 1e-8 for share in shares)
    assert np.prod(shares) == pytest.approx(fleet.utilisation_share, rel=1e-9, abs=1e-15)


def test_an_hour_without_load_may_need_no_instance():
    nothing = FleetPolicy(autoscaled=True, least_instances=0.0, start_hours=0.0)
    fleet = fleet_for(np.array([10.0, 0.0]), 1.0, n_concurrent=100.0, policy=nothing)
    np.testing.assert_array_equal(fleet.n_paid_by_hour, [1.0, 0.0])
    idle = fleet_for(np.array([0.0, 0.0]), 1.0, n_concurrent=100.0, policy=nothing)
    assert idle.utilisation_share == 0.0


def test_at_least_as_many_instances_as_are_asked_for():
    fleet = fleet_for(np.array([0.1, 0.2]), 1.0, n_concurrent=100.0, policy=FleetPolicy(least_instances=2.0))
    np.testing.assert_array_equal(fleet.n_needed_by_hour, [2.0, 2.0])


def test_many_configurations_at_once_agree_with_one_call_each():
    day = np.array([3.0, 40.0, 11.0])
    stay, n = np.array([0.5, 7.0, 90.0, 3.0]), np.array([1.0, 16.0, 64.0, 2.0])
    together = fleet_for(day, stay, n_concurrent=n, policy=FOLLOWING)
    for place in range(stay.size):
        alone = fleet_for(day, float(stay[place]), n_concurrent=float(n[place]), policy=FOLLOWING)
        np.testing.assert_array_equal(together.n_paid_by_hour[:, place], alone.n_paid_by_hour)
        assert together.instance_hours_per_month[place] == alone.instance_hours_per_month
        assert together.utilisation_share[place] == pytest.approx(alone.utilisation_share, rel=1e-12)


def test_numbers_outside_their_domain_are_refused_by_name():
    day = np.array([1.0])
    with pytest.raises(DomainError, match=r"stay_s must be above 0, got 0\.0"):
        fleet_for(day, 0.0, n_concurrent=1.0, policy=FIXED)
    with pytest.raises(DomainError, match=r"n_concurrent must be at least 1, got 0\.5"):
        fleet_for(day, 1.0, n_concurrent=0.5, policy=FIXED)
    with pytest.raises(DomainError, match=r"requests_per_s_by_hour must be at least 0, got -1\.0"):
        fleet_for(np.array([-1.0]), 1.0, n_concurrent=1.0, policy=FIXED)
    with pytest.raises(DomainError, match=r"start_hours must be at least 0, got -1"):
        FleetPolicy(start_hours=-1.0)
    with pytest.raises(DomainError, match=r"least_instances must be at least 0, got -1"):
        FleetPolicy(least_instances=-1.0)
    with pytest.raises(DomainError, match=r"wait_share must be above 0 and below 1, got 0"):
        FleetPolicy(wait_share=0.0)
    with pytest.raises(DomainError, match=r"sure_share must be above 0 and below 1, got 1"):
        FleetPolicy(sure_share=1.0)
    with pytest.raises(DomainError, match=r"arrival_variance_factor must be above 0, got 0"):
        FleetPolicy(arrival_variance_factor=0.0)
