"""What share of its peak a training run reaches while it steps, and over its bill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.flop import training_flop
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

MFU_CONSTANTS = ("base", "balance", "experts", "small", "scale", "fp8", "old_software", "calendar")
"""Order of the coefficients: what each multiplies stands in `mfu_design`."""

OLD_SOFTWARE_BEFORE_YEAR = 2023
"""Runs published before: fused attention (arXiv:2205.14135) and selective recomputation (arXiv:2205.05198)
came in May 2022, and a large model of that time did its forward pass twice."""

REFERENCE_FLOP_PER_BYTE = 153.0
"""Balance of an A100 with 80 GB, 312 TFLOP/s over 2.039 TB/s."""
_LARGEST_BALANCE_LOG = float(np.log(312.5 / REFERENCE_FLOP_PER_BYTE))
"""That of a GB200. What was measured lies between an A100 and an H100: no line is drawn beyond."""
_SMALL_PARAMS = 1e9
_REFERENCE_GPUS = 512.0
_REFERENCE_FLOP = 1e23
_LEAST_GPUS, _MOST_GPUS = 8.0, 65_536.0
USUAL_TOKENS_PER_SEQUENCE = 4096.0
# Width over depth is 128 in most published models of 7 B and more, and less below.
_ASPECT, _ASPECT_PARAMS, _ASPECT_POWER = 128.0, 7e9, 0.2
_PARAMS_PER_WIDTH_SQUARED = 12.0


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training run, or many at once; every field is a number or an array (...).

    Parameters
    ----------
    params_active : float or array (...)
        Parameters that one token passes through, above 0.
    params : float or array (...)
        All parameters, at least `params_active`; more than these means routed experts.
    tokens : float or array (...)
        Training tokens, repeats included, at least 0.
    peak_flop_per_s : float or array (...)
        Dense bf16 peak of one accelerator: the peak that an MFU is a share of.
    bandwidth_bytes_per_s : float or array (...)
        Bandwidth of its memory.
    gpus : float or array (...), optional
        Accelerators used at once; None takes `usual_gpus`.
    tokens_per_sequence : float or array (...), optional
        Context length in training; None takes 4,096.
    fp8_peak_flop_per_s : float or array (...), optional
        Dense fp8 peak of a run whose matrix products are fp8; None or 0 for a 16-bit run.
    old_software : bool or array (...)
        1 where the software is that of 2022 (published before `OLD_SOFTWARE_BEFORE_YEAR`), 0 for today's.
    attention_multiple : float or array (...), optional
        Work of attention over that of the matrices, at least 0, where the shape is known; None takes
        `attention_over_matrices`.
    """

    params_active: Floats
    params: Floats
    tokens: Floats
    peak_flop_per_s: Floats
    bandwidth_bytes_per_s: Floats
    gpus: Floats | None = None
    tokens_per_sequence: Floats | None = None
    fp8_peak_flop_per_s: Floats | None = None
    # A flag, so that a table's column of true and false goes in as it is.
    old_software: bool | FloatArray = False
    attention_multiple: Floats | None = None

    def __post_init__(self) -> None:
        for name in ("params_active", "peak_flop_per_s", "bandwidth_bytes_per_s"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))
        enough = np.greater_equal(self.params, self.params_active)
        require(enough, "params", "at least params_active", self.params)
        require(np.greater_equal(self.tokens, 0), "tokens", "at least 0", self.tokens)
        for name in ("gpus", "tokens_per_sequence"):
            value = getattr(self, name)
            require(value is None or np.greater(value, 0), name, "above 0 or not given", value)
        fp8 = self.fp8_peak_flop_per_s
        require(fp8 is None or np.greater_equal(fp8, 0), "fp8_peak_flop_per_s", "at least 0", fp8)
        require(np.isin(self.old_software, (0, 1)), "old_software", "0 or 1", self.old_software)
        ratio = self.attention_multiple
        require(ratio is None or np.greater_equal(ratio, 0), "attention_multiple", "at least 0", ratio)


@dataclass(frozen=True, slots=True)
class MfuCalibration:
    """Fitted constants of the model of billed utilisation.

    Parameters
    ----------
    coefficients : array (8,)
        Logs, in the order of `MFU_CONSTANTS`.
    covariance_log : array (8, 8)
        Their covariance.
    family_log, residual_log : float
        Standard deviations of the log between families of runs, and within one.
    calendar_log : float
        Standard deviation of the log of billed over stepping utilisation; part of the two above.
    """

    coefficients: FloatArray
    covariance_log: FloatArray
    family_log: float
    residual_log: float
    calendar_log: float

    def __post_init__(self) -> None:
        k = len(MFU_CONSTANTS)
        require(self.coefficients.shape == (k,), "coefficients", f"{k} long", self.coefficients.shape)
        shape = self.covariance_log.shape
        require(shape == (k, k), "covariance_log", f"{k} by {k}", shape)


