from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nextdollar.catalogue.training_bill import bill_range, bill_ranges, parse_bill_ranges
from nextdollar.compute.training.mfu_model import usual_gpus
from nextdollar.errors import CatalogueError

HEADER = "name,low,high,source,place,link,kind,checked_on,note\n"
REST = "someone,,https://example.org,published,2026-11-21,\n"


def test_every_range_has_a_source_and_lies_above_zero():
    assert set(bill_ranges()) == {"system_share", "pue", "usual_gpus"}
    for item in bill_ranges().values():
        assert 0 < item.low < item.high and item.source.link


def test_a_data_centre_uses_at_least_what_its_machines_use():
    assert bill_range("pue").low >= 1


def test_measured_power_of_systems_of_gpus_gives_the_share_of_the_system():
    # Patterson et al. 2021, table 4: GPT-3 330 W of the 300 W of a V100. Newkirk et al. 2025, abstract:
    # 76 % of 10.2 kW for 8 H100 of 700 W. Latif et al. 2025: at most 8.48 kW of the same server.
    shares = (330 / 300, 0.76 * 10.2 / 5.6, 8.48 / 5.6)
    found = bill_range("system_share")
    assert (found.low, found.high) == (
        pytest.approx(min(shares), abs=0.005),
        pytest.approx(max(shares), abs=0.005),
    )
    assert min(shares) < found.middle < max(shares)


@pytest.mark.parametrize("ends", ["0,1", "2,1", "x,1", "1,"])
def test_a_range_that_is_none_is_refused_with_its_line(ends):
    with pytest.raises(CatalogueError, match=r"bill\.csv:2"):
        parse_bill_ranges([HEADER, f"pue,{ends},{REST}"], "bill.csv")


def test_an_unknown_range_is_refused():
    with pytest.raises(CatalogueError, match="range of a training bill"):
        bill_range("cooling")


def test_counts_of_published_runs_differ_from_the_usual_one_as_the_range_says():
    table = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute" / "training_runs.csv"
    if not table.is_file():
        pytest.skip("no shared table training_runs.csv beside the repository")
    with table.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["accel_count"] and row["tokens"]]
    # Rows that are one step say nothing of how many GPUs a run takes.
    rows = [
        row for row in rows if row["quality"] in "AB" and float(row["tokens"]) > 1e9 and row["accel_hours"]
    ]
    flop = np.array([6 * float(row["params_active"]) * float(row["tokens"]) for row in rows])
    ratio_log = np.log(np.array([float(row["accel_count"]) for row in rows]) / usual_gpus(flop))
    found = bill_range("usual_gpus")
    sd_log = np.log(found.high / found.low) / (2 * 1.645)
    # A standard deviation from n numbers is sure to 1/sqrt(2 n); two of those.
    assert sd_log == pytest.approx(ratio_log.std(), rel=2 / np.sqrt(2 * len(rows)))
