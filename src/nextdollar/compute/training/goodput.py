"""How much of a cluster's time makes steps that last: checkpoints, failures, restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import SECONDS_PER_HOUR, Floats


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a GPU takes the run down, and what each time costs.

    Parameters
    ----------
    gpu_hours_per_failure : float or array (...)
        GPU-hours between unexpected interruptions, above 0. Llama 3 405B: 16,384 GPUs for 54 days and
        419 unexpected interruptions, 50,700 GPU-hours each; MPT-7B: 4 in 100,320.
    checkpoint_s : float or array (...)
        Seconds that training stands still for one checkpoint, above 0.
    restart_s : float or array (...)
        Seconds from a failure to the next step, at least 0, without the steps lost.

    Notes
    -----
    The defaults give 16,384 H100 a share of 0.91; the work below reports "higher than 90 %".
    """

    gpu_hours_per_failure: Floats = 50_700.0
    checkpoint_s: Floats = 30.0
    restart_s: Floats = 300.0

    source: ClassVar[Source] = Source(
        "Grattafiori et al. 2024, The Llama 3 herd of models",
        "section 3.3.4, reliability",
        "https://arxiv.org/abs/2407.21783",
    )

    def __post_init__(self) -> None:
        for name in ("gpu_hours_per_failure", "checkpoint_s"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))
        require(np.greater_equal(self.restart_s, 0), "restart_s", "at least 0", self.restart_s)


def failures_per_s(gpus: Floats, failures: Failures) -> Floats:
    """Failures per second of a cluster of GPUs (above 0): each brings its own rate, so they add up."""
    require(np.greater(gpus, 0), "gpus", "above 0", gpus)
    return gpus / (failures.gpu_hours_per_failure * SECONDS_PER_HOUR)


def checkpoint_interval_s(gpus: Floats, failures: Failures) -> Floats:
    """Seconds between checkpoints that lose least, sqrt(2 checkpoint / rate) (Young 1974)."""
    rate_per_s = failures_per_s(gpus, failures)
    return np.sqrt(2 * failures.checkpoint_s / rate_per_s)


def goodput_share(gpus: Floats, failures: Failures, interval_s: Floats | None = None) -> Floats:
    """Share of a cluster's time in which it makes steps that last.

    Parameters
    ----------
    gpus : float or array (...)
        GPUs that fail together: one down stops all; above 0.
    failures : Failures
        Rates and costs.
    interval_s : float or array (...), optional
        Seconds between checkpoints, above 0; None takes Young's.

    Returns
    -------
    float or array (...)
        Between 0 and 1.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    1 / (1 + c / T + rate * (T / 2 + R)): for every second of lasting work, the checkpoints, half an
    interval lost per failure, and the restarts. To first order it is Young's 1 - c/T - rate (T/2 + R),
    and it stays above 0 where that does not.
    """
    rate_per_s = failures_per_s(gpus, failures)
    if interval_s is None:
        # At Young's interval the checkpoints and the lost steps cost the same, sqrt(c rate / 2) each.
        lost_share = np.sqrt(2 * failures.checkpoint_s * rate_per_s) + rate_per_s * failures.restart_s
        return 1 / (1 + lost_share)
    require(np.greater(interval_s, 0), "interval_s", "above 0", interval_s)
    lost_per_failure_s = interval_s / 2 + failures.restart_s
    return 1 / (1 + failures.checkpoint_s / interval_s + rate_per_s * lost_per_failure_s)


def expected_failures(gpu_hours: Floats, failures: Failures) -> Floats:
    """Unexpected interruptions of a run, on average, from its GPU-hours (at least 0)."""
    require(np.greater_equal(gpu_hours, 0), "gpu_hours", "at least 0", gpu_hours)
    return gpu_hours / failures.gpu_hours_per_failure
