from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.errors import DomainError
from nextdollar.uncertainty import (
    Bernoulli,
    Constant,
    Discrete,
    Mixture,
    Normal,
    Truncated,
    Uniform,
    interval_90,
)

CELLS = (np.arange(10_000) + 0.5) / 10_000


class TestMixture:
    def test_an_atom_comes_exactly_and_as_often_as_stated(self):
        x = Mixture((Constant(0.0), interval_90(0.1, 0.3)), (0.9, 0.1)).ppf(CELLS)
        assert (x == 0.0).sum() == 9000
        np.testing.assert_allclose(x[9000:], interval_90(0.1, 0.3).ppf((CELLS[9000:] - 0.9) / 0.1), rtol=1e-9)

    def test_an_atom_between_two_other_parts_comes_exactly(self):
        # F(10-) = 0.25 + 0.5 x 10/40 = 0.375 and F(10) = 0.625: a quarter of the draws is 10.
        law = Mixture((Discrete((0.0, 10.0), (0.5, 0.5)), Uniform(0.0, 40.0)), (0.5, 0.5))
        x = law.ppf(CELLS)
        assert (x == 10.0).sum() == 2500
        assert (x == 0.0).sum() == 2500
        # 0.25 + x/80 below 10, 0.5 + x/80 above.
        np.testing.assert_allclose(law.ppf(np.array([0.30, 0.80])), [4.0, 24.0], rtol=1e-12)

    def test_it_is_the_quantile_of_the_mixture_and_not_a_mean_of_quantiles(self):
        law = Mixture((Normal(-10.0, 1.0), Normal(10.0, 1.0)), (0.5, 0.5))
        # Half of the lower half's median: F = 0.25 is the median of the lower part.
        np.testing.assert_allclose(law.ppf(np.array([0.25, 0.75])), [-10.0, 10.0], rtol=1e-12)

    @given(weight=st.floats(0.01, 0.99), u=st.floats(1e-9, 1 - 1e-9))
    def test_the_cdf_of_a_draw_is_its_uniform(self, weight, u):
        law = Mixture((Normal(0.0, 1.0), interval_90(1.0, 1000.0)), (weight, 1 - weight))
        assert law.cdf(law.ppf(np.array([u])))[0] == pytest.approx(u, rel=1e-9, abs=1e-15)

    def test_a_mixture_of_one_is_that_one(self):
        law = Mixture((Normal(1.0, 2.0), Constant(7.0)), (1.0, 0.0))
        np.testing.assert_allclose(law.ppf(CELLS), Normal(1.0, 2.0).ppf(CELLS), rtol=1e-12)
        assert law.support() == (-math.inf, math.inf)

    def test_its_parts_are_said(self):
        words = Mixture((Constant(0.0), Bernoulli(0.5)), (0.9, 0.1)).describe()
        assert (
            words
            == "90 % interval 0 to 0, mixture, median 0, mean 0.05: in 90 % 0; in 10 % 0 (50 %), 1 (50 %)"
        )

    def test_shares_that_do_not_add_up_are_refused(self):
        with pytest.raises(DomainError, match=r"shares must be adding up to 1, got 0\.9"):
            Mixture((Constant(0.0), Constant(1.0)), (0.5, 0.4))
        with pytest.raises(DomainError, match=r"components must be one or more distributions"):
            Mixture((), ())


class TestTruncated:
    def test_it_deals_what_lay_outside_again_inside(self):
        law = Truncated(Uniform(0.0, 10.0), 2.0, 4.0)
        np.testing.assert_allclose(law.ppf(np.array([0.25, 0.5])), [2.5, 3.0], rtol=1e-14)

    def test_the_far_tail_agrees_with_scipy(self):
        # 1.3e-3 to 3.2e-5 above: the CDF's 16 decimals leave 11 digits.
        law, peer = Truncated(Normal(0.0, 1.0), 3.0, 4.0), stats.truncnorm(3.0, 4.0)
        np.testing.assert_allclose(law.ppf(CELLS), peer.ppf(CELLS), rtol=1e-9)
        assert law.expectation() == pytest.approx(peer.mean(), rel=1e-4)

    def test_a_value_at_the_end_is_kept(self):
        law = Truncated(Discrete((1.0, 2.0, 3.0), (0.2, 0.5, 0.3)), 2.0, 3.0)
        x = law.ppf(CELLS)
        assert (x == 2.0).mean() == pytest.approx(0.625)
        assert set(x) == {2.0, 3.0}

    def test_an_atom_in_a_truncated_mixture_comes_exactly(self):
        law = Mixture(
            (Truncated(Discrete((0.0, 1.0, 2.0), (0.2, 0.4, 0.4)), 1.0, 2.0), Uniform(0.0, 3.0)), (0.5, 0.5)
        )
        assert (law.ppf(CELLS) == 1.0).mean() == pytest.approx(0.25, abs=1e-4)

    def test_open_ends_are_open(self):
        law = Truncated(Normal(0.0, 1.0), 0.0, math.inf)
        assert law.support() == (0.0, math.inf)
        assert law.ppf(np.array([0.5]))[0] == pytest.approx(0.6744898, abs=5e-8)  # tables: 75 % point
        assert np.isfinite(law.ppf(np.array([1 - 2.0**-53]))).all()
        assert law.describe().startswith("90 % interval 0.0627 to 1.96, kept at least 0, median 0.674")

    @pytest.mark.parametrize(
        ("low", "high", "message"),
        [
            (4.0, 2.0, r"high must be above low \(4\), got 2\.0"),
            (math.nan, 2.0, r"low must be a number, got nan"),
            (8.0, 9.0, r"low and high must be such that 8 to 9 holds a millionth of the draws or more"),
        ],
    )
    def test_a_range_that_holds_next_to_nothing_is_refused(self, low, high, message):
        with pytest.raises(DomainError, match=message):
            Truncated(Normal(0.0, 1.0), low, high)
