"""Studies of the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.study_fits import (
    COLUMNS,
    parse_study_fits,
    pooled_prior,
    study_fits,
    study_sources,
)
from nextdollar.errors import CatalogueError

HEADER = ",".join(COLUMNS) + "\n"
OWN = {
    "name": "own", "group": "ours", "params_share_log": "-1.5", "tokens_share_log": "-1.4",
    "alpha_log": "-1.1", "beta_log": "-1", "k_log": "-0.4", "noise_log": "0.005", "curvature": "0.5",
    "n_runs": "40",
    "source": "Someone 2026", "place": "table 1", "link": "https://example.org", "kind": "refit",
    "checked_on": "2026-11-21",
}  # fmt: skip


def line(**cells):
    """Return a line of a table of studies: a sound one, with some cells changed."""
    return ",".join((OWN | cells).get(name, "") for name in COLUMNS) + "\n"


def test_a_row_is_read_in_the_order_of_the_coefficients():
    fit = parse_study_fits([HEADER, line()], "own.csv")["own"]
    np.testing.assert_array_equal(fit.shape, [-1.5, -1.4, -1.1, -1.0, -0.4])
    assert (fit.group, fit.noise_log, fit.curvature) == ("ours", 0.005, 0.5)


def test_every_study_has_exponents_that_have_been_seen_and_a_source_with_a_link():
    for name, fit in study_fits().items():
        alpha, beta = np.exp(fit.shape[2:4])
        assert 0.15 < alpha < 0.7, name
        assert 0.15 < beta < 0.7, name
        assert study_sources()[name].link.startswith("https://")


@pytest.mark.parametrize("name", ["gadre", "gadre-c4"])
def test_leaving_out_a_study_leaves_out_all_of_its_group(name):
    prior = pooled_prior(name)
    assert not [study for study in prior.studies if study.startswith("gadre")]
    assert len(prior.studies) == len(study_fits()) - 3


def test_a_study_that_is_not_known_is_refused_with_the_nearest_name():
    with pytest.raises(CatalogueError, match=r"study must be a name of .*, got gadr \(nearest: gadre"):
        pooled_prior("gadr")


def test_every_fault_of_a_table_is_named_with_its_line():
    lines = [HEADER, line(noise_log="0"), line(name="b", curvature="wide"), line(name="c", link="")]
    with pytest.raises(CatalogueError) as caught:
        parse_study_fits(lines, "own.csv")
    assert "own.csv:2: noise_log must be above 0, got 0" in str(caught.value)
    assert "own.csv:3: curvature must be a number, got wide" in str(caught.value)
    assert "own.csv:4: link must be given, got nothing" in str(caught.value)
