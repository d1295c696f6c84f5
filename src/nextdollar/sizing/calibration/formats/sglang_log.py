"""Log lines of an SGLang server: decode batches with their speed, prefill batches with their lengths."""

from __future__ import annotations

import re
from dataclasses import replace

from nextdollar.sizing.calibration.formats.windows import Window, measured_levels
from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading

_DECODE = re.compile(
    r"Decode batch[.,].*?#running-req: (?P<running>\d+)"
    r".*?gen throughput \(token/s\): (?P<output>\d+(?:\.\d+)?)"
)
_PREFILL = re.compile(r"Prefill batch[.,].*?#new-seq: (\d+).*?#new-token: (\d+)(?:.*?#cached-token: (\d+))?")
_ACCEPTED = re.compile(r"accept len: (\d+(?:\.\d+)?)")
_OTHER_RANK = re.compile(r"\bDP[1-9]\d* |\bTP[1-9]\d*\]")
_SAID = {
    "model": re.compile(r"\bmodel_path='([^']{1,200})'"),
    "precision": re.compile(r"\bquantization='([\w-]{1,40})'"),
    "n_tensor": re.compile(r"\btp_size=(\d{1,5})"),
    "n_attention_replicas": re.compile(r"\bdp_size=(\d{1,5})"),
}
_MOST_ACCEPTED = 1.05


def _recognises(text: str) -> bool:
    return _DECODE.search(text) is not None


def _read(text: str) -> LogReading:
    """Return one measurement for each level of load, with the mean length of prompts."""
    windows: list[Window] = []
    n_prompts = n_tokens = n_cached = 0.0
    for number, line in enumerate(text.splitlines(), start=1):
        if _OTHER_RANK.search(line):
            continue
        decode = _DECODE.search(line)
        if decode is not None:
            accepted = _ACCEPTED.search(line)
            if accepted is not None and float(accepted[1]) > _MOST_ACCEPTED:
                words = f"drafts are accepted ({accepted[1]} tokens a step); the constants are those without"
                return LogReading(set_aside=(f"the whole log: {words}",))
            windows.append(Window(number, float(decode["running"]), float(decode["output"])))
            continue
        prefill = _PREFILL.search(line)
        if prefill is not None:
            n_prompts += float(prefill[1])
            n_tokens += float(prefill[2])
            n_cached += float(prefill[3] or 0)
    said = {name: match[1] for name, pattern in _SAID.items() if (match := pattern.search(text))}
    # What SGLang calls tensor parallelism counts the replicas of attention in.
    tensor = float(said["n_tensor"]) if "n_tensor" in said else None
    replicas = float(said.get("n_attention_replicas", 1.0))
    facts = Facts(
        engine="sglang",
        model=said.get("model", ""),
        precision=said.get("precision", ""),
        n_tensor=None if tensor is None else max(tensor / replicas, 1.0),
        n_attention_replicas=replicas if replicas > 1 else None,
    )
    notes = ["the time per token is running requests over tokens a second, prompts read between included"]
    if n_prompts:
        facts = replace(facts, n_prompt_tokens=(n_tokens + n_cached) / n_prompts)
    if n_cached > 0.2 * n_tokens:
        notes.append(f"{100 * n_cached / (n_cached + n_tokens):.2g} % of the prompts came from the cache")
    measured, aside = measured_levels(windows, facts, notes=tuple(notes))
    return LogReading(serving=tuple(measured), set_aside=tuple(aside))


SGLANG_LOG = LogFormat("sglang-log", "log lines of an SGLang server", _recognises, _read)
