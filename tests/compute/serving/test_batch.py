"""Room for sequences."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.batch import sequences_that_fit, weight_bytes
from nextdollar.errors import DomainError


def test_the_cache_of_a_70_b_model_takes_327_680_bytes_a_token_in_16_bit(cases):
    # shared/facts/compute.md section 2: Llama-3.1-70B 327,680 B, DeepSeek-R1 70,272 B in 16 bit.
    assert cases.LLAMA_70B.kv_bytes(1.0) * 2 == 327_680
    assert cases.DEEPSEEK_R1.kv_bytes(1.0) * 2 == 70_272


def test_what_fits_fills_the_memory_that_the_weights_leave(cases):
    deployment = cases.dense(2.0)
    fitting = sequences_that_fit(deployment, 8704.0, usable_share=0.9)
    used = weight_bytes(deployment) + fitting * cases.LLAMA_70B.kv_bytes(8704.0)
    assert used == pytest.approx(0.9 * 160e9, rel=1e-12)


def test_weights_that_do_not_fit_leave_no_room(cases):
    assert sequences_that_fit(cases.experts(2.0), 1000.0) == 0


def test_attention_replicas_hold_a_latent_cache_once_and_the_rest_of_the_weights_often(cases):
    together, apart = cases.experts(), cases.experts(n_attention_replicas=8.0)
    assert weight_bytes(apart) > weight_bytes(together)
    assert sequences_that_fit(apart, 4096.0) > 2 * sequences_that_fit(together, 4096.0)


def test_more_context_leaves_room_for_fewer(cases):
    context = np.geomspace(100, 1e6, 30)
    assert (np.diff(sequences_that_fit(cases.dense(), context)) < 0).all()


def test_numbers_outside_their_domain_are_refused_by_name(cases):
    with pytest.raises(DomainError, match=r"n_context_tokens must be at least 1, got 0\.0"):
        sequences_that_fit(cases.dense(), 0.0)
    with pytest.raises(DomainError, match=r"usable_share must be above 0 and at most 1, got 1\.1"):
        sequences_that_fit(cases.dense(), 1.0, usable_share=1.1)
