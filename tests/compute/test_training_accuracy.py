"""The goals of accuracy and speed, as the benchmarks measure them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nextdollar.compute.mfu_model import balance_log

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.mark.slow
def test_families_left_out_are_predicted_within_the_goals(shared_data):
    assert shared_data.is_dir()
    ran = subprocess.run(
        [sys.executable, BENCHMARKS / "compute_training_accuracy.py"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "MISSED" not in ran.stdout


@pytest.mark.parametrize(
    ("chip", "held"),
    [
        # H20: 148 TFLOP/s at 4.0 TB/s; L4: 121 at 0.3; A100 80 GB; H100 SXM (data sheets).
        ((148e12, 4.0e12), 0.0),
        ((121e12, 0.3e12), 0.714),
        ((312e12, 2.039e12), 0.0),
        ((989.4e12, 3.35e12), 0.658),
    ],
)
def test_the_balance_is_held_where_no_utilisation_was_measured(chip, held):
    assert balance_log(*chip) == pytest.approx(held, abs=2e-3)
