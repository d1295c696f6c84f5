"""Published training runs, and the constants of the utilisation model fitted to them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.training.goodput import Failures, goodput_share
from nextdollar.compute.training.mfu_model import (
    OLD_SOFTWARE_BEFORE_YEAR,
    MfuCalibration,
    TrainingRun,
    mfu_design,
    run_flop,
    usual_gpus,
)
from nextdollar.compute.training.shrinkage import Prior, shrunken_fit
from nextdollar.units import FLOP_PER_TFLOP, SECONDS_PER_HOUR, FloatArray

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"
HERE = Path(__file__).resolve().parent

# base: half the peak of an A100 while stepping, the tuned frameworks of llm-foundry and Megatron;
# balance: an H100 reached 0.38 where A100s reached 0.49 to 0.53, over 0.66 of log balance; the rest
# are directions with their rough sizes: routing, small matrices, long chains of links and fp8 products;
# old software does the forward pass twice, log(3/4) at most.
PRIOR = Prior(
    mean=np.array([-0.8, -0.35, -0.2, -0.15, -0.05, 0.12, -0.2, -0.15]),
    sd=np.array([0.3, 0.2, 0.2, 0.2, 0.05, 0.1, 0.15, 0.1]),
    family_log=0.22,
    residual_log=0.20,
)
CALENDAR_LOG = 0.12
_SPELLINGS = {"A800": "A800 80GB", "A100 80GB": "A100 SXM 80GB", "H800": "H800 SXM"}
_GPUS_OF_FOUNDRY = {"a100_40gb": "A100 SXM 40GB", "a100_80gb": "A100 SXM 80GB", "h100_80gb": "H100 SXM 80GB"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured utilisation: `outcome_log` of a run, billed or stepping."""

    id: str
    family: str
    quality: str
    run: TrainingRun
    gpus: float
    outcome_log: float
    is_billed: bool
    hours: float = np.nan

    def design(self) -> FloatArray:
        """What each constant multiplies."""
        columns = mfu_design(self.run, self.gpus)
        columns[-1] = float(self.is_billed)
        return columns


def hardware() -> dict[str, dict[str, str]]:
    """Rows of the shared hardware table, by name."""
    with (SHARED / "hardware.csv").open() as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def training_run(row: dict[str, str], chips: dict[str, dict[str, str]]) -> TrainingRun:
    """Run of a row with the columns of training_runs.csv; its utilisation is not looked at."""
    name = row["hardware"].removeprefix("NVIDIA ").removeprefix("Google ")
    chip = chips[_SPELLINGS.get(name, name)]
    params_active = float(row["params_active"] or row["params_total"])
    # Only a run that says it is fp8 takes the fp8 peak; "not stated on card" is not that.
    is_fp8 = row["train_dtype"].strip() == "fp8"
    return TrainingRun(
        params_active=params_active,
        params=max(float(row["params_total"] or params_active), params_active),
        tokens=float(row["tokens"] or 0),
        peak_flop_per_s=float(chip["bf16_dense_tflops"]) * FLOP_PER_TFLOP,
        bandwidth_bytes_per_s=float(chip["hbm_tb_s"]) * 1e12,
        gpus=float(row["accel_count"]) if row["accel_count"] else None,
        tokens_per_sequence=float(row["seq_len"]) if row["seq_len"] else None,
        fp8_peak_flop_per_s=float(chip["fp8_dense_tflops"]) * FLOP_PER_TFLOP if is_fp8 else None,
        old_software=bool(row.get("date")) and int(row["date"][:4]) < OLD_SOFTWARE_BEFORE_YEAR,
    )


def published() -> list[Evidence]:
    """Billed hours and reported utilisation of quality A and B, and of the runs added here (X)."""
    chips, found = hardware(), []
    for path, quality in ((SHARED / "training_runs.csv", ""), (HERE / "more_runs.csv", "X")):
        with path.open() as file:
            for row in csv.DictReader(file):
                grade = quality or row["quality"]
                if grade in "ABX":
                    found += _evidence(row, grade, training_run(row, chips) if row["tokens"] else None)
    return found


def _evidence(row: dict[str, str], grade: str, run: TrainingRun | None) -> list[Evidence]:
    """Billed and stepping utilisation of a row, where it has them."""
    if run is None:
        return []
    flop = run_flop(run)
    gpus = float(usual_gpus(flop) if run.gpus is None else run.gpus)
    found = []
    if row["accel_hours"]:
        hours = float(row["accel_hours"])
        share = flop / (hours * SECONDS_PER_HOUR * run.peak_flop_per_s) / goodput_share(gpus, Failures())
        found.append(Evidence(row["id"], row["family"], grade, run, gpus, float(np.log(share)), True, hours))
    if row["mfu_reported"]:
        outcome = float(np.log(float(row["mfu_reported"])))
        found.append(Evidence(row["id"], row["family"], grade, run, gpus, outcome, False))
    return found


def foundry() -> list[Evidence]:
    """Stepping utilisation of llm-foundry at 2,048 tokens: family mpt, with the MPT runs."""
    chips, found = hardware(), []
    with (SHARED / "training_throughput.csv").open() as file:
        for row in csv.DictReader(file):
            if row["seq_len"] != "2048":
                continue
            as_run = {
                **{"params_active": row["params"], "params_total": row["params"], "tokens": "1e12"},
                **{"hardware": _GPUS_OF_FOUNDRY[row["gpu"]], "accel_count": row["gpus"]},
                **{"seq_len": row["seq_len"], "train_dtype": "bf16"},
            }
            run, outcome = training_run(as_run, chips), float(np.log(float(row["mfu_pct"]) / 100))
            found.append(Evidence(row["model"], "mpt", "S", run, float(row["gpus"]), outcome, False))
    return found


def calibrate(evidence: Sequence[Evidence]) -> MfuCalibration:
    """Constants of the utilisation model, fitted to measured runs."""
    fit = shrunken_fit(
        np.array([row.design() for row in evidence]),
        np.array([row.outcome_log for row in evidence]),
        [row.family for row in evidence],
        prior=PRIOR,
    )
    return MfuCalibration(
        fit.coefficients, fit.covariance_log, PRIOR.family_log, PRIOR.residual_log, CALENDAR_LOG
    )


def log_evidence(evidence: Sequence[Evidence], family_log: float, residual_log: float) -> float:
    """Log of the marginal likelihood of two standard deviations, constants integrated out."""
    design = np.array([row.design() for row in evidence])
    names = np.array([row.family for row in evidence])
    misfit = np.array([row.outcome_log for row in evidence]) - design @ PRIOR.mean
    covariance = (
        design @ np.diag(PRIOR.sd**2) @ design.T
        + family_log**2 * np.equal.outer(names, names)
        + residual_log**2 * np.eye(len(names))
    )
    _, log_determinant = np.linalg.slogdet(covariance)
    return float(-0.5 * (log_determinant + misfit @ np.linalg.solve(covariance, misfit)))


def error_shares(predicted: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[float, float, float]:
    """Median, mean and 90th percentile of |predicted / true - 1|."""
    error = np.abs(predicted / true - 1)
    return float(np.median(error)), float(error.mean()), float(np.quantile(error, 0.9))
