"""User text made safe to print."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.plan.reading.printable import printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 5 %", "plain text, 5 %"),
        ("Größe 日本語 €", "Größe 日本語 €"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("price\u202eUSD", r"price\u202eUSD"),
        ("\xa0", r"\xa0"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_hidden_characters_are_spelled_out_and_visible_ones_stay(text, shown):
    assert printable(text) == shown


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_printable_text_is_visible_and_a_second_pass_changes_nothing(text):
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


def test_quoted_text_is_cut_to_sixty_characters():
    assert quoted("x" * 60) == '"' + "x" * 60 + '"'
    assert quoted("x" * 61) == '"' + "x" * 60 + '..."'
