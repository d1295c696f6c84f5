"""No figure of a row is faster than its data sheet, at any percentile."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nextdollar.compute.serving.bound import tpot_bound_s
from nextdollar.compute.serving.speculative import NO_DRAFTS
from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.sizing.serving.figures import queued_figures, served_figures

CASES = Path(__file__).resolve().parents[1] / "compute" / "serving_cases.py"
N_ROWS = 50_000


@pytest.fixture(scope="module")
def cases() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serving_cases", CASES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def questions(cases, seed, *, apart=False):
    """Random rows; `apart` with readers of their own, of the same model and data sheet."""
    deployment, load = cases.random_configurations(N_ROWS, seed)
    readers = None
    counts = np.ones((2, N_ROWS))
    if apart:
        other, _ = cases.random_configurations(N_ROWS, seed + 1)
        readers = type(deployment)(deployment.model, deployment.server, other.layout)
        counts = np.random.default_rng(seed).integers(1, 9, (2, N_ROWS)).astype(float)
    return ServingArrays(
        deployment=deployment,
        load=load,
        readers=readers,
        n_readers=counts[0],
        n_writers=counts[1],
        is_count_assumed=np.zeros(N_ROWS, dtype=bool),
        engines=np.full(N_ROWS, "vllm"),
        accelerators=np.full(N_ROWS, "H100-SXM"),
        models=np.full(N_ROWS, "any"),
        speculation=NO_DRAFTS,
        cached_prompt_share=np.zeros(N_ROWS),
    )


def peak_share(asked, tokens_per_s_per_gpu):
    """FLOP of prompts and answers over the peak of all GPUs."""
    load, model = asked.load, asked.deployment.model
    per_answer_token = (load.n_prompt_tokens + load.n_output_tokens) / load.n_output_tokens
    flop_per_s = tokens_per_s_per_gpu * per_answer_token * 2 * model.params_active
    return flop_per_s / asked.deployment.server.peak_flop_per_s


@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
@pytest.mark.parametrize("seed", [1, 2])
def test_no_percentile_of_the_throughput_beats_the_arithmetic_peak(cases, seed, apart):
    asked = questions(cases, seed, apart=apart)
    found = served_figures(asked).tokens_per_s_per_gpu
    for speed in (found.p5, found.p50, found.p95):
        assert (peak_share(asked, speed) <= 1 + 1e-9).all()
    assert (found.p5 <= found.p50).all()
    assert (found.p50 <= found.p95).all()


def test_no_percentile_of_the_offline_throughput_beats_the_arithmetic_peak(cases):
    asked = questions(cases, 3)
    found = queued_figures(asked).tokens_per_s_per_gpu
    for speed in (found.p5, found.p50, found.p95):
        assert (peak_share(asked, speed) <= 1 + 1e-9).all()


def test_no_percentile_of_the_time_per_token_beats_the_reading_of_one_sequence(cases):
    asked = questions(cases, 4)
    bound_s = tpot_bound_s(asked.deployment, asked.load, n_decoding=1.0)
    assert (served_figures(asked).tpot_s.p5 >= bound_s * (1 - 1e-9)).all()
