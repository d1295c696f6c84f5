"""Whether runs can tell the coefficients of a form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.identify import distinct, refuse_thin_table, resolvable
from nextdollar.scaling.fitting.refusals import NotIdentifiedError
from nextdollar.scaling.runs import runs_of


def test_sizes_within_a_per_cent_are_one_size():
    N = np.array([1e9, 1.005e9, 2e9, 1e9, 4e9])
    runs = runs_of(N, np.full(5, 1e10), np.full(5, 2.0))
    assert distinct(runs, "params").tolist() == [0, 0, 1, 0, 2]


def test_a_known_floor_saves_one_size(noisy_runs):
    two_sizes = replace(noisy_runs, params=np.where(np.arange(60) % 2 == 0, 1e8, 1e9))
    refuse_thin_table(two_sizes, FORMS["chinchilla"], pinned=True)
    with pytest.raises(
        NotIdentifiedError, match="E and A and alpha cannot be told: the runs have 2 distinct"
    ):
        refuse_thin_table(two_sizes, FORMS["chinchilla"], pinned=False)


def test_repeats_are_needed_to_know_their_worth(noisy_runs):
    with pytest.raises(NotIdentifiedError, match="R_D cannot be told: the runs have one value of passes"):
        refuse_thin_table(noisy_runs, FORMS["data-constrained"], pinned=False)


def test_experts_are_needed_to_know_theirs(noisy_runs):
    with pytest.raises(NotIdentifiedError, match="b and E_start and E_max cannot be told"):
        refuse_thin_table(noisy_runs, FORMS["routed-moe"], pinned=False)


def test_a_resample_counts_only_the_runs_it_holds(noisy_runs):
    three_sizes = replace(noisy_runs, params=np.array([1e8, 1e9, 1e10])[np.arange(60) % 3])
    weights = np.ones((2, 60))
    weights[1, np.arange(60) % 3 == 2] = 0
    assert resolvable(three_sizes, FORMS["chinchilla"], weights, pinned=False).tolist() == [True, False]
    assert resolvable(three_sizes, FORMS["chinchilla"], weights, pinned=True).tolist() == [True, True]
