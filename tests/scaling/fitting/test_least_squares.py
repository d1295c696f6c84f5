"""The nonlinear reference sets of NIST, and what else least squares promises.

Source: NIST/ITL Statistical Reference Datasets, nonlinear regression
(https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml): 27 sets of three levels of difficulty, each with
two starts and certified values of 11 digits.
"""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling.fitting.least_squares import least_squares

HERE = Path(__file__).resolve().parent / "nist"
SPEC = importlib.util.spec_from_file_location("nist_models", HERE / "models.py")
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
MODELS = MODULE.MODELS
DIGITS = 6
"""Of every coefficient: demanded of an answer that is called converged."""


def rows(file, name):
    with (HERE / file).open(newline="", encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["set"] == name]


def data(name):
    table = rows("data.csv", name)
    y, x1 = (np.array([float(row[key]) for row in table]) for key in ("y", "x1"))
    if name != "Nelson":
        return y, x1
    return np.log(y), np.stack([x1, [float(row["x2"]) for row in table]])


def fitted(name, start):
    y, x = data(name)
    first = np.array([float(row[f"start_{start}"]) for row in rows("certified.csv", name)])
    return least_squares(lambda *b: MODELS[name](x, *b), y, start=first, generator=np.random.default_rng(0))


def test_all_27_sets_are_here():
    assert len(MODELS) == 27
    assert len(rows("data.csv", "ENSO")) == 168


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_every_certified_digit_asked_for_is_found_from_both_starts(name, start):
    found = fitted(name, start)
    table = rows("certified.csv", name)
    certified = np.array([float(row["certified"]) for row in table])
    assert found.converged
    np.testing.assert_allclose(found.coefficients, certified, rtol=10.0**-DIGITS)
    # The residuals of Lanczos1 are the rounding of its printed data: their sum has few digits of its own.
    tolerance = 0.01 if name == "Lanczos1" else 1e-9
    assert found.sum_of_squares == pytest.approx(float(table[0]["residual_sum_of_squares"]), rel=tolerance)


def test_what_falls_for_ever_is_not_called_converged():
    # The best b is infinite, and the sum flattens out long before.
    observed = np.array([1.0, 2.0] * 10)
    found = least_squares(
        lambda b: 1.5 - np.exp(-b) + np.zeros(20),
        observed,
        start=np.array([1.0]),
        generator=np.random.default_rng(0),
    )
    assert not found.converged


def test_a_coefficient_that_does_nothing_is_not_called_converged_on_another_value():
    x = np.linspace(1, 2, 20)
    found = least_squares(
        lambda a, b: a * x + 0 * b, 3 * x, start=np.array([1.0, 5.0]), generator=np.random.default_rng(0)
    )
    assert not found.converged


def test_a_start_that_is_not_a_number_is_refused():
    with pytest.raises(DomainError, match="start must be finite"):
        least_squares(
            lambda a: a + np.zeros(3),
            np.ones(3),
            start=np.array([np.nan]),
            generator=np.random.default_rng(0),
        )
