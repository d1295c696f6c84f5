"""Aggregated results of InferenceX, once InferenceMAX: one object a configuration, times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.sizing.calibration.formats.json_objects import above_0, objects_of, text_in
from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, ServingMeasurement

_KEYS = {"conc", "framework", "precision"}
_NO_DRAFTS = ("", "none", "off", "false")


def _recognises(text: str) -> bool:
    return any(item.keys() >= _KEYS for _, item in objects_of(text)[:3])


def _read(text: str) -> LogReading:
    found: list[ServingMeasurement] = []
    aside: list[str] = []
    for line, item in objects_of(text):
        metrics = item.get("metrics")
        row = _row(line, {**item, **metrics} if isinstance(metrics, dict) else item)
        if isinstance(row, str):
            aside.append(row)
        else:
            found.append(row)
    return LogReading(serving=tuple(found), set_aside=tuple(aside))


def _row(line: int, item: Mapping[str, Any]) -> ServingMeasurement | str:
    """Return the measurement of a configuration, or why it is set aside."""
    if item.get("disagg") in (True, "true", "True"):
        return (
            f"line {line}: readers and writers are apart; the constants are fitted to instances that do both"
        )
    drafts = text_in(item, "spec_decoding", "spec_method", "mtp")
    if drafts.casefold() not in _NO_DRAFTS:
        return f"line {line}: {drafts} drafts tokens; the constants are those without"
    tpot_s, ttft_s = above_0(item, "mean_tpot", "mean_itl"), above_0(item, "mean_ttft")
    if tpot_s is None:
        return f"line {line}: no mean_tpot"
    tensor = above_0(item, "tp", "decode_tp")
    is_replicated = item.get("dp_attention", item.get("decode_dp_attention")) in (True, "true", "True")
    framework = text_in(item, "framework").casefold()
    names = ("vllm", "sglang", "trt")
    engine = next((name for name in names if name in framework), framework)
    facts = Facts(
        engine="trtllm" if engine == "trt" else engine,
        model=text_in(item, "model"),
        # Runners are named by their machine and its owner: "h200-nv".
        hardware=text_in(item, "hw", "hardware").partition("-")[0],
        precision=text_in(item, "precision"),
        n_tensor=1.0 if is_replicated else tensor,
        n_attention_replicas=tensor if is_replicated else None,
        n_prompt_tokens=above_0(item, "isl"),
        n_output_tokens=above_0(item, "osl"),
        n_concurrent=above_0(item, "conc"),
    )
    return ServingMeasurement(line=line, facts=facts, tpot_s=tpot_s, ttft_s=ttft_s)


INFERENCEX = LogFormat("inferencex", "aggregated results of InferenceX", _recognises, _read)
