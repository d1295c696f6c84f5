"""Measured steps of llm-foundry, and the constants of the framework model fitted to them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from training_accuracy.runs import SHARED, hardware

from nextdollar.compute.training.framework_mfu import (
    FrameworkStep,
    framework_design,
    framework_tokens_per_s_per_gpu,
)
from nextdollar.compute.training.shrinkage import Prior, Shrunken, shrunken_fit
from nextdollar.units import FLOP_PER_TFLOP, FloatArray

CHIPS = {"a100_40gb": "A100 SXM 40GB", "a100_80gb": "A100 SXM 80GB", "h100_80gb": "H100 SXM 80GB"}
PRIOR = Prior(
    mean=np.array([-0.5, -0.35, 0.1, -0.1, -0.2, -0.1, -0.05, -0.3, 0.0]),
    sd=np.array([0.5, 0.3, 0.3, 0.1, 0.5, 0.2, 0.1, 0.5, 0.2]),
    family_log=0.03,
    residual_log=0.06,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of training_throughput.csv."""

    model: str
    chip: str
    precision: str
    step: FrameworkStep
    tokens_per_s_per_gpu: float
    mfu: float


def rows() -> list[Measured]:
    """Every row of the table."""
    chips, found = hardware(), []
    with (SHARED / "training_throughput.csv").open() as file:
        for row in csv.DictReader(file):
            chip = chips[CHIPS[row["gpu"]]]
            is_fp8 = "fp8" in row["precision"]
            step = FrameworkStep(
                params=float(row["params"]),
                tokens_per_sequence=float(row["seq_len"]),
                gpus=float(row["gpus"]),
                peak_flop_per_s=float(chip["bf16_dense_tflops"]) * FLOP_PER_TFLOP,
                bandwidth_bytes_per_s=float(chip["hbm_tb_s"]) * 1e12,
                tokens_per_microbatch=float(row["micro_batch"]) * float(row["seq_len"]),
                recomputes=row["act_ckpt"] == "True",
                fp8_peak_flop_per_s=float(chip["fp8_dense_tflops"]) * FLOP_PER_TFLOP if is_fp8 else None,
            )
            tokens_per_s, mfu = float(row["tokens_per_s_per_gpu"]), float(row["mfu_pct"]) / 100
            found.append(Measured(row["model"], row["gpu"], row["precision"], step, tokens_per_s, mfu))
    return found


def fit(measured: Sequence[Measured]) -> Shrunken:
    """Constants of the framework model; sizes are the families.

    The outcome is the MFU that gives the measured tokens per second, so that the usual shape that the
    model infers from the parameters is the one it is fitted with.
    """
    ones = np.zeros(len(PRIOR.mean))
    unit = np.array([framework_tokens_per_s_per_gpu(row.step, ones) for row in measured])
    outcome_log = np.log(np.array([row.tokens_per_s_per_gpu for row in measured]) / unit)
    design = np.array([framework_design(row.step) for row in measured])
    return shrunken_fit(design, outcome_log, [row.model for row in measured], prior=PRIOR)


def held_out(measured: Sequence[Measured]) -> FloatArray:
    """Predicted over measured tokens per second, each size predicted from the others."""
    ratio = np.empty(len(measured))
    for size in {row.model for row in measured}:
        constants = fit([row for row in measured if row.model != size]).coefficients
        for place, row in enumerate(measured):
            if row.model == size:
                ratio[place] = framework_tokens_per_s_per_gpu(row.step, constants) / row.tokens_per_s_per_gpu
    return ratio


def constant_per_gpu(measured: Sequence[Measured]) -> FloatArray:
    """Predicted over measured MFU of the mean of each GPU, each size predicted from the others."""
    ratio = np.empty(len(measured))
    for place, row in enumerate(measured):
        like = [other.mfu for other in measured if other.model != row.model and other.chip == row.chip]
        ratio[place] = np.mean(like) / row.mfu
    return ratio
