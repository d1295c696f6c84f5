from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.quality import decades_of_compute, lead_months, lost_to_frontier, with_progress
from nextdollar.errors import DomainError

leads = st.floats(0.0, 5.0)
paces = st.floats(0.1, 3.0)


class TestPublishedFigures:
    def test_a_lead_of_three_tenths_of_a_decade_lasts_three_to_four_months(self):
        # shared/data/evidence/quality_links.csv, row frontier_oom: 1.1 decades a year; the lag of open models
        # measured apart from it is 3.5 to 4 months (rows open_lag_2025, open_lag_2026).
        assert 3.0 < lead_months(0.3, frontier_decades_per_year=1.1) < 4.0

    def test_the_frontier_moves_by_growth_of_compute_times_progress_of_algorithms(self):
        # quality_links.csv, row frontier_oom: compute x4.2 a year and algorithms x3 make 1.1 decades a year.
        year_on = decades_of_compute(4.2e24)
        assert with_progress(year_on, 1.0, progress_decades_per_year=np.log10(3.0)) - 24 == pytest.approx(
            1.1, abs=0.005
        )


@given(lead=leads, pace=paces)
def test_after_the_months_of_a_lead_the_lead_is_lost(lead, pace):
    months = lead_months(lead, frontier_decades_per_year=pace)
    assert lost_to_frontier(months, frontier_decades_per_year=pace) == pytest.approx(lead, rel=1e-12)


@given(flop=st.floats(1e18, 1e28))
def test_ten_times_the_compute_is_one_decade_more(flop):
    assert decades_of_compute(10 * flop) - decades_of_compute(flop) == pytest.approx(1.0, abs=1e-12)


def test_a_standing_frontier_never_catches_up_but_no_lead_is_lost_at_once():
    assert lead_months(0.3, frontier_decades_per_year=0.0) == np.inf
    assert lead_months(0.0, frontier_decades_per_year=0.0) == 0.0


def test_draws_agree_with_one_call_per_draw():
    lead, pace = np.array([0.0, 0.3, 1.2]), np.array([0.0, 1.1, 1.4])
    together = lead_months(lead, frontier_decades_per_year=pace)
    alone = [
        lead_months(a, frontier_decades_per_year=b) for a, b in zip(lead.tolist(), pace.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("flop", [0.0, -1.0, float("nan"), float("inf")])
def test_a_loss_that_no_compute_reaches_has_no_quality(flop):
    with pytest.raises(DomainError, match="effective_flop must be finite and above 0"):
        decades_of_compute(flop)


def test_bad_times_and_paces_are_refused_by_name():
    with pytest.raises(DomainError, match=r"months must be 0 or more, got -1\.0"):
        lost_to_frontier(-1.0, frontier_decades_per_year=1.0)
    with pytest.raises(DomainError, match="frontier_decades_per_year must be finite and 0 or more"):
        lost_to_frontier(1.0, frontier_decades_per_year=-1.0)
    with pytest.raises(DomainError, match="lead_decades must be 0 or more"):
        lead_months(-0.1, frontier_decades_per_year=1.0)
    with pytest.raises(DomainError, match="progress_decades_per_year"):
        with_progress(24.0, 1.0, progress_decades_per_year=float("nan"))
