"""Log lines of a vLLM server: throughput and running requests, every ten seconds."""

from __future__ import annotations

import re

from nextdollar.sizing.calibration.formats.windows import Window, measured_levels
from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading

_LINE = re.compile(
    r"Avg prompt throughput: (?P<prompt>\d+(?:\.\d+)?) tokens/s, "
    r"Avg generation throughput: (?P<output>\d+(?:\.\d+)?) tokens/s, Running: (?P<running>\d+) reqs"
)
_ENGINE = re.compile(r"Engine (\d+):")
_HIT_RATE = re.compile(r"Prefix cache hit rate: (\d+(?:\.\d+)?)%")
_SAID = {
    "model": re.compile(r"\bmodel='([^']{1,200})'"),
    "precision": re.compile(r"\bquantization='?([\w-]{1,40})"),
    "n_tensor": re.compile(r"\btensor_parallel_size=(\d{1,5})"),
    "n_stages": re.compile(r"\bpipeline_parallel_size=(\d{1,5})"),
    "n_attention_replicas": re.compile(r"\bdata_parallel_size=(\d{1,5})"),
}
_DRAFTS = re.compile(r"speculative_config=(?!None)\S|SpecDecoding metrics")
_MUCH_CACHED_PERCENT = 20.0


def _recognises(text: str) -> bool:
    return _LINE.search(text) is not None


def _read(text: str) -> LogReading:
    """Return one measurement for each level of load; only the first engine of several is read."""
    if _DRAFTS.search(text):
        return LogReading(set_aside=("the whole log: tokens are drafted; the constants are those without",))
    windows: list[Window] = []
    hits: list[float] = []
    others = 0
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.search(line)
        if found is None:
            continue
        engine = _ENGINE.search(line)
        if engine is not None and engine[1].strip("0"):
            others += 1
            continue
        windows.append(
            Window(number, float(found["running"]), float(found["output"]), float(found["prompt"]))
        )
        hit = _HIT_RATE.search(line)
        hits += [] if hit is None else [float(hit[1])]
    said = {name: match[1] for name, pattern in _SAID.items() if (match := pattern.search(text))}
    counts = {name: float(said.pop(name)) for name in tuple(said) if name.startswith("n_")}
    precision = said.pop("precision", "")
    facts = Facts(
        engine="vllm",
        model=said.get("model", ""),
        precision="" if precision == "None" else precision,
        n_tensor=counts.get("n_tensor"),
        n_stages=counts.get("n_stages"),
        n_attention_replicas=counts.get("n_attention_replicas"),
    )
    notes = ["the time per token is running requests over tokens a second, reading of prompts included"]
    if hits and max(hits) > _MUCH_CACHED_PERCENT:
        notes.append(f"up to {max(hits):g} % of prompts came from the prefix cache")
    measured, aside = measured_levels(windows, facts, notes=tuple(notes))
    if others:
        aside.append(f"{others} lines of engines after the first")
    return LogReading(serving=tuple(measured), set_aside=tuple(aside))


VLLM_LOG = LogFormat("vllm-log", "log lines of a vLLM server", _recognises, _read)
