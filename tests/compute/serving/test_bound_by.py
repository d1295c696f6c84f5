"""What serving waits for most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.serving.bound_by import bound_by
from nextdollar.compute.serving.decode import BOUNDS, DecodeStep
from nextdollar.compute.serving.offline_throughput import offline_point, offline_tokens_per_s_per_gpu

PARTS = ("weights_s", "kv_s", "compute_s", "overhead_s", "links_s")
times = st.floats(1e-6, 1.0)


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_the_part_that_is_far_the_longest_is_named(place):
    step = DecodeStep(**{name: 1.0 if at == place else 1e-3 for at, name in enumerate(PARTS)})
    assert bound_by(step, 0.0) == BOUNDS[place]


@given(st.tuples(*[times] * 5), times)
def test_prompts_that_take_longer_than_every_part_count_as_compute(parts, more_s):
    assert bound_by(DecodeStep(*parts), max(parts) + more_s) == "compute"


@given(st.lists(st.tuples(*[times] * 6), min_size=1, max_size=5))
def test_many_steps_at_once_agree_with_one_call_each(rows):
    *parts, prompt_s = np.array(rows).T
    found = bound_by(DecodeStep(*parts), prompt_s)
    assert found.tolist() == [str(bound_by(DecodeStep(*row[:5]), row[5])) for row in rows]


def test_throughput_of_a_full_queue_is_little_s_law_of_its_own_point(cases):
    deployment, load = cases.random_configurations(300)
    lengths = {"n_output_tokens": load.n_output_tokens, "calibration": cases.CALIBRATION}
    point = offline_point(deployment, load.n_prompt_tokens, **lengths)
    request_s = load.n_output_tokens * (point.step.total_s + point.prompt_s)
    rate = point.n_running * load.n_output_tokens / request_s / deployment.layout.n_gpus
    np.testing.assert_allclose(point.output_tokens_per_s_per_gpu, rate, rtol=1e-12)
    plain = offline_tokens_per_s_per_gpu(deployment, load.n_prompt_tokens, **lengths)
    np.testing.assert_array_equal(plain, point.output_tokens_per_s_per_gpu)
    assert set(point.bound_by) <= set(BOUNDS)


def test_a_full_queue_of_many_configurations_agrees_with_one_call_each(cases):
    deployment, load = cases.random_configurations(20)
    point = offline_point(
        deployment,
        load.n_prompt_tokens,
        n_output_tokens=load.n_output_tokens,
        calibration=cases.CALIBRATION,
    )
    for index in range(20):
        one = offline_point(
            cases.row(deployment, index),
            cases.row(load, index).n_prompt_tokens,
            n_output_tokens=cases.row(load, index).n_output_tokens,
            calibration=cases.CALIBRATION,
        )
        assert float(one.output_tokens_per_s_per_gpu) == pytest.approx(
            point.output_tokens_per_s_per_gpu[index], rel=1e-12
        )
        assert str(one.bound_by) == point.bound_by[index]
