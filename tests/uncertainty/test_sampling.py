from __future__ import annotations

import csv
import hashlib
import math
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.uncertainty import (
    Beta,
    Constant,
    Design,
    Mixture,
    Normal,
    Quantiles,
    Triangular,
    Uniform,
    confidence_interval,
    correlations_from_pairs,
    draw,
    interval_90,
    replicate_error,
    uniforms,
)

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8, unique=True)
WAYS = {
    "by name": Design(256, 7),
    "balanced": Design(256, 7, balanced=("a", "b", "c")),
    "independent parts": Design(256, 7, balanced=("a", "b", "c"), linked=False),
}


@pytest.mark.parametrize("design", WAYS.values(), ids=WAYS.keys())
class TestEveryWayOfDealing:
    @given(names=NAMES)
    def test_an_input_keeps_its_draws_whatever_other_inputs_there_are(self, design, names):
        together = uniforms(names, design)
        for name, row in zip(names, together, strict=True):
            np.testing.assert_array_equal(uniforms([name], design)[0], row)

    def test_the_order_of_the_inputs_does_not_matter(self, design):
        laws = {name: Normal(0, 1) for name in "abcd"}
        forward, backward = draw(laws, design), draw(dict(reversed(laws.items())), design)
        for name in laws:
            np.testing.assert_array_equal(forward[name], backward[name])

    def test_an_input_minus_itself_is_zero(self, design):
        laws = {"x": interval_90(1, 9), "other": Normal(0, 1)}
        first, second = draw(laws, design), draw({"x": interval_90(1, 9)}, design)
        assert (first["x"] - second["x"] == 0).all()
        assert (first["x"] / second["x"] == 1).all()

    def test_another_seed_is_another_set_of_draws(self, design):
        other = Design(256, 8, balanced=design.balanced, linked=design.linked)
        assert (uniforms(("a", "z"), design) != uniforms(("a", "z"), other)).all()

    @given(borders=st.lists(st.integers(0, 256), max_size=4))
    def test_draws_are_the_same_bytes_whatever_the_block_borders(self, design, borders):
        cuts = sorted({0, 256, *borders})
        blocks = [uniforms(("a", "z"), design, start=i, stop=j) for i, j in pairwise(cuts)]
        np.testing.assert_array_equal(np.hstack(blocks), uniforms(("a", "z"), design))

    def test_each_part_has_one_draw_in_each_cell(self, design):
        parts = uniforms(("a", "z"), design).reshape(2, 4, 64)
        np.testing.assert_array_equal(
            np.sort(np.floor(parts * 64), axis=-1), np.broadcast_to(np.arange(64), parts.shape)
        )

    def test_no_block_is_an_empty_block(self, design):
        assert uniforms(("a",), design, start=5, stop=5).shape == (1, 0)
        assert uniforms((), design).shape == (0, 256)


def test_parts_differ_from_each_other():
    for design in WAYS.values():
        parts = uniforms(("a",), design)[0].reshape(4, 64)
        assert not np.array_equal(parts[0], parts[1])


def test_linked_draws_are_the_first_of_a_longer_run():
    short, long = Design(256, 7, balanced=("a",)), Design(1024, 7, balanced=("a",))
    np.testing.assert_array_equal(uniforms(("a", "b"), long, stop=256), uniforms(("a", "b"), short))


def test_balancing_more_names_moves_none_that_are_balanced():
    design = Design(256, 7, balanced=("a", "b"))
    more = design.balancing(["b", "c"])
    assert more.balanced == ("a", "b", "c")
    np.testing.assert_array_equal(uniforms(("a", "b"), more), uniforms(("a", "b"), design))


def test_names_beyond_the_table_of_dimensions_are_dealt_by_name():
    names = tuple(f"input {i}" for i in range(260))
    balanced = Design(8, 7, balanced=names)
    np.testing.assert_array_equal(uniforms(names[256:], balanced), uniforms(names[256:], Design(8, 7)))


def test_balanced_names_fill_every_box_of_two_inputs():
    rows = uniforms(("a", "b"), Design(256, 7, balanced=("a", "b")))
    assert len({tuple(cell) for cell in np.floor(rows.T * 16)}) == 256


