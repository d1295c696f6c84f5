"""Slips of the pen, and what is proposed instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.plan.quantities.notation import NotationError, read_notation
from nextdollar.plan.quantities.slips import unreadable

NOT_READ = NotationError("must be a number or a range", "hint of the reader")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("$20/month", "20 USD/month"),
        ("USD20", "20 USD"),
        ("US$ 5 million", "5 MUSD"),
        ("\u20ac20/month", "20 EUR/month"),
        ("$8-$12/month", "8 to 12 USD/month"),
        ("$800K to $1.2M", "800 K to 1.2 MUSD"),
        ("1,000", "1_000"),
        ("1,234.56 USD", "1_234.56 USD"),
        ("1.234,56 USD", "1_234.56 USD"),
        ("1 000 customers", "1_000 customers"),
        ("1'000", "1_000"),
        ("1.000.000", "1_000_000"),
        ("12,34,567", "12_34_567"),
        ("10 000,50", "10_000.50"),
        ("2,5 %", "2.5 %"),
        ("0,125", "0.125"),
        ("1,5 to 2,5 %", "1.5 to 2.5 %"),
        ("8-12 %", "8 to 12 %"),
        ("8\u201312 %", "8 to 12 %"),
        ("8..12", "8 to 12"),
        ("between 8 and 12 %", "8 to 12 %"),
        ("12 months - 24 months", "12 months to 24 months"),
        ("1e-3-5e-3", "1e-3 to 5e-3"),
        ("8 \u00b1 2 %", "6 to 10 %"),
        ("about 8 %", "8 %"),
        ("two years", "2 years"),
        ("8 to 12 to 15 USD", "pert(8, 12, 15) USD"),
        ("pert(1; 2; 5) USD", "pert(1, 2, 5) USD"),
        ("\uff12\uff10 USD", "20 USD"),
        ("\u22125 %", "-5 %"),
        ("45 USD (list price)", "45 USD"),
        ("up to 4 %", "uniform(0, 4) %"),
        ("<4 %/month", "uniform(0, 4) %/month"),
    ],
)
def test_a_slip_is_refused_with_the_text_that_is_meant(slip, meant):
    with pytest.raises(NotationError):
        read_notation(slip)
    found = unreadable(slip, NOT_READ)
    assert found.rewrite == meant
    assert found.hint and found.hint != NOT_READ.hint
    read_notation(meant)


@pytest.mark.parametrize("text", ["many", "5-", "$", "2-3-4", "1 2 3", "to 5", ">5 %", "-", "x" * 2000])
def test_where_nothing_is_likely_nothing_is_proposed(text):
    assert unreadable(text, NOT_READ).rewrite is None


def test_a_proposal_of_the_reader_is_kept():
    proposed = NotationError("has two units", "", "8 to 12 %")
    assert unreadable("8 % to 12 %/month", proposed) is proposed


def test_a_range_that_is_hard_limited_above_says_that_one_end_is_missing():
    assert unreadable(">5 %", NOT_READ).hint == "one end is half a range: give both, such as `8 to 12`"


@given(st.text(max_size=250))
def test_whatever_is_proposed_can_be_read(text):
    found = unreadable(text, NOT_READ)
    if found.rewrite is not None:
        read_notation(found.rewrite)
