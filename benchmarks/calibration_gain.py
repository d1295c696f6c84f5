"""What a calibration to a few of one's own measurements is worth, on measurements that others published.

Serving: every sweep of `inference_points.csv` (a model, GPU, engine and precision) with twelve rows or more
plays the user. Constants start where they stand without the sweep's family, are refitted to a few rows, and
predict the others. The weight of a row and of the prior were chosen on every other sweep; the table is on the
rest, with the weight of the prior chosen among three on these.
Training: every row of `training_throughput.csv` plays the log, and predicts the others on its accelerator.
Run: python benchmarks/calibration_gain.py [--markdown]
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.serving_calibration import serving_priors
from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.serving.fit import ServingEvidence, fit_serving
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun, run_flop
from nextdollar.sizing.calibration import MeasuredTraining, SavedCalibration, sharpened
from nextdollar.sizing.calibration.formats import FORMATS
from nextdollar.sizing.calibration.serving_logs import MeasuredRow, measured_rows, stacked
from nextdollar.sizing.calibration.serving_refit import (
    Constants,
    Evidence,
    errors_log,
    left_out_log,
    narrowed_band,
    refitted,
)
from nextdollar.sizing.calibration.stated import NOTHING_STATED
from nextdollar.sizing.calibration.training_logs import HOUR_OF_LOG_SD_LOG
from nextdollar.sizing.serving.shapes import serving_shapes

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "compute"
LEAST_ROWS, LEAST_LEFT = 12, 6
COUNTS = (1, 3, 6, 12, 24)
FAMILIES = ("DeepSeek", "Kimi", "MiniMax", "Llama-3", "Qwen3", "gpt-oss")
QUANTITIES = ("tpot", "ttft")
SERVING_HEADER = (
    *("rows measured", "where", "sweeps", "TPOT before %", "after %", "90 % holds"),
    *("TTFT before %", "after %", "90 % holds"),
)
MACHINE_HEADER = ("machine", "family left out", "rows", "TPOT before %", "after %")
TRAINING_HEADER = ("accelerator", "run", "pairs", "MFU before %", "after %", "90 % holds")


def main() -> None:
    """Print what a few measurements are worth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", action="store_true", help="print tables for the docs")
    markdown = parser.parse_args().markdown
    if not FOLDER.is_dir():
        print("the measurements are not beside the repository: nothing to calibrate to")
        return
    began = time.process_time()
    sweeps, starts = read_sweeps()
    print(f"\nServing: {len(sweeps[1::2])} sweeps that nothing was chosen on, mean of their medians\n")
    rows = [serving_row(sweeps[1::2], starts, n, where) for where in ("anywhere", "low") for n in COUNTS]
    print_table([SERVING_HEADER, *rows], markdown)
    print("\nServing: constants refitted to the other models of a machine, median off for the one left out\n")
    print_table([MACHINE_HEADER, *machine_rows(sweeps, starts)], markdown)
    print("\nTraining: each row predicts the others on its accelerator\n")
    print_table([TRAINING_HEADER, *training_rows()], markdown)
    print(f"\n{time.process_time() - began:.1f} CPU seconds")


def read_sweeps() -> tuple[list[list[MeasuredRow]], dict[str, Constants]]:
    """Sweeps in the order of their names, and constants fitted without each family."""
    text = (FOLDER / "inference_points.csv").read_text(encoding="utf-8")
    reading = FORMATS["points-csv"].read(text)
    rows, _ = measured_rows(
        reading.serving, file="points", stated=NOTHING_STATED, shapes=serving_shapes(None)
    )
    facts = {item.line: item.facts for item in reading.serving}
    rows = [row for row in rows if row.ask.n_concurrent > 1 and facts[row.line].precision]
    kin: dict[tuple[str, ...], list[MeasuredRow]] = {}
    for row in rows:
        said = facts[row.line]
        kin.setdefault((said.model, said.hardware, said.engine, said.precision), []).append(row)
    starts = {family: fitted_without(family, rows) for family in {family_of(row) for row in rows}}
    return [kin[key] for key in sorted(kin) if len(kin[key]) >= LEAST_ROWS], starts


def fitted_without(family: str, rows: Sequence[MeasuredRow]) -> Constants:
    """Constants from all other families, one vote each."""
    others = [row for row in rows if family_of(row) != family]
    names = np.array([family_of(row) for row in others])
    weights = np.array([1.0 / np.sum(names == name) for name in names])
    found = stacked(others)
    evidence = ServingEvidence(
        found.arrays.deployment,
        found.arrays.load,
        found.arrays.engines,
        found.tpot_s,
        found.ttft_s,
        weights / weights.mean(),
    )
    return fit_serving(serving_priors(), served=evidence)


def family_of(row: MeasuredRow) -> str:
    """The family of a row's model."""
    name = row.ask.named.name
    return next((family for family in FAMILIES if family in name), name)


