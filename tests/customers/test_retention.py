from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import customers_by_month, shift_churn, simple_ltv, survival
from nextdollar.errors import DomainError

shares = st.floats(0.0, 1.0)
counts = st.floats(0.0, 1e9)
growths = st.floats(-0.5, 0.5)


def test_a_cohort_with_churn_of_one_in_ten_leaves_81_of_a_hundred_in_month_3():
    # Fader & Hardie 2007, section 1: a constant retention of 90 % leaves 100, 90, 81, ...
    left = customers_by_month(100.0, 0.1, n_months=3)
    np.testing.assert_allclose(left, [100.0, 90.0, 81.0], rtol=1e-15)


def test_a_monthly_churn_of_3_5_percent_keeps_65_of_a_hundred_after_a_year():
    # By hand: 0.965**12 = 0.6521 to four digits.
    assert survival(0.035, 12) == pytest.approx(0.6521, abs=5e-5)


@given(customers=counts, churn=shares, n_months=st.integers(1, 60))
def test_a_cohort_never_grows(customers, churn, n_months):
    left = customers_by_month(customers, churn, n_months=n_months)
    assert left.shape == (n_months,)
    assert left[0] == customers
    assert (np.diff(left) <= 0).all()


@given(customers=counts, growth=growths, churn=shares, n_months=st.integers(1, 60))
def test_net_growth_replaces_churn_instead_of_adding_to_it(customers, growth, churn, n_months):
    with_churn = customers_by_month(customers, churn, growth_per_month=growth, n_months=n_months)
    without = customers_by_month(customers, 0.0, growth_per_month=growth, n_months=n_months)
    np.testing.assert_array_equal(with_churn, without)


@given(customers=counts, churn=shares, n_months=st.integers(1, 36))
def test_growth_of_minus_churn_is_the_run_off_of_a_cohort(customers, churn, n_months):
    churn = min(churn, 0.99)
    grown = customers_by_month(customers, churn, growth_per_month=-churn, n_months=n_months)
    np.testing.assert_array_equal(grown, customers_by_month(customers, churn, n_months=n_months))


@given(churn=st.floats(0.05, 1.0), margin=st.floats(0.01, 1e5))
def test_the_payments_of_one_customer_add_up_to_the_simple_lifetime_value(churn, margin):
    payments_usd = margin * customers_by_month(1.0, churn, n_months=1_000)
    # What is left after 1 000 months at a churn of 5 % is 0.95**1000, below 1e-22.
    assert payments_usd.sum() == pytest.approx(simple_ltv(margin, churn), rel=1e-12)


@given(churn=shares, first=st.integers(0, 50), second=st.integers(0, 50))
def test_staying_twice_in_a_row_is_the_product_of_staying_once_each(churn, first, second):
    both = survival(churn, first) * survival(churn, second)
    np.testing.assert_allclose(survival(churn, first + second), both, rtol=1e-13, atol=1e-300)


def test_draws_agree_with_one_call_per_draw():
    customers = np.array([10.0, 1e6, 3.0])
    churn = np.array([0.0, 0.037, 1.0])
    together = customers_by_month(customers, churn, n_months=24)
    one_by_one = [customers_by_month(n, c, n_months=24) for n, c in zip(customers, churn, strict=True)]
    np.testing.assert_array_equal(together, np.transpose(one_by_one))


def test_many_sizes_and_draws_keep_the_draw_as_the_last_axis():
    by_month = customers_by_month(np.ones((4, 1)), np.linspace(0.0, 0.2, 5), n_months=7)
    assert by_month.shape == (7, 4, 5)
    assert (by_month[:, 0] == by_month[:, 3]).all()


@given(churn=st.floats(1e-9, 0.999), n_months=st.integers(1, 3_600))
def test_rounding_stays_below_one_unit_a_month(churn, n_months):
    with mpmath.workdps(60):
        exact = mpmath.power(1 - mpmath.mpf(churn), n_months - 1)
        if exact < 1e-290:
            return
        ours = mpmath.mpf(float(customers_by_month(1.0, churn, n_months=n_months)[-1]))
        assert abs(ours / exact - 1) <= n_months * 2.2e-16


def test_without_churn_everybody_stays_and_with_full_churn_nobody_does():
    np.testing.assert_array_equal(customers_by_month(5.0, 0.0, n_months=3), [5.0, 5.0, 5.0])
    np.testing.assert_array_equal(customers_by_month(5.0, 1.0, n_months=3), [5.0, 0.0, 0.0])
    assert survival(1.0, 0) == 1.0


def test_the_result_may_be_changed_without_changing_the_argument():
    customers = np.array([1.0, 2.0])
    customers_by_month(customers, 0.1, n_months=2)[0] = 0.0
    np.testing.assert_array_equal(customers, [1.0, 2.0])


def test_one_point_more_turns_4_percent_into_5():
    # Document 000: Pro is worth 500 USD at 4 % and 400 USD one percentage point above.
    assert shift_churn(0.04, 0.01) == pytest.approx(0.05, abs=1e-17)


@pytest.mark.parametrize(("churn", "extra"), [(0.04, -0.04), (0.04, -0.05), (0.5, 0.6)])
def test_a_shift_out_of_the_domain_is_refused_and_not_cut(churn, extra):
    with pytest.raises(
        DomainError, match=r"churn_per_month \+ extra_per_month must be above 0 and at most 1"
    ):
        shift_churn(churn, extra)


def test_bad_numbers_are_refused_by_name():
    with pytest.raises(DomainError, match=r"churn_per_month must be a fraction from 0 to 1 .*, got 3\.5"):
        customers_by_month(1.0, np.array([0.1, 3.5]), n_months=2)
    with pytest.raises(DomainError, match="n_months must be 1 or more, got 0"):
        customers_by_month(1.0, 0.1, n_months=0)
    with pytest.raises(DomainError, match=r"customers must be 0 or more, got -1\.0"):
        customers_by_month(-1.0, 0.1, n_months=1)
    with pytest.raises(DomainError, match=r"growth_per_month must be above -1, got -1\.5"):
        customers_by_month(1.0, 0.1, growth_per_month=-1.5, n_months=1)
    with pytest.raises(DomainError, match="month must be 0 or more, got -1"):
        survival(0.1, -1)
