"""Reference cases of shared/data/customers, read once."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def customers_rows(shared_data: Path) -> Callable[[str], Rows]:
    """Return a reader of the rows of one CSV file."""

    def read(name: str) -> Rows:
        with open(shared_data / "customers" / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def irr_rows(customers_rows: Callable[[str], Rows]) -> list[tuple[str, np.ndarray, np.ndarray, str]]:
    """Return id, flows, all real rates above -1 in ascending order, and status of every case."""
    rows = customers_rows("irr_cases.csv") + customers_rows("irr_random_cases.csv")
    return [
        (
            row["id"],
            np.array(row["cashflows"].split(), dtype=float),
            np.array(row["roots"].split(), dtype=float),
            row["status"],
        )
        for row in rows
    ]


def random_projects(rng: np.random.Generator, n_periods: int, n_draws: int) -> np.ndarray:
    """Outlays in the first one to three periods, then receipts: one sign change in every column."""
    cash_usd = rng.lognormal(3.0, 1.5, (n_periods, n_draws))
    n_outlays = rng.integers(1, min(4, n_periods), n_draws)
    return np.where(np.arange(n_periods)[:, None] < n_outlays, -10 * cash_usd, cash_usd)


@pytest.fixture(scope="session")
def projects() -> Callable[[int, int, int], np.ndarray]:
    """Return a maker of seeded tables (n_periods, n_draws) with one sign change a column."""
    return lambda seed, n_periods, n_draws: random_projects(np.random.default_rng(seed), n_periods, n_draws)
