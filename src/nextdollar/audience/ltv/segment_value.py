"""The value of one customer of a segment, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.audience.ltv.question import ConstantChurn, LtvSegment, LtvSetting, RetentionCurve
from nextdollar.customers import simple_ltv
from nextdollar.customers.acquisition.payback import payback_periods
from nextdollar.customers.lifetime_value.curve import (
    lifetime_value,
    present_payments,
    residual_survival,
    share_after_period,
    value_after_table,
)
from nextdollar.units import FloatArray, Floats

LEAST_PAYBACK_MONTHS = 240
ENDLESS = "without a discount {why}; state --discount"
# A value of which more than this lies beyond what laws that miss the data would have to say is not given.
MUCH_BEYOND = 0.1
_MISSED = "it would rest on laws that miss what was observed"


@dataclass(frozen=True, slots=True)
class Worth:
    """What one customer is worth over the whole lifetime, None where it has no end, and in the horizon."""

    whole_usd: Floats | None
    within_usd: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentValue:
    """Draws of what one customer is worth; `reasons` says why a figure is None.

    `undiscounted_usd` (n_periods, n_draws) are expected payments by period, as payback counts them. Where
    laws miss the data and much of the value would rest on them, it `rests_on_data` alone: `within_data_usd`,
    of the periods that the observed curve is followed for; `by_laws_usd` is what they would make of it.
    """

    n_months_per_period: int
    n_horizon: int
    by_laws_usd: Floats | None
    within_data_usd: Floats | None
    rests_on_data: bool
    within_usd: Floats
    simple_usd: Floats | None
    beyond_horizon_share: Floats
    beyond_data_share: Floats | None
    main_law_usd: Floats | None
    residual_usd: Floats | None
    undiscounted_usd: FloatArray
    reasons: dict[str, str]

    @property
    def whole_usd(self) -> Floats | None:
        """The whole lifetime, where it has an end and something to rest on."""
        return None if self.rests_on_data else self.by_laws_usd

    @property
    def value_usd(self) -> Floats:
        """The whole lifetime where there is one, else what falls within the data or the horizon."""
        if self.rests_on_data and self.within_data_usd is not None:
            return self.within_data_usd
        return self.within_usd if self.by_laws_usd is None else self.by_laws_usd

    def like(self, other: SegmentValue) -> Floats:
        """The value of `other` on the basis of this one."""
        if self.rests_on_data and other.within_data_usd is not None:
            return other.within_data_usd
        is_whole = self.by_laws_usd is not None and other.by_laws_usd is not None
        return other.by_laws_usd if is_whole and other.by_laws_usd is not None else other.within_usd

    @property
    def worth(self) -> Worth:
        """What sums over segments need of this, without the tables by period."""
        return Worth(self.whole_usd, self.within_usd)

    def payback_months(self, cac_usd: Floats) -> Floats:
        """Months of payments until a cost is back, not discounted; nan where it is not within the table."""
        return payback_periods(cac_usd, self.undiscounted_usd) * self.n_months_per_period


@dataclass(frozen=True, slots=True)
class _Curve:
    """Survival by period with what scales a payment, before any discount."""

    left: FloatArray
    n_months: int
    margin_usd: Floats
    multiple: FloatArray
    last_multiple: Floats

    def payments(self, discount: Floats, setting: LtvSetting) -> FloatArray:
        """Return present payments by period, in units of one period's margin."""
        return present_payments(
            self.left, discount_per_period=discount, pays_at=setting.pays_at, value_multiple=self.multiple
        )

    def rest(self, discount: Floats, setting: LtvSetting) -> Floats:
        """Return what comes after the table, in the same unit."""
        return value_after_table(
            1.0,
            self.left,
            discount_per_period=discount,
            pays_at=setting.pays_at,
            value_multiple=self.last_multiple,
        )


