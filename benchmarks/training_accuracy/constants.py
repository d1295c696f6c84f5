"""Rows of `catalogue/training_calibration.csv`, as the fits give them today.

    python benchmarks/compute_accuracy.py --write

writes them; the published figures among them are kept as they stand here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from training_accuracy import megatron, runs, throughput

from nextdollar.compute.training.framework_mfu import FRAMEWORK_CONSTANTS
from nextdollar.compute.training.mfu_model import MFU_CONSTANTS
from nextdollar.units import FloatArray

FILE = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "training_calibration.csv"
COLUMNS = ("name", "value", "covariance", "source", "place", "link", "kind", "checked_on", "note")
LLAMA = "https://arxiv.org/abs/2407.21783"
FOUNDRY = "https://github.com/mosaicml/llm-foundry/blob/main/scripts/train/benchmarking/README.md"
EPOCH = "https://github.com/epoch-research/training-cost-trends"
MEGATRON = "https://arxiv.org/abs/2205.05198"
RUNS_WORK = "published training runs, billed hours and reported MFU; llm-foundry steps at 2,048 tokens"
DAY = "2026-11-21"

_MFU_NOTES = {
    "base": "log of the MFU of a dense run of 1 B parameters or more on 512 A100 80 GB in bf16, stepping",
    "balance": "per log of FLOP per byte over the 153 of an A100 80 GB",
    "experts": "with routed experts",
    "small": "per decade of active parameters below 1 B",
    "scale": "per decade of GPUs above 512",
    "fp8": "with matrix products in fp8; a share of the bf16 peak all the same",
    "old_software": "published before 2023: fused attention and selective recomputation not yet in use",
    "calendar": "log of billed over stepping utilisation, failures left out",
}


def rows() -> Iterator[dict[str, str]]:
    """Every row, fitted anew."""
    evidence = runs.published() + runs.foundry()
    fitted = runs.calibrate(evidence)
    place = f"{len(evidence)} utilisations of {len({row.family for row in evidence})} families"
    for name, value, covariance in _with_covariance(
        MFU_CONSTANTS, fitted.coefficients, fitted.covariance_log
    ):
        yield _row(f"mfu.{name}", value, covariance, RUNS_WORK, place, EPOCH, "refit", _MFU_NOTES[name])
    for name, value, note in (
        (
            "family",
            fitted.family_log,
            "sd of the log between families; with it 91 % of left-out runs lie in their 90 % interval",
        ),
        ("residual", fitted.residual_log, "sd of the log within a family"),
        (
            "calendar_spread",
            fitted.calendar_log,
            "sd of the log of billed over stepping, 8 runs with both: 0.14",
        ),
    ):
        yield _row(f"mfu.{name}", value, "", RUNS_WORK, place, EPOCH, "refit", note)
    yield from _framework_rows()
    yield from _step_rows()
    yield from _published_rows()


def _framework_rows() -> Iterator[dict[str, str]]:
    measured = throughput.rows()
    fit = throughput.fit(measured)
    work, place = "llm-foundry training benchmarks, MPT 125 M to 70 B", f"{len(measured)} rows"
    for name, value, covariance in _with_covariance(
        FRAMEWORK_CONSTANTS, fit.coefficients, fit.covariance_log
    ):
        note = "log of MFU, attention counted in full; see framework_design"
        yield _row(f"framework.{name}", value, covariance, work, place, FOUNDRY, "refit", note)
    error = np.log(throughput.held_out(measured))
    note = "sd of the log of predicted over measured speed, each size left out"
    yield _row("framework.residual", float(error.std()), "", work, place, FOUNDRY, "refit", note)


def _step_rows() -> Iterator[dict[str, str]]:
    fit = megatron.fit(megatron.points())
    work, place = (
        "Korthikanti et al. 2022, Reducing activation recomputation",
        "table 5, 8 steps on A100 80 GB",
    )
    for name, value, note in (
        ("matrix_share", fit.matrix_share, "share of the peak in matrix products"),
        ("traffic_multiple", fit.traffic_multiple, "passes of the kept activations through memory"),
        ("link_share", fit.link_share, "share of NVLink's 300 GB/s each way"),
    ):
        yield _row(f"step.{name}", value, "", work, place, MEGATRON, "refit", note)


def _published_rows() -> Iterator[dict[str, str]]:
    llama = "Grattafiori et al. 2024, The Llama 3 herd of models"
    reliability = "section 3.3.4, reliability"
    yield _row(
        *("failures.gpu_hours", 50_700.0, "", llama, reliability, LLAMA, "published"),
        "16,384 H100 for 54 days, 419 unexpected interruptions",
    )
    yield _row(
        *("failures.gpu_hours_mpt", 25_080.0, "", "MosaicML, MPT-7B", "4 failures in 9.5 days on 440 A100"),
        *("https://www.databricks.com/blog/mpt-7b", "published", "a cluster of 2023, for comparison"),
    )
    for name, value in (("checkpoint_s", 30.0), ("restart_s", 300.0)):
        note = "with both, 16,384 H100 make steps that last for 0.91 of the time; over 0.90 was reported"
        yield _row(f"failures.{name}", value, "", llama, reliability, LLAMA, "reading", note)
    yield _row(
        *(
            "development.low",
            1.5,
            "",
            "Morrison et al. 2025, environmental impact of creating language models",
        ),
        *("abstract: development was 50 % of training", "https://arxiv.org/abs/2503.05804", "published"),
        "impact of development and training over that of training; OLMo to 13 B",
    )
    yield _row(
        *("development.high", 1 / (1 - 0.822), "", "Morrison et al. 2026, The hidden cost of thinking"),
        *("abstract: development was 82.2 % of total compute", "https://arxiv.org/abs/2605.01158"),
        *("published", "1 / (1 - 0.822); Olmo 3, with the experiments for post-training"),
    )


def _with_covariance(
    names: tuple[str, ...], coefficients: FloatArray, covariance: FloatArray
) -> Iterator[tuple[str, float, str]]:
    """Constants with their row of the covariance, up to the diagonal."""
    for place, name in enumerate(names):
        below = ";".join(f"{value:.6g}" for value in covariance[place, : place + 1])
        yield name, float(coefficients[place]), below


def _row(name: str, value: float, covariance: str, *where: str) -> dict[str, str]:
    source, place, link, kind, note = where
    cells = (name, f"{value:.6g}", covariance, source, place, link, kind, DAY, note)
    return dict(zip(COLUMNS, cells, strict=True))


def write() -> int:
    """Write the file, and say how many rows it has."""
    found = list(rows())
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    return len(found)
