"""Drivers and break-evens."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from nextdollar.errors import DomainError
from nextdollar.finance import break_even, discount_factor, first_order_shares

N_DRAWS, N_REPEATS = 8_192, 16


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def ishigami_main_effect(index, u):
    x = np.pi * (2 * u - 1)
    return (np.sin(x) * (1 + 0.1 * np.pi**4 / 5), 7 * np.sin(x) ** 2, np.zeros_like(x))[index]


SOBOL_G = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])


def sobol_g(u):
    weights = SOBOL_G[:, None]
    return np.prod((np.abs(4 * u - 2) + weights) / (1 + weights), axis=0)


def sobol_g_main_effect(index, u):
    return (np.abs(4 * u - 2) + SOBOL_G[index]) / (1 + SOBOL_G[index])


LOGNORMAL = np.array([0.2, 0.3, 0.5])


def lognormal_product(u):
    return np.exp((LOGNORMAL[:, None] * ndtri(u)).sum(axis=0))


def lognormal_main_effect(index, u):
    others = (LOGNORMAL**2).sum() - LOGNORMAL[index] ** 2
    return np.exp(LOGNORMAL[index] * ndtri(u) + others / 2)


MODELS = {
    # Function, number of inputs, main effect E[Y | x], variance of Y (closed forms).
    "ishigami": (ishigami, 3, ishigami_main_effect, 13.844587940719254),
    "g": (sobol_g, 8, sobol_g_main_effect, np.prod(1 + 1 / (3 * (1 + SOBOL_G) ** 2)) - 1),
    "lognprod": (
        lognormal_product,
        3,
        lognormal_main_effect,
        math.exp((LOGNORMAL**2).sum()) * math.expm1((LOGNORMAL**2).sum()),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_first_order_shares_agree_with_closed_forms(customers_rows, name):
    function, n_inputs, main_effect, variance = MODELS[name]
    rows = [
        row
        for row in customers_rows("sensitivity_cases.csv")
        if row["id"].startswith(name) and row["index"] == "S1"
    ]
    assert rows
    found = np.empty((N_REPEATS, n_inputs))
    for seed in range(N_REPEATS):
        u = np.random.default_rng(seed).random((n_inputs, N_DRAWS))
        shares = first_order_shares({f"x{i + 1}": row for i, row in enumerate(u)}, function(u))
        found[seed] = list(shares.values())
    n_groups = math.isqrt(N_DRAWS)
    # With nothing to find, the estimate is noise of this size, clipped at 0.
    null_noise = math.sqrt(2 * n_groups) / N_DRAWS
    for row in rows:
        index, exact = int(row["input"][1:]) - 1, float(row["value"])
        # A group hides how E[Y | x] varies within it: that part, by quadrature.
        grid = (np.arange(n_groups * 500) + 0.5) / (n_groups * 500)
        effect = main_effect(index, grid).reshape(n_groups, 500)
        hidden = effect.var(axis=1).mean() / variance
        sampling = max(4 * found[:, index].std(ddof=1) / math.sqrt(N_REPEATS), null_noise)
        assert abs(found[:, index].mean() - exact) <= sampling + hidden, row["id"]


def test_shares_of_a_sum_are_the_shares_of_variance():
    # Y = 1 X1 + 2 X2 + 3 X3, standard normal: 1/14, 4/14, 9/14.
    z = np.random.default_rng(5).standard_normal((3, 65_536))
    shares = first_order_shares(dict(zip("abc", z, strict=True)), z[0] + 2 * z[1] + 3 * z[2])
    # The squared correlation of a sum's part has standard error 2 rho (1 - rho**2) / sqrt(n).
    for (_, share), weight in zip(shares.items(), (1, 2, 3), strict=True):
        rho = weight / math.sqrt(14)
        error = 2 * rho * (1 - rho**2) / math.sqrt(65_536)
        noise = math.sqrt(2 * 256) / 65_536
        hidden = 0.01 * rho**2  # the two outer groups of a normal hold their spread
        assert abs(share - rho**2) < 4 * math.hypot(error, noise) + hidden


def test_an_input_that_does_not_vary_drives_nothing():
    x = np.random.default_rng(6).random(1_000)
    assert first_order_shares({"fixed": np.full(1_000, 3.0), "x": x}, 2 * x)["fixed"] == 0


def test_a_result_that_does_not_vary_is_driven_by_nothing():
    x = np.random.default_rng(6).random(1_000)
    assert first_order_shares({"x": x}, np.full(1_000, 7.0)) == {"x": 0.0}
    assert first_order_shares({"x": x}, np.zeros(1_000)) == {"x": 0.0}


def test_a_rare_event_that_decides_everything_is_seen():
    # 20 of 10,000 draws: far fewer than one group of equal count.
    event = np.zeros(10_000)
    event[::500] = 1.0
    noise = np.random.default_rng(7).standard_normal(10_000)
    shares = first_order_shares({"event": event, "noise": noise}, 1e6 * event + noise)
    assert shares["event"] > 0.999
    assert shares["noise"] < 4 * math.sqrt(2 * 100) / 10_000


def test_a_discrete_input_explains_exactly_the_spread_of_its_means():
    # Three values with equal counts and a result without noise: all of it.
    x = np.repeat([1.0, 2.0, 5.0], 100)
    assert first_order_shares({"x": x}, x**2)["x"] == pytest.approx(1.0, rel=1e-14)


def test_equal_values_are_never_split_between_groups():
    # Half of the draws are one value: the order of those draws must not matter.
    rng = np.random.default_rng(8)
    x = np.where(rng.random(4_000) < 0.5, 0.0, rng.random(4_000))
    y = rng.standard_normal(4_000) + x
    order = rng.permutation(4_000)
    ours = first_order_shares({"x": x}, y)["x"]
    assert first_order_shares({"x": x[order]}, y[order])["x"] == pytest.approx(ours, rel=1e-12)


@given(st.integers(0, 1000), st.floats(0.001, 1e9), st.floats(-1e6, 1e6))
def test_units_of_input_and_result_do_not_matter(seed, scale, shift):
    rng = np.random.default_rng(seed)
    x, noise = rng.random((2, 256))
    plain = first_order_shares({"x": x}, x + noise)["x"]
    assert first_order_shares({"x": 8 * x}, x + noise)["x"] == plain
    rescaled = first_order_shares({"x": x}, scale * (x + noise) + shift)["x"]
    assert rescaled == pytest.approx(plain, abs=1e-9 * (1 + abs(shift) / scale))


@given(st.integers(4, 300), st.integers(0, 1000))
def test_a_share_lies_between_nothing_and_all(n_draws, seed):
    x, y = np.random.default_rng(seed).standard_normal((2, n_draws))
    assert 0 <= first_order_shares({"x": x}, y)["x"] <= 1


def test_inputs_of_another_length_are_refused_by_name():
    with pytest.raises(DomainError, match=r"churn must be of shape \(8,\), got \(7,\)"):
        first_order_shares({"churn": np.ones(7)}, np.ones(8))


def test_missing_results_and_too_few_draws_are_refused():
    with pytest.raises(DomainError, match=r"output must be finite in every draw, got nan"):
        first_order_shares({}, np.array([1.0, 2.0, 3.0, np.nan]))
    with pytest.raises(DomainError, match=r"output must be at least 4 draws"):
        first_order_shares({}, np.ones(3))


def test_the_break_even_of_a_parabola_is_its_root():
    assert break_even(lambda x: x * x - 2, 0.0, 5.0) == pytest.approx(math.sqrt(2), abs=5e-9)


def test_the_dated_rate_of_a_spreadsheet_is_a_break_even(customers_rows):
    # Excel, XIRR function page: years of 365 days.
    (row,) = [row for row in customers_rows("excel_documented.csv") if row["function"] == "XIRR"]
    pairs = [item.split("@") for item in row["arguments"].split(",")]
    flows_usd = np.array([float(flow) for flow, _ in pairs])
    days = np.array([day for _, day in pairs], dtype="datetime64[D]")
    years = (days - days[0]).astype(float) / 365
    rate = break_even(
        lambda r: float((flows_usd * discount_factor(r, years)).sum()), -0.9, 10.0, tolerance=1e-12
    )
    assert rate == pytest.approx(float(row["value"]), abs=float(row["abs_tolerance"]))


def test_there_is_no_break_even_where_the_sign_never_changes():
    assert break_even(lambda x: x * x + 1, -3.0, 3.0) is None
    assert break_even(lambda x: math.nan, 0.0, 1.0) is None


def test_the_break_even_nearest_to_the_low_end_is_given():
    assert break_even(math.cos, 0.0, 10.0) == pytest.approx(math.pi / 2, abs=1e-8)


def test_a_zero_at_either_end_counts():
    assert break_even(lambda x: x, 0.0, 1.0) == 0
    assert break_even(lambda x: x - 1, 0.0, 1.0) == 1


def test_points_without_an_answer_are_passed_over():
    def worth(x: float) -> float:
        return math.nan if x < 1 else x - 2

    assert break_even(worth, 0.0, 4.0) == pytest.approx(2, abs=4e-9)


@given(st.floats(-50, 50), st.floats(0.1, 10))
def test_a_falling_line_and_a_rising_one_break_even_at_the_same_place(root, slope):
    rising = break_even(lambda x: slope * (x - root), -100.0, 100.0)
    falling = break_even(lambda x: slope * (root - x), -100.0, 100.0)
    assert rising == pytest.approx(root, abs=1e-6)
    assert falling == rising


def test_an_empty_range_is_refused():
    with pytest.raises(DomainError, match=r"low must be below high \(1\.0\), got 2\.0"):
        break_even(lambda x: x, 2.0, 1.0)
    with pytest.raises(DomainError, match=r"tolerance must be above 0, got 0"):
        break_even(lambda x: x, 0.0, 1.0, tolerance=0.0)
