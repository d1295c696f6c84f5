"""Constants of the training model, as rows with sources."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.training_calibration import (
    development_multiple,
    failures,
    framework_calibration,
    mfu_calibration,
    parse_training_constants,
    step_calibration,
    training_constant,
    training_constants,
)
from nextdollar.compute.training.goodput import Failures
from nextdollar.errors import CatalogueError

HEADER = "name,value,covariance,source,place,link,kind,checked_on,note\n"


def test_every_constant_names_its_source():
    for constant in training_constants().values():
        assert constant.source.work
        assert constant.source.place
        assert constant.note


def test_covariances_are_those_of_numbers():
    covariance = mfu_calibration().covariance_log
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_the_signs_are_those_of_the_law():
    names = ("balance", "experts", "small", "scale", "old_software", "calendar")
    assert all(training_constant(f"mfu.{name}").value < 0 for name in names)
    assert training_constant("mfu.fp8").value > 0
    assert framework_calibration().coefficients[3] < 0
    assert 0 < framework_calibration().residual_log < 0.2
    assert 0 < step_calibration().matrix_share < 1


def test_failures_are_the_defaults_of_the_arithmetic():
    assert failures() == Failures()


def test_the_development_multiples_are_the_published_ones():
    # arXiv:2503.05804: development 50 % of training; arXiv:2605.01158: 82.2 % of the total.
    multiple = development_multiple()
    assert multiple.low_multiple == pytest.approx(1.5)
    assert 1 - 1 / multiple.high_multiple == pytest.approx(0.822, abs=1e-5)
    assert all(source.link.startswith("https://arxiv.org/abs/2") for source in multiple.sources)


def test_an_unknown_constant_names_the_nearest():
    with pytest.raises(CatalogueError, match=r"nearest: mfu\.base"):
        training_constant("mfu.bas")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,x,,w,p,https://x.org,refit,2026-11-21,n", "value must be a number, got x"),
        ("a,1,1;y,w,p,https://x.org,refit,2026-11-21,n", "covariance must be numbers separated"),
        ("a,1,,w,p,https://x.org,guess,2026-11-21,n", "kind must be one of"),
    ],
)
def test_a_broken_row_is_blamed_by_line(row, message):
    with pytest.raises(CatalogueError, match=rf"c\.csv:2: {message}"):
        parse_training_constants([HEADER, row], "c.csv")
