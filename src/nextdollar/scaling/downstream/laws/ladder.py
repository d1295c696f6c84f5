"""The task ladder of Bhagia et al. 2024: size and tokens to the loss of a task, and that to accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.downstream.metric_curve import SATURATION, Bounds, MetricCurve
from nextdollar.scaling.laws.law import Law
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class TaskLadder:
    """Accuracy on a task from parameters and tokens, in two steps.

    Step 1, `task_loss`: the loss on the task's right answers, of the form A / N**alpha + B / D**beta + E
    (any law will do; its unit, nats or bits per byte, is that of step 2). Step 2, `accuracy`: a
    curve from that loss to the accuracy, as a rule the sigmoid of `accuracy_sigmoid`. The task's own
    loss moves while accuracy still sits at chance, which is why there are two steps.
    """

    task_loss: Law
    accuracy: MetricCurve

    source: ClassVar[Source] = Source(
        "Bhagia et al. 2024, Establishing Task Scaling Laws via Compute-Efficient Model Ladders",
        "section 3",
        "https://arxiv.org/abs/2412.04403",
    )

    def metric(self, N: Floats, D: Floats) -> Floats:
        """Accuracy of a model; N and D above 0, of any shapes that broadcast."""
        return self.accuracy.metric(self.task_loss.loss(N, D))

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the accuracy per further parameter and per further token (neither below 0)."""
        per_loss = self.accuracy.slope(self.task_loss.loss(N, D))
        per_param, per_token = self.task_loss.gradient(N, D)
        return per_loss * per_param, per_loss * per_token

    @property
    def floor(self) -> Floats:
        """Accuracy of a model that knows nothing."""
        return self.accuracy.bounds.clip(self.accuracy.start)


def accuracy_sigmoid(a: Floats, x0: Floats, k: Floats, b: Floats) -> MetricCurve:
    """Accuracy as a function of the task's loss x: a / (1 + exp(-k (x - x0))) + b.

    Parameters
    ----------
    a : float or array (n_draws,)
        Floor minus ceiling, below 0: what accuracy loses as the loss grows.
    x0 : float or array (n_draws,)
        Loss at the steepest point.
    k : float or array (n_draws,)
        Steepness per unit of loss, above 0.
    b : float or array (n_draws,)
        Ceiling: a share.

    Returns
    -------
    MetricCurve
        The same curve with start a + b (its floor) and span -a.

    Raises
    ------
    DomainError
        If a is not below 0, k not above 0, or the floor below 0 or the ceiling above 1.
    """
    require(np.less(a, 0), "a", "below 0", a)
    require(np.greater(k, 0), "k", "above 0", k)
    require(np.greater_equal(np.add(a, b), 0), "a + b", "at least 0", np.add(a, b))
    require(np.less_equal(b, 1), "b", "at most 1", b)
    return MetricCurve(
        saturation=SATURATION["sigmoid"],
        start=np.add(a, b),
        span=np.negative(a),
        rate_per_nat=k,
        middle_nats=x0,
        bounds=Bounds(0.0, 1.0),
    )
