"""The goals of accuracy and speed, as the benchmarks measure them."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, BENCHMARKS / script], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_every_goal_of_accuracy_is_met_on_families_left_out(shared_data):
    assert shared_data.is_dir()
    ran = run("compute_accuracy.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "MISSED" not in ran.stdout
    assert "3,742 of 3,742" in ran.stdout


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.usefixtures("benchmarks")
class TestBands:
    def test_a_family_as_far_off_as_the_peer_widens_those_of_the_others(self):
        from serving_accuracy.bands import half_widths_log

        rng = np.random.default_rng(5)
        families = np.repeat(["a", "b", "c", "d"], 200)
        logs = 0.1 * rng.standard_normal(800)
        narrow = half_widths_log(logs, families, peer_median_error=0.05)
        wide = half_widths_log(logs, families, peer_median_error=0.5)
        assert all(wide[family] > narrow[family] for family in narrow)

    def test_the_own_errors_of_a_family_do_not_move_its_band(self):
        from serving_accuracy.bands import half_widths_log

        rng = np.random.default_rng(6)
        families = np.repeat(["a", "b", "c"], 100)
        logs = 0.2 * rng.standard_normal(300)
        moved = np.where(families == "b", logs + 3.0, logs)
        before = half_widths_log(logs, families, peer_median_error=0.2)
        after = half_widths_log(moved, families, peer_median_error=0.2)
        assert after["b"] == before["b"]
        assert after["a"] > before["a"]
        assert after[""] > before[""]

    def test_many_alike_families_need_little_more_than_their_scatter(self):
        from serving_accuracy.bands import half_widths_log

        rng = np.random.default_rng(7)
        families = np.repeat([f"f{number}" for number in range(60)], 400)
        scatter = 0.3
        width = half_widths_log(
            scatter * rng.standard_normal(len(families)), families, peer_median_error=scatter * 0.6745
        )[""]
        # 90 % of a normal lie within 1.645 standard deviations; the imagined family counts for one in 61.
        assert width == pytest.approx(1.645 * scatter, rel=0.03)


@pytest.mark.usefixtures("benchmarks")
def test_the_reference_equations_give_the_published_speeds_of_its_frontiers(shared_data):
    # shared/data/evidence/inference_frontier_reference.csv, all 46 points; GPUs are rounded to six digits.
    from serving_accuracy.epoch import SHAPES, step_s

    with (shared_data / "evidence" / "inference_frontier_reference.csv").open(newline="") as lines:
        points = list(csv.DictReader(lines))
    assert len(points) == 46
    for point in points:
        shape = next(shape for name, shape in SHAPES.items() if point["model"].startswith(name))
        assert shape.params == float(point["total_params"])
        assert shape.params_active == float(point["active_params"])
        gpus, batch = (np.array([float(point[name]) * (1 + 1e-6)]) for name in ("gpus", "batch"))
        seconds = step_s(shape, int(point["weight_bits"]), n_gpus=gpus, batch=batch)[0]
        speed = pytest.approx(float(point["tokens_per_s_per_request"]), rel=3e-5)
        assert 1 / seconds == speed
