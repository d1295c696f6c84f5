"""Result files of vLLM's load generator: `vllm bench serve --save-result`, once `benchmark_serving.py`."""

from __future__ import annotations

from nextdollar.sizing.calibration.formats.bench_row import bench_row
from nextdollar.sizing.calibration.formats.json_objects import objects_of, text_in
from nextdollar.sizing.calibration.measured import LogFormat, LogReading, ServingMeasurement

_KEYS = {"model_id", "mean_tpot_ms", "total_output_tokens"}


def _recognises(text: str) -> bool:
    return any(item.keys() >= _KEYS for _, item in objects_of(text)[:3])


def _read(text: str) -> LogReading:
    """Return one measurement for each result; the engine is vLLM unless the result says otherwise."""
    found: list[ServingMeasurement] = []
    aside: list[str] = []
    for line, item in objects_of(text):
        engine = text_in(item, "backend", "endpoint_type").casefold()
        known = next((name for name in ("sglang", "trtllm", "tensorrt") if name in engine), "vllm")
        row = bench_row(line, item, engine="trtllm" if known == "tensorrt" else known, server={})
        if isinstance(row, str):
            aside.append(row)
        else:
            found.append(row)
    return LogReading(serving=tuple(found), set_aside=tuple(aside))


VLLM_BENCH = LogFormat("vllm-bench", "result JSON of vllm bench serve", _recognises, _read)