class TestDesign:
    @given(st.integers(1, 10**6), st.integers(0, 5))
    def test_rounding_up_adds_less_than_as_many_again(self, n_draws, power):
        design = Design.rounded(n_draws, seed=1, n_scrambles=2**power)
        assert n_draws <= design.n_draws < max(2 * n_draws, 2**power + 1)
        assert design.draws_per_scramble * design.n_scrambles == design.n_draws
        assert Design.rounded(design.n_draws, seed=1, n_scrambles=2**power) == design

    def test_independent_parts_may_come_in_any_number(self):
        assert Design.rounded(3000, seed=1, n_scrambles=3, linked=False).n_draws == 3 * 1024

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Design(5000, 7), r"n_draws must be n_scrambles \(4\) times a power of two .*, got 5000"),
            (lambda: Design(0, 7), r"n_draws must be n_scrambles"),
            (lambda: Design(4096, -1), r"seed must be 0 or more, got -1"),
            (lambda: Design(4096, 7, 0), r"n_scrambles must be 1 or more, got 0"),
            (
                lambda: Design(48, 7, 3),
                r"n_scrambles must be a power of two where the parts are linked, got 3",
            ),
            (lambda: Design(64, 7, balanced=("a", "a")), r"balanced must be all different"),
            (lambda: Design(2**33, 7), r"n_draws must be 4294967296 or fewer"),
            (lambda: Design.rounded(0, 7), r"n_draws must be 1 or more, got 0"),
            (lambda: Design.rounded(8, 7, n_scrambles=0), r"n_scrambles must be 1 or more, got 0"),
            (lambda: uniforms(("a", "a"), Design(8, 7)), r"names must be all different"),
            (lambda: uniforms(("a",), Design(8, 7), stop=9), r"start and stop must be within 0 to 8"),
            (
                lambda: uniforms(("a",), Design(8, 7), start=5, stop=4),
                r"start and stop must be within 0 to 8",
            ),
        ],
    )
    def test_what_cannot_be_dealt_is_refused_by_name(self, make, message):
        with pytest.raises(DomainError, match=message):
            make()


DIGEST = """
import hashlib
import numpy as np
from nextdollar.uncertainty import *
laws = {
    "beta": Beta(4, 96), "gamma": Gamma(2.3, 4), "range": interval_90(8, 12), "pert": Pert(1, 2, 4),
    "mixed": Mixture((Constant(0), interval_90(0.1, 0.3)), (0.9, 0.1)),
    "points": Quantiles((0.1, 0.9), (-1, 4)),
    "cut": Truncated(Normal(0, 1), -1, 2), "corner": Triangular(1, 2, 4), "other": Normal(0, 1),
}
ties = correlations_from_pairs([("beta", "gamma", 0.9), ("gamma", "range", 0.9), ("beta", "range", -0.9),
                                ("cut", "corner", 0.4), ("corner", "other", -0.6)])
drawn = draw(laws, Design(16384, 7, balanced=("range",)), correlations=ties)
total = hashlib.sha256(b"".join(drawn[name].tobytes() for name in sorted(drawn)))
summary = summarise(drawn["beta"] * drawn["gamma"], 4)
total.update(repr(summary).encode())
print(total.hexdigest())
"""


def test_draws_are_the_same_bytes_whatever_the_threads_kernels_and_hash_seed():
    settings = (
        {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "1"},
        {"OPENBLAS_CORETYPE": "Prescott"},
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", DIGEST], env=os.environ | each, stdout=subprocess.PIPE, text=True
        )
        for each in settings
    ]
    digests = [process.communicate(timeout=120)[0].strip() for process in running]
    assert len(digests[0]) == len(hashlib.sha256().hexdigest())
    assert len(set(digests)) == 1


def error_of_a_product(design_of, repeats: int) -> np.ndarray:
    """Return errors of the mean of a product of six uniforms between 0.5 and 1.5, whose mean is 1."""
    laws = {name: Uniform(0.5, 1.5) for name in "abcdef"}
    return np.array(
        [np.prod(list(draw(laws, design_of(seed)).values()), axis=0).mean() - 1 for seed in range(repeats)]
    )


