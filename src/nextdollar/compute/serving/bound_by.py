"""What serving waits for most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nextdollar.compute.serving.decode import DecodeStep
from nextdollar.units import Floats


def bound_by(step: DecodeStep, prompt_s: Floats) -> npt.NDArray[np.str_]:
    """What the time per token goes to most: one of `decode.BOUNDS`, by element.

    `prompt_s` are the seconds per output token that go to reading prompts, at least 0, float or array
    (...) like the parts of the step; they count as compute.
    """
    reading_s = np.maximum(np.maximum(step.weights_s, step.kv_s), step.compute_s)
    largest_s = np.maximum(reading_s, np.maximum(step.overhead_s, step.links_s))
    return np.where(np.greater(prompt_s, largest_s), "compute", step.bound_by)
