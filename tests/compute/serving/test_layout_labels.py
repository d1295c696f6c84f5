"""Labels of benchmark tables."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.layout_labels import layout_of_labels
from nextdollar.errors import DomainError


@pytest.mark.parametrize(
    ("labels", "gpus", "replicas"),
    [
        # tensor, attention, expert: from shared/data/compute/inference_points.csv, where the names of
        # the rows say tp8_ep8, tp4_ep4, tp8_ep1 and so on.
        ((8, 1, 1), 8, 1),
        ((8, 1, 8), 8, 1),
        ((64, 1, 8), 8, 1),
        ((16, 1, 4), 4, 1),
        ((4, 4, 16), 4, 1),
        ((2, 2, 4), 2, 1),
        ((1, 64, 8), 8, 8),
        ((1, 16, 4), 4, 4),
        ((1, 8, 8), 8, 8),
        ((72, 1, 1), 72, 72),
        ((8, 1, 4), 8, 1),
    ],
)
def test_an_expert_group_is_counted_once(labels, gpus, replicas):
    tensor, attention, expert = (np.array([float(label)]) for label in labels)
    layout = layout_of_labels(tensor, attention, n_expert_shards=expert, n_stages=np.ones(1))
    assert layout.n_gpus == gpus
    assert layout.n_attention_replicas == replicas


def test_stages_multiply_the_gpus():
    one, two = np.ones(1), np.full(1, 2.0)
    assert layout_of_labels(one, one, n_expert_shards=one, n_stages=two).n_gpus == 2


def test_a_degree_below_one_is_refused():
    one = np.ones(1)
    with pytest.raises(DomainError, match=r"n_expert_shards must be at least 1, got 0\.0"):
        layout_of_labels(one, one, n_expert_shards=np.zeros(1), n_stages=one)
