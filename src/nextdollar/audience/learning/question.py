"""What is asked of a table of users and quality: terms of the business, horizon, and draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nextdollar.errors import require

Ends: TypeAlias = tuple[float, float]
"""The 5 % and 95 % quantiles of a quantity; equal where it is one number."""
USUAL_TOLERANCE_SHARE = 0.05
USUAL_HORIZON_MONTHS, MOST_MONTHS = 24.0, 120.0
USUAL_DISCOUNT_PER_MONTH = 1.1 ** (1 / 12) - 1
JOINERS_ENDS = (-0.5, 1.0)
"""Least and most by which joiners may be stated to rise for one point more of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnQuestion:
    """Terms that no table of users holds; None is not given.

    Parameters
    ----------
    margin_usd_per_month : (float, float), optional
        What a user brings in a month after the cost of serving, above 0. Without it, worth is counted in
        periods of users.
    update_cost_usd : (float, float), optional
        Cost of a new version, above 0: data, training, tests. Beside a margin alone: against user-periods
        it has no meaning.
    update_months : float, optional
        Months between versions to come, above 0; as often as in the table where it is not given.
    horizon_months : float
        Above 0 and at most 120.
    discount_per_month : float
        0 or more; usually 10 % a year.
    tolerance_share : float
        Share of its launch quality that a version may lose while it is still useful, in (0, 1).
    involuntary_share : (float, float), optional
        Share of churn that quality does not cure, in (0, 1); a published range where it is not given.
    referrals_per_month : (float, float), optional
        Users whom a user brings in a month, above 0; none where it is not given. They are among those who
        join in the table.
    joiners_per_point_share : (float, float), optional
        Rise of joiners for one point more of quality, from -0.5 to 1; (0, 0) holds them. Where it is not
        given they follow quality as the table shows it, and are held where the table does not show it
        clearly.
    n_draws, seed : int
        Draws behind every range, rounded up to a power of two.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    margin_usd_per_month: Ends | None = None
    update_cost_usd: Ends | None = None
    update_months: float | None = None
    horizon_months: float = USUAL_HORIZON_MONTHS
    discount_per_month: float = USUAL_DISCOUNT_PER_MONTH
    tolerance_share: float = USUAL_TOLERANCE_SHARE
    involuntary_share: Ends | None = None
    referrals_per_month: Ends | None = None
    joiners_per_point_share: Ends | None = None
    n_draws: int = 2048
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("margin_usd_per_month", "update_cost_usd", "referrals_per_month"):
            _check_ends(getattr(self, name), name, most=np.inf)
        _check_ends(self.involuntary_share, "involuntary_share", most=1.0)
        if self.joiners_per_point_share is not None:
            low, high = self.joiners_per_point_share
            least, most = JOINERS_ENDS
            ok, rule = least <= low <= high <= most, f"(low, high) from {least:g} to {most:g}"
            require(ok, "joiners_per_point_share", rule, self.joiners_per_point_share)
        ok = self.update_cost_usd is None or self.margin_usd_per_month is not None
        require(ok, "update_cost_usd", "beside margin_usd_per_month", self.update_cost_usd)
        ok = self.update_months is None or 0 < self.update_months < np.inf
        require(ok, "update_months", "above 0", self.update_months)
        rule = f"above 0 and at most {MOST_MONTHS:g}"
        require(0 < self.horizon_months <= MOST_MONTHS, "horizon_months", rule, self.horizon_months)
        ok = 0 <= self.discount_per_month < np.inf
        require(ok, "discount_per_month", "0 or more", self.discount_per_month)
        require(0 < self.tolerance_share < 1, "tolerance_share", "between 0 and 1", self.tolerance_share)
        require(128 <= self.n_draws <= 65_536, "n_draws", "from 128 to 65,536", self.n_draws)
        require(self.seed >= 0, "seed", "0 or more", self.seed)


def _check_ends(ends: Ends | None, name: str, *, most: float) -> None:
    if ends is None:
        return
    low, high = ends
    is_finite = bool(np.isfinite(low)) and bool(np.isfinite(high))
    rule = "(low, high), above 0" + ("" if np.isinf(most) else f" and below {most:g}")
    require(is_finite and 0 < low <= high < most, name, rule, ends)
