"""Constants of price paths in the catalogue, and the range that they give."""

from __future__ import annotations

import pytest

from nextdollar.catalogue.price_path import (
    parse_path_constants,
    path_constants,
    price_path_constants,
    price_path_sources,
)
from nextdollar.compute.ownership.price_path import price_log_spread
from nextdollar.errors import CatalogueError

HEADER = "name,value,source,place,link,kind,checked_on,note\n"
REST = ",a work,,https://example.org,refit,2026-11-21,\n"


def test_every_constant_is_there_with_its_source():
    assert price_path_constants().reversion_per_year == path_constants()["reversion_per_year"].value
    assert price_path_sources()


def test_the_range_of_a_year_holds_the_moves_of_the_h100():
    # SemiAnalysis index of one-year contracts: 1.70 in October 2025, 2.35 in March 2026, up 38 % in five
    # months; on demand 3.99 to 2.99 at RunPod from July 2024 to March 2025. Neither may be a wonder.
    spread = price_log_spread(5.0, price_path_constants())
    assert 0.1 < spread < 0.5
    assert 2.718 ** (2 * spread) > 2.35 / 1.70


def test_a_missing_constant_is_refused_by_name():
    with pytest.raises(CatalogueError, match=r"lacks .*jumps_per_year"):
        parse_path_constants([HEADER, f"volatility_log,0.2{REST}"], "own.csv")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("volatility_log,-1", "own.csv:2: value must be at least 0, got -1"),
        ("volatility,1", "own.csv:2: name must be one of"),
    ],
)
def test_a_row_that_is_none_is_refused_by_its_line(row, message):
    with pytest.raises(CatalogueError, match=message):
        parse_path_constants([HEADER, row + REST], "own.csv")
