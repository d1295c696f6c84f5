"""Constants of the serving model as catalogue rows."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue.rows import read
from nextdollar.catalogue.serving_calibration import (
    parse_serving_constants,
    serving_calibration,
    serving_constants,
    serving_engines,
    serving_error_band,
    serving_priors,
    serving_values,
)
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server, ServingLoad
from nextdollar.errors import CatalogueError


def test_every_constant_has_a_value_within_its_bound_and_a_source():
    for row in serving_constants():
        assert row.source.work
        if row.prior is not None:
            assert row.value <= row.prior.high
            assert row.prior.start <= row.prior.high


def test_every_engine_has_every_factor():
    values = serving_values()
    for name in ("overhead_factor", "first_token_factor"):
        assert {engine for key, engine in values if key == name} == set(serving_engines())
    assert len(serving_priors()) == len(values)


def test_an_engine_for_each_row_gives_a_factor_for_each_row():
    calibration = serving_calibration(np.array(["vllm", "SGLang", "unknown"]))
    assert calibration.first_token_factor.shape == (3,)
    assert calibration.first_token_factor[0] == 1
    assert np.ndim(serving_calibration().layer_s) == 0


def test_measured_times_lie_in_their_bands():
    # InferenceX rows of shared/data/compute/inference_points.csv: Llama-3.1-70B in fp8 on 8 H200 with
    # vLLM, 1,024 tokens in and out; c4, c16 and c64 took 7.9, 9.7 and 12.7 ms a token.
    model = ServedModel(
        params=70.55e9,
        params_active=70.55e9,
        n_layers=80.0,
        n_width=8192.0,
        kv_values_per_token=163_840.0,
        n_kv_shards=8.0,
        decode_flop_per_pair=4.0 * 64 * 128 * 80,
        prefill_flop_per_pair=4.0 * 64 * 128 * 80,
        weight_bytes_per_param=1.0,
        kv_bytes_per_value=1.0,
    )
    server = Server(1979e12, 989.5e12, 4.8e12, 141e9, 450e9)
    load = ServingLoad(np.array([4.0, 16.0, 64.0]), 1024.0, 1024.0)
    point = serve(Deployment(model, server, Layout(8.0)), load, calibration=serving_calibration("vllm"))
    for quantity, measured, predicted in (
        ("tpot", np.array([7.9e-3, 9.7e-3, 12.7e-3]), point.tpot_s),
        ("ttft", np.array([0.073, 0.109, 0.195]), point.ttft_s),
    ):
        band = serving_error_band(quantity)
        assert (measured > predicted * band.p5_factor).all()
        assert (measured < predicted * band.p95_factor).all()


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(CatalogueError, match=r"engine must be a name of the catalogue, got vlm .*vllm"):
        serving_calibration("vlm")
    with pytest.raises(CatalogueError, match="quantity must be a name of the catalogue, got tpo"):
        serving_error_band("tpo")


def test_faults_of_rows_are_named_by_line():
    lines = read("serving_calibration.csv")
    cells = lines[1].split(",")
    broken = [",".join([cells[0], cells[1], "fast", *cells[3:]])]
    with pytest.raises(CatalogueError, match=r"here\.csv:2: value must be a number, got fast"):
        parse_serving_constants([lines[0], *broken], "here.csv")
    with pytest.raises(CatalogueError, match=r"here\.csv:3: name and engine must be given once"):
        parse_serving_constants([lines[0], lines[1], lines[1]], "here.csv")
    for place, text, rule in ((2, "-1", "value must be above 0"), (3, "0", "prior must be above 0")):
        worse = ",".join([*cells[:place], text, *cells[place + 1 :]])
        with pytest.raises(CatalogueError, match=rule):
            parse_serving_constants([lines[0], worse], "here.csv")
    wide = ",".join([*cells[:4], "-0.1", *cells[5:]])
    with pytest.raises(CatalogueError, match="prior_spread_log must be at least 0"):
        parse_serving_constants([lines[0], wide], "here.csv")
