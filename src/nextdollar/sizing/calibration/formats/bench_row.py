"""A result of a load generator as a measurement: vLLM and SGLang print the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.sizing.calibration.formats.json_objects import above_0, number_in, text_in
from nextdollar.sizing.calibration.measured import Facts, ServingMeasurement

MS_PER_S = 1e3
LEAST_ROUNDS = 5.0
"""Requests for each one in flight, from which on the first rush does not rule the mean first token."""
_MOST_ACCEPTED = 1.05


def bench_row(
    line: int, item: Mapping[str, Any], *, engine: str, server: Mapping[str, Any]
) -> ServingMeasurement | str:
    """Return the measurement of a result, or why it is set aside.

    `item` is the result, `server` what the engine said of itself (`server_info`), empty where nothing.
    """
    accepted = number_in(item, "accept_length", "spec_decode_acceptance_length")
    if accepted is not None and accepted > _MOST_ACCEPTED:
        return f"line {line}: drafts are accepted ({accepted:.3g} tokens a step); constants are those without"
    completed = above_0(item, "completed", "successful_requests", "num_prompts")
    prompts, outputs = above_0(item, "total_input_tokens"), above_0(item, "total_output_tokens")
    tpot_ms, ttft_ms = above_0(item, "mean_tpot_ms", "mean_itl_ms"), above_0(item, "mean_ttft_ms")
    if completed is None or tpot_ms is None or prompts is None or outputs is None:
        return f"line {line}: no completed requests with tokens in and out and a time per token"
    tpot_s = tpot_ms / MS_PER_S
    ttft_s = None if ttft_ms is None else ttft_ms / MS_PER_S
    notes: list[str] = []
    concurrent = above_0(item, "max_concurrency")
    sent = above_0(item, "num_prompts", "completed")
    if concurrent is None:
        concurrent = _by_littles_law(item, completed, outputs / completed, (tpot_s, ttft_s))
        notes.append("no max_concurrency: requests in flight follow from Little's law")
        if concurrent is None:
            return f"line {line}: neither max_concurrency nor a duration says how many requests are in flight"
    elif sent is not None:
        concurrent = min(concurrent, sent)
        if ttft_s is not None and sent < LEAST_ROUNDS * concurrent:
            ttft_s = None
            notes.append(_rush_words(sent, concurrent))
    said = {**server, **{name: value for name, value in item.items() if value is not None}}
    facts = Facts(
        engine=engine,
        model=text_in(said, "model_id", "model_path", "model", "served_model_name"),
        hardware=text_in(said, "hardware", "gpu", "hw"),
        precision=text_in(said, "precision", "quantization"),
        n_tensor=above_0(said, "tp", "tp_size", "tensor_parallel_size"),
        n_attention_replicas=above_0(said, "dp_size", "data_parallel_size"),
        n_stages=above_0(said, "pp", "pp_size", "pipeline_parallel_size"),
        n_prompt_tokens=prompts / completed,
        n_output_tokens=outputs / completed,
        n_concurrent=max(concurrent, 1.0),
    )
    return ServingMeasurement(line=line, facts=facts, tpot_s=tpot_s, ttft_s=ttft_s, notes=tuple(notes))


def _rush_words(sent: float, concurrent: float) -> str:
    return (
        f"{sent:g} requests for {concurrent:g} in flight: the first rush rules the time to the first token, "
        "which is not used"
    )


def _by_littles_law(
    item: Mapping[str, Any], completed: float, n_output: float, times_s: tuple[float, float | None]
) -> float | None:
    """Return requests in flight on average: those completed in a second, times the seconds each took."""
    measured = above_0(item, "concurrency")
    if measured is not None:
        return measured
    duration_s = above_0(item, "duration", "benchmark_duration")
    if duration_s is None or times_s[1] is None:
        return None
    return completed / duration_s * (times_s[1] + (n_output - 1) * times_s[0])
