"""What a word without quotes means."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.plan.reading.yaml_scalar import has_too_many_digits, plain_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # YAML 1.2.2, section 10.3.2, example 10.9 (core tag resolution).
        ("null", None),
        ("", None),
        ("true", True),
        ("True", True),
        ("false", False),
        ("FALSE", False),
        ("0", 0),
        ("0o7", 7),
        ("0x3A", 58),
        ("-19", -19),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
    ],
)
def test_agrees_with_the_core_schema_of_yaml_1_2(text, value):
    found = plain_scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1_274_000", 1274000), ("1_000.5", 1000.5), ("2e7", 2e7), ("1e400", math.inf), ("~", None), ("007", 7)],
)
def test_underscores_and_exponents_make_numbers(text, value):
    assert plain_scalar(text) == value


def test_not_a_number_comes_back_as_nan():
    assert math.isnan(plain_scalar(".NAN"))


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "on", "off", "y", "2024-01-01", "1:30", "1__0", "_1", "1_", "0b1", "0o8", "0xg", "-0x1",
     "+", "-", ".", "1.2.3", "1,000", "7 B", "5 %", "2e", "nUll", "tRUE", "infinity", "nan", "\u0661"],
)  # fmt: skip
def test_everything_else_is_text(text):
    assert plain_scalar(text) == text


@settings(derandomize=True, deadline=None)
@given(st.integers(-(10**300), 10**300))
def test_a_written_integer_comes_back(number):
    assert plain_scalar(str(number)) == number
    assert plain_scalar(f"{number:_}") == number


@settings(derandomize=True, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_float_comes_back(number):
    assert plain_scalar(repr(number)) == number


@pytest.mark.parametrize(
    "text",
    ["1" * 401, "-" + "1" * 401, "0x" + "f" * 400, "0o" + "7" * 400, "1." + "3" * 400, "1_" * 300 + "1",
     "9" * 401 + " USD"],
)  # fmt: skip
def test_a_number_of_more_than_400_characters_is_told_apart_without_converting(text):
    assert has_too_many_digits(text, plain=True)


@pytest.mark.parametrize("text", ["1" * 400, "x" * 10_000, "12 words of text " * 100])
def test_400_digits_and_long_text_are_allowed(text):
    assert not has_too_many_digits(text, plain=True)
