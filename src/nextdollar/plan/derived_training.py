"""The training run of a candidate on the scenario's hardware: work, machine time, machines.

Where the scenario states an MFU, hours are work over peak and MFU. Where it states none, they come from
published runs: the ladder of factors of `compute.training.ladder`, whose error is one input that all
candidates share (`hardware.training_time`), because what slows one run of a team slows its others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.catalogue.load import accelerator
from nextdollar.catalogue.training_calibration import failures, mfu_calibration
from nextdollar.compute import gpu_seconds, gpus_for_deadline, training_flop
from nextdollar.compute.training.deadline import MOST_GPUS
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun, usual_gpus
from nextdollar.plan.hardware_defaults import TRAINING_TIME
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import Scenario
from nextdollar.units import DAYS_PER_MONTH, HOURS_PER_DAY, SECONDS_PER_HOUR, Floats

_ROUNDS = 4
"""Hours depend on the number of GPUs and that on the hours; each round brings them ten times closer."""


@dataclass(frozen=True, slots=True)
class Training:
    """A training run as derived: work, machine time and machines for the deadline (if one is set)."""

    flop: Floats
    gpu_hours: Floats
    gpus: Floats | None


def derived_training(
    scenario: Scenario,
    values: Values,
    params: Floats | None,
    tokens: Floats | None,
    *,
    params_active: Floats | None = None,
) -> Training:
    """Return the training run of a model of given size and data on the scenario's hardware.

    Parameters
    ----------
    scenario : Scenario
        Its hardware is what the run is on.
    values : mapping
        Inputs by name, certain or as draws.
    params, tokens : float or array (n_draws,)
        Size and data.
    params_active : float or array (n_draws,), optional
        Parameters that one token passes through; None is a dense model.
    """
    if scenario.hardware is None or params is None or tokens is None:
        raise ValueError("a candidate without training cost and hardware passed the checks")
    active = params if params_active is None else params_active
    if "hardware.mfu" not in values:
        return _as_published_runs(scenario, values, params, tokens, active=active)
    machine = accelerator(scenario.hardware.accelerator)
    flop = training_flop(active, tokens)
    machine_s = gpu_seconds(flop, machine.peak_flop_per_s, mfu=values["hardware.mfu"])
    deadline_hours = _deadline_hours(scenario, values)
    gpus = None if deadline_hours is None else gpus_for_deadline(machine_s, deadline_hours * SECONDS_PER_HOUR)
    return Training(flop, machine_s / SECONDS_PER_HOUR, gpus)


def _as_published_runs(
    scenario: Scenario, values: Values, params: Floats, tokens: Floats, *, active: Floats
) -> Training:
    """Return a run that takes what published runs of its kind took, at the score of each draw."""
    if scenario.hardware is None:
        raise ValueError("a scenario without hardware passed the checks")
    machine = accelerator(scenario.hardware.accelerator)
    run = TrainingRun(
        params_active=active,
        params=params,
        tokens=tokens,
        peak_flop_per_s=machine.peak_flop_per_s,
        bandwidth_bytes_per_s=machine.bandwidth_bytes_per_s,
    )
    deadline_hours = _deadline_hours(scenario, values)
    if deadline_hours is not None:
        run = _in_time(run, deadline_hours)
    ladder = training_ladder(run, mfu_calibration(), failures())
    spread = np.exp(ladder.sd_log * values.get(TRAINING_TIME, 0.0))
    hours = np.maximum(ladder.gpu_hours.p50 * spread, ladder.least_gpu_hours)
    gpus = None if deadline_hours is None else hours / deadline_hours
    return Training(ladder.flop, hours, gpus)


def _in_time(run: TrainingRun, deadline_hours: Floats) -> TrainingRun:
    """Return a run on the GPUs that finish it in time at its median speed."""
    gpus = usual_gpus(training_flop(run.params_active, run.tokens))
    for _ in range(_ROUNDS):
        hours = training_ladder(replace(run, gpus=gpus), mfu_calibration(), failures()).gpu_hours.p50
        gpus = np.clip(hours / deadline_hours, 1.0, MOST_GPUS)
    return replace(run, gpus=gpus)


def _deadline_hours(scenario: Scenario, values: Values) -> Floats | None:
    if scenario.hardware is None or scenario.hardware.deadline is None:
        return None
    return values["hardware.deadline"] * DAYS_PER_MONTH * HOURS_PER_DAY
