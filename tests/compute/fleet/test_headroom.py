"""Places for requests that arrive by chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.fleet.headroom import normal_score, places_for, staffing_score, waiting_share
from nextdollar.errors import DomainError

# Tijms 2003, A first course in stochastic models, table 5.3.2: offered load, share that waits, and the least
# number of servers, exact and by the square-root rule.
TIJMS = [
    *((1, 0.5, 2, 2), (5, 0.5, 7, 7), (10, 0.5, 12, 12), (50, 0.5, 54, 54), (100, 0.5, 106, 106)),
    *((250, 0.5, 259, 259), (500, 0.5, 512, 512), (1000, 0.5, 1017, 1017)),
    *((1, 0.2, 3, 3), (5, 0.2, 8, 8), (10, 0.2, 14, 14), (50, 0.2, 58, 58), (100, 0.2, 111, 111)),
    *((250, 0.2, 268, 267), (500, 0.2, 525, 524), (1000, 0.2, 1034, 1034)),
    *((1, 0.1, 3, 3), (5, 0.1, 9, 9), (10, 0.1, 16, 15), (50, 0.1, 61, 61), (100, 0.1, 115, 115)),
    *((250, 0.1, 274, 273), (500, 0.1, 533, 532), (1000, 0.1, 1046, 1045)),
]
loads = st.floats(1e-3, 2e3)
shares = st.sampled_from((0.001, 0.01, 0.05, 0.1, 0.2, 0.5))


@pytest.mark.parametrize(("offered", "share", "exact", "by_rule"), TIJMS)
def test_servers_are_those_of_the_table_of_tijms(offered, share, exact, by_rule):
    assert waiting_share(offered, exact) <= share < waiting_share(offered, exact - 1)
    assert math.ceil(offered + staffing_score(share) * math.sqrt(offered)) == by_rule


def test_one_server_waits_as_often_as_it_is_busy():
    # M/M/1: the chance of waiting is the load.
    np.testing.assert_allclose(waiting_share(np.array([0.0, 0.3, 0.9]), 1.0), [0.0, 0.3, 0.9], rtol=1e-12)


def test_two_servers_wait_by_the_closed_form():
    # M/M/2: C = a^2 / (2 + a).
    offered = np.array([0.5, 1.0, 1.5])
    np.testing.assert_allclose(waiting_share(offered, 2.0), offered**2 / (2 + offered), rtol=1e-12)


def test_everybody_waits_where_more_is_offered_than_there_are_places():
    assert waiting_share(5.0, 5.0) == 1.0


@given(loads, shares)
def test_no_more_wait_than_are_allowed_by_the_exact_formula(offered, share):
    places = math.ceil(places_for(offered, wait_share=share))
    assert waiting_share(offered, places) <= share


@given(loads, st.sampled_from((0.02, 0.05, 0.1, 0.2, 0.5)))
def test_two_places_fewer_would_be_too_few(offered, share):
    places = math.ceil(places_for(offered, wait_share=share)) - 2
    assert places < 1 or waiting_share(offered, places) > share


@given(loads, loads, shares, st.floats(0.1, 20))
def test_more_load_and_more_bursts_never_need_fewer_places(one, other, share, variance):
    low, high = sorted((one, other))
    assert places_for(low, wait_share=share) <= places_for(high, wait_share=share)
    burst = places_for(high, wait_share=share, arrival_variance_factor=max(variance, 1.0))
    assert places_for(high, wait_share=share) <= burst


def test_large_services_need_little_room():
    places = places_for(np.array([10.0, 1000.0, 100_000.0]), wait_share=0.05)
    room = places / np.array([10.0, 1000.0, 100_000.0]) - 1
    assert (np.diff(room) < 0).all()
    assert room[-1] < 0.01


def test_many_loads_at_once_agree_with_one_call_each():
    offered = np.geomspace(0.01, 500, 20)
    one_by_one = [places_for(float(value), wait_share=0.05) for value in offered]
    np.testing.assert_allclose(places_for(offered, wait_share=0.05), one_by_one, rtol=1e-14)
    one_by_one = [waiting_share(float(value), 40.0) for value in offered]
    np.testing.assert_allclose(waiting_share(offered, 40.0), one_by_one, rtol=1e-12)


def test_nothing_offered_needs_no_place():
    assert places_for(0.0, wait_share=0.05) == 0.0


@pytest.mark.parametrize(
    ("share", "score"),
    [(0.5, 0.0), (0.95, 1.6448536269514722), (0.05, -1.6448536269514722), (0.975, 1.959964)],
)
def test_scores_are_those_of_the_tables(share, score):
    assert normal_score(share) == pytest.approx(score, abs=1e-6)


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"n_offered must be at least 0, got -1\.0"):
        places_for(-1.0, wait_share=0.05)
    with pytest.raises(DomainError, match=r"wait_share must be above 0 and below 1, got 1\.0"):
        places_for(1.0, wait_share=1.0)
    with pytest.raises(DomainError, match=r"arrival_variance_factor must be above 0, got 0\.0"):
        places_for(1.0, wait_share=0.05, arrival_variance_factor=0.0)
    with pytest.raises(DomainError, match=r"n_places must be at least 1, got 0\.0"):
        waiting_share(1.0, 0.0)
    with pytest.raises(DomainError, match=r"share must be above 0 and below 1, got 0"):
        normal_score(0.0)
