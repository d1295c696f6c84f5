"""Where the next dollar of training stops paying: `nextdollar knee` as a function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.research.chosen_law import disagreement
from nextdollar.research.quality import Quality, expected_metric
from nextdollar.scaling import Law
from nextdollar.scaling.growth_path import GrowthPath, growth_path
from nextdollar.scaling.knee_on_path import elasticity, knee_on_path, marginal_usd_per_usd
from nextdollar.units import FloatArray, Floats

_LEAST_FLOP, _MOST_FLOP = 1e14, 1e32
_BELOW_THE_RUNS = 1e-2
_PER_DECADE = 48
_LARGEST_DISTANCE = 3.0
"""Decades of work beyond the largest run up to which a knee is answered for."""
_LARGEST_SPREAD = 100.0
"""Ratio of P95 to P5 of the knee beyond which it is no answer."""


@dataclass(frozen=True, slots=True)
class Knee:
    """The knee of a law, or of a metric through it, and the way there.

    `path` holds budgets, models and losses (n_budgets, n_draws); `returned_usd_per_usd` what the next
    dollar brings back, `elasticity` per cent of loss per per cent of budget, both (n_budgets, n_draws).
    `knee_flop` is (n_draws,), one entry where all is certain; `advised_flop` is the one budget that
    is best on average over draws. `usd_per_flop` is a number or (n_draws,). `decades_beyond` is how far
    the median knee lies beyond the largest run, in decades of work, 0 inside; None where the law
    states no range. `reasons` says why no answer can be trusted, and is empty where one can.
    """

    path: GrowthPath
    returned_usd_per_usd: FloatArray
    elasticity: FloatArray
    knee_flop: FloatArray
    advised_flop: float
    usd_per_flop: Floats
    beyond_share: float | None
    decades_beyond: float | None
    reasons: tuple[str, ...]

    @property
    def cannot_say(self) -> bool:
        """Whether the knee is too uncertain, or too far beyond the data, to answer for."""
        return bool(self.reasons)

    @property
    def knee_usd(self) -> FloatArray:
        """Cost of the knee's budget in USD, (n_draws,)."""
        return np.asarray(self.knee_flop * self.usd_per_flop)

    def at(self, budget_flop: float) -> int:
        """Place on the path of the budget nearest to one."""
        return int(np.argmin(np.abs(np.log(self.path.budget_flop / budget_flop))))


def knee(
    law: Law,
    *,
    usd_per_flop: Floats,
    value_usd_per_nat: Floats | None = None,
    value_usd_per_point: Floats | None = None,
    quality: Quality | None = None,
    tokens_per_param: float | None = None,
    generator: np.random.Generator | None = None,
) -> Knee:
    """Budget beyond which the next dollar of training brings back less than a dollar.

    Parameters
    ----------
    law : Law
        A law of the loss; with draws the knee has an interval.
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0 (`machine("H100-SXM").usd_per_flop`).
    value_usd_per_nat : float or array (n_draws,), optional
        What one nat per token less is worth, in USD over the life of the model, at least 0.
    value_usd_per_point : float or array (n_draws,), optional
        What one unit of the metric is worth in its place; needs `quality`. Exactly one of the two.
    quality : Quality, optional
        A metric fitted to the losses of runs (`quality_of`).
    tokens_per_param : float, optional
        Ratio at which the model grows; the compute-optimal one if it is left out.
    generator : numpy.random.Generator, optional
        Where the metric's misfit comes from; needed with `value_usd_per_point`.

    Returns
    -------
    Knee
        The knee by draw, and what the next dollar brings back along the way.

    Raises
    ------
    DomainError
        If a number leaves its domain, or a law in one quantity has no best split and no ratio is given.

    Notes
    -----
    The most of V (-L(C)) - c C, or of V_m m(C) - c C, over budgets C from a hundredth of the smallest
    run to 1e32 FLOP along one path of models (`growth_path`). On the frontier of a power law that is
    (V gamma K / c)**(1 / (1 + gamma)). An answer is withheld more than three decades beyond the largest
    run, or where P95 is more than a hundred times P5.
    """
    path = growth_path(law, budgets_of(law), tokens_per_param=tokens_per_param)
    worth = _worth_usd(path, value_usd_per_nat, value_usd_per_point, quality, generator)
    worth = np.broadcast_to(worth, np.broadcast(worth, usd_per_flop).shape)
    found = knee_on_path(path.budget_flop, worth, usd_per_flop=usd_per_flop)
    average = float(np.mean(usd_per_flop))
    advised = knee_on_path(path.budget_flop, worth.mean(axis=1, keepdims=True), usd_per_flop=average)
    largest = law.domain.flop_high
    is_bounded = bool(np.isfinite(largest))
    decades = float(np.log10(np.median(found) / largest)) if is_bounded else None
    return Knee(
        path=path,
        returned_usd_per_usd=marginal_usd_per_usd(path.budget_flop, worth, usd_per_flop=usd_per_flop),
        elasticity=elasticity(path.budget_flop, path.loss_nats),
        knee_flop=found,
        advised_flop=float(advised[0]),
        usd_per_flop=usd_per_flop,
        beyond_share=float(np.mean(found > largest)) if is_bounded else None,
        decades_beyond=None if decades is None else max(decades, 0.0),
        reasons=(*_reasons(found, path, decades, quality), *_parting(law, path, found)),
    )