def test_balanced_draws_err_ten_times_less_than_independent_ones():
    errors = error_of_a_product(lambda seed: Design(1024, seed, balanced=tuple("abcdef")), 50)
    # Variance of the product is (13/12)**6 - 1; 50 repeats tell the error to a tenth.
    independent = math.sqrt(((13 / 12) ** 6 - 1) / 1024)
    assert np.sqrt(np.mean(errors**2)) < independent / 10


def test_draws_dealt_by_name_only_err_like_a_latin_hypercube():
    errors = error_of_a_product(lambda seed: Design(1024, seed), 200)
    # What is left of the variance after each input's own part, 6/12: (13/12)**6 - 1 - 6/12.
    latin = math.sqrt(((13 / 12) ** 6 - 1 - 6 / 12) / 1024)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(latin, rel=4 / math.sqrt(2 * 200))


@pytest.mark.parametrize(
    ("linked", "least", "most"), [(False, 0.95 - 0.046, 0.95 + 0.046), (True, 0.95 - 0.046, 1.0)]
)
def test_the_interval_covers_as_often_as_it_says_or_more_where_parts_are_linked(linked, least, most):
    # 400 repeats: three binomial standard errors are 0.033, and a t interval of four values is not exact.
    laws = {name: Uniform(0.5, 1.5) for name in "abcdef"}
    covered = 0
    for seed in range(400):
        design = Design(256, seed, balanced=tuple("abcdef"), linked=linked)
        product = np.prod(list(draw(laws, design).values()), axis=0)
        error = replicate_error(np.mean, product, design.n_scrambles)
        low, high = confidence_interval(product.mean(), error, n_scrambles=design.n_scrambles)
        covered += low <= 1 <= high
    assert least <= covered / 400 <= most


def test_the_reference_simulation_is_met_within_its_sampling_error(shared_data):
    laws = {
        "capex": interval_90(0.5e6, 2e6),
        "n0": interval_90(200, 800),
        "adds": interval_90(30, 150),
        "arpa": interval_90(80, 150),
        "serve": interval_90(20, 60),
        "fixed": interval_90(5e3, 20e3),
        "g": interval_90(-0.01, 0.04),
        "churn": Beta(4, 96),
        "rate": Triangular(0.08, 0.12, 0.20),
    }
    x = draw(laws, Design(16384, 7, balanced=tuple(laws)))
    discount = (1 + x["rate"]) ** (-1 / 12)
    customers, adds, serve, npv = x["n0"], x["adds"], x["serve"], -x["capex"]
    for k in range(1, 37):
        customers = customers * (1 - x["churn"]) + adds
        adds = adds * (1 + x["g"])
        serve = 0.98 * serve
        npv = npv + (customers * (x["arpa"] - serve) - x["fixed"]) * discount**k
    with open(shared_data / "customers" / "mc_reference.csv", encoding="utf-8", newline="") as file:
        wanted = {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}
    statistics = {
        "mean_npv": np.mean,
        "P_npv_negative": lambda draws: np.mean(draws < 0),
        "ES95": lambda draws: -np.sort(draws)[: draws.size // 20].mean(),
    }
    for name, statistic in statistics.items():
        error = replicate_error(statistic, npv, 4)
        low, high = confidence_interval(statistic(npv), error, n_scrambles=4, level=0.99)
        assert low <= wanted[name] <= high


def test_a_certain_input_and_a_mixture_come_with_the_rest():
    laws = {
        "fixed": Constant(3.0),
        "war": Mixture((Constant(0.0), interval_90(0.1, 0.3)), (0.75, 0.25)),
        "points": Quantiles((0.05, 0.95), (1.0, 2.0)),
    }
    drawn = draw(laws, Design(64, 7), correlations=correlations_from_pairs([("war", "points", 0.5)]))
    assert set(drawn["fixed"]) == {3.0}
    assert (drawn["war"] == 0).sum() == 48
