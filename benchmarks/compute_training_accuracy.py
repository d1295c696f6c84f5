"""How close the training model comes to what runs really took, each family predicted from the others.

No utilisation is given by the user: billed GPU-hours of the published runs of quality A and B from
parameters, tokens and hardware alone, one family left out at a time; steps of llm-foundry, one size left
out at a time; the eight Megatron steps whose layout is published, one size left out at a time. Beside each
figure the best constant and what peers reached (shared/facts/compute.md, section 4).

    python benchmarks/compute_training_accuracy.py [--rows] [--write]

--rows prints every run; --write fits all constants anew into catalogue/training_calibration.csv. Exits
with 1 if a goal is missed, and with 2 if the shared tables are not there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from training_accuracy import constants, megatron, runs, throughput

from nextdollar.compute.mfu_model import run_flop
from nextdollar.compute.training_ladder import training_ladder
from nextdollar.units import SECONDS_PER_HOUR, FloatArray

CONSTANTS = (0.30, 0.375, 0.40, 0.50)
EVERY_CONSTANT = np.arange(0.15, 0.60, 0.005)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Hours of runs, each predicted from other families: arrays (n_runs,)."""

    ids: list[str]
    qualities: FloatArray
    true: FloatArray
    p5: FloatArray
    p50: FloatArray
    p95: FloatArray


def billed(evidence: Sequence[runs.Evidence]) -> list[runs.Evidence]:
    """Rows that are scored: billed hours of quality A and B."""
    return [row for row in evidence if row.is_billed and row.quality in "AB"]


def leave_family_out(evidence: Sequence[runs.Evidence], *, dated: bool = True) -> HeldOut:
    """Predict every scored run from the other families; not `dated`: as if its software were today's."""
    scored = billed(evidence)
    of_family = {
        family: runs.calibrate([row for row in evidence if row.family != family])
        for family in {row.family for row in scored}
    }
    asked = [row.run if dated else replace(row.run, old_software=False) for row in scored]
    hours = [
        training_ladder(run, of_family[row.family]).gpu_hours for run, row in zip(asked, scored, strict=True)
    ]
    bands = (np.array([float(getattr(item, level)) for item in hours]) for level in ("p5", "p50", "p95"))
    qualities = np.array([row.quality == "A" for row in scored])
    return HeldOut([row.id for row in scored], qualities, np.array([row.hours for row in scored]), *bands)


def plain_hours(row: runs.Evidence, mfu: float) -> float:
    """Hours of 6 N D at a constant utilisation."""
    flop = 6 * float(row.run.params_active) * float(row.run.tokens)
    return flop / (float(row.run.peak_flop_per_s) * mfu * SECONDS_PER_HOUR)


def constant_of_others(scored: Sequence[runs.Evidence]) -> FloatArray:
    """Hours at the constant that is best (median error) for the other families."""
    predicted = []
    for row in scored:
        others = [other for other in scored if other.family != row.family]
        true = np.array([other.hours for other in others])
        medians = [
            runs.error_shares(np.array([plain_hours(other, mfu) for other in others]), true)[0]
            for mfu in EVERY_CONSTANT
        ]
        predicted.append(plain_hours(row, float(EVERY_CONSTANT[int(np.argmin(medians))])))
    return np.array(predicted)


def line(name: str, predicted: FloatArray, true: FloatArray, rest: str = "") -> None:
    """Print one line of a table."""
    median, mean, p90 = runs.error_shares(predicted, true)
    print(f"  {name:<52}{median:8.1%}{mean:8.1%}{p90:8.1%}  {rest}".rstrip())


def header(title: str) -> None:
    """Print the head of a table."""
    print(f"\n{title:<54}{'median':>8}{'mean':>8}{'p90':>8}")


