"""What a lower loss is worth to customers.

An elasticity to loss is the first document's reading, and it is no stable constant: the same lifetime
value per decade of training compute is an elasticity of 2 for a small model and of 20 at the frontier.
`equivalent_per_decade` and `ceiling` say what a given elasticity claims at the scale of a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Elasticity:
    """Relative gain of lifetime value per relative drop of the loss.

    Parameters
    ----------
    ltv_per_loss : float or array (n_draws,)
        Percent of lifetime value per percent of loss, finite and not negative.
    form : "linear" or "constant"
        "linear" takes the drop as a share of today's loss; "constant" compounds it, so that two steps
        multiply to the same value as one.

    Raises
    ------
    DomainError
        If the elasticity is negative or not finite.
    """

    ltv_per_loss: Floats
    form: Literal["linear", "constant"] = "linear"

    def __post_init__(self) -> None:
        ok = np.isfinite(self.ltv_per_loss) & np.greater_equal(self.ltv_per_loss, 0)
        require(ok, "ltv_per_loss", "finite and not negative", self.ltv_per_loss)
        require(self.form in ("linear", "constant"), "form", "linear or constant", self.form)

    def uplift_share(self, loss_today_nats: Floats, loss_nats: Floats) -> Floats:
        """Gain of lifetime value as a share of today's.

        Parameters
        ----------
        loss_today_nats : float or array (...)
            Loss of the model that runs today, in nats per token, above 0.
        loss_nats : float or array (...)
            Loss of the model that would replace it, above 0.

        Returns
        -------
        float or array (...)
            Share of today's lifetime value, -1 or more; negative where the new model is worse.

        Raises
        ------
        DomainError
            If a loss is not above 0.

        Notes
        -----
        linear: e (L0 - L) / L0, but never below -1, since customers cannot lose more than all their
        value; constant: (L0 / L)**e - 1.
        """
        _require_loss("loss_today_nats", loss_today_nats)
        _require_loss("loss_nats", loss_nats)
        if self.form == "linear":
            drop_share = (loss_today_nats - loss_nats) / loss_today_nats
            return np.maximum(self.ltv_per_loss * drop_share, -1.0)
        gain_share: Floats = np.expm1(self.ltv_per_loss * _log_ratio(loss_today_nats, loss_nats))
        return gain_share


def equivalent_per_decade(
    elasticity: Elasticity, loss_now_nats: Floats, *, loss_after_decade_nats: Floats
) -> Floats:
    """Gain of lifetime value that an elasticity claims for ten times the training compute.

    Parameters
    ----------
    elasticity : Elasticity
        What a relative drop of the loss is worth.
    loss_now_nats, loss_after_decade_nats : float or array (...)
        Loss now, and after ten times the compute on the same law's best path; above 0.

    Returns
    -------
    float or array (...)
        Share of lifetime value per decade, to be laid beside the measured 16.1 %.

    Raises
    ------
    DomainError
        If a loss is not above 0.
    """
    _require_loss("loss_now_nats", loss_now_nats)
    _require_loss("loss_after_decade_nats", loss_after_decade_nats)
    return elasticity.uplift_share(loss_now_nats, loss_after_decade_nats)


def equivalent_elasticity(
    gain_per_decade_share: Floats, loss_now_nats: Floats, *, loss_after_decade_nats: Floats
) -> Floats:
    """Constant elasticity to loss that means a given gain per decade at this scale.

    Parameters
    ----------
    gain_per_decade_share : float or array (...)
        Gain of value for ten times the compute, above -1; 16.1 % is 0.161.
    loss_now_nats, loss_after_decade_nats : float or array (...)
        Loss now and after ten times the compute, above 0; the second is the lower one.

    Returns
    -------
    float or array (...)
        Percent of value per percent of loss.

    Raises
    ------
    DomainError
        If a number lies outside its domain or the decade does not lower the loss.

    Notes
    -----
    e = ln(1 + gain) / ln(L / L10).
    """
    require(np.greater(gain_per_decade_share, -1), "gain_per_decade_share", "above -1", gain_per_decade_share)
    _require_loss("loss_now_nats", loss_now_nats)
    _require_loss("loss_after_decade_nats", loss_after_decade_nats)
    ok = np.less(loss_after_decade_nats, loss_now_nats)
    require(ok, "loss_after_decade_nats", "below loss_now_nats", loss_after_decade_nats)
    log_gain: Floats = np.log1p(gain_per_decade_share)
    return log_gain / _log_ratio(loss_now_nats, loss_after_decade_nats)


def ceiling(elasticity: Elasticity, loss_today_nats: Floats, *, floor_nats: Floats) -> Floats:
    """Largest gain of lifetime value that any training could give, since loss has a floor.

    Parameters
    ----------
    elasticity : Elasticity
        What a relative drop of the loss is worth.
    loss_today_nats : float or array (...)
        Loss of today's model, in nats per token.
    floor_nats : float or array (...)
        Loss that no model can beat (E of the law), above 0 and at most today's loss.

    Returns
    -------
    float or array (...)
        Share of today's lifetime value, 0 or more; the largest multiple is one more.

    Raises
    ------
    DomainError
        If the floor is not above 0 or lies above today's loss.
    """
    _require_loss("floor_nats", floor_nats)
    ok = np.less_equal(floor_nats, loss_today_nats)
    require(ok, "floor_nats", "at most loss_today_nats", floor_nats)
    return elasticity.uplift_share(loss_today_nats, floor_nats)


def _require_loss(name: str, loss_nats: Floats) -> None:
    require(np.isfinite(loss_nats) & np.greater(loss_nats, 0), name, "finite and above 0", loss_nats)


def _log_ratio(loss_today_nats: Floats, loss_nats: Floats) -> Floats:
    # log1p of the difference: log(L0) - log(L) would lose the digits of a small step.
    ratio: Floats = np.log1p((loss_today_nats - loss_nats) / loss_nats)
    return ratio
