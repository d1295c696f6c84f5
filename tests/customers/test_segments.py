from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import Segment
from nextdollar.errors import DomainError

shares = st.floats(0.0, 1.0)
amounts = st.floats(0.0, 1e9)


def test_the_case_study_has_a_monthly_revenue_of_1285_48_million(case_study):
    # Document 000: 1.4 M users, 91 % at 20 USD and 9 % at 10 000 USD a month.
    revenue_usd_per_month = sum(segment.revenue_usd_per_month for segment in case_study(0.0))
    assert revenue_usd_per_month == pytest.approx(1_285.48e6, rel=1e-12)


@given(price=amounts, margin=shares, churn=shares)
def test_the_margin_never_exceeds_the_price(price, margin, churn):
    segment = Segment("s", 1.0, price_usd_per_month=price, churn_per_month=churn, gross_margin_share=margin)
    assert segment.margin_usd_per_month <= price


def test_draws_agree_with_one_segment_per_draw():
    price = np.array([10.0, 20.0, 30.0])
    churn = np.array([0.01, 0.02, 1.0])
    margin = np.array([0.5, 0.6, -0.2])
    together = Segment("s", 7.0, price_usd_per_month=price, churn_per_month=churn, gross_margin_share=margin)
    one_by_one = [
        Segment("s", 7.0, price_usd_per_month=p, churn_per_month=c, gross_margin_share=m).margin_usd_per_month
        for p, c, m in zip(price, churn, margin, strict=True)
    ]
    np.testing.assert_array_equal(together.margin_usd_per_month, one_by_one)


def test_serving_may_cost_more_than_the_price():
    segment = Segment("s", 1.0, price_usd_per_month=10.0, churn_per_month=0.1, gross_margin_share=-0.5)
    assert segment.margin_usd_per_month == -5.0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("churn_per_month", 3.5, r"pro\.churn_per_month must be a fraction from 0 to 1 .*, got 3\.5"),
        ("churn_per_month", -0.01, r"pro\.churn_per_month must be a fraction from 0 to 1"),
        ("churn_per_month", float("nan"), r"pro\.churn_per_month"),
        ("price_usd_per_month", -1.0, r"pro\.price_usd_per_month must be finite and not negative, got -1\.0"),
        ("customers", float("inf"), r"pro\.customers must be finite and not negative, got inf"),
        ("gross_margin_share", 1.1, r"pro\.gross_margin_share must be finite and at most 1, got 1\.1"),
        ("growth_per_month", -1.0, r"pro\.growth_per_month must be finite and above -1, got -1\.0"),
        ("tokens_per_month", -2.0, r"pro\.tokens_per_month must be finite and not negative, got -2\.0"),
    ],
)
def test_a_number_outside_its_domain_is_refused_by_the_name_of_the_segment(field, value, message):
    given_fields = {"customers": 1.0, "price_usd_per_month": 1.0, "churn_per_month": 0.1, field: value}
    with pytest.raises(DomainError, match=message):
        Segment("pro", **given_fields)


def test_one_bad_draw_among_many_is_the_one_that_is_shown():
    with pytest.raises(DomainError, match=r"got 1\.25"):
        Segment("pro", 1.0, price_usd_per_month=1.0, churn_per_month=np.array([0.1, 1.25, 0.2]))


def test_a_segment_cannot_be_changed():
    segment = Segment("pro", 1.0, price_usd_per_month=1.0, churn_per_month=0.1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        segment.customers = 2.0
