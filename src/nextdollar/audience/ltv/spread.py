"""Draws of a figure in a few numbers; a single number is a certain one."""

from __future__ import annotations

import numpy as np

from nextdollar.uncertainty import ReachedSummary, Summary, summarise, summarise_reached
from nextdollar.uncertainty.sampling import DEFAULT_SCRAMBLES
from nextdollar.units import FloatArray, Floats


def spread(value: Floats) -> Summary:
    """Return mean, P5, P50 and P95 of draws, or of one number."""
    draws = _plain(value)
    return summarise(draws, _parts(draws))


def spread_reached(value: Floats) -> ReachedSummary:
    """Return the same of draws of which some, nan, never arrive."""
    draws = _plain(value)
    return summarise_reached(draws, _parts(draws))


def is_uncertain(value: Floats) -> bool:
    """Whether a figure is more than one number."""
    return np.size(value) > 1


def _plain(value: Floats) -> FloatArray | float:
    draws = np.asarray(value, dtype=np.float64)
    return float(draws.reshape(())) if draws.size == 1 else draws


def _parts(draws: FloatArray | float) -> int:
    # Draws that no design has dealt may come in any number: their sampling error is then not known.
    return DEFAULT_SCRAMBLES if np.size(draws) % DEFAULT_SCRAMBLES == 0 else 1
