"""Constants of the serving model, and how far it errs."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from nextdollar.errors import require
from nextdollar.units import SCORE_OF_P95, FloatArray, Floats


@dataclass(frozen=True, slots=True)
class ServingCalibration:
    """What hardware and engines reach of their data sheets; the values are catalogue rows.

    Shares are of the peak of the data sheet, in (0, 1]; times are seconds, at least 0; factors above 0.

    Parameters
    ----------
    weight_bandwidth_share, kv_bandwidth_share : float or array (...)
        Of the memory bandwidth, when reading weights and the cache.
    decode_compute_share, prefill_compute_share : float or array (...)
        Of the peak rate, when decoding and when reading prompts.
    expert_compute_share : float or array (...)
        What a mixture of experts reaches of `prefill_compute_share`: its matrices are small.
    link_share : float or array (...)
        Of one direction of the scale-up link.
    step_s, layer_s, expert_layer_s, doubling_s, sequence_s : float or array (...)
        Per step of decode; per layer; more per layer where there are experts; per layer and doubling of
        the GPUs; per sequence of an attention replica.
    prefill_layer_s : float or array (...)
        Per layer of a pass over prompts.
    first_token_s, request_s : float or array (...)
        Of a first token before any work; per concurrent request.
    burst_share : float or array (...)
        Mean place in the first rush, as a share of the concurrency: benchmarks send ten times as many
        requests as are in flight, so a tenth waits for half of the others, 0.05.
    overhead_factor, first_token_factor : float or array (...)
        Of the engine, on `layer_s` and `expert_layer_s`, and on `first_token_s`.

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """

    weight_bandwidth_share: Floats
    kv_bandwidth_share: Floats
    decode_compute_share: Floats
    prefill_compute_share: Floats
    expert_compute_share: Floats
    link_share: Floats
    step_s: Floats
    layer_s: Floats
    expert_layer_s: Floats
    doubling_s: Floats
    sequence_s: Floats
    prefill_layer_s: Floats
    first_token_s: Floats
    request_s: Floats
    burst_share: Floats = 0.05
    overhead_factor: Floats = 1.0
    first_token_factor: Floats = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            if name.endswith("_s"):
                require(np.greater_equal(value, 0), name, "at least 0", value)
            elif name.endswith("_factor"):
                require(np.greater(value, 0), name, "above 0", value)
            else:
                ok = np.greater(value, 0) & np.less_equal(value, 1)
                require(ok, name, "above 0 and at most 1", value)


IDEAL = ServingCalibration(
    weight_bandwidth_share=1.0,
    kv_bandwidth_share=1.0,
    decode_compute_share=1.0,
    prefill_compute_share=1.0,
    expert_compute_share=1.0,
    link_share=1.0,
    step_s=0.0,
    layer_s=0.0,
    expert_layer_s=0.0,
    doubling_s=0.0,
    sequence_s=0.0,
    prefill_layer_s=0.0,
    first_token_s=0.0,
    request_s=0.0,
)
"""The data sheet itself: nothing is lost. A bound, not a forecast."""


@dataclass(frozen=True, slots=True)
class ErrorBand:
    """Measured over predicted at the 5th and 95th percentile, of models not fitted on.

    `p5_factor` is in (0, 1], `p95_factor` at least 1; the prediction itself stands as the median.
    """

    p5_factor: Floats
    p95_factor: Floats

    def __post_init__(self) -> None:
        ok = np.greater(self.p5_factor, 0) & np.less_equal(self.p5_factor, 1)
        require(ok, "p5_factor", "above 0 and at most 1", self.p5_factor)
        require(np.greater_equal(self.p95_factor, 1), "p95_factor", "at least 1", self.p95_factor)

    def at(self, quantity: Floats, scores: FloatArray) -> Floats:
        """Values of a prediction at standard scores: log-normal on each side of the median.

        `quantity` is float or array (..., 1), in any unit, and `scores` (n_draws,) standard normal draws
        made by the caller; -1.645 gives the 5th percentile and 1.645 the 95th.
        """
        low_log = np.log(self.p5_factor) / -SCORE_OF_P95
        high_log = np.log(self.p95_factor) / SCORE_OF_P95
        spread_log = np.where(np.less(scores, 0), low_log, high_log)
        return quantity * np.exp(scores * spread_log)