def serving_row(
    sweeps: Sequence[Sequence[MeasuredRow]], starts: dict[str, Constants], n_rows: int, where: str
) -> tuple[str, ...]:
    """What so many rows are worth: taken anywhere in a sweep, or at its fewest requests."""
    rng = np.random.default_rng(1)
    before: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    after: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    holds: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    n_sweeps = 0
    for sweep in sweeps:
        order = rng.permutation(len(sweep))
        if where == "low":
            order = np.argsort([row.ask.n_concurrent for row in sweep], kind="stable")
        if len(sweep) - n_rows < LEAST_LEFT:
            continue
        n_sweeps += 1
        known = Evidence(stacked([sweep[i] for i in np.sort(order[:n_rows])]), None)
        asked = Evidence(stacked([sweep[i] for i in np.sort(order[n_rows:])]), None)
        start = starts[family_of(sweep[0])]
        own = refitted(known, start)
        left_out, old, new = left_out_log(known, start), errors_log(asked, start), errors_log(asked, own)
        for name in QUANTITIES:
            band = narrowed_band(name, left_out.of(name))
            before[name].append(float(np.median(np.abs(np.expm1(-old.of(name))))))
            after[name].append(float(np.median(np.abs(np.expm1(-new.of(name))))))
            holds[name].append(float(np.mean(np.abs(new.of(name)) <= np.log(band.p95_factor))))
    cells = [
        f"{100 * np.mean(values[name]):.{digits}f}"
        for name in QUANTITIES
        for values, digits in ((before, 1), (after, 1), (holds, 0))
    ]
    return (str(n_rows), where, str(n_sweeps), *cells)


def machine_rows(
    sweeps: Sequence[Sequence[MeasuredRow]], starts: dict[str, Constants]
) -> list[tuple[str, ...]]:
    """What the measurements of other families on a machine are worth for one that was not measured there."""
    machines: dict[tuple[str, str], dict[str, list[MeasuredRow]]] = {}
    for sweep in sweeps:
        for row in sweep:
            kin = machines.setdefault((row.ask.accelerator.name, row.ask.engine), {})
            kin.setdefault(family_of(row), []).append(row)
    found, errors = [], []
    for (chip, engine), families in machines.items():
        for family, own in families.items():
            others = [row for name, rows in families.items() if name != family for row in rows]
            if not others:
                continue
            asked, start = Evidence(stacked(own), None), starts[family]
            constants = refitted(Evidence(stacked(others), None), start)
            both = [errors_log(asked, each).tpot_log for each in (start, constants)]
            errors.append([float(np.median(np.abs(np.expm1(-logs)))) for logs in both])
            cells = (f"{100 * error:.1f}" for error in errors[-1])
            found.append((f"{chip} {engine}", family, str(len(own)), *cells))
    means = (f"{100 * mean:.1f}" for mean in np.mean(errors, axis=0))
    return [*sorted(found), ("mean", "", str(len(found)), *means)]


def training_rows() -> list[tuple[str, ...]]:
    """What one log is worth for the very run at another scale or length, and for other runs."""
    with (FOLDER / "training_throughput.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    found = []
    for chip in sorted({accelerator(row["gpu"]).name for row in rows}):
        kin = [row for row in rows if accelerator(row["gpu"]).name == chip]
        run, measured = runs_of(kin)
        ladder = training_ladder(run, mfu_calibration())
        before = np.log(measured / ladder.mfu.p50)
        pairs: dict[bool, list[tuple[float, float, bool]]] = {True: [], False: []}
        for i, row in enumerate(kin):
            saved = SavedCalibration(None, (log_of(row, measured[i]),), ())
            sharp = sharpened(ladder, run, accelerators=[chip] * len(kin), saved=saved)
            after = np.log(measured / sharp.ladder.mfu.p50)
            inside = (sharp.ladder.mfu.p5 <= measured) & (measured <= sharp.ladder.mfu.p95)
            for j, note in enumerate(sharp.notes):
                if i != j:
                    pairs["another run" not in note].append((before[j], after[j], bool(inside[j])))
        for is_same, items in pairs.items():
            old, new, holds = (np.array(column) for column in zip(*items, strict=True))
            cells = (f"{100 * np.median(np.abs(np.expm1(-part))):.1f}" for part in (old, new))
            what = "like it" if is_same else "another"
            found.append((chip, what, f"{len(items):,}", *cells, f"{100 * holds.mean():.0f}"))
    return found


def log_of(row: dict[str, str], mfu: float) -> MeasuredTraining:
    """A row as the log of two hours of its run."""
    params, length, gpus = (float(row[name]) for name in ("params", "seq_len", "gpus"))
    chip, is_fp8 = accelerator(row["gpu"]).name, "fp8" in row["precision"]
    return MeasuredTraining(
        chip, mfu, HOUR_OF_LOG_SD_LOG, params, params, gpus, length, is_fp8, n_steps=100, hours=2.0
    )


def runs_of(rows: Sequence[dict[str, str]]) -> tuple[TrainingRun, np.ndarray]:
    """Runs of rows, and their utilisation as shares of the bf16 peak with a causal mask."""
    chips = [accelerator(row["gpu"]) for row in rows]
    params, length, gpus, speed = (
        np.array([float(row[name]) for row in rows])
        for name in ("params", "seq_len", "gpus", "tokens_per_s_per_gpu")
    )
    fp8 = [
        (chip.fp8_peak_flop_per_s or 0.0) if "fp8" in row["precision"] else 0.0
        for chip, row in zip(chips, rows, strict=True)
    ]
    peak = np.array([chip.peak_flop_per_s for chip in chips])
    run = TrainingRun(
        params,
        params,
        1.0,
        peak,
        np.array([chip.bandwidth_bytes_per_s for chip in chips]),
        gpus,
        tokens_per_sequence=length,
        fp8_peak_flop_per_s=np.array(fp8),
    )
    return run, speed * run_flop(run) / peak


def print_table(rows: Sequence[Sequence[str]], markdown: bool) -> None:
    """Print rows, the first of which is the header."""
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
    else:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
    print("\n".join(line.rstrip() for line in lines))


if __name__ == "__main__":
    main()
