"""The metrics page of a vLLM or SGLang server in Prometheus' text format: means since the server started."""

from __future__ import annotations

import math
import re

from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, ServingMeasurement

_LINE = re.compile(r"^(vllm|sglang):(\w+)(?:\{([^}]{0,2000})\})?\s+(\S+)", re.MULTILINE)
_MODEL = re.compile(r'model_name="([^"]{1,200})"')
_TPOT = (
    "request_time_per_output_token_seconds",
    "time_per_output_token_seconds",
    "inter_token_latency_seconds",
)
_LEAST_REQUESTS = 20.0


def _recognises(text: str) -> bool:
    return re.search(r"^(vllm|sglang):\w+_seconds_(sum|count)", text, re.MULTILINE) is not None


def _read(text: str) -> LogReading:
    """Return one measurement: means over everything that the server has done."""
    sums: dict[str, float] = {}
    engine = model = ""
    for system, name, labels, value in _LINE.findall(text):
        try:
            number = float(value)
        except ValueError:
            continue
        if not math.isfinite(number) or name.endswith("_bucket"):
            continue
        engine = engine or system
        named = _MODEL.search(labels)
        model = model or (named[1] if named else "")
        # Engines of one server have labels of their own: what they counted adds up.
        sums[name] = sums.get(name, 0.0) + number
    requests = sums.get("time_to_first_token_seconds_count", 0.0)
    if requests < _LEAST_REQUESTS:
        return LogReading(set_aside=(f"the page: {requests:g} requests, fewer than {_LEAST_REQUESTS:g}",))
    tpot_s = next((mean for name in _TPOT if (mean := _mean(sums, name)) is not None), None)
    if tpot_s is None:
        return LogReading(set_aside=("the page: no time per output token",))
    prompts = _mean(sums, "request_prompt_tokens") or _ratio(sums, "prompt_tokens_total", requests)
    outputs = _mean(sums, "request_generation_tokens") or _ratio(sums, "generation_tokens_total", requests)
    running = sums.get("num_requests_running", sums.get("num_running_reqs", 0.0))
    notes = [f"means over {requests:,.0f} requests since the server started, warm-up included"]
    if running > 0:
        notes.append(
            f"{running:g} requests were running when the page was saved: taken as their usual number"
        )
    facts = Facts(
        engine=engine,
        model=model,
        n_prompt_tokens=prompts,
        n_output_tokens=outputs,
        n_concurrent=running if running >= 1 else None,
    )
    ttft_s = _mean(sums, "time_to_first_token_seconds")
    row = ServingMeasurement(line=1, facts=facts, tpot_s=tpot_s, ttft_s=ttft_s, notes=tuple(notes))
    return LogReading(serving=(row,))


def _mean(sums: dict[str, float], name: str) -> float | None:
    """Return the mean of a histogram."""
    count = sums.get(f"{name}_count", 0.0)
    return _ratio(sums, f"{name}_sum", count)


def _ratio(sums: dict[str, float], name: str, count: float) -> float | None:
    total = sums.get(name, 0.0)
    return total / count if count > 0 and total > 0 else None


PROMETHEUS = LogFormat("prometheus", "metrics page of vLLM or SGLang", _recognises, _read)
