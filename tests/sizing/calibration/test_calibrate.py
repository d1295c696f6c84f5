"""Constants refitted to measurements: better where they agree, as they were where not, unsure of a few."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nextdollar.catalogue import accelerator, model_shape
from nextdollar.catalogue.serving_calibration import serving_calibration, serving_error_band, serving_values
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.fit import calibration_of
from nextdollar.compute.serving.inputs import Deployment, Layout, ServingLoad
from nextdollar.compute.serving.precision import served_as, server_of
from nextdollar.errors import LogsError
from nextdollar.sizing.calibration import calibration_for, error_band_for
from nextdollar.sizing.calibration.calibrate import calibrate
from nextdollar.sizing.calibration.serving_refit import PRIOR_ROWS, narrowed_band
from nextdollar.sizing.calibration.stated import Stated

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "logs"
EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "logs"
DEPLOYMENT = Deployment(
    served_as(model_shape("Llama-3.1-70B").shape, "fp8"),
    server_of(accelerator("H100-SXM"), "fp8"),
    Layout(n_gpus=4.0),
)
HEADER = "model,gpu,engine,precision,isl,osl,concurrency,tp,ttft_ms,tpot_ms\n"
FLIGHT = np.array([4.0, 8, 16, 32, 64, 128])


def times(constants, flight=FLIGHT):
    load = ServingLoad(flight, 1024.0, 1024.0)
    return serve(DEPLOYMENT, load, calibration=calibration_of(constants, np.asarray("vllm")))


def table(tmp_path, point, flight=FLIGHT, gpus=4):
    lines = [
        f"Llama-3.1-70B,H100-SXM,vllm,fp8,1024,1024,{n:g},{gpus},{1e3 * ttft:.6f},{1e3 * tpot:.6f}\n"
        for n, tpot, ttft in zip(flight, point.tpot_s, point.ttft_s, strict=True)
    ]
    path = tmp_path / "points.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def slow(tmp_path):
    """A machine whose engine takes twice as long for each layer and each sequence."""
    constants = dict(serving_values())
    for name in ("layer_s", "sequence_s"):
        constants[name, ""] *= 2.0
    point = times(constants)
    return calibrate(table(tmp_path, point)), point


class TestRefit:
    def test_a_slower_engine_is_found_and_rows_left_out_are_predicted_better(self, slow):
        found, _ = slow
        (scope,) = found.serving.scopes
        tpot = next(error for error in scope.errors if error.quantity == "tpot")
        assert tpot.before_percent > 15 and tpot.left_out_percent < 0.5 * tpot.before_percent
        assert not scope.is_kept_back
        moved = {name: after / before for name, _, before, after in scope.constants}
        assert moved["layer_s"] * moved.get("overhead_factor", 1.0) > 1.2

    def test_estimates_with_it_come_near_what_was_measured(self, slow):
        found, point = slow
        own = calibration_for(found.saved, engines="vllm", accelerators="H100-SXM", models="Llama-3.1-70B")
        load = ServingLoad(FLIGHT, 1024.0, 1024.0)
        near = serve(DEPLOYMENT, load, calibration=own).tpot_s / point.tpot_s
        far = serve(DEPLOYMENT, load, calibration=serving_calibration("vllm")).tpot_s / point.tpot_s
        assert np.abs(np.log(near)).max() < 0.5 * np.abs(np.log(far)).max()

    def test_a_machine_that_is_as_the_catalogue_says_keeps_its_constants(self, tmp_path):
        found = calibrate(table(tmp_path, times(serving_values())))
        (scope,) = found.serving.scopes
        assert scope.is_kept_back and found.saved.serving.machines == ()
        assert scope.scope.bands["tpot"].p95_factor < serving_error_band("tpot").p95_factor

    def test_a_single_measurement_cannot_be_checked_against_others(self, tmp_path):
        flight = FLIGHT[:1]
        found = calibrate(table(tmp_path, times(serving_values(), flight), flight))
        assert found.serving.scopes[0].errors[0].left_out_percent is None

    def test_measured_values_that_beat_the_bound_are_named_and_not_fitted_to(self, tmp_path):
        point = times(serving_values())
        fast = replace(point, tpot_s=point.tpot_s * np.array([1, 1, 1, 1, 1, 0.05]))
        found = calibrate(table(tmp_path, fast))
        assert found.logs[0].source.n_rows == 5
        assert "beats the bound" in found.logs[0].set_aside[0]

    def test_a_model_that_does_not_fit_is_refused(self, tmp_path):
        path = table(tmp_path, times(serving_values()), gpus=1)
        path.write_text(path.read_text(encoding="utf-8").replace(",fp8,", ",bf16,"), encoding="utf-8")
        with pytest.raises(LogsError, match="does not fit"):
            calibrate(path)


class TestBands:
    def test_without_rows_the_band_of_the_catalogue_stays(self):
        assert narrowed_band("tpot", np.array([np.nan])) == serving_error_band("tpot")

    def test_a_handful_of_rows_that_agree_to_the_last_digit_leaves_most_of_the_range(self):
        shipped = np.log(serving_error_band("tpot").p95_factor / serving_error_band("tpot").p5_factor)
        shares = [
            np.log(band.p95_factor / band.p5_factor) / shipped
            for band in (narrowed_band("tpot", np.zeros(n)) for n in (1, 3, 12, 100))
        ]
        # Student's t of 6 + n degrees of freedom over that of 6, times sqrt(6 / (6 + n)).
        assert shares == pytest.approx([0.903, 0.770, 0.515, 0.203], abs=0.001)

    def test_many_rows_have_the_range_of_a_normal_of_their_own_spread(self):
        band = narrowed_band("tpot", np.random.default_rng(2).normal(0, 0.1, 20_000))
        assert np.log(band.p95_factor) == pytest.approx(1.645 * 0.1, rel=0.02)

    def test_rows_that_disagree_widen_it(self):
        assert narrowed_band("tpot", np.full(20, 1.0)).p95_factor > serving_error_band("tpot").p95_factor

    def test_the_prior_weighs_what_is_documented(self):
        assert PRIOR_ROWS == 6.0

    def test_it_holds_for_the_scope_that_was_measured_alone(self, slow):
        saved = slow[0].saved
        models = ["Llama-3.1-70B", "Llama-3.1-8B", "Llama-3.1-70B"]
        chips = ["H100-SXM", "H100-SXM", "B200"]
        band = error_band_for(saved, "tpot", engines="vllm", accelerators=chips, models=models)
        shipped = serving_error_band("tpot")
        assert band.p95_factor[0] != shipped.p95_factor
        assert list(band.p95_factor[1:]) == [shipped.p95_factor] * 2
        own = calibration_for(saved, engines="vllm", accelerators=chips, models=models)
        plain = serving_calibration("vllm")
        assert own.layer_s[0] > plain.layer_s and list(own.layer_s[1:]) == [plain.layer_s] * 2

    def test_without_a_calibration_everything_is_the_catalogues(self):
        assert error_band_for(None, "ttft", engines="vllm", accelerators="B200", models="x") == (
            serving_error_band("ttft")
        )
        found = calibration_for(None, engines="some other", accelerators="B200", models="x")
        assert found == serving_calibration()
        assert isinstance(serving_error_band("ttft"), ErrorBand)


class TestLogs:
    def test_logs_of_engines_and_trainers_go_together(self):
        found = calibrate(
            [SAMPLES / "sglang-bench.jsonl", SAMPLES / "composer.log"], stated=Stated(hardware="H100-SXM")
        )
        assert len(found.serving.scopes) == 1 and len(found.training) == 1
        assert [log.format for log in found.saved.logs] == ["sglang-bench", "composer"]
        assert found.sources

    def test_names_with_appendages_are_found_and_say_their_precision(self):
        found = calibrate(SAMPLES / "vllm-bench.json", stated=Stated(hardware="H100-SXM", tensor=4))
        (row, *_) = found.serving.rows
        assert (row.row.ask.named.name, row.row.ask.precision) == ("Llama-3.1-70B", "fp8")
        assert row.row.ask.writers.product == 4

    @pytest.mark.parametrize(
        ("said", "name", "precision"),
        [
            ("meta-llama/Llama-3.1-70B-Instruct", "Llama-3.1-70B", "bf16"),
            ("amd/Llama-3.3-70B-Instruct-FP8-KV", "Llama-3.1-70B", "fp8"),
            ("Qwen/Qwen2.5-72B-Instruct-AWQ", "Qwen2.5-72B", "int4"),
            ("neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "Llama-3.1-8B", "int8"),
            ("mistralai/Mistral-7B-Instruct-v0.3", "Mistral-7B-v0.3", "bf16"),
            ("/root/.cache/models/Qwen3-8B/", "Qwen3-8B", "bf16"),
        ],
    )
    def test_names_as_engines_print_them_are_found(self, tmp_path, said, name, precision):
        raw = json.loads((SAMPLES / "vllm-bench.json").read_text(encoding="utf-8"))
        path = tmp_path / "bench.json"
        path.write_text(json.dumps({**raw, "model_id": said}), encoding="utf-8")
        (row, *_) = calibrate(path, stated=Stated(hardware="B200", tensor=8)).serving.rows
        assert (row.row.ask.named.name, row.row.ask.precision) == (name, precision)

    @pytest.mark.parametrize(
        ("word", "precision"),
        [("awq_marlin", "int4"), ("modelopt_fp4", "fp4"), ("compressed-tensors", "fp8"), ("fp8", "fp8")],
    )
    def test_an_engines_word_for_its_quantisation_is_understood(self, tmp_path, word, precision):
        raw = json.loads((SAMPLES / "vllm-bench.json").read_text(encoding="utf-8"))
        path = tmp_path / "bench.json"
        path.write_text(json.dumps({**raw, "quantization": word}), encoding="utf-8")
        (row, *_) = calibrate(path, stated=Stated(hardware="B200", tensor=4)).serving.rows
        assert row.row.ask.precision == precision

    def test_a_statement_against_the_log_counts_and_is_said(self):
        stated = Stated(hardware="H100-SXM", tensor=4, model="Llama-2-70B")
        (log,) = calibrate(SAMPLES / "vllm-bench.json", stated=stated).logs
        assert any("Llama-3.1-70B-Instruct-FP8" in note and "--model" in note for note in log.notes)

    def test_replicas_of_a_dense_model_share_its_requests(self):
        stated = Stated(hardware="H100-SXM", tensor=4, replicas=2)
        (row, *_) = calibrate(SAMPLES / "vllm-bench.json", stated=stated).serving.rows
        raw = json.loads((SAMPLES / "vllm-bench.json").read_text(encoding="utf-8"))
        assert row.row.ask.n_concurrent == raw["max_concurrency"] / 2
        assert row.row.ask.writers.product == 4

    def test_every_fault_of_every_log_comes_at_once(self, tmp_path):
        empty = tmp_path / "notes.txt"
        empty.write_text("hello\n", encoding="utf-8")
        with pytest.raises(LogsError) as caught:
            calibrate([SAMPLES / "vllm-bench.json", empty, tmp_path / "none.log"])
        codes = [fault.code for fault in caught.value.faults]
        assert codes == ["ND1654", "ND1654", "ND1653", "ND1651"]
        assert [fault.hint for fault in caught.value.faults[:2]] == [
            "state it with --hardware",
            "state it with --tp",
        ]

    def test_no_log_is_refused(self):
        with pytest.raises(LogsError, match="1 to 200 logs"):
            calibrate([])

    def test_reasons_of_many_rows_are_told_once(self, tmp_path):
        text = (SAMPLES / "points.csv").read_text(encoding="utf-8")
        last = text.splitlines()[-1]
        path = tmp_path / "points.csv"
        path.write_text(text + f"{last}\n{last}\n", encoding="utf-8")
        (log,) = calibrate(path).logs
        assert log.set_aside == (
            "3 rows, the first in line 7: readers and writers are apart; the constants are fitted to "
            "instances that do both",
        )

    def test_the_examples_are_read(self):
        serving = calibrate(
            EXAMPLES / "vllm-bench-70b-h100x4.jsonl", stated=Stated(hardware="H100-SXM", tensor=4)
        )
        assert serving.serving.scopes[0].scope.n_rows == 8
        training = calibrate(
            EXAMPLES / "megatron-7b-h100x64.log", stated=Stated(hardware="H100-SXM", model="Llama-2-7B")
        )
        assert 0.3 < training.training[0].measured.mfu < 0.6
