"""The best split where a model is served as well as trained (Sardana et al. 2024).

Training costs k N D and serving 2 N T, both proportional to N, so that serving T tokens counts like
training on s = 2 T r / k more of them, r being the price of a FLOP in serving over that in training.
The whole bill is then k N (D + s), in FLOP of training.
"""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.allocate import Allocation
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law, require_budget, require_model
from nextdollar.scaling.rising_root import rising_root
from nextdollar.scaling.wrong_allocation import budget_for_loss
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

SERVING_FLOP_PER_PARAM_TOKEN = 2.0
"""One multiply and one add per parameter and token read or written."""

SARDANA = Source(
    "Sardana et al. 2024, Beyond Chinchilla-Optimal: Accounting for Inference in Language Model Scaling Laws",
    "sections 2 and 3",
    "https://arxiv.org/abs/2401.00448",
)


def served_as_trained_tokens(
    inference_tokens: Floats,
    *,
    price_multiple: Floats = 1.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Training tokens that cost as much as a number of served ones: 2 T r / k.

    `inference_tokens` T, read or written over the life of the model, at least 0; `price_multiple` r,
    price of a FLOP in serving over that in training (above 1 where serving uses machines worse),
    above 0.
    """
    require(np.greater_equal(inference_tokens, 0), "inference_tokens", "at least 0", inference_tokens)
    require(np.greater(price_multiple, 0), "price_multiple", "above 0", price_multiple)
    require_budget(1.0, flop_per_param_token)
    return SERVING_FLOP_PER_PARAM_TOKEN * inference_tokens * price_multiple / flop_per_param_token


def lifetime_flop(
    params: Floats,
    tokens: Floats,
    inference_tokens: Floats,
    *,
    price_multiple: Floats = 1.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Training and serving together, k N D + 2 N T r, in FLOP at the price of training.

    Multiplied by the price of a FLOP of training it is the whole bill. Arguments as in
    `served_as_trained_tokens`; params N and tokens D above 0.
    """
    require_model(params, tokens)
    served = served_as_trained_tokens(
        inference_tokens, price_multiple=price_multiple, flop_per_param_token=flop_per_param_token
    )
    return flop_per_param_token * params * (tokens + served)


def best_within_total(
    law: Law,
    total_flop: Floats,
    *,
    inference_tokens: Floats,
    price_multiple: Floats = 1.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Allocation:
    """Split that reaches the least loss when one budget pays for training and serving.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; its coefficients may be draws.
    total_flop : float or array (...)
        Budget for both phases, in FLOP at the price of training, above 0.
    inference_tokens : float or array (...)
        Tokens that will be read or written, at least 0.
    price_multiple : float or array (...)
        Price of a FLOP in serving over that in training, above 0.
    flop_per_param_token : float
        Training work per parameter and token.

    Returns
    -------
    Allocation
        Parameters, training tokens and loss.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.

    Notes
    -----
    With M = C / k and N = M / (D + s), the loss is least where
    (N dL/dN) / (D dL/dD) = 1 + s / D: one root in ln D, as the left side over the right one rises
    in D by at least beta per unit of ln D (Chinchilla form). At T = 0 it is the compute-optimal split.
    """
    served = served_as_trained_tokens(
        inference_tokens, price_multiple=price_multiple, flop_per_param_token=flop_per_param_token
    )
    start_params = law.optimal_params(total_flop, flop_per_param_token)
    param_tokens = total_flop / flop_per_param_token

    def imbalance_log(log_tokens: FloatArray) -> Floats:
        """Return ln of a gain of size over one of tokens, per dollar."""
        D = np.exp(log_tokens)
        N = param_tokens / (D + served)
        per_param, per_token = law.gradient(N, D)
        return np.log((N * per_param) / ((D + served) * per_token))

    start = np.log(param_tokens / start_params) + np.zeros(np.shape(served))
    root = rising_root(imbalance_log, start)
    # Nothing served leaves the compute-optimal split. Where repeats and size are worth less than the
    # spacing of floats no split is better than another, and it will do as well.
    is_plain = np.equal(served, 0) | np.isnan(root)
    tokens = np.exp(np.where(is_plain, start, root))[()]
    params = param_tokens / (tokens + served)
    return Allocation(params=params, tokens=tokens, loss_nats=law.loss(params, tokens))


def least_total(
    law: Law,
    loss_nats: Floats,
    *,
    inference_tokens: Floats,
    price_multiple: Floats = 1.0,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Allocation:
    """Cheapest split, training and serving together, that reaches a loss.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; its coefficients may be draws.
    loss_nats : float or array (...)
        Loss to reach, in nats per token, above 0.
    inference_tokens, price_multiple, flop_per_param_token
        As in `best_within_total`.

    Returns
    -------
    Allocation
        Parameters and training tokens; nan where the loss is at or below the floor of the law.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.

    Notes
    -----
    min k N D + 2 N T r subject to L(N, D) = l, found as the budget whose `best_within_total` has that
    loss. The model comes out smaller and trained for longer than the compute-optimal one of the same
    loss. Laws fitted at usual ratios overstate what data can do at extreme ones (Sardana et al.,
    section 4, up to 10,000 tokens per parameter): check the tokens per parameter against the law's
    domain.
    """

    def split(log_total: Floats) -> Allocation:
        """Return the best split of a whole budget."""
        return best_within_total(
            law,
            np.exp(log_total),
            inference_tokens=inference_tokens,
            price_multiple=price_multiple,
            flop_per_param_token=flop_per_param_token,
        )

    # Serving comes on top, so the budget of training alone is the nearest from below.
    trained_flop = budget_for_loss(law, loss_nats, flop_per_param_token=flop_per_param_token)
    is_reached = np.isfinite(trained_flop)
    start = np.log(np.where(is_reached, trained_flop, 1.0)) + np.zeros(np.shape(inference_tokens))
    total = rising_root(lambda x: np.where(is_reached, loss_nats - split(x).loss_nats, np.nan), start)
    found = split(np.where(np.isnan(total), start, total))
    none = np.where(np.isnan(total), np.nan, 1.0)
    return Allocation((none * found.params)[()], (none * found.tokens)[()], (none * loss_nats)[()])


def tokens_that_justify(law: Law, params: Floats, tokens: Floats) -> Floats:
    """Tokens to be served for which parameters and tokens are the best split of their loss.

    T = (k / 2) D ((N dL/dN) / (D dL/dD) - 1), with k = 6 and one price for both phases; 0 where the
    model is too large for its tokens, which no amount of serving justifies. Both above 0.
    """
    require_model(params, tokens)
    per_param, per_token = law.gradient(params, tokens)
    gain = tokens * per_token
    # Tokens worth nothing more, as endless repeats are, justify nothing.
    has_gain = np.less(gain, 0)
    excess = np.where(has_gain, params * per_param / np.where(has_gain, gain, 1.0) - 1, 0.0)
    return np.maximum(FLOP_PER_PARAM_TOKEN / SERVING_FLOP_PER_PARAM_TOKEN * tokens * excess, 0.0)[()]
