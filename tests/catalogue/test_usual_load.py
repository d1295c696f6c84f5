"""The usual day and request, and what is published of levers."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.serving_levers import lever_fact, lever_facts, parse_lever_facts
from nextdollar.catalogue.usual_load import (
    daily_shape,
    parse_daily_shape,
    parse_usual_request,
    usual_request,
)
from nextdollar.compute.serving.precision import SERVING_PRECISIONS
from nextdollar.errors import CatalogueError
from nextdollar.sizing.levers.lever import ASSUMPTIONS, LEVER_KINDS

END = ",a work,a place,https://example.org,dataset,2026-11-21,\n"
DAY = "hour,share_of_mean,source,place,link,kind,checked_on,note\n"
FACTS = "name,low,high,grade,words,source,place,link,kind,checked_on,note\n"


def test_the_usual_day_averages_to_one_and_sleeps_at_night():
    factors = np.array(daily_shape().factors_by_hour)
    assert factors.size == 24
    assert factors.mean() == pytest.approx(1, rel=1e-12)
    assert factors[2:6].mean() < 1 < factors[19:22].mean()
    assert daily_shape().peak_factor == factors.max()


def test_the_usual_request_reads_more_than_it_writes():
    found = usual_request()
    assert found.n_prompt_tokens > found.n_output_tokens >= 1


def test_an_hour_that_is_missing_is_refused():
    with pytest.raises(CatalogueError, match="hours must be 0 to 23"):
        parse_daily_shape([DAY, *(f"{hour},1{END}" for hour in range(23))], "own.csv")


def test_every_bad_cell_of_a_day_is_named_with_its_line():
    lines = [DAY, *(f"{hour},1{END}" for hour in range(24))]
    lines[3], lines[5] = f"2,0{END}", f"4.5,1{END}"
    with pytest.raises(CatalogueError) as caught:
        parse_daily_shape(lines, "own.csv")
    assert "own.csv:4: share_of_mean" in str(caught.value)
    assert "own.csv:6: hour" in str(caught.value)


def test_a_usual_request_without_one_of_its_lengths_is_refused():
    head = "name,tokens,source,place,link,kind,checked_on,note\n"
    with pytest.raises(CatalogueError, match="lacks n_output_tokens"):
        parse_usual_request([head, f"n_prompt_tokens,10{END}"], "own.csv")


class TestLeverFacts:
    def test_every_assumption_that_can_be_stated_has_a_range(self):
        for name in ASSUMPTIONS:
            fact = lever_fact(name)
            assert fact.low is not None
            assert fact.high is not None
            assert fact.low <= fact.high

    def test_every_lever_and_every_precision_says_what_it_does_to_answers(self):
        kinds = [kind for kind in LEVER_KINDS if kind not in ("quantise", "together")]
        for name in (*kinds, *SERVING_PRECISIONS):
            assert lever_fact(f"quality.{name}").words

    def test_what_is_assumed_is_graded_as_assumed(self):
        for fact in lever_facts().values():
            if fact.source.place == "assumption":
                assert fact.grade == "D"

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("a,1,,A,w", "low and high must be both given"),
            ("a,2,1,A,w", "high must be at least low"),
            ("a,-1,1,A,w", "low must be at least 0"),
            ("a,,,E,w", "grade must be one of"),
        ],
    )
    def test_a_row_that_does_not_hold_together_is_refused(self, row, said):
        with pytest.raises(CatalogueError, match=said):
            parse_lever_facts([FACTS, row + END], "own.csv")

    def test_a_name_that_is_not_there_is_refused_with_the_nearest(self):
        with pytest.raises(CatalogueError, match=r"route\.small_share"):
            lever_fact("route.smal_share")
