"""The path of models along which budgets grow."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import DomainError
from nextdollar.scaling import compute_optimal
from nextdollar.scaling.growth_path import growth_path

BUDGETS = np.geomspace(1e20, 1e24, 9)


def test_a_certain_law_grows_along_its_frontier(golden_law):
    path = growth_path(golden_law, BUDGETS)
    best = compute_optimal(golden_law, BUDGETS)
    np.testing.assert_allclose(path.params, best.params)
    np.testing.assert_allclose(path.loss_nats[:, 0], best.loss_nats)


def test_a_fixed_ratio_is_kept(golden_law):
    path = growth_path(golden_law, BUDGETS, tokens_per_param=20.0)
    np.testing.assert_allclose(path.tokens / path.params, 20.0)


def test_every_model_spends_its_budget(golden_law):
    path = growth_path(golden_law, BUDGETS)
    np.testing.assert_allclose(6 * path.params * path.tokens, BUDGETS)


def test_budgets_that_do_not_rise_are_refused_by_name(golden_law):
    with pytest.raises(DomainError, match="budget_flop must be above 0 and rising"):
        growth_path(golden_law, BUDGETS[::-1])
