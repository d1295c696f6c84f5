"""Drafts checked in one step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import ServingLoad
from nextdollar.compute.serving.speculative import Speculation, tokens_per_step
from nextdollar.errors import DomainError


@pytest.mark.parametrize(("drafts", "accepted", "tokens"), [(0, 0.8, 1.0), (5, 1.0, 6.0), (3, 0.0, 1.0)])
def test_the_ends_are_plain(drafts, accepted, tokens):
    assert tokens_per_step(drafts, accepted) == pytest.approx(tokens, rel=1e-12)


@given(st.integers(0, 20), st.floats(0.0, 1.0))
def test_it_is_the_sum_of_the_chances_that_each_token_is_kept(drafts, accepted):
    # 1 + a + ... + a^k (Leviathan et al. 2022, arXiv:2211.17192, equation 1).
    chances = sum(accepted**place for place in range(drafts + 1))
    assert tokens_per_step(drafts, accepted) == pytest.approx(chances, rel=1e-9)


def test_the_gain_shrinks_as_the_batch_grows(cases):
    load = ServingLoad(np.array([1.0, 16.0, 256.0, 4096.0]), 1.0, 1024.0)
    drafts = Speculation(n_drafts=3.0, acceptance_share=0.8)
    plain = serve(cases.experts(n_attention_replicas=8.0), load, calibration=cases.CALIBRATION)
    drafted = serve(
        cases.experts(n_attention_replicas=8.0), load, calibration=cases.CALIBRATION, speculation=drafts
    )
    gains = plain.step.total_s / drafted.step.total_s
    assert gains[0] > 1.5
    assert gains[-1] < gains[0]
    assert (gains <= tokens_per_step(3, 0.8)).all()


def test_drafts_that_are_never_right_cost_time(cases):
    load = ServingLoad(8.0, 1024.0, 1024.0)
    wasted = Speculation(n_drafts=4.0, acceptance_share=0.0, draft_cost_share=0.1)
    plain = serve(cases.experts(), load, calibration=cases.CALIBRATION)
    slow = serve(cases.experts(), load, calibration=cases.CALIBRATION, speculation=wasted)
    assert slow.tpot_s > plain.tpot_s


def test_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"acceptance_share must be at least 0 and at most 1, got 1\.2"):
        tokens_per_step(2, 1.2)
    with pytest.raises(DomainError, match=r"n_drafts must be at least 0, got -1"):
        Speculation(n_drafts=-1.0)
    with pytest.raises(DomainError, match=r"draft_cost_share must be at least 0, got -0\.5"):
        Speculation(draft_cost_share=-0.5)
