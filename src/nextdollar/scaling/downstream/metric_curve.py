"""A benchmark metric as a function of the loss, between a floor and a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

MetricForm: TypeAlias = Literal["exponential", "sigmoid"]
SATURATION: dict[MetricForm, float] = {"exponential": 0.0, "sigmoid": 1.0}
_STEEPEST = 600.0
"""Its exponential and one over it are floats."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a metric cannot leave: 0 and 1 for an accuracy, 0 and 100 in per cent, none for other scores."""

    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        require(self.low < self.high, "low", f"below high ({self.high})", self.low)

    def clip(self, metric: Floats) -> Floats:
        """Metric, moved to the nearer bound where it lies outside."""
        return np.clip(metric, self.low, self.high)


@dataclass(frozen=True, slots=True)
class MetricCurve:
    """Metric = start + span / (saturation + exp(rate (L - middle))), with L the loss in nats per token.

    saturation 0, "exponential": the error law of Gadre et al. 2024 (equation 5, arXiv:2403.08540),
    error = eps - k exp(-gamma L), with start = 1 - eps for an accuracy. There `middle_nats` is only where
    the metric is start + span.
    saturation 1, "sigmoid": the second step of the task ladder of Bhagia et al. 2024
    (arXiv:2412.04403); start is the floor and start + span the ceiling.

    Each coefficient is a number or an array (n_draws,), and draws may be of both forms. `span` is
    above 0 where more is better, below 0 for an error rate. `start` is the metric of a model that
    knows nothing.
    """

    saturation: Floats
    start: Floats
    span: Floats
    rate_per_nat: Floats
    middle_nats: Floats
    bounds: Bounds = Bounds()

    def metric(self, loss_nats: Floats) -> Floats:
        """Metric at a loss in nats per token, of any shape that broadcasts with the coefficients."""
        return self.bounds.clip(
            self.start + self.span * rise(self.saturation, loss_nats, self.rate_per_nat, self.middle_nats)
        )

    def slope(self, loss_nats: Floats) -> Floats:
        """Change of the metric per further nat of loss; 0 where it lies outside its bounds."""
        loss = np.asarray(loss_nats)
        risen = rise(self.saturation, loss, self.rate_per_nat, self.middle_nats)
        metric = self.start + self.span * risen
        # d/dL of 1 / (s + e) with e = exp(rate (L - middle)) is -rate e / (s + e)**2, and e = 1 / risen - s.
        falling = -self.span * self.rate_per_nat * risen * (1 - self.saturation * risen)
        return np.where(self.bounds.clip(metric) == metric, falling, 0.0)[()]

    def loss_for(self, metric: Floats) -> Floats:
        """Loss in nats per token at which the metric is reached; nan where no loss above 0 reaches it.

        A metric on the far side of the floor is reached at every loss: inf.
        """
        share = np.asarray((metric - self.start) / self.span)
        with np.errstate(divide="ignore", invalid="ignore"):
            loss = self.middle_nats + np.log(1 / share - self.saturation) / self.rate_per_nat
        loss = np.where(share <= 0, np.inf, loss)
        inside = (np.asarray(metric) >= self.bounds.low) & (np.asarray(metric) <= self.bounds.high)
        return np.where(inside & (loss > 0), loss, np.nan)[()]


def rise(saturation: Floats, loss_nats: Floats, rate_per_nat: Floats, middle_nats: Floats) -> Floats:
    """How far the metric has risen from its start; 1 / (saturation + exp(rate (L - middle)))."""
    exponent = np.clip(rate_per_nat * (np.asarray(loss_nats) - middle_nats), -_STEEPEST, _STEEPEST)
    return 1 / (saturation + np.exp(exponent))
