from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.report.charts_scale import (
    Scale,
    apart,
    linear_ticks,
    log_ticks,
    padded_log,
    window,
    with_zero,
    without_overlap,
)

amounts = st.floats(min_value=-1e15, max_value=1e15, allow_nan=False)
positive = st.floats(min_value=1e-9, max_value=1e15)


@given(amounts, amounts)
def test_ticks_lie_inside_and_zero_is_one_of_them_where_it_lies_between(one, other):
    low, high = sorted((one, other))
    if high - low < 1e-6:
        return
    ticks = linear_ticks(low, high)
    room = 1e-6 * (high - low)
    assert all(low - room <= tick <= high + room for tick in ticks)
    assert not low < -room < room < high or any(abs(tick) <= room for tick in ticks)
    assert len(ticks) <= 7


def test_ticks_are_round_numbers():
    assert linear_ticks(-22e9, 21e9) == [-20e9, -10e9, 0, 10e9, 20e9]
    assert linear_ticks(1.7746, 1.8014, 4) == [1.78, 1.79, 1.8]
    assert log_ticks(0.5, 20) == [0.5, 1, 2, 5, 10, 20]
    assert log_ticks(1e-5, 10) == [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] or len(log_ticks(1e-5, 10)) <= 6


@given(positive, positive)
def test_log_ticks_lie_inside_a_padded_range(one, other):
    low, high = padded_log(*sorted((one, other)))
    assert low < min(one, other) and max(one, other) < high
    assert all(0.99 * low <= tick <= 1.01 * high for tick in log_ticks(low, high))


@given(st.lists(st.tuples(amounts, amounts).map(lambda pair: tuple(sorted(pair))), min_size=1, max_size=20))
def test_a_window_holds_zero_and_its_focus(intervals):
    low, high = window(intervals, 0)
    assert low <= 0 <= high
    assert low <= intervals[0][0] and intervals[0][1] <= high
    assert low < high


def test_a_window_leaves_out_what_would_press_the_focus_into_a_line():
    low, high = window([(8e9, 20e9), (-307e9, -214e9)], 0)
    assert high >= 20e9
    assert low > -5e9


def test_a_value_outside_a_scale_stands_at_its_end():
    scale = Scale((1.0, 100.0), (10.0, 210.0), is_log=True)
    assert (scale.px(0.0), scale.px(10.0), scale.px(1e9)) == (10.0, pytest.approx(110.0), 210.0)


def test_a_range_of_nothing_but_zero_can_be_drawn():
    assert with_zero(0.0, 0.0) == (-1.0, 1.0)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=6), st.floats(1, 40))
def test_labels_are_moved_apart_and_keep_their_order(positions, gap):
    placed = apart(positions, gap)
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    steps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert all(step >= 0.5 * gap for step in steps)
    assert math.isclose(sum(placed), sum(positions), abs_tol=1e-6)


def test_of_two_labels_in_one_place_the_more_important_is_shown():
    boxes = [(0, 10, 0, 10), (5, 15, 0, 10), (5, 15, 20, 30)]
    assert without_overlap(boxes, [1, 0, 2]) == {1, 2}
