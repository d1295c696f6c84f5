"""The law between those of Kaplan et al. and of Hoffmann et al."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla, Coupled

EPOCH = (1.8172, 482.01, 0.3478, 2085.43, 0.3658)
SIZES = st.floats(1e6, 1e13)


def test_without_coupling_it_is_the_law_of_hoffmann():
    ours, theirs = Coupled(*EPOCH, 1.0), Chinchilla(*EPOCH)
    assert ours.loss(7e10, 1.4e12) == pytest.approx(theirs.loss(7e10, 1.4e12), rel=1e-14)
    assert ours.optimal_params(5.76e23) == pytest.approx(theirs.optimal_params(5.76e23), rel=1e-13)
    assert ours.frontier().loss(5.76e23) == pytest.approx(theirs.frontier().loss(5.76e23), rel=1e-13)
    # shared/facts/scaling.md, section 2b, row "Epoch reported".
    assert ours.optimal_params(5.76e23) == pytest.approx(7.22487e10, rel=1e-5)
    assert ours.frontier().loss(5.76e23) == pytest.approx(1.974441, rel=1e-6)


def test_without_floor_and_with_k_beta_it_is_the_law_of_kaplan(kaplan):
    ours = Coupled(
        0.0,
        kaplan.N_c**kaplan.alpha_N,
        kaplan.alpha_N,
        kaplan.D_c**kaplan.alpha_D,
        kaplan.alpha_D,
        kaplan.alpha_D,
    )
    for N, D in ((1e6, 1e9), (1.5e9, 2.3e10), (1e12, 1e9)):
        assert ours.loss(N, D) == pytest.approx(kaplan.loss(N, D), rel=1e-12)
    assert ours.optimal_params(1e23) == pytest.approx(kaplan.optimal_params(1e23), rel=1e-12)
    assert ours.frontier().loss(1e23) == pytest.approx(kaplan.frontier().loss(1e23), rel=1e-12)


@given(SIZES, SIZES)
def test_as_k_goes_to_0_only_the_larger_shortage_counts(N, D):
    E, A, alpha, B, beta = EPOCH
    larger = max(A / N**alpha, B / D**beta)
    # The rest is at most a factor 2**k.
    assert Coupled(*EPOCH, 1e-4).loss(N, D) == pytest.approx(E + larger, rel=1e-4)


@given(SIZES, SIZES, st.floats(0.02, 3.0), st.floats(1.0, 3.0))
def test_more_coupling_never_lowers_the_loss(N, D, k, factor):
    assert Coupled(*EPOCH, k * factor).loss(N, D) >= Coupled(*EPOCH, k).loss(N, D) * (1 - 1e-14)


@given(st.floats(0.05, 3.0))
def test_the_best_size_grows_with_the_same_power_whatever_the_coupling(k):
    law = Coupled(*EPOCH, k)
    power = np.log10(law.optimal_params(1e24) / law.optimal_params(1e23))
    assert power == pytest.approx(0.3658 / (0.3478 + 0.3658), rel=1e-12)


def test_a_coupling_of_zero_is_refused():
    with pytest.raises(DomainError, match=r"k must be above 0, got 0\.0"):
        Coupled(*EPOCH, 0.0)
