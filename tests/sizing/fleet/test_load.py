"""Loads by the hour: from a table, a day's total, or a stated peak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.error_codes import error_codes
from nextdollar.errors import DomainError, RowsError
from nextdollar.sizing.fleet.load import peaked_day, read_load, usual_day

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "loads"


def lines(rates, column="requests_per_s"):
    return f"hour,{column}\n" + "".join(f"{hour},{rate}\n" for hour, rate in enumerate(rates))


def faults(caught):
    return [(fault.code, fault.line) for fault in caught.value.faults]


@given(st.floats(1e-3, 1e12))
def test_a_usual_day_holds_all_its_requests(requests_per_day):
    load = usual_day(requests_per_day)
    assert load.requests_per_day == pytest.approx(requests_per_day, rel=1e-9)
    assert load.requests_per_s_by_hour.sum() * 3600 == pytest.approx(requests_per_day, rel=1e-9)


def test_a_usual_day_says_that_its_shape_is_assumed():
    assert "usual shape" in usual_day(1e6).notes[0]
    assert usual_day(1e6).source is not None


@pytest.mark.parametrize("factor", [1.0, 1.5, 4.0])
def test_a_stated_peak_is_as_high_as_stated(factor):
    load = peaked_day(1e6, factor)
    assert load.peak_factor == pytest.approx(factor, rel=1e-6)
    assert load.requests_per_day == pytest.approx(1e6, rel=1e-9)


def test_requests_in_an_hour_are_3600_times_those_in_a_second(table):
    per_s = read_load(table(lines([1.0] * 12 + [3.0] * 12)))
    per_hour = read_load(table(lines([3600] * 12 + [10_800] * 12, "requests")))
    np.testing.assert_allclose(per_hour.requests_per_s_by_hour, per_s.requests_per_s_by_hour)
    assert per_s.peak_factor == 1.5


def test_hours_may_stand_in_any_order(table):
    shuffled = "requests_per_s,hour\n" + "".join(f"{hour},{hour}\n" for hour in reversed(range(24)))
    np.testing.assert_array_equal(read_load(table(shuffled)).requests_per_s_by_hour, np.arange(24.0))


def test_every_fault_of_a_table_comes_at_once(table):
    text = lines([1.0] * 24)
    for right, wrong in (("\n3,1.0", "\n2,1.0"), ("\n5,1.0", "\n5,-1"), ("\n7,1.0", "\nnoon,1.0")):
        text = text.replace(right, wrong)
    with pytest.raises(RowsError) as caught:
        read_load(table(text))
    assert set(faults(caught)) == {("ND1641", 5), ("ND1642", 7), ("ND1641", 9)}
    assert all(code in error_codes() for code, _ in faults(caught))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines([1.0] * 24).replace("\n20,1.0", ""), "without a gap"),
        (lines([1.0] * 12), "must cover a day"),
        (lines([0.0] * 24), "some hour must have a request"),
        ("day,requests\n1,2\n", "must have a column hour"),
        ("hour,rate\n1,2\n", "must have a column requests_per_s or requests"),
    ],
)
def test_a_table_that_is_no_day_is_refused(table, text, said):
    with pytest.raises(RowsError, match=said):
        read_load(table(text))


def test_a_day_without_requests_is_refused():
    with pytest.raises(DomainError, match="requests_per_day must be above 0"):
        usual_day(0.0)


@pytest.mark.parametrize(("name", "n_hours"), [("support-desk.csv", 24), ("assistant-week.csv", 168)])
def test_the_loads_that_ship_as_examples_can_be_read(name, n_hours):
    load = read_load(EXAMPLES / name)
    assert load.requests_per_s_by_hour.size == n_hours
    assert load.how == "table"
    assert len(load.sha256) == 64
