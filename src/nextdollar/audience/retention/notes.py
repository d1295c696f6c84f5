"""What to hold against a fit of retention, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.customers.contractual import BetaDiscreteWeibull, KaplanMeier, RetentionFit
from nextdollar.units import FloatArray

_FEW = 10
_FAR_TIMES = 2
_OFF_SHARE = 0.2
_LEAST_GAP_SHARE = 0.005
_C_NEAR_1 = 0.1


def segment_notes(
    seen: SeenSegment, fit: RetentionFit, observed: KaplanMeier, *, n_periods: int
) -> Iterator[str]:
    """Yield what to hold against the fit of one segment."""
    yield from _misfit_notes(seen, fit, observed)
    yield from seen.notes
    yield from _limit_notes(fit)
    yield from _law_notes(fit)
    n_observed = seen.table.n_periods
    if n_periods > _FAR_TIMES * n_observed:
        yield (
            f"the forecast reaches {n_periods} periods beyond the {n_observed} that were watched: it rests "
            "on the form of the laws"
        )
    watched = seen.table.n_at_risk[seen.table.n_at_risk > 0]
    if watched[-1] < _FEW:
        yield f"{watched[-1]:.3g} customers came to the last renewal: the end of the curve is uncertain"


def _limit_notes(fit: RetentionFit) -> Iterator[str]:
    named = {law.name: law for law in fit.laws}
    main = fit.main
    if "sbg" not in named:
        geometric = named["geometric"]
        reason = {
            "no churn": "nobody has left: churn is 0 at its likeliest, and the range says how high it may be",
            "all churn": "everybody left whenever they could",
        }.get(geometric.limit, "one renewal was watched, too few to tell whether customers differ")
        yield reason
    elif named["sbg"].limit == "alike":
        yield (
            "customers do not differ in how likely they are to leave: sbg runs to its limit, the geometric "
            "law, which is given"
        )
    elif main.limit == "opposite":
        yield "each customer leaves at once or never: alpha and beta fall to 0, without standard errors"
    if main.has_endless_mean and main.name == "sbg":
        yield (
            f"alpha is {float(main.coefficients['alpha']):.3g}, at most 1: the expected lifetime has no end; "
            "worth needs a horizon or a discount"
        )


def _law_notes(fit: RetentionFit) -> Iterator[str]:
    """Yield what the average does that the law on the page does not."""
    for law, weight in zip(fit.laws, fit.weights, strict=True):
        if law.name != "bdw" or weight < 0.5 or not isinstance(law.law, BetaDiscreteWeibull):
            continue
        c = float(law.law.c)
        way = "likelier to leave with age" if c > 1 else "less likely to leave with age"
        if abs(c - 1) > _C_NEAR_1:
            yield (
                f"the forecast rests {100 * weight:.0f} % on bdw: its c of {c:.3g} makes each customer {way}"
            )


def _misfit_notes(seen: SeenSegment, fit: RetentionFit, observed: KaplanMeier) -> Iterator[str]:
    """Yield by how much the laws miss the observed curve, where they do."""
    is_off, gap = _off(seen, fit, observed)
    if misses(seen, fit, observed):
        yield (
            f"the laws miss the observed curve by up to {100 * gap[is_off].max():.2g} points, at "
            f"{np.count_nonzero(is_off)} of {np.count_nonzero(seen.table.n_at_risk)} periods beyond its "
            "range: do not rely on the forecast"
        )


def misses(seen: SeenSegment, fit: RetentionFit, observed: KaplanMeier) -> bool:
    """Whether the laws lie outside the range of the observed curve at more than a fifth of its periods."""
    is_off, _ = _off(seen, fit, observed)
    return bool(np.count_nonzero(is_off) > _OFF_SHARE * np.count_nonzero(seen.table.n_at_risk))


def _off(seen: SeenSegment, fit: RetentionFit, observed: KaplanMeier) -> tuple[NDArray[np.bool_], FloatArray]:
    """Return at which periods the laws lie outside the range of the observed share, and how far off."""
    shares = seen.share_at_start * fit.draws.survival(observed.period).mean(axis=-1)
    gap = np.abs(shares - observed.survival_share)
    # A comparison with an unknown end, nan, is false.
    is_outside = (shares < observed.low_share) | (shares > observed.high_share)
    return is_outside & (gap > _LEAST_GAP_SHARE) & (seen.table.n_at_risk > 0), gap
