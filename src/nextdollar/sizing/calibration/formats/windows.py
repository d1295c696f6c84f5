"""Windows of an engine's log as one measurement for each number of running requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from nextdollar.sizing.calibration.measured import Facts, ServingMeasurement

LEAST_WINDOWS = 3
"""Windows at one level that make a measurement."""
_STEADY_LOG = 0.1
"""Log of running requests over those of the window before, from which on the load is not steady."""
_LEVEL_LOG = 0.2


@dataclass(frozen=True, slots=True)
class Window:
    """A line of an engine's log: requests that run, and tokens written per second, on one engine."""

    line: int
    n_running: float
    tokens_per_s: float
    prompt_tokens_per_s: float = 0.0


def measured_levels(
    windows: Sequence[Window], facts: Facts, *, notes: tuple[str, ...]
) -> tuple[list[ServingMeasurement], list[str]]:
    """Return measurements by level of load, and what was set aside.

    Parameters
    ----------
    windows : sequence of Window
        In the order of the log.
    facts : Facts
        What the log says of engine, model and machine.
    notes : tuple of str
        What each measurement should say.

    Notes
    -----
    Seconds per token = running requests / tokens written per second, the median over windows of a level
    (Little's law). A window counts where the load was the same in the window before: what starts or
    drains is warm-up. Levels are a fifth apart.
    """
    steady = [
        window
        for before, window in pairwise(windows)
        if min(before.n_running, window.n_running) > 0
        and min(before.tokens_per_s, window.tokens_per_s) > 0
        and abs(np.log(window.n_running / before.n_running)) <= _STEADY_LOG
    ]
    aside = []
    if len(windows) > len(steady):
        aside.append(f"{len(windows) - len(steady)} windows of a load that starts, drains or stands still")
    levels: dict[int, list[Window]] = {}
    for window in steady:
        levels.setdefault(round(float(np.log(window.n_running)) / _LEVEL_LOG), []).append(window)
    found = []
    for _, level in sorted(levels.items()):
        if len(level) < LEAST_WINDOWS:
            aside.append(
                f"{len(level)} windows near {level[0].n_running:g} requests: fewer than {LEAST_WINDOWS}"
            )
            continue
        running = np.array([window.n_running for window in level])
        speed = np.array([window.tokens_per_s for window in level])
        ratio = float(sum(window.prompt_tokens_per_s for window in level) / speed.sum())
        found.append(
            ServingMeasurement(
                line=level[0].line,
                facts=replace(facts, n_concurrent=float(np.median(running))),
                tpot_s=float(np.median(running / speed)),
                prompts_per_output=ratio if ratio > 0 else None,
                notes=(*notes, f"{len(level)} windows"),
            )
        )
    return found, aside
