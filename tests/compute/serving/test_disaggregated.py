"""Reading and writing on GPUs of their own."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.disaggregated import serve_disaggregated
from nextdollar.compute.serving.inputs import ServingLoad
from nextdollar.compute.serving.prefill import prefill
from nextdollar.errors import DomainError


def test_prompts_of_others_do_not_interrupt(cases):
    load = ServingLoad(64.0, 8192.0, 256.0)
    together = serve(cases.dense(), load, calibration=cases.CALIBRATION)
    apart = serve_disaggregated(cases.dense(), cases.dense(), load=load, calibration=cases.CALIBRATION)
    assert apart.tpot_s < together.tpot_s
    assert apart.prompt_s == 0
    np.testing.assert_allclose(apart.tpot_s, apart.step.total_s)


def test_readers_pass_no_more_requests_than_they_can_read(cases):
    load = ServingLoad(np.geomspace(1, 4096, 30), 8192.0, 64.0)
    n_readers = 2.0
    point = serve_disaggregated(
        cases.dense(), cases.dense(), load=load, calibration=cases.CALIBRATION, n_readers=n_readers
    )
    per_s = load.n_concurrent / (point.ttft_s + 63 * point.tpot_s)
    most_per_s = n_readers / prefill(cases.dense(), 8192.0, calibration=cases.CALIBRATION).shared_s
    assert (per_s <= most_per_s * 1.02).all()


def test_more_readers_bring_the_first_token_sooner_and_more_writers_the_next(cases):
    load = ServingLoad(256.0, 8192.0, 1024.0)
    given = {"load": load, "calibration": cases.CALIBRATION}
    point = serve_disaggregated(cases.experts(), cases.experts(), **given)
    readers = serve_disaggregated(cases.experts(), cases.experts(), **given, n_readers=4.0)
    writers = serve_disaggregated(cases.experts(), cases.experts(), **given, n_writers=4.0)
    assert readers.ttft_s < point.ttft_s
    assert writers.tpot_s < point.tpot_s


def test_throughput_is_littles_law_over_all_gpus(cases):
    load = ServingLoad(32.0, 1024.0, 1024.0)
    point = serve_disaggregated(
        cases.dense(2.0), cases.dense(4.0), load=load, calibration=cases.CALIBRATION, n_readers=3.0
    )
    tokens_per_s = 32 * 1024 / (point.ttft_s + 1023 * point.tpot_s)
    assert point.output_tokens_per_s_per_gpu == pytest.approx(tokens_per_s / (3 * 2 + 4), rel=1e-12)


def test_fewer_than_one_instance_is_refused_by_name(cases):
    load = ServingLoad(1.0, 1.0, 1.0)
    given = {"load": load, "calibration": cases.CALIBRATION}
    with pytest.raises(DomainError, match=r"n_readers must be at least 1, got 0\.0"):
        serve_disaggregated(cases.dense(), cases.dense(), **given, n_readers=0.0)
    with pytest.raises(DomainError, match=r"n_writers must be at least 1, got 0\.5"):
        serve_disaggregated(cases.dense(), cases.dense(), **given, n_writers=0.5)