def budgets_of(law: Law) -> FloatArray:
    """Budgets in FLOP at which a law is asked: 48 to a decade, from below its runs to 1e32."""
    least = max(law.domain.flop_low * _BELOW_THE_RUNS, _LEAST_FLOP)
    n_budgets = int(np.ceil(np.log10(_MOST_FLOP / least) * _PER_DECADE)) + 1
    return np.geomspace(least, _MOST_FLOP, n_budgets)


def _worth_usd(
    path: GrowthPath,
    value_usd_per_nat: Floats | None,
    value_usd_per_point: Floats | None,
    quality: Quality | None,
    generator: np.random.Generator | None,
) -> FloatArray:
    """Return what each model is worth, up to a constant, (n_budgets, n_draws)."""
    n_given = (value_usd_per_nat is not None) + (value_usd_per_point is not None)
    require(n_given == 1, "value", "given once: per nat, or per point of a metric", n_given)
    if value_usd_per_nat is not None:
        ok = np.greater_equal(value_usd_per_nat, 0)
        require(ok, "value_usd_per_nat", "at least 0", value_usd_per_nat)
        return np.asarray(-value_usd_per_nat * path.loss_nats)
    require(quality is not None and generator is not None, "quality", "given with value_usd_per_point", None)
    ok = np.greater_equal(value_usd_per_point, 0)  # type: ignore[arg-type]
    require(ok, "value_usd_per_point", "at least 0", value_usd_per_point)
    sign = 1.0 if quality.fit.rises else -1.0  # type: ignore[union-attr]
    metric = expected_metric(quality, path, generator=generator)  # type: ignore[arg-type]
    return np.asarray(sign * value_usd_per_point * metric)  # type: ignore[operator]


def _parting(law: Law, path: GrowthPath, found: FloatArray) -> tuple[str, ...]:
    """Return whether laws that fit the same runs part at the knee."""
    at = int(np.argmin(np.abs(np.log(path.budget_flop / np.median(found)))))
    return disagreement(law, float(path.params[at]), float(path.tokens[at]))


def _reasons(
    found: FloatArray, path: GrowthPath, decades: float | None, quality: Quality | None
) -> tuple[str, ...]:
    """Return why a knee cannot be answered for."""
    reasons = [] if quality is None else list(quality.doubts)
    low, high = np.quantile(found, (0.05, 0.95))
    if decades is not None and decades > _LARGEST_DISTANCE:
        reasons.append(
            f"it lies {decades:.1f} decades of compute beyond the largest run; "
            f"{_LARGEST_DISTANCE:g} is the most that is answered for"
        )
    if high > _LARGEST_SPREAD * low:
        reasons.append(f"its P95 is {high / low:.2g} times its P5")
    if np.median(found) >= path.budget_flop[-2]:
        reasons.append(f"the next dollar still pays at {path.budget_flop[-1]:.0e} FLOP")
    return tuple(reasons)
