"""Tables and figures of training: each family of models predicted from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from accuracy.figure import Figure
from training_accuracy import megatron, runs, throughput

from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import run_flop
from nextdollar.units import SECONDS_PER_HOUR, FloatArray

CONSTANTS = {
    0.30: "constant 0.30 (hindsight)",
    0.375: "constant 0.375 (Epoch)",
    0.40: "constant 0.40",
    0.50: "constant 0.50",
}
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


def training_figures(*, every_row: bool = False) -> list[Figure]:
    """Print the tables of training, and return the figures that have a goal."""
    return [*hours_figures(every_row), *throughput_figures(), *step_figures(), *bound_figures()]


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


def hours_figures(every_row: bool) -> list[Figure]:
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
    _variants(evidence)
    best = constant_of_others(scored)
    line("best constant MFU of the other families", best, held.true)
    for mfu, name in CONSTANTS.items():
        line(name, np.array([plain_hours(row, mfu) for row in scored]), held.true)
    print("  llm-analysis 0.2.2, efficiency 0.5, 8 runs: median 35 % (fact sheet)")
    if every_row:
        _print_rows(held)
    median, mean, _ = runs.error_shares(held.p50, held.true)
    plain = runs.error_shares(best, held.true)
    return [
        Figure(
            *("GPU-hours, median error", f"{median:.1%}", "at most 20 %", median <= 0.20),
            *(f"{plain[0]:.1%} (MFU of the others)", "llm-analysis 35 %, 8 runs"),
        ),
        Figure("GPU-hours, mean error", f"{mean:.1%}", "at most 28 %", mean <= 0.28, f"{plain[1]:.1%}"),
        Figure("GPU-hours: 90 % intervals hold", f"{inside:.0%}", "85 to 97 %", 0.85 <= inside <= 0.97),
        Figure("GPU-hours: median width", f"x{width:.2f}", "at most x3", width <= 3.0),
    ]


def _variants(evidence: Sequence[runs.Evidence]) -> None:
    """Print the same with less to learn from."""
    shared = leave_family_out([row for row in evidence if row.quality != "X"])
    line("  fitted without the runs added in more_runs.csv", shared.p50, shared.true)
    undated = leave_family_out([replace(row, run=replace(row.run, old_software=False)) for row in evidence])
    line("  fitted and predicted without the year of a run", undated.p50, undated.true)
    today = leave_family_out(evidence, dated=False)
    line("  predicted as if all were of today", today.p50, today.true)


def _print_rows(held: HeldOut) -> None:
    """Print every run, from the one that is predicted too short to the one too long."""
    for place in np.argsort(held.p50 / held.true):
        print(
            f"    {held.ids[place]:<24}{held.true[place]:>12.4g} h  predicted {held.p50[place]:>10.4g}"
            f"  ({held.p5[place]:.3g} to {held.p95[place]:.3g})"
        )


def throughput_figures() -> list[Figure]:
    """Speed of llm-foundry's steps, sizes left out."""
    measured = throughput.rows()
    ratio, constant = throughput.held_out(measured), throughput.constant_per_gpu(measured)
    ones = np.ones(len(measured))
    header(f"Tokens per second and GPU, {len(measured)} steps of llm-foundry")
    line("nextdollar, size left out", ratio, ones)
    line("constant MFU per GPU of the other sizes", constant, ones)
    median, plain = runs.error_shares(ratio, ones)[0], runs.error_shares(constant, ones)[0]
    words = f"{plain:.1%} (MFU of each GPU)"
    return [
        Figure("throughput of a step, median error", f"{median:.1%}", "at most 7 %", median <= 0.07, words)
    ]


def step_figures() -> list[Figure]:
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
    mean = runs.error_shares(ratio * true, true)[1]
    peer = "calculon 3.65 %, tuned to the same machine"
    return [
        Figure(
            "Megatron steps, known layout, mean error", f"{mean:.1%}", "at most 5 %", mean <= 0.05, "", peer
        )
    ]


def bound_figures() -> list[Figure]:
    """Measured rows against the data sheet."""
    fastest = [
        (row.id, float(run_flop(row.run)) / (row.hours * SECONDS_PER_HOUR * float(row.run.peak_flop_per_s)))
        for row in billed(runs.published())
    ]
    name, share = max(fastest, key=lambda item: item[1])
    return [Figure("closest that a measured run comes to its peak", f"{share:.0%} ({name})", "", share < 1)]