def segment_value(
    segment: LtvSegment, setting: LtvSetting, *, extra_churn_per_month: float = 0.0, has_density: bool = True
) -> SegmentValue:
    """Return what one customer of a segment is worth.

    `extra_churn_per_month` is taken off every rate of staying, at every age; `has_density` False leaves the
    growth and decay of value out.
    """
    curve = _curve(segment, setting, extra_churn_per_month, has_density=has_density)
    months, stays = curve.n_months, segment.stays
    discount = np.expm1(months * np.log1p(setting.discount_per_month))
    payments, rest = curve.payments(discount, setting), curve.rest(discount, setting)
    n_horizon = max(round(setting.horizon_months / months), 1)
    reasons: dict[str, str] = {}
    endless = _endless_reason(segment, setting, rest)
    if endless:
        reasons["whole_usd"] = endless
    known = np.inf if endless else rest
    # The value is the whole of the payments, or those within the horizon where they have no end.
    valued = n_horizon if endless else None
    data = stays if isinstance(stays, RetentionCurve) else None
    n_followed = 0 if data is None else data.n_followed
    rests_on_data = n_followed > 0 and _rests_on_missed(payments, rest, n_followed, valued)
    n_within = min(n_horizon, n_followed) if rests_on_data else n_horizon
    return SegmentValue(
        n_months_per_period=months,
        n_horizon=n_horizon,
        by_laws_usd=None if endless else curve.margin_usd * (payments.sum(axis=0) + rest),
        within_data_usd=curve.margin_usd * payments[:n_followed].sum(axis=0) if n_followed else None,
        rests_on_data=rests_on_data,
        within_usd=curve.margin_usd * payments[:n_within].sum(axis=0),
        simple_usd=_simple(segment, extra_churn_per_month, reasons),
        beyond_horizon_share=share_after_period(payments, known, n_horizon),
        beyond_data_share=None if data is None else _beyond_data(payments, rest, data.n_observed, valued),
        main_law_usd=_by_main_law(segment, setting, curve.margin_usd, discount)
        if has_density and extra_churn_per_month == 0
        else None,
        residual_usd=_residual(
            curve, discount, setting, reasons, segment=segment, why_not=endless or _MISSED * rests_on_data
        ),
        undiscounted_usd=curve.margin_usd * curve.payments(0.0, setting),
        reasons=reasons,
    )


def _rests_on_missed(payments: FloatArray, rest: Floats, n_followed: int, n_valued: int | None) -> bool:
    """Return whether much of the expected value lies where only laws that miss the data could tell."""
    ahead = payments if n_valued is None else payments[:n_valued]
    beyond = ahead[n_followed:].sum(axis=0) + (rest if n_valued is None else 0.0)
    within = ahead[:n_followed].sum(axis=0)
    return bool(np.mean(beyond) > MUCH_BEYOND * np.mean(beyond + within))


def _beyond_data(payments: FloatArray, rest: Floats, n_observed: int, n_valued: int | None) -> Floats:
    """Return the share of the value that lies past the data."""
    if n_valued is None:
        return share_after_period(payments, rest, n_observed)
    return share_after_period(payments[:n_valued], 0.0, min(n_observed, n_valued))


def _curve(
    segment: LtvSegment, setting: LtvSetting, extra_churn_per_month: float, *, has_density: bool
) -> _Curve:
    stays = segment.stays
    if isinstance(stays, ConstantChurn):
        n_months = 1
        ahead = max(setting.horizon_months, setting.age_months + 2, LEAST_PAYBACK_MONTHS)
        left = stays.survival_share(ahead)
    else:
        n_months, left = stays.n_months_per_period, stays.survival_share
    if extra_churn_per_month > 0:
        left = with_extra_churn(left, 1 - (1 - extra_churn_per_month) ** n_months)
    # Draws stand in the last axis of everything, one of them where nothing is uncertain.
    left = left.reshape(len(left), -1)
    n_periods = len(left) - 1
    multiple: FloatArray = np.ones((n_periods, 1))
    if segment.density is not None and has_density:
        by_month = segment.density.multiple(n_periods * n_months).reshape(n_periods, n_months, -1)
        multiple = by_month.mean(axis=1)
    return _Curve(left, n_months, segment.margin_usd_per_month * n_months, multiple, multiple[-1])


