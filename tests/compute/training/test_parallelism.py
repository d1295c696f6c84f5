"""Degrees of parallelism and what they cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.training.parallelism import Layout, all_reduce_s, bubble_share
from nextdollar.errors import DomainError


def test_the_gpus_of_megatron_530b():
    # arXiv:2205.05198, table 3: tensor 8, pipeline 35, 280 GPUs.
    assert Layout(8, 35).gpus == 280
    assert Layout(8, 35, 8).gpus == 2240


def test_the_bubble_of_megatron_530b():
    # 34 stages of idling over 3 chunks and 280 micro-batches (arXiv:2104.04473, section 2.2.2).
    assert bubble_share(Layout(8, 35, 1, 3), 280) == pytest.approx(34 / (3 * 280))
    assert bubble_share(Layout(8), 1) == 0


@given(st.integers(1, 100), st.integers(1, 1000), st.integers(1, 10))
def test_more_micro_batches_or_chunks_never_lengthen_the_bubble(stages, n_microbatches, chunks):
    share = bubble_share(Layout(n_pipeline=stages, n_interleaved=chunks), n_microbatches)
    assert bubble_share(Layout(n_pipeline=stages, n_interleaved=chunks), 2 * n_microbatches) <= share
    assert bubble_share(Layout(n_pipeline=stages, n_interleaved=2 * chunks), n_microbatches) <= share


@given(st.floats(0, 1e12), st.integers(1, 10_000))
def test_a_ring_sends_less_than_twice_the_message(message_bytes, n_gpus):
    seconds = all_reduce_s(message_bytes, n_gpus, 1e9)
    assert 0 <= seconds <= 2 * message_bytes / 1e9
    assert all_reduce_s(message_bytes, 1, 1e9) == 0


def test_many_at_once_agree_with_one_call_each():
    n_gpus = np.array([1.0, 2.0, 8.0])
    np.testing.assert_array_equal(all_reduce_s(1e6, n_gpus, 1e9), [all_reduce_s(1e6, n, 1e9) for n in n_gpus])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Layout(0), "n_tensor must be at least 1"),
        (lambda: Layout(n_pipeline=0), "n_pipeline must be at least 1"),
        (lambda: Layout(n_data=0), "n_data must be at least 1"),
        (lambda: Layout(n_interleaved=0), "n_interleaved must be at least 1"),
        (lambda: bubble_share(Layout(), 0), "n_microbatches must be at least 1"),
        (lambda: all_reduce_s(1.0, 0, 1e9), "n_gpus must be at least 1"),
        (lambda: all_reduce_s(1.0, 2, 0.0), "link_bytes_per_s must be above 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
