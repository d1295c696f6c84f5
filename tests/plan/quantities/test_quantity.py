"""A quantity read from a scenario: ranges, distributions, limits, domains, and refusals with a repair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind, linear
from nextdollar.plan.quantities.quantity import read_quantity
from nextdollar.plan.quantities.refusal import QuantityError

PASS_THROUGH = Kind(
    "pass-through", "", {"": linear(1.0), "%": linear(0.01)}, "", 0.0, 10.0, plain_unit="", example="0.5"
)
KINDS = [kind for kind in vars(kinds).values() if isinstance(kind, Kind)]


def refused(raw, kind, exchange=None) -> QuantityError:
    with pytest.raises(QuantityError) as found:
        read_quantity(raw, kind, exchange)
    return found.value


class TestRanges:
    def test_a_range_of_positive_ends_is_a_lognormal_with_the_geometric_mean_as_median(self):
        found = read_quantity("8 to 12", kinds.ELASTICITY)
        assert found.typical() == pytest.approx(math.sqrt(96), rel=1e-12)  # 9.798
        assert found.reading().startswith("90 % interval 8 to 12, lognormal, median 9.8, mean ")

    def test_five_per_cent_of_the_draws_lie_below_and_above_the_ends(self):
        found = read_quantity("8 to 12 USD/month", kinds.PRICE_PER_MONTH)
        assert [found.inner_quantile(share) for share in (0.05, 0.95)] == pytest.approx([8, 12], rel=1e-9)

    def test_a_range_through_zero_is_a_normal_around_its_middle(self):
        found = read_quantity("-1 to 4 %/month", kinds.GROWTH)
        assert found.inner_quantile(0.5) == pytest.approx(0.015, rel=1e-9)
        assert "normal, median 1.5, mean 1.5" in found.reading()

    def test_a_range_is_drawn_in_its_unit_and_converted_draw_by_draw(self):
        found = read_quantity("20 to 30 %/year", kinds.CHURN)
        ends = [1 - (1 - share) ** (1 / 12) for share in (0.2, 0.3)]
        assert [found.inner_quantile(share) for share in (0.05, 0.95)] == pytest.approx(ends, rel=1e-9)

    def test_a_tail_that_is_cut_is_said_when_it_is_more_than_a_millionth(self):
        cut = read_quantity("60 to 99 %", kinds.SHARE)
        assert cut.notes[0].startswith("kept at least 0 % and at most 100 %, which cuts 0.0")
        assert cut.inner_quantile(0.999999) <= 1.0
        assert read_quantity("20 to 30 %", kinds.SHARE).notes == ()

    def test_an_end_on_the_border_of_the_domain_is_inside(self):
        assert read_quantity("90 to 100 %", kinds.SHARE).is_uncertain

    def test_ends_more_than_a_hundred_times_apart_are_called_wide(self):
        assert read_quantity("1 to 101 USD", kinds.MONEY).notes == (
            "a wide range: its ends are 101 times apart",
        )
        assert read_quantity("1 to 99 USD", kinds.MONEY).notes == ()

    def test_an_atom_on_an_open_border_is_cut_off(self):
        found = read_quantity("discrete(0: 0.04, 5: 0.96) %/month", kinds.CHURN)
        assert found.inner_quantile(1e-9) == pytest.approx(0.05)
        found = read_quantity("discrete(50: 0.96, 100: 0.04) %/year", kinds.CHURN)
        assert found.inner_quantile(1 - 1e-9) < 1


class TestForms:
    @pytest.mark.parametrize(
        ("raw", "median"),
        [
            ("normal(10, 2) %", 0.10),
            ("uniform(8, 12) %", 0.10),
            ("triangular(8, 10, 12) %", 0.10),
            ("pert(8, 10, 12) %", 0.10),
            ("lognormal(median=10, sigma=0.1) %", 0.10),
            ({"value": "8 to 12 %", "source": "survey"}, math.sqrt(96) / 100),
            ({"value": 10, "unit": "%"}, 0.10),
            ({"pert": {"low": 8, "mode": 10, "high": 12}, "unit": "%"}, 0.10),
            ({"pert": [8, 10, 12], "unit": "%"}, 0.10),
            ({"quantiles": {"5 %": 8, "p50": 10, 0.95: 12}, "unit": "%"}, 0.10),
            ({"discrete": {"5": "20 %", "10": "50 %", "15": "30 %"}, "unit": "%"}, 0.10),
            ({"mixture": [{"share": "100 %", "value": "uniform(8, 12)"}], "unit": "%"}, 0.10),
        ],
    )
    def test_every_form_has_its_median(self, raw, median):
        assert read_quantity(raw, kinds.SHARE).typical() == pytest.approx(median, rel=1e-6)

    def test_a_lognormal_by_its_mean_has_that_mean(self):
        found = read_quantity("lognormal(mean=10, sd=2) USD", kinds.MONEY)
        draws = found.inward(found.distribution.ppf((np.arange(100_000) + 0.5) / 100_000))
        assert (np.mean(draws), np.std(draws)) == pytest.approx((10.0, 2.0), rel=1e-3)

    def test_source_and_why_are_kept(self):
        found = read_quantity({"value": "4 %/month", "source": "our survey", "why": "2026"}, kinds.CHURN)
        assert (found.source, found.why, found.is_uncertain) == ("our survey", "2026", False)

    def test_min_and_max_are_hard_limits(self):
        found = read_quantity({"value": "8 to 12 %", "min": 7, "max": "13 %"}, kinds.SHARE)
        assert [found.inner_quantile(share) for share in (1e-12, 1 - 1e-12)] == pytest.approx([0.07, 0.13])

    def test_a_single_number_inside_its_limits_stays_certain(self):
        assert not read_quantity({"value": "8 %", "min": 7, "max": 13}, kinds.SHARE).is_uncertain


class TestCurrencies:
    def test_an_amount_in_another_currency_is_worth_its_rate(self):
        found = read_quantity("100 EUR/month", kinds.PRICE_PER_MONTH, {"EUR": 1.08})
        assert found.typical() == pytest.approx(108.0)
        assert read_quantity("2 MEUR", kinds.MONEY, {"EUR": 1.08}).typical() == pytest.approx(2.16e6)

    def test_without_a_rate_the_line_to_add_is_proposed(self):
        error = refused("100 EUR/month", kinds.PRICE_PER_MONTH)
        assert (error.code, error.add_line, error.add_to) == ("ND1156", "EUR: 1.08 USD", "exchange")
        assert refused("100 SEK", kinds.MONEY).add_line == ""

    def test_a_rate_is_no_unit_of_something_else(self):
        assert refused("100 EUR", kinds.CHURN, {"EUR": 1.08}).code == "ND1155"


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "kind", "code", "rewrite"),
        [
            ("$20", kinds.PRICE_PER_MONTH, "ND1152", "20 USD/month"),
            ("12 to 8 %", kinds.SHARE, "ND1152", "8 to 12 %"),
            ("8 to 8 %", kinds.SHARE, "ND1152", "8 %"),
            ([2, 4], kinds.CHURN, "ND1151", "2 to 4 %/month"),
            ([8, 10, 15], kinds.ELASTICITY, "ND1151", "pert(8, 10, 15)"),
            (None, kinds.CHURN, "ND1151", "4 %/month"),
            ("TBD", kinds.CHURN, "ND1152", "4 %/month"),
            (math.nan, kinds.CHURN, "ND1152", "4 %/month"),
            (0.03, kinds.CHURN, "ND1155", "3 %/month"),
            (1, kinds.CHURN, "ND1155", "1 %/month"),
            ("0.02 to 0.04", kinds.CHURN, "ND1155", "2 to 4 %/month"),
            (95, kinds.POSITIVE_SHARE, "ND1155", "95 %"),
            (800_000, kinds.TOKENS_PER_MONTH, "ND1155", "800000 tok/month"),
            (0.8, kinds.TOKENS_PER_MONTH, "ND1155", "0.8 Mtok/month"),
            ("350 %/month", kinds.CHURN, "ND1158", "3.5 %/month"),
            ("100 %/month", kinds.CHURN, "ND1158", "99 %/month"),
            ("5 to 120 %", kinds.SHARE, "ND1158", "5 to 100 %"),
            ("3.5 /month", kinds.CHURN, "ND1158", "3.5 %/month"),
            ("0 %/month", kinds.CHURN, "ND1158", "0.1 %/month"),
            ("0 to 4 %/month", kinds.CHURN, "ND1158", "uniform(0, 4) %/month"),
            ("-5 USD/month", kinds.PRICE_PER_MONTH, "ND1158", "5 USD/month"),
            ("normall(3, 1) %/month", kinds.CHURN, "ND1154", "normal(3, 1) %/month"),
            ("normal(3, -1) %/month", kinds.CHURN, "ND1154", "normal(3, 1) %/month"),
            ("uniform(4, 2) %", kinds.SHARE, "ND1154", "uniform(2, 4) %"),
            ("beta(4, 96) %", kinds.SHARE, "ND1154", "beta(4, 96)"),
            ("lognormal(1, 2) USD", kinds.MONEY, "ND1154", "lognormal(mean=1, sd=2) USD"),
            ("1e300", kinds.COUNT, "ND1158", None),
            ("zipf(2)", kinds.COUNT, "ND1154", None),
            (10**399, kinds.COUNT, "ND1152", None),
            ("45 bananas/month", kinds.PRICE_PER_MONTH, "ND1155", None),
        ],
    )
    def test_a_slip_has_its_code_and_its_repair(self, raw, kind, code, rewrite):
        error = refused(raw, kind)
        assert (error.code, error.rewrite) == (code, rewrite)
        assert error.rule and error.hint

    @pytest.mark.parametrize(
        ("raw", "kind", "rule"),
        [
            ("20 USD", kinds.ELASTICITY, "must stand without a unit"),
            ("20 USD", kinds.PARAMS, "must be in a unit such as B"),
            ("0.5 USD", PASS_THROUGH, "must stand without a unit, or be in %"),
        ],
    )
    def test_a_unit_where_none_is_usual_is_refused_in_words_that_name_what_is(self, raw, kind, rule):
        assert refused(raw, kind).rule == rule

    @pytest.mark.parametrize(
        ("raw", "code", "below", "rewrite"),
        [
            ({"valeu": "4 %/month"}, "ND1153", ("valeu",), "value"),
            ({"value": "4 %/month", "sorce": "x"}, "ND1153", ("sorce",), "source"),
            ({"value": "2-4 %/month"}, "ND1152", ("value",), "2 to 4 %/month"),
            ({"value": 4, "unit": "%/mo"}, "ND1155", ("unit",), "%/month"),
            ({"value": "4 %/month", "unit": "%/year"}, "ND1155", ("unit",), "%/month"),
            ({"value": "4 %/month", "source": 2024}, "ND1153", ("source",), '"2024"'),
            ({"value": "4 %/month", "max": "10 %"}, "ND1155", ("max",), "10 %/month"),
            (
                {"quantiles": {"5 %": 4, "95 %": 2}, "unit": "%/month"},
                "ND1154",
                ("quantiles",),
                "{5 %: 2, 95 %: 4}",
            ),
            ({}, "ND1153", (), None),
            ({"value": "4 %/month", "min": 5, "max": 3}, "ND1157", (), None),
            ({"value": "4 %/month", "min": 5}, "ND1157", (), None),
            ({"value": "2 to 4 %/month", "min": 50}, "ND1157", (), None),
            ({"mixture": [{"value": 3}]}, "ND1154", ("mixture",), None),
            ({"quantiles": {"5 %": 4}}, "ND1154", ("quantiles",), None),
        ],
    )
    def test_of_a_quantity_in_braces_the_wrong_part_is_meant(self, raw, code, below, rewrite):
        error = refused(raw, kinds.CHURN)
        assert (error.code, error.below, error.rewrite) == (code, below, rewrite)

    def test_a_distribution_by_name_is_told_the_line_with_its_unit(self):
        error = refused({"pert": [2, 3, 5]}, kinds.CHURN)
        assert (error.code, error.add_to, error.add_line) == ("ND1155", "here", 'unit: "%/month"')

    @pytest.mark.parametrize("text", ["1e-320", "1e-12 to 1e-11"])
    def test_a_size_that_is_told_from_nothing_only_by_a_computer_is_refused(self, text):
        assert refused(f"{text} USD", kinds.MONEY).rule == "must be 0 USD or at least 1e-6 USD"


NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(["0", "-0", "1e308", "5e-324", "99.99999999", "1_000"]),
)
UNITS = st.sampled_from(["", "%", "%/month", "%/year", "USD", "USD/month", "M", "B", "months"])
PARTS = st.sampled_from(["value", "unit", "min", "max", "source", "quantiles", "mixture", "x"])
FAMILIES = st.sampled_from(["normal", "gamma", "beta", "uniform", "lognormal", "pert"])
TEXTS = st.one_of(
    st.tuples(NUMBERS, UNITS).map(" ".join),
    st.tuples(NUMBERS, st.just("to"), NUMBERS, UNITS).map(" ".join),
    st.tuples(FAMILIES, st.lists(NUMBERS, max_size=4)).map(
        lambda parts: f"{parts[0]}({', '.join(parts[1])}) %"
    ),
    st.text(max_size=30),
)  # fmt: skip
RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(PARTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(raw=RAW, kind=st.sampled_from(KINDS))
def test_whatever_stands_there_is_read_or_refused_with_a_repair_that_reads(raw, kind):
    try:
        found = read_quantity(raw, kind)
    except QuantityError as error:
        assert error.rule and error.hint
        if error.rewrite is not None and not error.below:
            read_quantity(error.rewrite, kind)
        return
    with np.errstate(all="raise"):
        values = [found.inner_quantile(share) for share in (2.0**-53, 0.5, 1 - 2.0**-53)]
    assert all(kind.low <= value <= kind.high for value in values)
    assert values == sorted(values)
    assert found.reading()
