"""Speed of training steps in a tuned framework whose configuration is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.flop import TRAINING_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.training.mfu_model import attention_over_matrices, balance_log
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

FRAMEWORK_CONSTANTS = (
    *("base", "balance", "fp8", "recompute", "attention"),
    *("narrow", "scale", "attention_balance", "starved"),
)
"""Order of the coefficients: what each multiplies stands in `framework_design`."""

_REFERENCE_GPUS = 8.0
_ENOUGH_TOKENS = 8192.0
_WIDTH = 1000.0
_ATTENTION_PER_MATRICES = 12.0


@dataclass(frozen=True, slots=True)
class FrameworkStep:
    """How one training step runs; every field is a number or an array (...).

    Parameters
    ----------
    params : float or array (...)
        Parameters of a dense model, above 0.
    tokens_per_sequence : float or array (...)
        Context length, above 0.
    gpus : float or array (...)
        GPUs, above 0.
    peak_flop_per_s, bandwidth_bytes_per_s : float or array (...)
        Dense bf16 peak and memory bandwidth of one GPU, above 0.
    tokens_per_microbatch : float or array (...), optional
        Sequences times tokens that one GPU takes at once; None assumes enough (8,192) to fill it.
    recomputes : float or array (...)
        1 where activations are computed again on the way back, 0 where they are kept.
    fp8_peak_flop_per_s : float or array (...), optional
        Dense fp8 peak of a step in fp8; None or 0 for a 16-bit one.
    """

    params: Floats
    tokens_per_sequence: Floats
    gpus: Floats
    peak_flop_per_s: Floats
    bandwidth_bytes_per_s: Floats
    tokens_per_microbatch: Floats | None = None
    # A flag, so that a table's column of true and false goes in as it is.
    recomputes: bool | FloatArray = False
    fp8_peak_flop_per_s: Floats | None = None

    def __post_init__(self) -> None:
        for name in ("params", "tokens_per_sequence", "gpus", "peak_flop_per_s", "bandwidth_bytes_per_s"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))
        batch = self.tokens_per_microbatch
        require(batch is None or np.greater(batch, 0), "tokens_per_microbatch", "above 0 or not given", batch)
        require(np.isin(self.recomputes, (0, 1)), "recomputes", "0 or 1", self.recomputes)
        fp8 = self.fp8_peak_flop_per_s
        require(fp8 is None or np.greater_equal(fp8, 0), "fp8_peak_flop_per_s", "at least 0", fp8)


def framework_design(step: FrameworkStep) -> FloatArray:
    """What each constant multiplies: array (9, ...), rows in the order of `FRAMEWORK_CONSTANTS`.

    1; `balance_log`; 1 in fp8; 1 with recomputation; share of attention in the
    work; 1,000 over the width; decades above 8 GPUs; that share times that log; decades of a micro-batch
    below 8,192 tokens (negative).
    """
    balance = balance_log(step.peak_flop_per_s, step.bandwidth_bytes_per_s)
    causal = attention_over_matrices(step.params, step.tokens_per_sequence)
    attention = 2 * causal / (1 + 2 * causal)
    narrow = causal / step.tokens_per_sequence * _ATTENTION_PER_MATRICES * _WIDTH
    batch = step.tokens_per_microbatch
    starved = 0.0 if batch is None else np.minimum(np.log10(batch / _ENOUGH_TOKENS), 0)
    fp8 = 0.0 if step.fp8_peak_flop_per_s is None else np.greater(step.fp8_peak_flop_per_s, 0)
    scale = np.log10(step.gpus / _REFERENCE_GPUS)
    columns = (
        *(1.0, balance, fp8, step.recomputes, attention, narrow),
        *(scale, attention * balance, starved),
    )
    design = np.empty((len(columns), *np.broadcast_shapes(*(np.shape(column) for column in columns))))
    for place, column in enumerate(columns):
        design[place] = column
    return design


def framework_mfu(step: FrameworkStep, coefficients: FloatArray) -> Floats:
    """Utilisation while stepping, attention counted in full, as llm-foundry and PaLM count it.

    Parameters
    ----------
    step : FrameworkStep
        The configuration.
    coefficients : array (9,)
        Fitted logs, in the order of `FRAMEWORK_CONSTANTS`.

    Returns
    -------
    float or array (...)
        Share of the bf16 peak. In fp8 it can pass 1: divide by fp8 over bf16 peak for the figure that
        llm-foundry prints. Attention with a causal mask needs half the work counted here; the speed
        never passes the peak in use on that half.

    Raises
    ------
    DomainError
        If there are not nine coefficients.
    """
    k = len(FRAMEWORK_CONSTANTS)
    require(np.shape(coefficients) == (k,), "coefficients", f"{k} long", np.shape(coefficients))
    mfu = np.exp(np.tensordot(coefficients, framework_design(step), 1))
    causal = attention_over_matrices(step.params, step.tokens_per_sequence)
    fp8 = 0.0 if step.fp8_peak_flop_per_s is None else step.fp8_peak_flop_per_s
    fastest = np.maximum(fp8 / step.peak_flop_per_s, 1.0)
    return np.minimum(mfu, fastest * (1 + 2 * causal) / (1 + causal))[()]


def framework_tokens_per_s_per_gpu(step: FrameworkStep, coefficients: FloatArray) -> Floats:
    """Tokens per second and GPU; arguments and errors as in `framework_mfu`."""
    causal = attention_over_matrices(step.params, step.tokens_per_sequence)
    flop_per_token = TRAINING_FLOP_PER_PARAM_TOKEN * step.params * (1 + 2 * causal)
    return framework_mfu(step, coefficients) * step.peak_flop_per_s / flop_per_token
