from __future__ import annotations

import math

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.uncertainty import Bernoulli, Constant, Discrete

CELLS = (np.arange(1000) + 0.5) / 1000


def test_each_value_gets_its_share_of_the_draws():
    x = Discrete((5.0, -1.0, 2.0), (0.2, 0.5, 0.3)).ppf(CELLS)
    assert [(x == value).sum() for value in (-1.0, 2.0, 5.0)] == [500, 300, 200]


def test_a_value_without_a_share_never_comes():
    law = Discrete((1.0, 2.0, 3.0), (0.0, 1.0, 0.0))
    assert law.support() == (2.0, 2.0)
    assert set(law.ppf(np.array([2.0**-53, 0.5, 1 - 2.0**-53]))) == {2.0}


@pytest.mark.parametrize(("probability", "support"), [(0, (0, 0)), (0.3, (0, 1)), (1, (1, 1))])
def test_a_bernoulli_is_one_as_often_as_it_says(probability, support):
    law = Bernoulli(probability)
    assert law.ppf(CELLS).mean() == pytest.approx(probability, abs=1e-12)
    assert law.support() == support


def test_a_certain_number_is_the_same_in_every_draw():
    assert set(Constant(5.0).ppf(CELLS)) == {5.0}
    assert Constant(2_500_000).describe() == "2,500,000"


def test_few_values_are_listed_and_many_are_summed_up():
    assert Discrete((1, 0), (0.7, 0.3)).describe() == "0 (30 %), 1 (70 %), mean 0.7"
    assert Bernoulli(0.25).describe() == "0 (75 %), 1 (25 %)"
    many = Discrete(tuple(range(10)), (0.1,) * 10)
    assert many.describe() == "90 % interval 0 to 9, one of 10 values, median 4, mean 4.5"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bernoulli(1.5), r"probability must be between 0 and 1, got 1\.5"),
        (lambda: Constant(math.inf), r"value must be finite, got inf"),
        (lambda: Discrete((1, 2), (0.5, 0.6)), r"shares must be adding up to 1, got 1\.1"),
        (lambda: Discrete((1, 2), (1.5, -0.5)), r"shares must be between 0 and 1, got 1\.5"),
        (lambda: Discrete((1, 1), (0.5, 0.5)), r"values must be all different"),
        (lambda: Discrete((1, 2), (1.0,)), r"shares must be one for each of the 2 values, got 1"),
        (lambda: Discrete((), ()), r"values must be one or more numbers"),
    ],
)
def test_what_is_no_distribution_is_refused(make, message):
    with pytest.raises(DomainError, match=message):
        make()
