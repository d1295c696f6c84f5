from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaincinv, gammaincinv

from nextdollar.errors import DomainError
from nextdollar.uncertainty import Beta, Gamma, Pert

PARAMETERS = st.floats(math.log(0.2), math.log(1e5)).map(math.exp)


@settings(max_examples=40)
@given(alpha=PARAMETERS, beta=PARAMETERS)
def test_the_table_of_a_beta_keeps_nine_digits_of_the_inverse(alpha, beta):
    u = np.concatenate([(np.arange(997) + 0.5) / 997, 2.0 ** -np.arange(10, 53)])
    np.testing.assert_allclose(Beta(alpha, beta).ppf(u), betaincinv(alpha, beta, u), rtol=1e-9, atol=1e-300)


@settings(max_examples=40)
@given(shape=PARAMETERS)
def test_the_table_of_a_gamma_keeps_nine_digits_of_the_inverse(shape):
    u = np.concatenate([(np.arange(997) + 0.5) / 997, 2.0 ** -np.arange(10, 53)])
    np.testing.assert_allclose(Gamma(shape, 1.0).ppf(u), gammaincinv(shape, u), rtol=1e-9)


def test_a_flat_beta_is_uniform():
    u = np.array([0.001, 0.25, 0.999])
    np.testing.assert_allclose(Beta(1, 1).ppf(u), u, rtol=1e-10)


def test_a_gamma_of_shape_one_is_exponential():
    u = np.array([0.001, 0.25, 0.999])
    np.testing.assert_allclose(Gamma(1, 3.0).ppf(u), -3 * np.log1p(-u), rtol=1e-10)


def test_a_pert_has_its_published_mean():
    # Malcolm et al. 1959: mean (low + 4 mode + high) / 6.
    assert Pert(2, 5, 14).expectation() == pytest.approx(6.0)
    assert Pert(0, 3, 6).ppf(np.array([0.5]))[0] == pytest.approx(3.0, rel=1e-10)


def test_a_beta_is_read_with_its_interval():
    # 4 of 100: the 90 % interval of a Beta(4, 96), scipy.stats 1.17.
    assert Beta(4, 96).describe() == "90 % interval 0.0139 to 0.0765, beta(4, 96), median 0.037, mean 0.04"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Beta(0, 1), r"alpha must be above 0 and finite, got 0"),
        (lambda: Beta(1, -2), r"beta must be above 0 and finite, got -2"),
        (lambda: Gamma(-1, 1), r"shape must be above 0 and finite, got -1"),
        (lambda: Gamma(1, math.inf), r"scale must be above 0 and finite, got inf"),
    ],
)
def test_parameters_outside_the_domain_are_refused_by_name(make, message):
    with pytest.raises(DomainError, match=message):
        make()