def hours_table(every_row: bool) -> list[tuple[str, bool]]:
    """GPU-hours of families left out."""
    evidence = runs.published() + runs.foundry()
    held = leave_family_out(evidence)
    scored = billed(evidence)
    inside = float(np.mean((held.p5 <= held.true) & (held.true <= held.p95)))
    width = float(np.median(held.p95 / held.p5))
    header(f"Billed GPU-hours, {len(scored)} runs of quality A and B")
    line("nextdollar, family left out", held.p50, held.true, f"90 % holds {inside:.0%}, x{width:.2f}")
    of_a = held.qualities.astype(bool)
    line(f"  the {of_a.sum()} of quality A among them", held.p50[of_a], held.true[of_a])
    shared = leave_family_out([row for row in evidence if row.quality != "X"])
    line("  fitted without the runs added in more_runs.csv", shared.p50, shared.true)
    undated = leave_family_out([replace(row, run=replace(row.run, old_software=False)) for row in evidence])
    line("  fitted and predicted without the year of a run", undated.p50, undated.true)
    today = leave_family_out(evidence, dated=False)
    line("  predicted as if all were of today", today.p50, today.true)
    best = constant_of_others(scored)
    line("best constant MFU of the other families", best, held.true)
    for mfu in CONSTANTS:
        name = {0.30: "constant 0.30 (hindsight)", 0.375: "constant 0.375 (Epoch)"}.get(
            mfu, f"constant {mfu:.2f}"
        )
        line(name, np.array([plain_hours(row, mfu) for row in scored]), held.true)
    print("  llm-analysis 0.2.2, efficiency 0.5, 8 runs: median 35 % (fact sheet)")
    if every_row:
        for place in np.argsort(held.p50 / held.true):
            print(
                f"    {held.ids[place]:<24}{held.true[place]:>12.4g} h  predicted {held.p50[place]:>10.4g}"
                f"  ({held.p5[place]:.3g} to {held.p95[place]:.3g})"
            )
    median, mean, _ = runs.error_shares(held.p50, held.true)
    return [
        ("GPU-hours, median at most 20 %", median <= 0.20),
        ("GPU-hours, mean at most 28 %", mean <= 0.28),
        ("90 % intervals hold 85 to 97 %", 0.85 <= inside <= 0.97),
        ("their median width at most x3.0", width <= 3.0),
    ]


def throughput_table() -> list[tuple[str, bool]]:
    """Speed of llm-foundry's steps, sizes left out."""
    measured = throughput.rows()
    ratio, constant = throughput.held_out(measured), throughput.constant_per_gpu(measured)
    ones = np.ones(len(measured))
    header(f"Tokens per second and GPU, {len(measured)} steps of llm-foundry")
    line("nextdollar, size left out", ratio, ones)
    line("constant MFU per GPU of the other sizes", constant, ones)
    return [("throughput, median at most 7 %", runs.error_shares(ratio, ones)[0] <= 0.07)]


def step_table() -> list[tuple[str, bool]]:
    """Steps of Megatron with a known layout."""
    measured = megatron.points()
    true = np.array([point.step_s for point in measured])
    fitted = megatron.fit(measured)
    own = np.array([point.seconds(fitted) for point in measured])
    ratio = megatron.held_out(measured)
    header("Seconds of a step, 8 of Megatron with known layout")
    line("nextdollar, size left out", ratio * true, true)
    line("nextdollar, three constants fitted to all eight", own, true)
    print("  calculon caa4b11, system file tuned to them: median 2.5 %, mean 3.65 %, max 8.87 % (fact sheet)")
    return [("Megatron steps, mean at most 5 %", runs.error_shares(ratio * true, true)[1] <= 0.05)]


def bound_table() -> list[tuple[str, bool]]:
    """Measured rows against the data sheet."""
    fastest = [
        (row.id, float(run_flop(row.run)) / (row.hours * SECONDS_PER_HOUR * float(row.run.peak_flop_per_s)))
        for row in billed(runs.published())
    ]
    name, share = max(fastest, key=lambda item: item[1])
    print(f"\nNo run beats its peak: the closest is {name} at {share:.0%} of it.")
    return [("no measured run beats its peak", share < 1)]


def main() -> int:
    """Print the tables; the exit code says whether the goals are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", action="store_true", help="print every run")
    parser.add_argument("--write", action="store_true", help="fit the constants of the catalogue anew")
    options = parser.parse_args()
    if not runs.SHARED.is_dir():
        print(f"no shared tables at {runs.SHARED}", file=sys.stderr)
        return 2
    if options.write:
        print(f"{constants.write()} rows written to {constants.FILE.name}")
    goals = hours_table(options.rows) + throughput_table() + step_table() + bound_table()
    print()
    for name, met in goals:
        print(f"  {'met   ' if met else 'MISSED'}  {name}")
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
