"""What input and output tokens cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.fleet.token_cost import reading_share, token_cost
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import Deployment, Layout, ServingLoad
from nextdollar.compute.serving.prefill import prefill
from nextdollar.errors import DomainError

shares = st.floats(0, 1)


def test_agrees_with_what_deepseek_says_its_service_costs():
    # DeepSeek-V3/R1 inference system overview, 2025-03-01: 226.75 nodes of 8 H800 at 2 USD an hour are
    # 87,072 USD a day, for 608 B input and 168 B output tokens.
    usd_per_day = 226.75 * 8 * 24 * 2.0
    assert usd_per_day == pytest.approx(87_072)
    found = token_cost(
        usd_per_day, 168e6, n_prompt_tokens=608e3 / 168, n_output_tokens=1000.0, reading_share=0.3
    )
    bill = found.usd_per_mtok_input * 608e3 + found.usd_per_mtok_output * 168e3
    assert bill == pytest.approx(87_072)


@given(st.floats(0, 1e9), st.floats(1, 1e9), st.floats(1, 1e5), st.floats(1, 1e5), shares)
def test_input_and_output_add_up_to_the_request(usd, requests, prompt, output, share):
    found = token_cost(usd, requests, n_prompt_tokens=prompt, n_output_tokens=output, reading_share=share)
    parts = (found.usd_per_mtok_input * prompt + found.usd_per_mtok_output * output) / 1e6
    assert parts == pytest.approx(found.usd_per_request, rel=1e-9)
    assert found.usd_per_request * requests == pytest.approx(usd, rel=1e-9)


def test_twice_the_idle_time_makes_every_token_twice_as_dear():
    once = token_cost(100.0, 1e3, n_prompt_tokens=10.0, n_output_tokens=20.0, reading_share=0.4)
    twice = token_cost(200.0, 1e3, n_prompt_tokens=10.0, n_output_tokens=20.0, reading_share=0.4)
    assert twice.usd_per_mtok_input == pytest.approx(2 * once.usd_per_mtok_input)
    assert twice.usd_per_mtok_output == pytest.approx(2 * once.usd_per_mtok_output)


def test_the_share_that_reads_is_arrivals_times_the_time_of_a_prompt(cases):
    deployment = Deployment(cases.LLAMA_70B, cases.H100, Layout(4.0))
    load = ServingLoad(np.array([4.0, 64.0, 256.0]), 2000.0, 200.0)
    point = serve(deployment, load, calibration=cases.CALIBRATION)
    reading = prefill(deployment, 2000.0, calibration=cases.CALIBRATION)
    per_s = point.n_running / (200.0 * point.tpot_s + reading.alone_s)
    np.testing.assert_allclose(reading_share(point, 200.0), per_s * reading.shared_s, rtol=1e-9)


def test_longer_prompts_take_more_of_the_time_and_longer_answers_less(cases):
    deployment = Deployment(cases.LLAMA_70B, cases.H100, Layout(4.0))
    prompts, answers = np.geomspace(10, 1e5, 20), np.geomspace(10, 1e4, 20)
    by_prompt = serve(deployment, ServingLoad(32.0, prompts, 200.0), calibration=cases.CALIBRATION)
    assert (np.diff(reading_share(by_prompt, 200.0)) > 0).all()
    by_answer = serve(deployment, ServingLoad(32.0, 1000.0, answers), calibration=cases.CALIBRATION)
    assert (np.diff(reading_share(by_answer, answers)) < 0).all()


def test_numbers_outside_their_domain_are_refused_by_name():
    given_ = {"n_prompt_tokens": 1.0, "n_output_tokens": 1.0, "reading_share": 0.5}
    with pytest.raises(DomainError, match=r"usd_per_month must be at least 0, got -1\.0"):
        token_cost(-1.0, 1.0, **given_)
    with pytest.raises(DomainError, match=r"requests_per_month must be above 0, got 0\.0"):
        token_cost(1.0, 0.0, **given_)
    with pytest.raises(DomainError, match=r"reading_share must be at least 0 and at most 1, got 1\.5"):
        token_cost(1.0, 1.0, **given_ | {"reading_share": 1.5})
    with pytest.raises(DomainError, match=r"n_output_tokens must be at least 1, got 0\.0"):
        token_cost(1.0, 1.0, **given_ | {"n_output_tokens": 0.0})
