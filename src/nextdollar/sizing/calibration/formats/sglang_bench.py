"""Result files of SGLang's load generator, `sglang.bench_serving --output-file`: one object a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.sizing.calibration.formats.bench_row import bench_row
from nextdollar.sizing.calibration.formats.json_objects import objects_of, text_in
from nextdollar.sizing.calibration.measured import LogFormat, LogReading, ServingMeasurement

_KEYS = {"mean_tpot_ms", "total_output_tokens", "mean_e2e_latency_ms"}


def _recognises(text: str) -> bool:
    return any(item.keys() >= _KEYS and "model_id" not in item for _, item in objects_of(text)[:3])


def _read(text: str) -> LogReading:
    """Return one measurement for each result; `server_info` names model and tensor parallelism."""
    found: list[ServingMeasurement] = []
    aside: list[str] = []
    for line, item in objects_of(text):
        backend = text_in(item, "backend").casefold()
        engine = next((name for name in ("vllm", "trt") if backend.startswith(name)), "sglang")
        info = item.get("server_info")
        server: Mapping[str, Any] = info if isinstance(info, dict) else {}
        row = bench_row(line, item, engine="trtllm" if engine == "trt" else engine, server=server)
        if isinstance(row, str):
            aside.append(row)
        else:
            found.append(row)
    return LogReading(serving=tuple(found), set_aside=tuple(aside))


SGLANG_BENCH = LogFormat("sglang-bench", "JSONL of sglang.bench_serving", _recognises, _read)
