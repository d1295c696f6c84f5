"""Every format is recognised, read, and survives logs that are cut or damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.sizing.calibration.formats import FORMATS

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "logs"
FILES = {
    "trainer-state": "trainer_state.json",
    "inferencex": "inferencex.json",
    "vllm-bench": "vllm-bench.json",
    "sglang-bench": "sglang-bench.jsonl",
    "points-csv": "points.csv",
    "prometheus": "vllm-metrics.prom",
    "vllm-log": "vllm-server.log",
    "sglang-log": "sglang-server.log",
    "megatron": "megatron.log",
    "composer": "composer.log",
    "nanogpt": "nanogpt.log",
    "torchtitan": "torchtitan.log",
    "step-table": "steps.csv",
}


def sample(name):
    return (SAMPLES / FILES[name]).read_text(encoding="utf-8")


def reading(name):
    return FORMATS[name].read(sample(name))


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_has_a_sample_that_it_alone_is_taken_for(self, name):
        text = sample(name)
        assert next(kind for kind in FORMATS if FORMATS[kind].recognises(text)) == name

    def test_holds_measurements(self, name):
        found = reading(name)
        assert found.serving or found.steps is not None
        if found.steps is not None:
            assert (found.steps.speeds > 0).all() and found.steps.n_steps > 0
            assert found.steps.spans_s.shape == found.steps.speeds.shape

    def test_is_named_as_in_its_table(self, name):
        assert FORMATS[name].name == name and FORMATS[name].words

    @given(share=st.floats(0, 1), junk=st.text(max_size=30))
    def test_a_log_that_is_cut_and_damaged_is_read_without_failing(self, name, share, junk):
        text = sample(name)
        cut = text[: int(share * len(text))] + junk
        kind = next((kind for kind in FORMATS if FORMATS[kind].recognises(cut)), None)
        if kind is not None:
            found = FORMATS[kind].read(cut)
            assert all(row.tpot_s is None or row.tpot_s > 0 for row in found.serving)
            assert found.steps is None or np.isfinite(found.steps.speeds).all()


class TestLoadGenerators:
    def test_lengths_and_times_of_vllm_are_means_over_its_requests(self):
        (row,) = reading("vllm-bench").serving
        raw = json.loads(sample("vllm-bench"))
        assert row.facts.n_prompt_tokens * raw["completed"] == raw["total_input_tokens"]
        assert row.facts.n_output_tokens * raw["completed"] == raw["total_output_tokens"]
        assert (row.tpot_s, row.ttft_s) == (raw["mean_tpot_ms"] / 1e3, raw["mean_ttft_ms"] / 1e3)
        assert row.facts.engine == "vllm" and row.facts.n_concurrent == raw["max_concurrency"]

    def changed(self, **values):
        return FORMATS["vllm-bench"].read(json.dumps({**json.loads(sample("vllm-bench")), **values}))

    def test_without_max_concurrency_requests_in_flight_follow_from_littles_law(self):
        raw = json.loads(sample("vllm-bench"))
        (row,) = self.changed(max_concurrency=None).serving
        latency_s = row.ttft_s + (row.facts.n_output_tokens - 1) * row.tpot_s
        assert row.facts.n_concurrent == pytest.approx(raw["completed"] / raw["duration"] * latency_s)
        assert row.facts.n_concurrent == pytest.approx(raw["max_concurrency"], rel=0.01)

    def test_few_requests_for_those_in_flight_leave_the_first_token_out(self):
        (row,) = self.changed(num_prompts=40, max_concurrency=32).serving
        assert row.ttft_s is None and row.tpot_s is not None and "first rush" in row.notes[0]

    def test_drafted_tokens_are_set_aside(self):
        found = FORMATS["sglang-bench"].read(sample("sglang-bench").replace("null}", "2.7}"))
        assert not found.serving and "drafts are accepted (2.7" in found.set_aside[0]

    def test_a_result_without_a_time_per_token_is_set_aside_with_its_line(self):
        lines = sample("sglang-bench").splitlines()
        spoilt = lines[1].replace('"mean_tpot_ms"', '"x"').replace('"mean_itl_ms"', '"y"')
        found = FORMATS["sglang-bench"].read("\n".join([lines[0], spoilt]))
        assert len(found.serving) == 1 and found.set_aside[0].startswith("line 2")

    def test_sglang_says_its_model_and_tensor_parallelism_itself(self):
        facts = reading("sglang-bench").serving[0].facts
        assert (facts.model, facts.n_tensor) == ("meta-llama/Llama-3.1-8B-Instruct", 1)

    def test_inferencex_is_in_seconds_and_readers_apart_are_set_aside(self):
        items = json.loads(sample("inferencex"))
        assert reading("inferencex").serving[0].tpot_s == items[0]["mean_tpot"]
        items[0] |= {"disagg": True}
        items[1] |= {"spec_decoding": "mtp"}
        found = FORMATS["inferencex"].read(json.dumps(items))
        assert len(found.serving) == 1 and len(found.set_aside) == 2

    def test_replicas_of_attention_take_the_place_of_tensor_parallelism(self):
        items = json.loads(sample("inferencex"))
        items[0] |= {"dp_attention": "true"}
        facts = FORMATS["inferencex"].read(json.dumps(items)).serving[0].facts
        assert (facts.n_tensor, facts.n_attention_replicas) == (1, 8)


class TestServerLogs:
    def test_windows_of_one_level_are_one_measurement_and_the_edges_are_set_aside(self):
        found = reading("vllm-log")
        assert [row.facts.n_concurrent for row in found.serving] == [16, 64]
        assert "starts, drains or stands still" in found.set_aside[0]

    def test_the_time_per_token_is_running_requests_over_tokens_a_second(self):
        text = sample("vllm-log")
        speeds = [
            float(line.partition("generation throughput: ")[2].split()[0])
            for line in text.splitlines()
            if "Running: 64 reqs" in line
        ]
        row = reading("vllm-log").serving[1]
        assert row.tpot_s == pytest.approx(np.median(64 / np.array(speeds[1:])), rel=1e-9)

    def test_the_ratio_of_prompts_to_answers_is_that_of_their_throughputs(self):
        assert reading("vllm-log").serving[0].prompts_per_output == pytest.approx(4.0, rel=1e-3)

    def test_what_the_engine_says_of_itself_is_read(self):
        facts = reading("vllm-log").serving[0].facts
        assert facts.model == "meta-llama/Llama-3.1-8B-Instruct"
        assert (facts.n_tensor, facts.n_stages, facts.precision) == (1, 1, "")

    def test_a_server_that_drafts_is_set_aside(self):
        text = sample("vllm-log").replace("speculative_config=None", "speculative_config=Eagle")
        found = FORMATS["vllm-log"].read(text)
        assert not found.serving and "drafted" in found.set_aside[0]

    def test_sglang_gives_the_mean_length_of_its_prompts(self):
        assert reading("sglang-log").serving[0].facts.n_prompt_tokens == 600

    def test_lines_of_other_ranks_are_not_counted_twice(self):
        text = sample("sglang-log")
        again = text.replace(" TP0]", " TP1]")
        assert FORMATS["sglang-log"].read(text + again) == FORMATS["sglang-log"].read(text)

    def test_a_metrics_page_gives_means_of_its_sums(self):
        (row,) = reading("prometheus").serving
        assert (row.facts.n_prompt_tokens, row.facts.n_output_tokens) == (800, 200)
        assert row.facts.n_concurrent == 16 and 0 < row.tpot_s < row.ttft_s


class TestTrainers:
    def test_megatron_gives_milliseconds_and_tokens_of_a_step(self):
        steps = reading("megatron").steps
        assert steps.facts.tokens_per_step == 512 * 4096 and steps.facts.n_gpus == 64
        assert steps.n_steps == 300 and steps.kind == "step_s"

    def test_iterations_of_a_batch_that_grows_are_set_aside(self):
        text = sample("megatron").replace("global batch size:   512", "global batch size:   256", 4)
        found = FORMATS["megatron"].read(text)
        assert len(found.steps.speeds) == 26 and "4 iterations" in found.set_aside[0]

    def test_composer_tells_the_number_of_devices_by_its_two_throughputs(self):
        steps = reading("composer").steps
        assert steps.facts.n_gpus == 8 and steps.facts.params == 6.65e9
        assert len(steps.speeds) == 20 and steps.n_steps == 191

    def test_nanogpt_gives_tokens_of_an_iteration_and_parameters(self):
        facts = reading("nanogpt").steps.facts
        assert (facts.tokens_per_step, facts.params) == (491_520, 123.59e6)

    def test_torchtitan_is_read_through_its_colours(self):
        steps = reading("torchtitan").steps
        assert steps.kind == "tokens_per_s_per_gpu" and steps.facts.params == 8_030_261_248

    def test_entries_of_a_trainer_state_are_differences_of_its_clock(self):
        steps = reading("trainer-state").steps
        assert steps.kind == "tokens_per_s" and len(steps.speeds) == 29
        assert steps.spans_s.sum() == pytest.approx(290 * 8.1, rel=0.05)

    def test_a_trainer_state_with_the_end_alone_gives_the_mean_of_the_run(self):
        last = {"train_runtime": 976.5, "train_steps_per_second": 0.304, "step": 297}
        found = FORMATS["trainer-state"].read(json.dumps({"log_history": [last], "global_step": 297}))
        assert found.steps.speeds == pytest.approx([976.5 / 297])
        assert "evaluation and checkpoints included" in found.steps.notes[0]

    def test_a_trainer_state_that_has_not_ended_is_set_aside(self):
        found = FORMATS["trainer-state"].read(json.dumps({"log_history": [{"step": 10, "loss": 1.0}]}))
        assert found.steps is None and "train_runtime" in found.set_aside[0]

    @pytest.mark.parametrize(
        ("header", "row", "kind", "speed"),
        [
            ("step,step_time_s", "1,2.5", "step_s", 2.5),
            ("step,step_time_ms", "1,2500", "step_s", 2.5),
            ("iteration,tokens_per_sec", "1,9000", "tokens_per_s", 9000),
            ("step,tokens_per_s_per_gpu", "1,900", "tokens_per_s_per_gpu", 900),
        ],
    )
    def test_a_column_says_what_is_measured_and_in_which_unit(self, header, row, kind, speed):
        text = f"{header}\n{row}\n"
        assert FORMATS["step-table"].recognises(text)
        steps = FORMATS["step-table"].read(text).steps
        assert steps.kind == kind and steps.speeds == pytest.approx([speed])

    def test_a_column_without_a_unit_is_said_to_be_taken_as_seconds(self):
        steps = (
            FORMATS["step-table"].read('{"step": 1, "step_time": 2.5}\n{"step": 2, "step_time": 2.4}\n').steps
        )
        assert steps.speeds == pytest.approx([2.5, 2.4]) and "seconds are assumed" in steps.notes[0]