def balance_log(peak_flop_per_s: Floats, bandwidth_bytes_per_s: Floats) -> Floats:
    """Log of an accelerator's FLOP per byte over those of an A100 with 80 GB, both above 0.

    Held between 0 and 0.71, an A100 and a GB200: outside of it no utilisation was measured, and a chip
    with fewer FLOP per byte than an A100 is not assumed to use more of them.
    """
    ratio = peak_flop_per_s / bandwidth_bytes_per_s / REFERENCE_FLOP_PER_BYTE
    return np.clip(np.log(ratio), 0.0, _LARGEST_BALANCE_LOG)


def attention_over_matrices(params_active: Floats, tokens_per_sequence: Floats | None = None) -> Floats:
    """Work of attention over that of the matrices, in training with a causal mask.

    Parameters
    ----------
    params_active : float or array (...)
        Parameters that one token passes through, above 0.
    tokens_per_sequence : float or array (...), optional
        Context length; None takes 4,096.

    Returns
    -------
    float or array (...)
        6 L s d / (6 N) = s / (12 d): 2 % for 70 B parameters at 2,048 tokens, 17 % for 8 B at 8,192.

    Notes
    -----
    The width is that of a usual shape: N = 12 L d**2, and d / L = 128 from 7 B parameters, falling as
    N**0.2 below. Sharing key-value heads changes neither term much.
    """
    require(np.greater(params_active, 0), "params_active", "above 0", params_active)
    s = USUAL_TOKENS_PER_SEQUENCE if tokens_per_sequence is None else tokens_per_sequence
    return s / (_PARAMS_PER_WIDTH_SQUARED * _width(np.log(params_active)))


def _width(log_params: Floats) -> Floats:
    """Width of a usual shape, from the log of the parameters."""
    slimmer = np.minimum(_ASPECT_POWER * (log_params - np.log(_ASPECT_PARAMS)), 0)
    cube_log = log_params + slimmer + np.log(_ASPECT / _PARAMS_PER_WIDTH_SQUARED)
    width: Floats = np.exp(cube_log / 3)
    return width


def run_flop(run: TrainingRun) -> Floats:
    """Work of a run in FLOP: 6 N D, and attention with a causal mask."""
    attention = run.attention_multiple
    if attention is None:
        attention = attention_over_matrices(run.params_active, run.tokens_per_sequence)
    return training_flop(run.params_active, run.tokens) * (1 + attention)


def usual_gpus(flop: Floats) -> Floats:
    """GPUs that a run of so much work (FLOP, at least 0) usually takes: 512 at 1e23, as its root.

    Assumed where nobody says. From 8 to 65,536; 9,980 for the 3.8e25 of Llama 3.1 405B, which had 16,384.
    """
    require(np.greater_equal(flop, 0), "flop", "at least 0", flop)
    return np.clip(_REFERENCE_GPUS * np.sqrt(flop / _REFERENCE_FLOP), _LEAST_GPUS, _MOST_GPUS)


def mfu_design(run: TrainingRun, gpus: Floats) -> FloatArray:
    """What each constant multiplies: rows in the order of `MFU_CONSTANTS`.

    Parameters
    ----------
    run : TrainingRun
        The run or runs.
    gpus : float or array (...)
        Accelerators used at once, above 0.

    Returns
    -------
    array (8, ...)
        1; log of the accelerator's balance, `balance_log`; 1 with routed experts;
        decades below 1 B active parameters; decades above 512 GPUs; 1 in fp8; 1 with the software of
        2022; 1 (billed, not stepping).
    """
    require(np.greater(gpus, 0), "gpus", "above 0", gpus)
    balance = balance_log(run.peak_flop_per_s, run.bandwidth_bytes_per_s)
    small = np.maximum(-np.log10(run.params_active / _SMALL_PARAMS), 0)
    fp8 = 0.0 if run.fp8_peak_flop_per_s is None else np.greater(run.fp8_peak_flop_per_s, 0)
    experts = np.greater(run.params, run.params_active)
    scale = np.log10(gpus / _REFERENCE_GPUS)
    columns = (1.0, balance, experts, small, scale, fp8, run.old_software, 1.0)
    shape = np.broadcast_shapes(*(np.shape(column) for column in columns))
    design = np.empty((len(columns), *shape))
    for place, column in enumerate(columns):
        design[place] = column
    return design


def step_mfu(run: TrainingRun, gpus: Floats, calibration: MfuCalibration) -> Floats:
    """Median utilisation while stepping, as a share of the bf16 peak; never above the peak in use."""
    design = mfu_design(run, gpus)
    design[-1] = 0.0
    return np.minimum(np.exp(np.tensordot(calibration.coefficients, design, 1)), mfu_ceiling(run))[()]


def mfu_ceiling(run: TrainingRun) -> Floats:
    """Highest MFU there can be, as a share of the bf16 peak: 1, or the fp8 peak over it in fp8."""
    if run.fp8_peak_flop_per_s is None:
        return 1.0
    return np.maximum(run.fp8_peak_flop_per_s / run.peak_flop_per_s, 1.0)
