"""Speculative decoding: drafts that the model checks in one step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.decode import DecodeStep, decode_step
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.errors import require
from nextdollar.units import Floats


def tokens_per_step(n_drafts: Floats, acceptance_share: Floats) -> Floats:
    """Expected tokens of a step that checks drafts: (1 - a^(k+1)) / (1 - a).

    Parameters
    ----------
    n_drafts : float or array (...)
        Drafted tokens k of a sequence, at least 0.
    acceptance_share : float or array (...)
        Chance a that a draft is accepted if all before it were, in [0, 1].

    Returns
    -------
    float or array (...)
        Tokens, from 1 to k + 1.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Leviathan et al. 2022, arXiv:2211.17192, equation 1: drafts are accepted independently, and the model
    adds one token of its own.
    """
    require(np.greater_equal(n_drafts, 0), "n_drafts", "at least 0", n_drafts)
    ok = np.greater_equal(acceptance_share, 0) & np.less_equal(acceptance_share, 1)
    require(ok, "acceptance_share", "at least 0 and at most 1", acceptance_share)
    rejected = 1.0 - np.asarray(acceptance_share, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # expm1 and log1p keep the digits where nearly every draft is accepted.
        expected = -np.expm1((np.asarray(n_drafts) + 1.0) * np.log1p(-rejected)) / rejected
    return np.where(rejected > 0, expected, np.asarray(n_drafts) + 1.0)[()]


@dataclass(frozen=True, slots=True)
class Speculation:
    """How tokens are drafted.

    Parameters
    ----------
    n_drafts : float or array (...)
        Drafted tokens of a sequence and step, at least 0; 0 is plain decoding.
    acceptance_share : float or array (...)
        Chance that a draft is accepted if all before it were, in [0, 1].
    draft_cost_share : float or array (...)
        Time to draft one token as a share of a plain step, at least 0.
    """

    n_drafts: Floats = 0.0
    acceptance_share: Floats = 0.0
    draft_cost_share: Floats = 0.0

    def __post_init__(self) -> None:
        require(
            np.greater_equal(self.draft_cost_share, 0),
            "draft_cost_share",
            "at least 0",
            self.draft_cost_share,
        )
        tokens_per_step(self.n_drafts, self.acceptance_share)

    def step(
        self,
        deployment: Deployment,
        n_sequences: Floats,
        load: ServingLoad,
        calibration: ServingCalibration,
    ) -> DecodeStep:
        """Step of decode per token of a sequence: all parts are divided by the tokens that it yields.

        Checking reads more experts and multiplies more, and the cache is read once: the gain shrinks
        as the batch reaches the arithmetic roof, and can turn into a loss.
        """
        context = load.n_context_tokens
        plain = decode_step(deployment, n_sequences, n_context_tokens=context, calibration=calibration)
        if np.ndim(self.n_drafts) == 0 and self.n_drafts == 0:
            return plain
        checked = decode_step(
            deployment,
            n_sequences,
            n_context_tokens=context,
            calibration=calibration,
            n_positions=1.0 + self.n_drafts,
        )
        drafting_s = self.n_drafts * self.draft_cost_share * plain.total_s
        tokens = tokens_per_step(self.n_drafts, self.acceptance_share)
        return replace(
            checked,
            weights_s=checked.weights_s / tokens,
            kv_s=checked.kv_s / tokens,
            compute_s=checked.compute_s / tokens,
            overhead_s=(checked.overhead_s + drafting_s) / tokens,
            links_s=checked.links_s / tokens,
        )


NO_DRAFTS = Speculation()
"""Plain decoding: one token of a sequence in each step."""
