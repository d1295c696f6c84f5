from __future__ import annotations

import csv
import math

import pytest

from nextdollar.catalogue.quality_priors import parse_quality_priors, quality_prior, quality_priors
from nextdollar.errors import CatalogueError

HEADER = "name,unit,distribution,low,middle,high,most,grade,words,source,place,link,kind,checked_on,note"
ROW = "a,,lognormal,1,2,3,,D,words,work,,,reading,2026-11-21,"


def test_every_prior_has_the_numbers_and_the_grade_of_the_evidence(shared_data):
    with (shared_data / "evidence" / "priors.csv").open(encoding="utf-8") as file:
        evidence = {row["name"]: row for row in csv.DictReader(file)}
    for name, prior in quality_priors().items():
        if name == "algorithmic_progress":
            continue
        row = evidence[name]
        assert (prior.low, prior.middle, prior.high) == tuple(float(row[key]) for key in ("p5", "p50", "p95"))
        assert (prior.grade, prior.shape) == (row["grade"], row["distribution"])


def test_progress_is_the_published_time_in_which_compute_halves(shared_data):
    with (shared_data / "evidence" / "quality_links.csv").open(encoding="utf-8") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    halving = next(row for row in rows if "algo_halving" in row)
    months, least, most = (float(halving[place]) for place in (3, 4, 5))
    assert (months, least, most) == (8, 5, 14)
    prior = quality_prior("algorithmic_progress")
    pace = 12 * math.log10(2) / months
    # Its interval of 95 % on a log scale, made one of 90 %.
    narrowed = math.exp(math.log(most / least) / 2 * 1.645 / 1.960)
    assert (prior.low, prior.middle, prior.high) == pytest.approx(
        (pace / narrowed, pace, pace * narrowed), abs=0.02
    )
    assert prior.grade == "C"


def test_every_prior_names_its_work():
    assert all(prior.source.work for prior in quality_priors().values())


def test_only_one_of_the_two_that_decide_rests_on_experiments():
    assert quality_prior("value_per_decade").grade == "A"
    assert quality_prior("quality_pass_through").grade == "D"


def test_an_unknown_prior_is_refused_with_what_comes_near():
    with pytest.raises(CatalogueError, match="nearest: value_per_decade"):
        quality_prior("value_per_decad")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW.replace("1,2,3", "0,2,3"), "low must be above 0"),
        (ROW.replace("1,2,3", "1,3,2"), "middle must be between low and high"),
        (ROW.replace("1,2,3,,", "1,2,3,2,"), "most must be above high"),
        (ROW.replace(",D,", ",F,"), "grade must be one of A, B, C, D, E"),
        (ROW.replace("lognormal", "cauchy"), "distribution must be one of"),
        (ROW.replace("words,", ","), "words must be given"),
    ],
)
def test_a_row_that_is_wrong_is_refused_by_file_and_line(row, says):
    with pytest.raises(CatalogueError, match=f"own.csv:2: {says}"):
        parse_quality_priors([HEADER, row], "own.csv")
