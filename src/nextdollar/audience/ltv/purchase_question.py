"""What is asked of the value of customers without a contract: margin, discount, horizon, and draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.audience.ltv.question import MOST_MONTHS
from nextdollar.errors import require
from nextdollar.units import DAYS_PER_MONTH, FloatArray, Floats

USUAL_DRAWS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseValueQuestion:
    """How purchases to come are counted; change it with `dataclasses.replace`.

    Parameters
    ----------
    gross_margin_share : float or array (n_draws,)
        Share of what is spent that is left after the cost of serving, at most 1; below 0 is a loss.
    discount_per_month : float or array (n_draws,)
        Rate at which later purchases count less, 0 or more: (1 + yearly)**(1/12) - 1. Where it is above 0,
        purchases count for the whole lifetime, else within the horizon.
    horizon_months : int
        From 1 to 600: how far ahead is trusted; the value beyond it is shown apart.
    period_days : float
        Days in a period of the laws, 1 to 366: 7 for weeks.
    until : str, optional
        Last day that the log covers, as 2026-01-31; by default that of its last purchase.
    n_draws, seed : int
        Draws behind the ranges, 32 or more, and their seed, 0 or more.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """

    gross_margin_share: Floats = 1.0
    discount_per_month: Floats = 0.0
    horizon_months: int = 36
    period_days: float = 7
    until: str | None = None
    n_draws: int = USUAL_DRAWS
    seed: int = 7

    def __post_init__(self) -> None:
        margin, rate = self.gross_margin_share, self.discount_per_month
        ok = np.isfinite(margin) & np.less_equal(margin, 1)
        require(ok, "gross_margin_share", "at most 1 (70 % is 0.7)", margin)
        require(np.isfinite(rate) & np.greater_equal(rate, 0), "discount_per_month", "0 or more", rate)
        months = self.horizon_months
        require(1 <= months <= MOST_MONTHS, "horizon_months", f"from 1 to {MOST_MONTHS}", months)
        require(1 <= self.period_days <= 366, "period_days", "from 1 to 366", self.period_days)
        require(self.n_draws >= 32, "n_draws", "32 or more", self.n_draws)
        require(self.seed >= 0, "seed", "0 or more", self.seed)
        for name in ("gross_margin_share", "discount_per_month"):
            shape = np.shape(getattr(self, name))
            require(shape in ((), (self.n_draws,)), name, f"one number or {self.n_draws} draws", shape)

    @property
    def is_whole(self) -> bool:
        """Whether the whole lifetime counts: a discount ends it in every draw."""
        return bool(np.all(np.greater(self.discount_per_month, 0)))

    @property
    def horizon_periods(self) -> float:
        """The horizon in periods of the laws."""
        return self.horizon_months * DAYS_PER_MONTH / self.period_days

    @property
    def log_discounts_per_period(self) -> FloatArray:
        """Logarithm of 1 + the discount of a period, array (n_draws,)."""
        per_period = np.log1p(self.discount_per_month) * self.period_days / DAYS_PER_MONTH
        return np.broadcast_to(np.asarray(per_period, dtype=np.float64), (self.n_draws,))

    @property
    def margins(self) -> FloatArray:
        """Share of spend that is left, array (n_draws,)."""
        margin = np.asarray(self.gross_margin_share, dtype=np.float64)
        return np.broadcast_to(margin, (self.n_draws,))