def with_extra_churn(survival_share: FloatArray, extra_per_period: float) -> FloatArray:
    """Return a table of survival of which a further share leaves at each renewal, whoever is left."""
    before = np.where(survival_share[:-1] > 0, survival_share[:-1], 1.0)
    kept = np.maximum(survival_share[1:] / before - extra_per_period, 0.0)
    return np.concatenate([survival_share[:1], survival_share[:1] * np.cumprod(kept, axis=0)])


def _simple(segment: LtvSegment, extra_churn_per_month: float, reasons: dict[str, str]) -> Floats | None:
    if not isinstance(segment.stays, ConstantChurn):
        reasons["simple_usd"] = "margin / churn holds for one constant churn, and this one changes with age"
        return None
    churn = np.minimum(segment.stays.churn_per_month + extra_churn_per_month, 1.0)
    if np.any(np.equal(churn, 0)):
        reasons["simple_usd"] = "nobody leaves: margin / churn has no end"
        return None
    return simple_ltv(segment.margin_usd_per_month, churn)


def _endless_reason(segment: LtvSegment, setting: LtvSetting, rest: Floats) -> str:
    """Return why the lifetime has no end, or nothing."""
    stays = segment.stays
    if np.any(np.isinf(rest)):
        where = "here" if np.all(np.isinf(rest)) else "in some draws"
        return ENDLESS.format(why=f"the value has no end where nobody leaves, as {where}")
    if not isinstance(stays, ConstantChurn) and np.any(np.equal(setting.discount_per_month, 0)):
        why = "the value rests on how the laws run on far past the data"
        if stays.has_endless_mean:
            why = stays.endless_mean_words or "the expected lifetime has no end"
        return ENDLESS.format(why=why)
    return ""


def _by_main_law(
    segment: LtvSegment, setting: LtvSetting, margin_usd: Floats, discount: Floats
) -> Floats | None:
    """Return the whole value under the published law alone, by its closed form; None where it has no end."""
    stays = segment.stays
    if isinstance(stays, ConstantChurn) or stays.main_law is None or segment.density is not None:
        return None
    if np.any(np.equal(discount, 0)):
        return None
    periods = stays.main_law.discounted_periods(discount)
    # Paid at the end, the first of the periods that are counted from now is the second of those.
    return margin_usd * (periods if setting.pays_at == "start" else periods - 1)


def _residual(
    curve: _Curve,
    discount: Floats,
    setting: LtvSetting,
    reasons: dict[str, str],
    *,
    segment: LtvSegment,
    why_not: str,
) -> Floats | None:
    """Return what a customer of a given age is still expected to pay, seen just before a renewal."""
    period = max(round((setting.age_months - segment.from_month) / curve.n_months), 1)
    if setting.age_months <= segment.from_month:
        why_not = f"customers are watched from month {segment.from_month} of age on"
    if why_not:
        reasons["residual_usd"] = why_not
        return None
    if period >= len(curve.left) - 1 or np.any(curve.left[period - 1] <= 0):
        month = segment.from_month + period * curve.n_months
        reasons["residual_usd"] = f"nobody is left before month {month}"
        return None
    left = residual_survival(curve.left, period)
    # Value per customer grows by age: the residual starts at the multiple of that age.
    multiple, last = curve.multiple[period:], curve.last_multiple
    within = lifetime_value(
        curve.margin_usd,
        left,
        discount_per_period=discount,
        pays_at=setting.pays_at,
        value_multiple=multiple,
    )
    rest = value_after_table(
        curve.margin_usd,
        left,
        discount_per_period=discount,
        pays_at=setting.pays_at,
        value_multiple=last,
    )
    return within + rest
