"""How far a model lies beyond the runs, and how wide the misfit of the law is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Width:
    """Spread of log losses about a law, in the data and beyond.

    `central` is the most likely law, with coefficients that are numbers and a bounded domain whose work
    is 6 N D. `noise_log` is the spread in the data, `curvature` what is added beyond, per squared log
    of the loss that the law promises there.
    """

    central: Coupled
    noise_log: float
    curvature: float

    def __post_init__(self) -> None:
        require(self.noise_log > 0, "noise_log", "above 0", self.noise_log)
        require(self.curvature >= 0, "curvature", "at least 0", self.curvature)
        require(np.isfinite(self.central.domain.flop_high), "domain", "bounded", self.central.domain)

    def log(self, N: Floats, D: Floats) -> Floats:
        """Spread of the log loss of a run with N parameters on D tokens, both above 0, of any shapes.

        sqrt(noise**2 + (curvature * beyond**2)**2), with `beyond` the change of log loss that the law
        promises between the edge of the data and the model. A law that is right in level and slope at
        the edge is off by the square of the distance. The shape is that of N and D together.
        """
        width_log: Floats = np.hypot(self.noise_log, self.curvature * self.beyond(N, D) ** 2)
        return width_log

    def beyond(self, N: Floats, D: Floats) -> Floats:
        """Change of log loss that the law promises between the edge of the data and a model, 0 inside.

        The way from the model to the edge goes in three steps: fewer parameters and tokens alike, until
        their product is one that was trained; then parameters, then tokens into their own range. What
        the steps change adds up without regard to sign.
        """
        nearer_N, nearer_D = self._with_less_work(N, D)
        edge_N, edge_D = self._in_range(nearer_N, nearer_D)
        way = (
            self._log_loss(N, D),
            self._log_loss(nearer_N, nearer_D),
            self._log_loss(edge_N, nearer_D),
            self._log_loss(edge_N, edge_D),
        )
        total: Floats = np.abs(way[0] - way[1]) + np.abs(way[1] - way[2]) + np.abs(way[2] - way[3])
        return total

    def distance(self, N: Floats, D: Floats) -> Floats:
        """Decades from the data, 0 inside: the most of those in parameters, in tokens and in 6 N D."""
        domain = self.central.domain
        either = np.maximum(
            _decades_outside(N, domain.params_low, domain.params_high),
            _decades_outside(D, domain.tokens_low, domain.tokens_high),
        )
        work = _decades_outside(FLOP_PER_PARAM_TOKEN * N * D, domain.flop_low, domain.flop_high)
        farthest: Floats = np.maximum(either, work)
        return farthest

    def _log_loss(self, N: Floats, D: Floats) -> Floats:
        log_loss: Floats = np.log(self.central.loss(N, D))
        return log_loss

    def _with_less_work(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Return the model shrunk on both sides to the largest work that was trained."""
        most = self.central.domain.flop_high / FLOP_PER_PARAM_TOKEN
        shrink = np.sqrt(np.minimum(1.0, most / (N * D)))
        return N * shrink, D * shrink

    def _in_range(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Return parameters and tokens, each moved into the range of the data."""
        domain = self.central.domain
        return (
            np.clip(N, domain.params_low, domain.params_high),
            np.clip(D, domain.tokens_low, domain.tokens_high),
        )


def _decades_outside(value: Floats, low: float, high: float) -> FloatArray:
    """Return log10 of the factor by which a value leaves a range, 0 inside."""
    return np.maximum(0.0, np.maximum(np.log10(value / high), np.log10(low / value)))
