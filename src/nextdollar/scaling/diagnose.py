"""What ails a training run: its size, its data, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.allocate import Allocation
from nextdollar.scaling.inference_aware import (
    best_within_total,
    least_total,
    lifetime_flop,
    served_as_trained_tokens,
    tokens_that_justify,
)
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.law import Law, require_model
from nextdollar.scaling.repeated_data import without_limit
from nextdollar.scaling.wrong_allocation import budget_for_loss
from nextdollar.units import Floats

Ailment: TypeAlias = Literal["balanced", "under-trained", "data-starved", "compute-starved"]
AILMENTS: tuple[Ailment, ...] = get_args(Ailment)

BALANCED_SHARE = 0.05
"""Waste up to which a split counts as balanced: a size off by a factor of about 1.7."""
TRAINING_GAP_SHARE = 0.02
"""Loss above the law's beyond which training is to blame: twice the usual scatter of good runs."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A run under a law; every field has the shape of the law's draws and the runs.

    Parameters
    ----------
    loss_nats
        What the law says of the run.
    params_elasticity, tokens_elasticity
        -d ln L / d ln N and -d ln L / d ln D: per cent of the loss for a per cent more.
    best
        The cheapest split of the same loss, serving counted, over the same unique data.
    rebalanced
        The split of the least loss for what the run cost.
    allocation_share, data_share
        Shares of the run's cost that a better split, and more unique data, would save.
    justified_tokens
        Served tokens for which this split would be the best one; 0 where it is too large a model.
    ailment
        One of `AILMENTS`, by the rule of `diagnose`.
    """

    loss_nats: Floats
    params_elasticity: Floats
    tokens_elasticity: Floats
    best: Allocation
    rebalanced: Allocation
    allocation_share: Floats
    data_share: Floats
    justified_tokens: Floats
    ailment: NDArray[np.str_]

    @property
    def waste_share(self) -> Floats:
        """Share of the run's cost that a better split with enough data would save."""
        return self.allocation_share + self.data_share


def diagnose(
    law: Law,
    params: Floats,
    tokens: Floats,
    *,
    inference_tokens: Floats = 0.0,
    price_multiple: Floats = 1.0,
    balanced_share: float = BALANCED_SHARE,
) -> Diagnosis:
    """Say whether a run has too few tokens, too few parameters, too little data, or is balanced.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; with unique tokens (`DataConstrained`) it also knows repeats.
    params, tokens : float or array (...)
        Parameters N and training tokens D of the run, above 0.
    inference_tokens : float or array (...)
        Tokens that the model will read or write, at least 0.
    price_multiple : float or array (...)
        Price of a FLOP in serving over that in training, above 0.
    balanced_share : float
        Waste up to which the run counts as balanced, in [0, 1).

    Returns
    -------
    Diagnosis
        Elasticities, the best split, what is wasted, and the ailment.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.

    Notes
    -----
    The cost of the run is 6 N D + 2 N T r. Its waste is the share of it that the cheapest way to the
    same loss would save: `allocation_share` by a better split of the same data, `data_share` what
    unlimited unique data would save on top. Then

    - balanced: the waste is at most `balanced_share`;
    - data-starved: more of the waste is due to repeated data than to the split;
    - under-trained: the run has fewer tokens per parameter than the best split (too large a model);
    - compute-starved: it has more (too small a model for its data; more compute would go into size).
      Serving may make it right: `justified_tokens` says from how many tokens on.
    """
    require_model(params, tokens)
    require(0 <= balanced_share < 1, "balanced_share", "at least 0 and below 1", balanced_share)
    loss_nats = law.loss(params, tokens)
    per_param, per_token = law.gradient(params, tokens)
    cost_flop = lifetime_flop(params, tokens, inference_tokens, price_multiple=price_multiple)
    best = _cheaper_of(
        least_total(law, loss_nats, inference_tokens=inference_tokens, price_multiple=price_multiple),
        Allocation(params, tokens, loss_nats),
        served_as_trained_tokens(inference_tokens, price_multiple=price_multiple),
    )
    best_flop = lifetime_flop(best.params, best.tokens, inference_tokens, price_multiple=price_multiple)
    data_share: Floats = np.zeros(np.shape(best_flop))[()]
    if isinstance(law, DataConstrained):
        free = least_total(
            without_limit(law), loss_nats, inference_tokens=inference_tokens, price_multiple=price_multiple
        )
        free_flop = lifetime_flop(free.params, free.tokens, inference_tokens, price_multiple=price_multiple)
        data_share = np.maximum(best_flop - free_flop, 0.0) / cost_flop
    allocation_share = 1 - best_flop / cost_flop
    return Diagnosis(
        loss_nats=loss_nats,
        params_elasticity=-params * per_param / loss_nats,
        tokens_elasticity=-tokens * per_token / loss_nats,
        best=best,
        rebalanced=best_within_total(
            law, cost_flop, inference_tokens=inference_tokens, price_multiple=price_multiple
        ),
        allocation_share=allocation_share,
        data_share=data_share,
        justified_tokens=tokens_that_justify(law, params, tokens),
        ailment=_ailment(
            best.tokens_per_param > tokens / params, allocation_share, data_share, balanced_share
        ),
    )


