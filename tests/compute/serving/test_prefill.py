"""Reading prompts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.serving.calibration import IDEAL
from nextdollar.compute.serving.prefill import PASS_TOKENS, prefill
from nextdollar.errors import DomainError


def test_a_long_prompt_of_a_dense_model_takes_its_work_at_the_peak(cases):
    # 2 N s + 2 L h d_h s^2 with causal attention (shared/facts/compute.md section 2).
    tokens = 8192.0
    reading = prefill(cases.dense(1.0), tokens, calibration=IDEAL)
    work_s = 2 * 70.55e9 * tokens / 1979e12 + 2 * 80 * 64 * 128 * tokens**2 / 989.5e12
    assert reading.alone_s == pytest.approx(work_s, rel=1e-12)
    assert reading.shared_s == pytest.approx(work_s, rel=1e-12)


def test_a_short_prompt_alone_waits_for_the_weights_and_shares_them_in_company(cases):
    reading = prefill(cases.experts(), 128.0, calibration=IDEAL)
    # 128 tokens visit nearly all of 256 experts; 64 such prompts fill a pass that reads all once.
    assert reading.alone_s > 0.9 * 671e9 / (8 * 7.7e12)
    assert reading.shared_s < reading.alone_s / 10


def test_a_longer_prompt_takes_longer_and_its_tokens_no_less(cases):
    tokens = np.geomspace(PASS_TOKENS, 131_072, 40)
    for deployment in (cases.dense(), cases.experts()):
        reading = prefill(deployment, tokens, calibration=cases.CALIBRATION)
        for time_s in (reading.alone_s, reading.shared_s):
            assert (np.diff(time_s) > 0).all()
            assert (np.diff(time_s / tokens) > -1e-12).all()


def test_in_company_a_prompt_never_takes_longer_than_alone(cases):
    deployment, load = cases.random_configurations(2_000)
    reading = prefill(deployment, load.n_prompt_tokens, calibration=cases.random_calibration(2_000))
    assert (reading.shared_s <= reading.alone_s * (1 + 1e-12)).all()


def test_a_single_prompt_uses_one_attention_replica(cases):
    apart = prefill(cases.experts(n_attention_replicas=8.0), 8192.0, calibration=IDEAL)
    together = prefill(cases.experts(), 8192.0, calibration=IDEAL)
    assert apart.alone_s > 2 * together.alone_s
    assert apart.shared_s < together.alone_s


def test_a_window_spares_attention(cases):
    model = replace(cases.LLAMA_70B, windowed_share=0.75, n_window_tokens=1024.0)
    deployment = cases.dense()
    near = prefill(replace(deployment, model=model), 32_768.0, calibration=IDEAL)
    assert near.alone_s < prefill(deployment, 32_768.0, calibration=IDEAL).alone_s


def test_one_call_on_arrays_agrees_with_many_on_numbers(cases):
    tokens = np.array([1.0, 500.0, 8192.0, 100_000.0])
    together = prefill(cases.experts(), tokens, calibration=cases.CALIBRATION)
    singles = [prefill(cases.experts(), size, calibration=cases.CALIBRATION) for size in tokens.tolist()]
    np.testing.assert_array_equal(together.alone_s, [one.alone_s for one in singles])
    np.testing.assert_array_equal(together.shared_s, [one.shared_s for one in singles])


def test_an_empty_prompt_is_refused(cases):
    with pytest.raises(DomainError, match=r"n_prompt_tokens must be at least 1, got 0\.0"):
        prefill(cases.dense(), 0.0, calibration=IDEAL)
