"""How wide a 90 % interval must be for a family of models that nothing was fitted to.

Two things differ between families: how far a prediction is off in the middle, and how far single rows
scatter around that. Both are known from a handful of families only, so both are drawn: the offset from
Student's t around none, the scatter from a log-normal with Student's t for its logs. One more family is
imagined that errs as the best peer does (its median error in the fact sheet, half of its variance offset
and half scatter): a figure from outside, so that three families that happen to agree do not promise
that a fourth will. The half-width is where the mixture holds 90 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, stdtrit

from nextdollar.units import FloatArray

HELD_SHARE = 0.9
PEER_MEDIAN_ERRORS = {"tpot": 0.210, "ttft": 0.538, "offline": 0.210, "throughput": 0.210}
"""aiconfigurator 0.12.0 on 434 rows (fact sheet, section 4.2); that of TPOT also for throughput."""
_LEVELS = (np.arange(64) + 0.5) / 64
_WIDEST_LOG = 100.0


def half_widths_log(
    logs: FloatArray, families: NDArray[np.str_], *, peer_median_error: float
) -> dict[str, float]:
    """Half-width of the interval in logs, for each family from the errors of the others.

    `logs` of measured over predicted, each from a fit without the row's family. The key "" holds the
    width for a family that none of these is, from all of them.
    """
    found = {}
    for family in ("", *np.unique(families)):
        others = families != family
        found[str(family)] = _half_width_log(logs[others], families[others], peer_median_error)
    return found


def peer_error(quantity: str) -> float:
    """Median error of the best peer: `quantity` as in a table of scores, "disaggregated_ttft, all rows"."""
    return next(error for name, error in PEER_MEDIAN_ERRORS.items() if name in quantity)


def _half_width_log(logs: FloatArray, families: NDArray[np.str_], peer_median_error: float) -> float:
    """Half-width that holds `HELD_SHARE` of the mixture over offsets and scatters."""
    imagined = peer_median_error / ndtri(0.75) / np.sqrt(2.0)
    offsets, scatters = [imagined], [imagined]
    for family in np.unique(families):
        own = logs[families == family]
        offsets.append(float(np.median(own)))
        around = np.abs(own - offsets[-1])
        scatters.append(float(np.quantile(around, HELD_SHARE)) / ndtri(0.5 + HELD_SHARE / 2))
    n = len(offsets)
    offset = np.sqrt(np.mean(np.square(offsets))) * stdtrit(n, _LEVELS)
    spread = np.std(np.log(scatters), ddof=1) * np.sqrt(1.0 + 1.0 / n)
    scatter = np.exp(np.mean(np.log(scatters)) + spread * stdtrit(n - 1, _LEVELS))[:, None]

    def missing(half_log: float) -> float:
        held = ndtr((half_log - offset) / scatter) - ndtr((-half_log - offset) / scatter)
        return float(held.mean()) - HELD_SHARE

    return float(brentq(missing, 0.0, _WIDEST_LOG))
