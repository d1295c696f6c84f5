from __future__ import annotations

import pytest

from nextdollar.uncertainty.reading import percent, plain, reading


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9.87465, "9.87"),
        (12, "12"),
        (1234.5, "1,230"),
        (2_500_000, "2,500,000"),
        (999.9, "1,000"),
        (0.0123456, "0.0123"),
        (-0.5, "-0.5"),
        (100, "100"),
        (1e-7, "1e-07"),
        (3e20, "3e+20"),
    ],
)
def test_three_digits_are_kept(value, text):
    assert plain(value) == text


def test_a_share_is_said_in_percent():
    assert percent(0.05) == "5 %"
    assert percent(0.125) == "12.5 %"


def test_median_and_mean_are_both_said():
    assert (
        reading("lognormal", (8, 9.8, 12), 9.87) == "90 % interval 8 to 12, lognormal, median 9.8, mean 9.87"
    )
