"""What GPUs send each other."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.links import all_reduce_s


def test_one_gpu_sends_nothing(cases):
    assert all_reduce_s(cases.dense(1.0), 1000.0) == 0


def test_two_ring_all_reduces_a_layer_carry_each_activation_about_twice(cases):
    # Megatron-LM (arXiv:1909.08053, section 3): two all-reduces forward; a ring sends 2 (g - 1) / g.
    sent_bytes = 80 * 2 * (2 * 7 / 8) * 1000 * 8192 * 2
    assert all_reduce_s(cases.dense(8.0), 1000.0) == pytest.approx(sent_bytes / 450e9, rel=1e-12)


def test_attention_replicas_send_half(cases):
    together = all_reduce_s(cases.experts(), 64.0)
    apart = all_reduce_s(cases.experts(n_attention_replicas=8.0), 64.0)
    assert apart == pytest.approx(together / 2, rel=1e-12)


def test_a_slower_link_takes_longer_in_proportion(cases):
    shares = np.array([0.25, 0.5, 1.0])
    times = all_reduce_s(cases.dense(), 100.0, link_share=shares)
    np.testing.assert_allclose(times * shares, times[-1], rtol=1e-12)
