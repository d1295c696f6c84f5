"""Share of a market against rivals who do not stand still: for anything that is sold beside others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from nextdollar.customers.quality.decades import lost_to_frontier
from nextdollar.customers.quality.threshold import Threshold
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class FrontierShare:
    """Value in proportion to the share held against a frontier that moves and copies.

    Parameters
    ----------
    held_today_share : float or array (n_draws,)
        Share of the market that today's model holds, strictly between 0 and 1; the rest is rivals and no
        purchase at all.
    slope_log_per_decade : float or array (n_draws,)
        Rise of the log-odds of the share per decade of lead, finite and not negative.
    frontier_decades_per_year : float or array (n_draws,)
        Pace of the frontier in effective compute, finite and not negative.
    copied_after_months : float or array (n_draws,)
        Months from launch until rivals have the like of a better model, above 0; infinite for never.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    ln(s / (1 - s)) = ln(s0 / (1 - s0)) + k (q - q0 - r(t)), with r(t) what rivals have gained since today:
    g t / 12, and from launch + lag on at least q - q0. Prices stay as they are. It is the best reply to
    rivals who do not answer, not an equilibrium: they may cut prices or speed up.
    """

    held_today_share: Floats
    slope_log_per_decade: Floats
    frontier_decades_per_year: Floats = 0.0
    copied_after_months: Floats = math.inf

    def __post_init__(self) -> None:
        share = self.held_today_share
        inside = np.greater(share, 0) & np.less(share, 1)
        require(inside, "held_today_share", "strictly between 0 and 1", share)
        for name in ("slope_log_per_decade", "frontier_decades_per_year"):
            number = getattr(self, name)
            ok = np.isfinite(number) & np.greater_equal(number, 0)
            require(ok, name, "finite and not negative", number)
        require(
            np.greater(self.copied_after_months, 0),
            "copied_after_months",
            "above 0",
            self.copied_after_months,
        )

    def uplift_share(self, today_decades: Floats, decades: Floats) -> Floats:
        """Gain of value as a share of today's, before rivals move.

        Parameters
        ----------
        today_decades, decades : float or array (...)
            Quality of today's model and of the one that replaces it, in decades of effective compute.

        Returns
        -------
        float or array (...)
            Share of today's value, from -1 to `most_uplift_share`.
        """
        # A slope of 0 has no width: value does not move.
        slope = np.asarray(self.slope_log_per_decade, dtype=np.float64)
        width = 1 / np.where(slope > 0, slope, 1.0)
        gain_share = Threshold(self.held_today_share, width).uplift_share(today_decades, decades)
        return np.where(slope > 0, gain_share, 0.0)[()]

    def most_uplift_share(self) -> Floats:
        """Largest gain that any training could give: the whole market, (1 - s0) / s0."""
        return np.subtract(1.0, self.held_today_share) / self.held_today_share

    def share_by_month(
        self, gained_decades: Floats, months: FloatArray, *, launch_months: Floats = 0.0
    ) -> FloatArray:
        """Share of the market over time with a model that is `gained_decades` above today's.

        Parameters
        ----------
        gained_decades : float or array (n_draws,)
            Quality above that of today's model; 0 keeps today's.
        months : array (n_months,)
            Months from today, 0 or more.
        launch_months : float or array (n_draws,)
            When customers got the model; what happens before is not shown in the result's rows before it.

        Returns
        -------
        array (n_months, n_draws or 1)
            Share from 0 to 1.
        """
        t = np.asarray(months, dtype=np.float64).reshape(-1, 1)
        moved = lost_to_frontier(t, frontier_decades_per_year=self.frontier_decades_per_year)
        is_copied = t >= np.add(launch_months, self.copied_after_months)
        rivals = np.maximum(moved, np.where(is_copied, gained_decades, -np.inf))
        lead = np.subtract(gained_decades, rivals)
        share: FloatArray = expit(logit(self.held_today_share) + self.slope_log_per_decade * lead)
        return share

    def uplift_by_month(
        self, gained_decades: Floats, months: FloatArray, *, launch_months: Floats = 0.0
    ) -> FloatArray:
        """Gain over keeping today's model, which ages too, as a share of today's value.

        Parameters are those of `share_by_month`. Returns (n_months, n_draws or 1), at least -1; rows
        before the launch are those of a model that is there already, and callers count none of them.
        """
        new = self.share_by_month(gained_decades, months, launch_months=launch_months)
        kept = self.share_by_month(0.0, months, launch_months=math.inf)
        gain_share: FloatArray = (new - kept) / self.held_today_share
        return gain_share
