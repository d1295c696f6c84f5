"""How a quantity is written, split into form, numbers and unit."""

from __future__ import annotations

import pytest

from nextdollar.plan.quantities.notation import NotationError, finite_number, read_notation


@pytest.mark.parametrize(
    ("text", "form", "numbers", "unit"),
    [
        ("20", "number", (20.0,), ""),
        ("-1.5", "number", (-1.5,), ""),
        (".5", "number", (0.5,), ""),
        ("5.", "number", (5.0,), ""),
        ("1_274_000", "number", (1_274_000.0,), ""),
        ("2e21", "number", (2e21,), ""),
        ("12%", "number", (12.0,), "%"),
        ("12 % / year", "number", (12.0,), "%/year"),
        ("20 USD per month", "number", (20.0,), "USD/month"),
        ("650 B", "number", (650.0,), "B"),
        ("8 to 12 %", "range", (8.0, 12.0), "%"),
        ("-1 to 4 %/month", "range", (-1.0, 4.0), "%/month"),
        ("8 USD to 12 USD", "range", (8.0, 12.0), "USD"),
        ("20 USD per month to 30 USD per month", "range", (20.0, 30.0), "USD/month"),
        ("800 M to 1.2 B USD", "range", (0.8, 1.2), "B USD"),
        ("pert(1, 2, 5) USD", "pert", (1.0, 2.0, 5.0), "USD"),
        ("PERT( 1,2 , 5 )", "pert", (1.0, 2.0, 5.0), ""),
        ("20\u00a0USD", "number", (20.0,), "USD"),
    ],
)
def test_a_text_is_form_numbers_and_unit(text, form, numbers, unit):
    written = read_notation(text)
    assert (written.form, written.unit) == (form, unit)
    assert written.numbers == pytest.approx(numbers)


def test_named_arguments_keep_their_names():
    written = read_notation("lognormal(median=9.8, sigma=0.12) %")
    assert (written.numbers, written.names) == ((9.8, 0.12), ("median", "sigma"))


def test_a_discrete_distribution_pairs_values_with_shares_also_in_per_cent():
    assert read_notation("discrete(0: 0.3, 1: 70 %)").numbers == (0.0, 0.3, 1.0, 0.7)


@pytest.mark.parametrize("text", ["8 to 12 %/month", "pert(1, 2, 5) USD", "650 B", "800 M to 1.2 B"])
def test_head_and_unit_together_read_the_same(text):
    written = read_notation(text)
    again = read_notation(f"{written.head} {written.unit}")
    assert again == written


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must be a number or a range"),
        ("many", "must be a number or a range"),
        ("8 to", "must be a number or a range"),
        ("8 to 12 to 15", "must be a number or a range"),
        ("1,000", "must be a number or a range"),
        ("\uff12\uff10", "must be a number or a range"),
        ("1__000", "must be a number or a range"),
        ("8 % to 12 %/month", "has two units, '%' and '%/month'"),
        ("8 % to 12", "must carry its unit at the end"),
        ("pert(1, , 5)", "has an empty argument in pert(...)"),
        ("pert(1, two, 5)", "must be a number"),
        ("1e400", "must be a finite number"),
        ("5 " + "x" * 41, "must end with its unit"),
        ("x" * 1001, "has 1,001 characters; a quantity has at most 1,000"),
        ("9" * 61, "has a number of 61 characters; at most 60 are read"),
    ],
)
def test_what_is_no_quantity_is_refused_by_its_rule(text, rule):
    with pytest.raises(NotationError) as refused:
        read_notation(text)
    assert refused.value.rule == rule
    assert refused.value.hint


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "\u0663", "1e", "0x10", "1 2"])
def test_only_finite_numbers_of_plain_digits_are_numbers(text):
    with pytest.raises(NotationError):
        finite_number(text)


def test_a_text_of_blanks_does_not_hold_the_reader_up():
    # Each of these takes seconds where a pattern tries every way to part the blanks.
    for text in ("5 x" + " " * 990 + "y", "1 a" + " to 1 a" * 140, "1" + " to" * 330):
        try:
            read_notation(text)
        except NotationError as refused:
            assert refused.rule
