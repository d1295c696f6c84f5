"""Waiting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.serving.queueing import interrupted_tpot_s, prompt_queue_s
from nextdollar.errors import DomainError

times = st.floats(1e-5, 10.0)


def test_without_waiting_each_step_carries_its_share_of_prompts():
    # shared/facts/compute.md section 2: t_dec + (B / osl) t_prefill.
    tpot = interrupted_tpot_s(0.02, 0.3, n_running=64.0, n_output_tokens=1024.0, waiting_s=0.0)
    assert tpot == pytest.approx(0.02 + 64 / 1024 * 0.3, rel=1e-12)


@given(times, times, st.floats(0.5, 1e4), st.floats(1, 1e5), times)
def test_it_is_the_fixed_point(step, prompt, running, output, waiting):
    tpot = interrupted_tpot_s(step, prompt, n_running=running, n_output_tokens=output, waiting_s=waiting)
    per_s = running / (output * tpot + waiting)
    # step = t (1 - lambda prompt) holds without dividing by what may be nearly nothing.
    assert tpot - tpot * per_s * prompt == pytest.approx(step, rel=1e-6, abs=1e-9 * tpot)
    assert tpot >= step


@given(times, st.floats(0.5, 1e4), st.floats(1, 1e5), times)
def test_prompts_that_take_no_time_do_not_interrupt(step, running, output, waiting):
    tpot = interrupted_tpot_s(step, 0.0, n_running=running, n_output_tokens=output, waiting_s=waiting)
    assert tpot == pytest.approx(step, rel=1e-9)


def test_a_half_busy_server_makes_half_a_service_time_of_queue():
    # M/D/1: rho / (2 (1 - rho)).
    assert prompt_queue_s(0.4, 0.5) == pytest.approx(0.2, rel=1e-12)
    assert prompt_queue_s(0.4, 0.0) == 0


def test_a_full_server_makes_a_finite_queue():
    assert np.isfinite(prompt_queue_s(1.0, 1.0))


def test_numbers_outside_their_domain_are_refused_by_name():
    given_ = {"n_running": 1.0, "n_output_tokens": 1.0, "waiting_s": 0.0}
    with pytest.raises(DomainError, match=r"step_s must be above 0, got 0\.0"):
        interrupted_tpot_s(0.0, 1.0, **given_)
    with pytest.raises(DomainError, match=r"prompt_s must be at least 0, got -1\.0"):
        interrupted_tpot_s(1.0, -1.0, **given_)
    with pytest.raises(DomainError, match=r"waiting_s must be at least 0, got -1\.0"):
        interrupted_tpot_s(1.0, 1.0, **given_ | {"waiting_s": -1.0})
    with pytest.raises(DomainError, match=r"n_running must be above 0, got 0\.0"):
        interrupted_tpot_s(1.0, 1.0, **given_ | {"n_running": 0.0})
    with pytest.raises(DomainError, match=r"n_output_tokens must be at least 1, got 0\.0"):
        interrupted_tpot_s(1.0, 1.0, **given_ | {"n_output_tokens": 0.0})
    with pytest.raises(DomainError, match=r"utilisation_share must be at least 0 and at most 1, got 1\.5"):
        prompt_queue_s(1.0, 1.5)
