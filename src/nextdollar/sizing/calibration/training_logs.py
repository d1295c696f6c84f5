"""The utilisation that the log of a trainer shows, and how sure it is of the whole run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.training_calibration import failures, mfu_calibration
from nextdollar.compute import Accelerator
from nextdollar.compute.training.ladder import Range, training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun, mfu_ceiling, run_flop
from nextdollar.errors import CatalogueError
from nextdollar.sizing.calibration.apply import run_of, sharpened
from nextdollar.sizing.calibration.measured import Facts, StepLog
from nextdollar.sizing.calibration.saved import MeasuredTraining, SavedCalibration
from nextdollar.sizing.calibration.stated import Stated, with_stated
from nextdollar.sizing.calibration.steady_steps import SteadySteps, steady_steps
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.serving.words import PRECISIONS
from nextdollar.units import PERCENT, SECONDS_PER_HOUR, FloatArray

HOUR_OF_LOG_SD_LOG = 0.05
"""Standard deviation of the log of a whole run's utilisation around that of an hour of its log: an
assumption, as no published log is long enough to show it; that of less than an hour grows as its root."""
_LEAST_HOURS = 1e-3
_LEAST_SPEED, _LONGEST_S = 1e-12, 1e9
_LEAST_MFU = 1e-3
_FEW_STEPS_SD_LOG = 0.1


@dataclass(frozen=True, slots=True)
class TrainingCalibrated:
    """One log of a trainer: what was measured, and the utilisation expected before and after.

    Ranges are of the MFU as a share of the bf16 peak. `per_step_s` are seconds per step and
    `tokens_per_s_per_gpu` tokens, None where the log does not give them.
    """

    file: str
    measured: MeasuredTraining
    before: Range
    after: Range
    steady: SteadySteps
    tokens_per_s_per_gpu: float
    entries_mfu: FloatArray
    notes: tuple[str, ...]


def measured_training(
    log: StepLog, *, file: str, stated: Stated
) -> tuple[TrainingCalibrated | None, list[str]]:
    """Return what a log shows, or None and the reasons why it shows nothing.

    Parameters
    ----------
    log : StepLog
        As the log says; at least one entry.
    file : str
        Its name.
    stated : Stated
        What the user says of it.

    Notes
    -----
    MFU = tokens per second and GPU x FLOP per token / bf16 peak, FLOP per token = 6 N and attention with a
    causal mask, as `training_ladder` counts them. As a forecast of the run its log has the standard
    deviation 0.05 / sqrt(hours), at most an hour counting, and the standard error of its mean, in squares.
    """
    facts = with_stated(log.facts, stated)
    log, notes = _readable(log)
    reasons: list[str] = []
    chip = _accelerator(facts, reasons)
    sizes = _sizes(facts, reasons, notes)
    is_fp8 = _is_fp8(facts, chip, reasons)
    entry_s = _seconds_per_token(log, facts, reasons)
    if not len(log.speeds):
        reasons.append("no entry has a speed that is a number above 0")
    if chip is None or sizes is None or entry_s is None or reasons:
        return None, reasons
    steady = steady_steps(entry_s)
    draft = _draft(log, facts, sizes, steady=steady, notes=notes)
    draft = replace(draft, accelerator=chip.name, is_fp8=is_fp8)
    run = run_of(draft)
    flop_per_token = float(np.asarray(run_flop(run)))
    mfu = flop_per_token / steady.mean_s / chip.peak_flop_per_s
    highest = float(np.asarray(mfu_ceiling(run)))
    if not _LEAST_MFU <= mfu <= highest:
        return None, [_impossible(mfu)]
    measured = replace(draft, mfu=mfu)
    before, after = _ranges(measured, run, file)
    entries_mfu = flop_per_token / entry_s / chip.peak_flop_per_s
    found = TrainingCalibrated(
        file, measured, before, after, steady, 1.0 / steady.mean_s, entries_mfu, tuple(notes)
    )
    return found, []


def _impossible(mfu: float) -> str:
    """Return what is wrong with a utilisation, and the likely cause."""
    if mfu < _LEAST_MFU:
        cause = "fewer GPUs or more tokens a step than stated, or milliseconds read as seconds"
        return f"an MFU of {mfu / PERCENT:.2g} % is that of no run: likely {cause}"
    cause = "more GPUs or fewer tokens a step than stated, a smaller model, another accelerator, or fp8"
    return f"an MFU of {mfu / PERCENT:.3g} % is more than the peak: likely {cause}"


def _readable(log: StepLog) -> tuple[StepLog, list[str]]:
    """Return the entries whose speed is a number above 0, and the notes of the log."""
    kept = np.isfinite(log.speeds) & (log.speeds > _LEAST_SPEED) & (log.speeds < 1 / _LEAST_SPEED)
    spans_s = np.where(np.isfinite(log.spans_s) & (log.spans_s < _LONGEST_S), log.spans_s, np.nan)
    notes = list(log.notes)
    if not kept.all():
        notes.append(f"{int((~kept).sum())} entries have no speed that can be")
    return replace(log, speeds=log.speeds[kept], spans_s=spans_s[kept]), notes


def _draft(
    log: StepLog, facts: Facts, sizes: tuple[float, float], *, steady: SteadySteps, notes: list[str]
) -> MeasuredTraining:
    """Return what a log shows but its utilisation, with what is assumed."""
    if facts.tokens_per_sequence is None:
        notes.append("no length of sequences: 4,096 tokens are assumed")
    if facts.n_gpus is None:
        notes.append("the number of GPUs is not said: one is assumed (--gpus)")
    hours = _hours(log, facts)
    return MeasuredTraining(
        accelerator="",
        mfu=1.0,
        sd_log=_sd_log(steady, hours, notes),
        params=sizes[0],
        params_active=sizes[1],
        gpus=facts.n_gpus or 1.0,
        tokens_per_sequence=facts.tokens_per_sequence,
        is_fp8=False,
        n_steps=log.n_steps,
        hours=max(hours, _LEAST_HOURS),
    )


def _accelerator(facts: Facts, reasons: list[str]) -> Accelerator | None:
    if not facts.hardware:
        reasons.append("the accelerator: --hardware")
        return None
    try:
        return accelerator(facts.hardware)
    except CatalogueError as error:
        reasons.append(str(error))
        return None


def _sizes(facts: Facts, reasons: list[str], notes: list[str]) -> tuple[float, float] | None:
    """Return all and active parameters."""
    if facts.model:
        try:
            named = model_named(facts.model)
        except CatalogueError as error:
            reasons.append(str(error))
            return None
        notes.extend(named.notes)
        return float(named.shape.params), float(named.shape.params_active)
    if facts.params is None:
        reasons.append("the model, or its size: --model")
        return None
    notes.append(f"the log says {facts.params:.3g} parameters: a dense model is assumed")
    return facts.params, facts.params


def _is_fp8(facts: Facts, chip: Accelerator | None, reasons: list[str]) -> bool:
    """Return whether products are in fp8; other widths than 8 and 16 bits are refused."""
    words = facts.precision.casefold()
    kind = PRECISIONS.get(words, words)
    if kind in ("", "bf16"):
        return False
    if kind != "fp8":
        reasons.append(f"precision of training must be bf16, fp16 or fp8, got {facts.precision}")
        return False
    if chip is not None and chip.fp8_peak_flop_per_s is None:
        reasons.append(f"precision is fp8, which {chip.name} has no products in")
    return True


def _seconds_per_token(log: StepLog, facts: Facts, reasons: list[str]) -> FloatArray | None:
    """Return the seconds that one GPU takes for a token, entry by entry."""
    gpus = facts.n_gpus or 1.0
    if log.kind == "tokens_per_s_per_gpu":
        return 1.0 / log.speeds
    if log.kind == "tokens_per_s":
        return gpus / log.speeds
    if facts.tokens_per_step is None:
        reasons.append("the tokens of a step over all GPUs: --tokens-per-step")
        return None
    return log.speeds * gpus / facts.tokens_per_step


def _hours(log: StepLog, facts: Facts) -> float:
    """Return the hours that the entries stand for, 0 where that cannot be said."""
    spans_s = log.spans_s
    if not np.isfinite(spans_s).any() and facts.tokens_per_step is not None and log.n_steps:
        speed = float(np.median(log.speeds)) * (facts.n_gpus or 1.0 if log.kind.endswith("gpu") else 1.0)
        if log.kind != "step_s":
            return log.n_steps * facts.tokens_per_step / speed / SECONDS_PER_HOUR
    return float(np.nansum(spans_s)) / SECONDS_PER_HOUR


def _sd_log(steady: SteadySteps, hours: float, notes: list[str]) -> float:
    """Return the standard deviation of the log of the run's utilisation around the measured one."""
    if hours <= 0:
        notes.append("the log does not say how long its entries took: it counts as ten minutes")
        hours = 1.0 / 6.0
    of_hours = HOUR_OF_LOG_SD_LOG / float(np.sqrt(min(max(hours, _LEAST_HOURS), 1.0)))
    own = steady.sd_log
    if own is None:
        notes.append("fewer than ten entries: how much steps differ cannot be said, 10 % is assumed")
        own = _FEW_STEPS_SD_LOG
    return float(np.hypot(of_hours, own))


def _ranges(measured: MeasuredTraining, run: TrainingRun, file: str) -> tuple[Range, Range]:
    """Return the utilisation expected without and with the log."""
    ladder = training_ladder(run, mfu_calibration(), failures())
    saved = SavedCalibration(None, (measured,), (), file)
    after = sharpened(ladder, run, accelerators=measured.accelerator, saved=saved).ladder
    return _plain(ladder.mfu), _plain(after.mfu)


def _plain(found: Range) -> Range:
    low, middle, high = (float(np.asarray(value).ravel()[0]) for value in (found.p5, found.p50, found.p95))
    return Range(low, middle, high)