def _cheaper_of(found: Allocation, run: Allocation, served_tokens: Floats) -> Allocation:
    """Return the cheaper of two splits of one loss, elementwise.

    The best split itself comes back a rounding error off; where repeats are worth nothing more, many
    budgets reach one loss and the search may end at a dear one.
    """
    is_found = found.params * (found.tokens + served_tokens) < run.params * (run.tokens + served_tokens)
    return Allocation(
        np.where(is_found, found.params, run.params)[()],
        np.where(is_found, found.tokens, run.tokens)[()],
        run.loss_nats,
    )


def _ailment(
    has_few_tokens: NDArray[np.bool_] | bool,
    allocation_share: Floats,
    data_share: Floats,
    balanced_share: float,
) -> NDArray[np.str_]:
    split = np.where(has_few_tokens, "under-trained", "compute-starved")
    ailing = np.where(np.greater(data_share, allocation_share), "data-starved", split)
    is_balanced = np.less_equal(allocation_share + data_share, balanced_share)
    return np.where(is_balanced, "balanced", ailing)


@dataclass(frozen=True, slots=True)
class TrainingGap:
    """An observed loss beside that of the law: `share` is observed over expected, less 1.

    `lost_flop_share` is how much less work the law would need for the observed loss than was spent on the
    expected one, both at the best split; nan where the observed loss lies below the law's floor.
    """

    share: Floats
    lost_flop_share: Floats
    is_worse: NDArray[np.bool_]


def training_gap(
    law: Law,
    params: Floats,
    tokens: Floats,
    observed_nats: Floats,
    *,
    tolerated_share: Floats = TRAINING_GAP_SHARE,
) -> TrainingGap:
    """How far an observed loss lies above what the law says of the run.

    Parameters
    ----------
    law : Law
        A law on the same data, tokeniser and loss as the run; levels of other laws do not compare.
    params, tokens : float or array (...)
        Parameters N and training tokens D of the run, above 0.
    observed_nats : float or array (...)
        Its final loss in nats per token, above 0.
    tolerated_share : float or array (...)
        Excess over the law that still counts as scatter, at least 0.

    Returns
    -------
    TrainingGap
        The gap, the work it is worth, and whether it is more than scatter: then look at training
        (learning rate, batch, data quality, a spike), not at the size.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    lost_flop_share = 1 - C(observed) / C(expected), with C(L) the least budget for a loss.
    """
    require(np.greater(observed_nats, 0), "observed_nats", "above 0", observed_nats)
    require(np.greater_equal(tolerated_share, 0), "tolerated_share", "at least 0", tolerated_share)
    expected_nats = law.loss(params, tokens)
    share = observed_nats / expected_nats - 1
    lost = 1 - budget_for_loss(law, observed_nats) / budget_for_loss(law, expected_nats)
    return TrainingGap(share, lost, np.greater(share, tolerated_share))
