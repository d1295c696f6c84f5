"""What it costs that data run out and have to be repeated (Muennighoff et al. 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.allocate import Allocation, compute_optimal
from nextdollar.scaling.laws.chinchilla import Chinchilla
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import require_budget
from nextdollar.scaling.rising_root import rising_root
from nextdollar.scaling.wrong_allocation import DeadWeight, budget_for_loss
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class RepeatedSplit:
    """The best split of a budget over few unique tokens, and what their lack costs.

    `epochs` is how often each token is seen (1 or less: data do not run out), `effective_share` what
    the tokens seen are worth over as many new ones. `dead_weight` compares the budget with what the
    same loss takes on unlimited data. `per_unique_nats` is the fall of the loss for each factor of e
    in unique tokens at this budget.
    """

    split: Allocation
    epochs: Floats
    effective_share: Floats
    dead_weight: DeadWeight
    per_unique_nats: Floats


def best_with_repeats(
    law: DataConstrained, budget_flop: Floats, *, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> RepeatedSplit:
    """Split of a training budget that reaches the least loss when data may be repeated.

    Parameters
    ----------
    law : DataConstrained
        A law with its unique tokens; its coefficients may be draws.
    budget_flop : float or array (...)
        Training work in FLOP, above 0.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    RepeatedSplit
        The split, its epochs, and the price of the missing data.

    Raises
    ------
    DomainError
        If the budget is 0 or less.

    Notes
    -----
    With x = ln D, N = M / D, M = C / k, and n, d the elasticities of N' in N and of D' in D, the loss
    is least where h(x) = ln(alpha A N'**-alpha n) - ln(beta B D'**-beta d) = 0. Beyond the unique tokens
    U and the V parameters that they suffice for,
    h' = [(alpha + 1) n - 1 + N / (V R_N)] + [(beta + 1) d - 1 + D / (U R_D)], and both brackets are
    positive: n falls in N, which says n > 1 - N / (V R_N), and likewise d. So there is one optimum,
    between the ends ln U and ln(M / V) at which h has opposite signs. Powers beside exponentials
    leave no closed form; Newton in that bracket takes about eight steps to the last digit.

    More data are worth -dL/dlnU = beta B D'**-beta + D dL/dD + (beta / alpha) (alpha A N'**-alpha + N dL/dN):
    what the loss would gain if all effective tokens and parameters were new.
    """
    require_budget(budget_flop, flop_per_param_token)
    split = compute_optimal(law, budget_flop, flop_per_param_token=flop_per_param_token)
    used = np.minimum(law.unique_tokens, split.tokens)
    return RepeatedSplit(
        split=split,
        epochs=split.tokens / used,
        effective_share=law.effective_tokens(split.tokens) / split.tokens,
        dead_weight=data_dead_weight(law, split.params, split.tokens, flop_per_param_token),
        per_unique_nats=per_unique_nats(law, split.params, split.tokens),
    )


def data_dead_weight(
    law: DataConstrained, params: Floats, tokens: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> DeadWeight:
    """Work beyond what the same loss takes on unlimited data, best split; params and tokens above 0."""
    spent_flop = flop_per_param_token * params * tokens
    needed_flop = budget_for_loss(
        without_limit(law), law.loss(params, tokens), flop_per_param_token=flop_per_param_token
    )
    return DeadWeight(spent_flop, np.minimum(needed_flop, spent_flop))


def without_limit(law: DataConstrained) -> Chinchilla:
    """Return the law on unlimited data."""
    return Chinchilla(law.E, law.A, law.alpha, law.B, law.beta, domain=law.domain)


def per_unique_nats(law: DataConstrained, params: Floats, tokens: Floats) -> Floats:
    """Fall of the loss for each factor of e in unique tokens; 0 where they are not repeated."""
    per_param, per_token = law.gradient(params, tokens)
    of_tokens = law.beta * law.B / law.effective_tokens(tokens) ** law.beta + tokens * per_token
    of_params = law.alpha * law.A / law.effective_params(params, tokens) ** law.alpha + params * per_param
    gain = of_tokens + law.beta / law.alpha * of_params
    return np.where(np.greater(tokens, law.unique_tokens), np.maximum(gain, 0.0), 0.0)[()]


def unaware_split(law: DataConstrained, loss_nats: Floats) -> Allocation:
    """Split that reaches a loss when it is chosen as if data did not run out.

    Each budget is split as on unlimited data, whatever it then repeats; `loss_nats` above 0. nan where
    no budget reaches the loss in that way. Its work beyond that of `best_with_repeats` is the price
    of not minding repeats.
    """
    require(np.greater(loss_nats, 0), "loss_nats", "above 0", loss_nats)
    free = without_limit(law)

    def reached_nats(log_budget: FloatArray) -> Floats:
        split = compute_optimal(free, np.exp(log_budget))
        return loss_nats - law.loss(split.params, split.tokens)

    # Repeats can only cost, so the budget on unlimited data is the nearest from below.
    unlimited_flop = np.asarray(budget_for_loss(free, loss_nats))
    has_budget = np.isfinite(unlimited_flop)
    start = np.log(np.where(has_budget, unlimited_flop, 1.0)) + np.zeros(np.shape(law.unique_tokens))
    root = rising_root(lambda x: np.where(has_budget, reached_nats(x), np.nan), start)
    split = compute_optimal(free, np.exp(np.where(np.isnan(root), start, root)))
    none = np.where(np.isnan(root), np.nan, 1.0)
    return Allocation((none * split.params)[()], (none * split.tokens)[()], (none * loss_nats)[()])
