"""The law of Muennighoff et al. 2023, for training on data that must be repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain
from nextdollar.scaling.laws.law import SearchedFrontier, require_budget, require_model
from nextdollar.sources import Source
from nextdollar.units import Floats

_MOST_STEPS = 100
"""Newton with bisection as its guard takes about 5; halving alone would need 60."""


@dataclass(frozen=True, slots=True)
class DataConstrained:
    """L(N, D) = E + A / N'**alpha + B / D'**beta, where repeated tokens and excess parameters fade.

    N is the number of parameters, D of training tokens seen, repeats included, and `unique_tokens`
    of different ones at hand (infinity: no limit). U = min(unique_tokens, D) of them are used, and
    V = min(N, G (G U)**(beta / alpha)) parameters are as many as U suffices for, with
    G = (alpha A / (beta B))**(1 / (alpha + beta)). Then D' = U f(D / U, R_D) and N' = V f(N / V, R_N), where
    f(x, R) = 1 + R (1 - exp(-(x - 1) / R)): the first pass counts in full, and no number of passes
    counts for more than 1 + R. L is in nats per token. Each field is one number or an array
    (n_draws,).

    Without repetition, and with no more parameters than the tokens suffice for, it is the law of
    Hoffmann et al. Its trends hold better than its level: the authors warn against reading the
    loss itself.
    """

    E: Floats
    A: Floats
    alpha: Floats
    B: Floats
    beta: Floats
    R_D: Floats
    R_N: Floats
    unique_tokens: Floats = np.inf
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Muennighoff et al. 2023, Scaling Data-Constrained Language Models",
        "section 3",
        "https://arxiv.org/abs/2305.16264",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.E, 0), "E", "at least 0", self.E)
        for name in ("A", "alpha", "B", "beta", "R_D", "R_N", "unique_tokens"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0, of any shapes that broadcast."""
        params, tokens = self.effective_params(N, D), self.effective_tokens(D)
        return self.E + self.A / params**self.alpha + self.B / tokens**self.beta

    def effective_tokens(self, D: Floats) -> Floats:
        """Unique tokens that D tokens, repeats included, are worth: D'; D above 0."""
        require(np.greater(D, 0), "D", "above 0", D)
        used = np.minimum(self.unique_tokens, D)
        return used * _worth(D / used, self.R_D)

    def effective_params(self, N: Floats, D: Floats) -> Floats:
        """Parameters that N are worth with the unique tokens of a run on D: N'; N and D above 0."""
        require_model(N, D)
        enough = np.minimum(N, self._params_for(np.minimum(self.unique_tokens, D)))
        return enough * _worth(N / enough, self.R_N)

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token (neither above 0).

        dL/dN = -alpha A / N'**(alpha + 1) exp(-(N / V - 1) / R_N), and likewise in D. While D is below
        unique_tokens and N above V, more tokens also raise V; there is a kink where they no longer do.
        """
        params, tokens = self.effective_params(N, D), self.effective_tokens(D)
        used = np.minimum(self.unique_tokens, D)
        suffices = self._params_for(used)
        excess = np.maximum(N / suffices, 1.0)
        per_effective_param = -self.alpha * self.A / params ** (self.alpha + 1)
        per_effective_token = -self.beta * self.B / tokens ** (self.beta + 1)
        per_param = per_effective_param * _fading(excess, self.R_N)
        per_token = per_effective_token * _fading(D / used, self.R_D)
        raised = _worth(excess, self.R_N) - excess * _fading(excess, self.R_N)
        through_params = np.where(
            np.less(D, self.unique_tokens), raised * suffices * self.beta / (self.alpha * used), 0.0
        )
        return per_param, per_token + per_effective_param * through_params

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss when flop_per_param_token * N * D = budget_flop.

        While the best split of Hoffmann et al. needs no more than the unique tokens U, it is that one.
        Beyond, ln(alpha A N n / N'**(alpha + 1)) = ln(beta B D d / D'**(beta + 1)), with n and d the worth
        of one more parameter and token, has one root between V and the size whose tokens are U: its
        left side falls with N and its right side with D. Newton steps in ln N, kept in that bracket,
        find it to the last digits.
        """
        require_budget(budget_flop, flop_per_param_token)
        param_tokens = budget_flop / flop_per_param_token
        tokens_unlimited = param_tokens ** (self.alpha / (self.alpha + self.beta)) / self._balance()
        used = np.minimum(self.unique_tokens, tokens_unlimited)
        suffices = self._params_for(used)
        repeats = param_tokens / (suffices * used)
        # x = ln(N / V) lies between 0 and ln(repeats); passes D / U are repeats / exp(x).
        low, high = np.zeros(np.shape(repeats)), np.maximum(np.log(repeats), 0.0)
        x = high / 2
        for _ in range(_MOST_STEPS):
            gain, slope = self._gain(np.exp(x), np.maximum(repeats / np.exp(x), 1.0))
            low, high = np.where(gain > 0, x, low), np.where(gain > 0, high, x)
            step = x - gain / slope
            following = np.where((step >= low) & (step <= high), step, (low + high) / 2)
            settled = np.all(np.abs(following - x) <= 4 * np.spacing(1.0 + np.abs(x)))
            x = following
            if settled:
                break
        return (suffices * np.exp(x))[()]

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> SearchedFrontier:
        """Least loss at each budget: a power of it until data run out, and flatter from there on."""
        require_budget(1.0, flop_per_param_token)
        return SearchedFrontier(self, flop_per_param_token)

    def _gain(self, excess: Floats, passes: Floats) -> tuple[Floats, Floats]:
        """Return ln(gain of ln N / gain of ln D) and its slope in ln N at a fixed product N D."""
        by_params, params_slope = _log_gain(excess, self.R_N, self.alpha)
        by_tokens, tokens_slope = _log_gain(passes, self.R_D, self.beta)
        # At one pass and V parameters both gains are equal: alpha A / V**alpha = beta B / U**beta.
        return by_params - by_tokens, params_slope + tokens_slope

    def _params_for(self, tokens: Floats) -> Floats:
        """Return the parameters that a number of unique tokens suffices for."""
        G = self._balance()
        return G * (G * tokens) ** (self.beta / self.alpha)

    def _balance(self) -> Floats:
        """Return G = (alpha A / (beta B))**(1 / (alpha + beta))."""
        return (self.alpha * self.A / (self.beta * self.B)) ** (1 / (self.alpha + self.beta))


def _worth(times: Floats, R: Floats) -> Floats:
    """Return 1 + R (1 - exp(-(x - 1) / R)): what x times the first unit are worth, in first units."""
    return 1.0 - R * np.expm1(-(times - 1) / R)


def _fading(times: Floats, R: Floats) -> Floats:
    """Return exp(-(x - 1) / R), the worth of one more unit after x times the first."""
    return np.exp(-(times - 1) / R)


def _log_gain(times: Floats, R: Floats, exponent: Floats) -> tuple[Floats, Floats]:
    """Return ln(x f'(x) / f(x)**(exponent + 1)) with f = `_worth`, and its slope in ln x (negative)."""
    worth = _worth(times, R)
    gain = np.log(times) - (times - 1) / R - (exponent + 1) * np.log(worth)
    slope = 1 - times / R - (exponent + 1) * times * _fading(times, R) / worth
    return gain, slope
