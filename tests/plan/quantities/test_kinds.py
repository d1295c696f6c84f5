"""Units and conversions of every kind of quantity, against numbers that anyone can check."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind
from nextdollar.plan.quantities.quantity import read_quantity

KINDS = {name: value for name, value in vars(kinds).items() if isinstance(value, Kind)}
UNITS = [
    pytest.param(kind, unit, id=f"{name}-{unit or 'plain'}")
    for name, kind in KINDS.items()
    for unit in [*kind.units, *kind.aliases, *([f"M{kind.usual_unit}"] if name in ("MONEY", "COUNT") else [])]
]


@pytest.mark.parametrize(
    ("text", "kind", "inner"),
    [
        # a year of 12 % compounds from twelve months
        ("12 %/year", kinds.DISCOUNT, 1.12 ** (1 / 12) - 1),
        ("0.12 /year", kinds.DISCOUNT, 1.12 ** (1 / 12) - 1),
        ("1 %/month", kinds.DISCOUNT, 0.01),
        ("0 %/year", kinds.DISCOUNT, 0.0),
        ("-5 %/year", kinds.GROWTH, 0.95 ** (1 / 12) - 1),
        # 30 % a year leaves 70 % after twelve months
        ("30 %/year", kinds.CHURN, 1 - 0.7 ** (1 / 12)),
        ("4 %/month", kinds.CHURN, 0.04),
        ("0.04 /month", kinds.CHURN, 0.04),
        ("120_000 USD/year", kinds.PRICE_PER_MONTH, 10_000.0),
        ("60 USD/quarter", kinds.PRICE_PER_MONTH, 20.0),
        ("1.2 KUSD/month", kinds.PRICE_PER_MONTH, 1200.0),
        ("274 Mtok/month", kinds.TOKENS_PER_MONTH, 274e6),
        ("274 M tokens/month", kinds.TOKENS_PER_MONTH, 274e6),
        ("12 Btok/year", kinds.TOKENS_PER_MONTH, 1e9),
        # a month of 365.25 / 12 days
        ("1000 tok/day", kinds.TOKENS_PER_MONTH, 30_437.5),
        ("38 days", kinds.DURATION, 38 / 30.4375),
        ("1 year", kinds.DURATION, 12.0),
        ("2 weeks", kinds.DURATION, 14 / 30.4375),
        ("730.5 hours", kinds.DURATION, 1.0),
        ("650 B", kinds.PARAMS, 650e9),
        ("15 T tokens", kinds.TOKENS, 15e12),
        ("0.58 BUSD", kinds.MONEY, 580e6),
        ("150 KUSD", kinds.MONEY, 150e3),
        ("0.40 USD/Mtok", kinds.TOKEN_PRICE, 0.4e-6),
        ("0.03 USD/ktok", kinds.TOKEN_PRICE, 30e-6),
        ("80 USD/MWh", kinds.ELECTRICITY_PRICE, 0.08),
        ("35 %", kinds.POSITIVE_SHARE, 0.35),
        ("0.35", kinds.POSITIVE_SHARE, 0.35),
        ("2.05", kinds.LOSS, 2.05),
        ("31 KUSD/gpu", kinds.GPU_PRICE, 31e3),
        ("1_274_000", kinds.COUNT, 1_274_000.0),
        ("6 K customers", kinds.COUNT, 6000.0),
    ],
)
def test_a_number_in_its_unit_is_the_number_inside(text, kind, inner):
    assert read_quantity(text, kind).typical() == pytest.approx(inner, rel=1e-14, abs=1e-18)


def test_thirty_per_cent_a_year_keep_seventy_after_twelve_months():
    churn_per_month = read_quantity("30 %/year", kinds.CHURN).typical()
    assert (1 - churn_per_month) ** 12 == pytest.approx(0.70, rel=1e-14)


@pytest.mark.parametrize(("kind", "text"), UNITS)
@given(share=st.floats(0, 1))
def test_a_number_goes_out_and_comes_back(kind, text, share):
    unit = kind.unit(text)
    low = max(kind.low, -0.99, kind.least)
    # Of a churn near 1 nothing is left after twelve months, and nothing to come back from.
    high = min(kind.high, 0.5 if kind.high_open else math.inf)
    inner = low + share * (high - low)
    assert unit.inward(unit.outward(inner)) == pytest.approx(inner, rel=1e-12, abs=1e-15 * high)


@pytest.mark.parametrize(("kind", "text"), UNITS)
def test_conversions_rise(kind, text):
    unit = kind.unit(text)
    inner = [kind.low + share * (min(kind.high, 1e6) - kind.low) for share in (0.1, 0.4, 0.9)]
    written = [float(unit.outward(value)) for value in inner]
    assert written == sorted(written)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
class TestEveryKind:
    def test_the_example_and_the_usual_unit_are_of_this_kind(self, kind):
        read_quantity(kind.example, kind)
        assert kind.unit(kind.usual_unit) is not None

    def test_what_stands_in_place_of_zero_is_of_this_kind(self, kind):
        text, hint = kind.in_place_of_zero
        assert bool(text) == bool(hint)
        if text:
            assert not kind.contains(0.0)
            read_quantity(text, kind)

    def test_the_ends_of_the_domain_are_finite(self, kind):
        # What is drawn stays where sums and products of it are finite.
        assert math.isfinite(kind.low) and math.isfinite(kind.high)

    def test_an_open_end_is_outside_and_a_closed_one_inside(self, kind):
        assert kind.contains(kind.low) != kind.low_open
        assert kind.contains(kind.high) != kind.high_open

    def test_less_than_the_least_is_outside_and_told_so(self, kind):
        if not kind.least:
            return
        too_small = kind.least / 2
        assert not kind.contains(too_small)
        unit = kind.unit(kind.usual_unit)
        assert "at least" in kind.domain_words(kind.usual_unit, unit, too_small)


def test_the_domain_is_told_in_the_written_unit():
    words = kinds.CHURN.domain_words("%/year", kinds.CHURN.unit("%/year"))
    assert words == "above 0 %/year and below 100 %/year"
    assert (
        kinds.MONEY.domain_words("KUSD", kinds.MONEY.unit("KUSD")) == "at least 0 KUSD and at most 1e13 KUSD"
    )


def test_magnitudes_stand_before_counts_and_money_only():
    assert kinds.MONEY.unit("MUSD") is not None
    assert kinds.CHURN.unit("M%/month") is None
    assert kinds.MONEY.unit("mUSD") is None
