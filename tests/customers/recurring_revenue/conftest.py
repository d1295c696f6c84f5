"""Tables of accounts by months that several files look at."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def ledger(shared_data: Path) -> np.ndarray:
    """Return the made-up ledger of the reference data: accounts a to h by eight months."""
    with (shared_data / "customers" / "saas_mrr_ledger.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    months = sorted({row["month"] for row in rows})
    accounts = sorted({row["account"] for row in rows})
    table = np.zeros((len(accounts), len(months)), dtype=np.int64)
    for row in rows:
        place = accounts.index(row["account"]), months.index(row["month"])
        table[place] = int(row["mrr_usd"]) * 1_000_000
    return table
