"""The data sets of the papers, and customers dealt from a law of which everything is known."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nextdollar.customers.pay_as_you_go import Histories


def columns(path: Path, *names: str) -> list[np.ndarray]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@pytest.fixture(scope="session")
def cdnow(shared_data: Path) -> Histories:
    """Return the 2,357 customers of CDNOW, in weeks."""
    path = shared_data / "customers" / "cdnow_bgnbd_summary.csv"
    repeats, last, seen = columns(path, "frequency", "recency", "T")
    return Histories.of_customers(repeats, last, n_periods_observed=seen)


@pytest.fixture(scope="session")
def cdnow_spend(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return repeat purchases and their mean in USD, of the customers of CDNOW who came back."""
    path = shared_data / "customers" / "cdnow_gamma_gamma.csv"
    repeats, spend_usd = columns(path, "frequency", "mean_spend_usd")
    return repeats[repeats > 0], spend_usd[repeats > 0]


@pytest.fixture(scope="session")
def donations(shared_data: Path) -> Histories:
    """Return the 11,104 donors of Fader, Hardie and Shang."""
    path = shared_data / "customers" / "donations_bgbb.csv"
    return Histories(*columns(path, "frequency", "recency", "periods", "weights"))


@pytest.fixture(scope="session")
def expected_fits(shared_data: Path) -> Callable[[str], dict[str, tuple[float, float]]]:
    """Return a function from a model to its published quantities with their tolerances."""
    with open(shared_data / "customers" / "clv_expected.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def of_model(model: str) -> dict[str, tuple[float, float]]:
        return {
            row["quantity"]: (float(row["value"]), float(row["abs_tolerance"]))
            for row in rows
            if row["model"] == model
        }

    return of_model


@pytest.fixture
def dealt() -> Callable[[str, int, int], Histories]:
    """Return a function that deals customers of a law by telling its story, without its formulas."""

    def bg_nbd(n: int, rng: np.random.Generator) -> Histories:
        seen = rng.integers(27 * 7, 39 * 7 + 1, n) / 7
        rate, leave = rng.gamma(0.25, 1 / 4.5, n), rng.beta(0.8, 2.5, n)
        repeats, last, now, active = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, dtype=bool)
        while active.any():
            now = now + rng.exponential(size=n) / rate
            active &= now <= seen
            repeats[active] += 1
            last[active] = now[active]
            active &= rng.random(n) >= leave
        return Histories.of_customers(repeats, last, n_periods_observed=seen)

    def mbg_nbd(n: int, rng: np.random.Generator) -> Histories:
        seen = rng.integers(27 * 7, 39 * 7 + 1, n) / 7
        rate, leave = rng.gamma(0.5, 1 / 6.2, n), rng.beta(0.9, 1.6, n)
        repeats, last, now = np.zeros(n), np.zeros(n), np.zeros(n)
        active = rng.random(n) >= leave
        while active.any():
            now = now + rng.exponential(size=n) / rate
            active &= now <= seen
            repeats[active] += 1
            last[active] = now[active]
            active &= rng.random(n) >= leave
        return Histories.of_customers(repeats, last, n_periods_observed=seen)

    def pareto_nbd(n: int, rng: np.random.Generator) -> Histories:
        seen = rng.integers(27 * 7, 39 * 7 + 1, n) / 7
        stays = np.minimum(rng.exponential(size=n) / rng.gamma(0.6, 1 / 11.7, n), seen)
        repeats = rng.poisson(rng.gamma(0.55, 1 / 10.6, n) * stays).astype(float)
        last = np.where(repeats > 0, stays * rng.random(n) ** (1 / np.maximum(repeats, 1)), 0.0)
        return Histories.of_customers(repeats, last, n_periods_observed=seen)

    def bg_bb(n: int, rng: np.random.Generator) -> Histories:
        often, leave = rng.beta(1.2, 0.75, n), rng.beta(0.66, 2.78, n)
        periods = np.arange(1, 7)
        bought = (rng.random((n, 6)) < often[:, None]) & (periods < rng.geometric(leave)[:, None])
        last = (bought * periods).max(axis=1).astype(float)
        return Histories.of_customers(bought.sum(axis=1) * 1.0, last, n_periods_observed=np.full(n, 6.0))

    stories = {"bg-nbd": bg_nbd, "mbg-nbd": mbg_nbd, "pareto-nbd": pareto_nbd, "bg-bb": bg_bb}
    return lambda name, n, seed: stories[name](n, np.random.default_rng(seed))
