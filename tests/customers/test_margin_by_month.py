"""Margin under an upgrade, part by part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import Segment
from nextdollar.customers.quality import Parts
from nextdollar.customers.upgrade_cycle import (
    Upgrade,
    churn_by_month,
    customers_under_churn,
    lead_by_month,
    margin_by_month,
)

SEGMENT = Segment(
    "pro", 100.0, price_usd_per_month=20.0, churn_per_month=0.1, gross_margin_share=0.8, tokens_per_month=1.0
)
slopes = st.floats(-0.5, 0.5)


def test_three_months_with_every_part_worked_by_hand():
    # A lead of 0, 1, 2 decades; each slope a tenth or a fifth of a decade's logarithm, no failed payments.
    lead = np.array([[0.0], [1.0], [2.0]])
    found = margin_by_month(
        SEGMENT, lead, Parts(np.log(2.0), np.log(1.5), np.log(1.1), np.log(1.2)), arrivals_per_month=10.0
    )[:, 0]
    # Month 1: 100 at 20 - 4. Month 2: 100 x 0.9 + 10 at 1.1 (24 - 4); month 3: 100 x 0.95 + 15 at
    # 1.21 (28.8 - 4), since the churn of the second month is half and its arrivals half as many again.
    np.testing.assert_allclose(found, [1_600.0, 100 * 1.1 * 20, 110 * 1.21 * 24.8], rtol=1e-12)


def test_what_serving_more_use_costs_beyond_the_margin_is_counted_on_the_added_use_alone():
    lead = np.array([[0.0], [1.0]])
    parts = Parts(expansion_log_per_decade=np.log(1.5))
    found = margin_by_month(SEGMENT, lead, parts, uncounted_usd_per_month=6.0)[:, 0]
    # Half as much use again: 90 customers at 1.5 x 16, less 6 on the half that is added.
    np.testing.assert_allclose(found, [1_600.0, 90 * (24 - 3)], rtol=1e-12)


@given(churn=slopes, conversion=slopes, expansion=slopes, price=slopes)
def test_a_lead_that_stays_leaves_the_margin_as_it_is(churn, conversion, expansion, price):
    parts = Parts(churn, conversion, expansion, price, involuntary_share=0.2)
    found = margin_by_month(
        SEGMENT, np.zeros((12, 1)), parts, arrivals_per_month=10.0, uncounted_usd_per_month=3.0
    )
    np.testing.assert_allclose(found, 1_600.0, rtol=1e-12)


@given(slope=slopes, gained=st.floats(0.0, 3.0))
def test_churn_alone_is_the_customers_kept_at_the_margin_of_today(slope, gained):
    lead = lead_by_month(12, [Upgrade(3.0, gained)], frontier_decades_per_year=1.1)
    found = margin_by_month(SEGMENT, lead, Parts(slope, involuntary_share=0.26), arrivals_per_month=7.0)
    churn = churn_by_month(0.1, lead, slope_log_per_decade=slope, involuntary_share=0.26)
    kept = customers_under_churn(100.0, churn, arrivals_per_month=7.0)
    np.testing.assert_array_equal(found, kept * 16.0)


@pytest.mark.parametrize("part", ["churn", "conversion", "expansion", "price"])
def test_no_part_of_quality_that_rises_lowers_the_margin(part):
    lead = lead_by_month(24, [Upgrade(0.0, 4.0)], frontier_decades_per_year=1.1)
    better, same = (
        margin_by_month(SEGMENT, lead, Parts(**{f"{part}_log_per_decade": slope}), arrivals_per_month=5.0)
        for slope in (0.1, 0.0)
    )
    assert (better >= same).all() and better.sum() > same.sum()


def test_draws_agree_with_one_call_per_draw():
    lead = lead_by_month(6, [Upgrade(2.0, 0.6)], frontier_decades_per_year=1.1)
    slopes_log = np.array([[0.1, 0.3], [0.0, 0.2], [-0.1, 0.1], [0.05, 0.02]])
    together = margin_by_month(SEGMENT, lead, Parts(*slopes_log), arrivals_per_month=5.0)
    for at in range(2):
        alone = margin_by_month(
            SEGMENT, lead, Parts(*(float(s) for s in slopes_log[:, at])), arrivals_per_month=5.0
        )
        np.testing.assert_allclose(together[:, [at]], alone, rtol=1e-14)
