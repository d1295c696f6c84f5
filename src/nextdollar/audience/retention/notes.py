"""What to hold against a fit of retention, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from nextdollar.audience.recurring_revenue.cells import n_of
from nextdollar.audience.retention.answer import SegmentRetention, survival_from
from nextdollar.audience.retention.followed import LEVEL
from nextdollar.audience.retention.observed import LEAST_AT_RISK, ObservedCurve
from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.customers.contractual import BetaDiscreteWeibull, DiscreteWeibull, LawFit, RetentionFit
from nextdollar.units import FloatArray

_FEW = 10
_FAR_TIMES = 2
_OFF_SHARE = 0.2
_LEAST_GAP_SHARE = 0.005
_C_NEAR_1 = 0.1
# Standard errors that a sound law is off by in one of a hundred cases, and stayers that chance does not lose.
_FAR_OFF, _MANY_STAYERS = 2.58, 5.0


def segment_notes(
    seen: SeenSegment, found: SegmentRetention, observed: ObservedCurve, *, n_periods: int
) -> Iterator[str]:
    """Yield what to hold against the fit of one segment."""
    yield from _misfit_notes(found)
    yield from _late_notes(seen, observed)
    yield from seen.notes
    yield from _limit_notes(found.fit)
    # Where nobody stayed a long lifetime is all of what was held likely beforehand.
    if found.has_endless_mean and found.law.limit != "all churn":
        yield f"{found.endless_mean_words}; worth needs a horizon or a discount"
    yield from _law_notes(found.fit)
    n_observed = seen.table.n_periods
    if n_periods > _FAR_TIMES * n_observed:
        yield (
            f"the forecast reaches {n_periods} periods beyond the {n_observed} that were watched: it rests "
            "on the form of the laws"
        )
    watched = seen.table.n_at_risk[seen.table.n_at_risk > 0]
    if watched[-1] < _FEW:
        yield f"{watched[-1]:.3g} customers came to the last renewal: the end of the curve is uncertain"


def _late_notes(seen: SeenSegment, observed: ObservedCurve) -> Iterator[str]:
    """Yield between which ages the observed curve can be read, where it is not from the start to the end."""
    first, last, at_risk = observed.first_period, observed.last_period, seen.table.n_at_risk
    if first:
        most = at_risk[:first].max()
        ages = "renewal 1" if first == 1 else f"renewals 1 to {first}"
        few = f"too few customers, at most {most:.3g}," if most else "no customers"
        yield (
            f"{few} were watched at {ages}: what is seen is of those who stay {n_of(first, 'period')}; of "
            "shares from the start on nothing can be told, whatever range the laws give them"
        )
    if np.count_nonzero(at_risk[last:]):
        end = "nobody was watched" if at_risk[last] <= 0 else "nobody of the few who were watched was left"
        yield f"the observed curve ends at period {last}: {end} there, though others were at later ages"


def unknown_notes(fit: RetentionFit) -> Iterator[str]:
    """Yield why a law rests on what is assumed beforehand, where it does."""
    named = {law.name: law for law in fit.laws}
    if named["sbg"].limit == "prior":
        geometric = named["geometric"]
        reason = {
            "no churn": "nobody has left: churn is 0 at its likeliest, and the range says how high it may be",
            "all churn": "everybody left whenever they could",
        }.get(geometric.limit, "one renewal was watched, too few to tell whether customers differ")
        yield reason


def _limit_notes(fit: RetentionFit) -> Iterator[str]:
    named = {law.name: law for law in fit.laws}
    main = fit.main
    if named["sbg"].limit == "prior":
        yield from unknown_notes(fit)
    elif named["sbg"].limit == "alike":
        yield (
            "customers do not differ in how likely they are to leave: sbg runs to its limit, the geometric "
            "law, which is given"
        )
    elif main.limit == "opposite":
        yield "each customer leaves at once or never: alpha and beta fall to 0, without standard errors"


def _law_notes(fit: RetentionFit) -> Iterator[str]:
    """Yield what the average does that the law on the page does not."""
    ageing = {law.name: weight for law, weight in zip(fit.laws, fit.weights, strict=True) if _ages(law)}
    weight = sum(ageing.values())
    heaviest = max(fit.laws, key=lambda law: ageing.get(law.name, 0.0))
    # At a limit c is no more than where the climb was given up.
    if weight < 0.5 or heaviest.limit:
        return
    c = heaviest.coefficients["c"]
    way = "likelier to leave with age" if c > 1 else "less likely to leave with age"
    if abs(c - 1) > _C_NEAR_1:
        yield (
            f"the forecast rests {100 * weight:.0f} % on {' and '.join(ageing)}: the c of {c:.3g} of "
            f"{heaviest.name} makes each customer {way}"
        )


def _ages(law: LawFit) -> bool:
    return isinstance(law.law, BetaDiscreteWeibull | DiscreteWeibull)


def _misfit_notes(found: SegmentRetention) -> Iterator[str]:
    """Yield by how much the laws miss the observed curve, where they do."""
    is_off, gap = _off(found)
    if is_often_off(found):
        yield (
            f"the laws miss the observed curve by up to {100 * gap[is_off].max():.2g} points, at "
            f"{np.count_nonzero(is_off)} of {_n_read(found)} periods beyond its range: do not rely on the "
            "forecast"
        )
    elif ends_off(found):
        last = _last_known(found)
        yield (
            f"the laws miss the end of the observed curve, period {last + 1}, by {100 * gap[last]:.2g} "
            "points: if contracts end there, no law knows of it; do not rely on the forecast"
        )


def misses(found: SegmentRetention) -> bool:
    """Whether the laws miss the observed curve, often or where the forecast takes over."""
    return is_often_off(found) or ends_off(found)


def is_often_off(found: SegmentRetention) -> bool:
    """Whether the laws lie outside the range of the observed curve at more than a fifth of its periods."""
    is_off, _ = _off(found)
    return bool(np.count_nonzero(is_off) > _OFF_SHARE * _n_read(found))


def ends_off(found: SegmentRetention) -> bool:
    """Whether the laws miss the observed curve where enough customers were last watched, beyond all chance.

    The range of one period is missed by chance in one of ten cases: here it is that of 99 %.
    """
    last = _last_known(found)
    _, gap = _off(found)
    if last < 0 or not gap[last] > _LEAST_GAP_SHARE:
        return False
    curve, shares = found.observed, _law_shares(found)
    before = shares[last - 1] if last > found.observed_from_period else 1.0
    if curve.survival_share[last] == 0:
        # Nobody stayed: how many should have, of those who came.
        return bool(curve.n_at_risk[last] * shares[last] > _MANY_STAYERS * before)
    at = np.array(
        [shares[last], *(row[last] for row in (curve.survival_share, curve.low_share, curve.high_share))]
    )
    if not ((at > 0) & (at < 1)).all():
        return False
    law, seen, low, high = np.log(-np.log(at))
    return bool(abs(law - seen) * ndtri((1 + LEVEL) / 2) > _FAR_OFF * (low - high) / 2)


def _last_known(found: SegmentRetention) -> int:
    """Return the place of the last period at which enough customers were watched, -1 where there is none."""
    curve = found.observed
    known = np.flatnonzero((curve.n_at_risk >= LEAST_AT_RISK) & np.isfinite(curve.survival_share))
    return int(known[-1]) if known.size else -1


def _n_read(found: SegmentRetention) -> int:
    """Return at how many periods the curve is known."""
    curve = found.observed
    return int(np.count_nonzero(np.isfinite(curve.survival_share) & (curve.n_at_risk > 0)))


def _law_shares(found: SegmentRetention) -> FloatArray:
    """Return the mean share under the laws at each period of the curve, of those of its first age."""
    first, last = found.observed_from_period, found.n_observed
    late = survival_from(found.fit, np.arange(1.0, last + 1), first)
    shares: FloatArray = (late if first else found.law_left(last)[1:]).mean(axis=-1)
    return shares


def _off(found: SegmentRetention) -> tuple[NDArray[np.bool_], FloatArray]:
    """Return at which periods the laws lie outside the range of the observed share, and how far off."""
    curve, shares = found.observed, _law_shares(found)
    gap = np.abs(shares - curve.survival_share)
    # A comparison with an unknown end, nan, is false.
    is_outside = (shares < curve.low_share) | (shares > curve.high_share)
    return is_outside & (gap > _LEAST_GAP_SHARE) & (curve.n_at_risk > 0), gap
