"""Prices by a day, with their age."""

from __future__ import annotations

from datetime import date

import pytest

from nextdollar.catalogue import rent_price
from nextdollar.catalogue.dated_prices import STALE_DAYS, dated_price
from nextdollar.catalogue.prices import parse_prices, purchase_price
from nextdollar.errors import CatalogueError, DomainError

HEADER = (
    "accelerator,contract,usd_per_gpu_hour,usd_per_gpu,valid_from,provider,"
    "source,place,link,kind,checked_on,note\n"
)
OWN = parse_prices(
    [
        HEADER,
        "H100-SXM,on_demand,1.80,,2026-02-01,our offer,Letter,p. 1,https://example.org,vendor,2026-11-21,\n",
        "H100-SXM,on_demand,1.60,,2026-06-01,our offer,Letter,p. 2,https://example.org,vendor,2026-11-21,\n",
    ],
    "own.csv",
)


def test_is_the_price_that_plans_take():
    found, plain = dated_price("H100", date(2026, 6, 1)), rent_price("H100", date(2026, 6, 1))
    assert (found.low_usd, found.median_usd, found.high_usd) == (
        plain.low_usd_per_gpu_hour,
        plain.median_usd_per_gpu_hour,
        plain.high_usd_per_gpu_hour,
    )
    assert (found.as_of, found.n_rows, found.sources) == (plain.as_of, plain.n_rows, plain.sources)
    bought = dated_price("H100", date(2026, 6, 1), contract="purchase")
    assert bought.median_usd == purchase_price("H100").median_usd


def test_says_how_old_it_is():
    # AIMultiple's index of 20 May 2026 is the newest of the H100.
    fresh = dated_price("H100", date(2026, 6, 1))
    assert (fresh.age_days, fresh.is_stale, fresh.staleness()) == (12, False, "")
    old = dated_price("H100", date(2026, 12, 31))
    assert old.is_stale
    assert old.staleness() == "newest price of H100-SXM is of 2026-05-20, 225 days before 2026-12-31"
    edge = dated_price("H100", date.fromordinal(date(2026, 5, 20).toordinal() + STALE_DAYS))
    assert not edge.is_stale


def test_a_later_day_never_sees_an_older_price():
    days = [date(2024, 12, 31), date(2025, 6, 1), date(2026, 4, 1), date(2026, 11, 21)]
    seen = [dated_price("H100", day).as_of for day in days]
    assert seen == sorted(seen)
    assert all(as_of <= day for as_of, day in zip(seen, days, strict=True))


def test_own_prices_come_before_those_of_the_catalogue_from_their_day_on():
    found = dated_price("H100", date(2026, 7, 1), own_rows=OWN)
    assert found.is_own
    assert (found.low_usd, found.high_usd, found.n_rows) == (1.60, 1.80, 2)
    early = dated_price("H100", date(2026, 3, 1), own_rows=OWN)
    assert (early.median_usd, early.n_rows) == (1.80, 1)
    before = dated_price("H100", date(2026, 1, 1), own_rows=OWN)
    assert not before.is_own
    other = dated_price("A100", date(2026, 7, 1), own_rows=OWN)
    assert not other.is_own and other.accelerator == "A100-SXM-80"


def test_what_has_no_price_is_refused_by_name():
    with pytest.raises(CatalogueError, match="by 2010-01-01, got H100-SXM with none"):
        dated_price("H100", date(2010, 1, 1))
    with pytest.raises(CatalogueError, match=r"got H1 \(nearest"):
        dated_price("H1", date(2026, 1, 1))
    with pytest.raises(DomainError, match=r"contract must be one of on_demand, .*, got weekly"):
        dated_price("H100", date(2026, 1, 1), contract="weekly")
