"""Rates of peers, measured in the same run: each is asked in a process of its own, if it is installed.

They are no dependencies: their pins do not fit beside ours. An interpreter that has them is named by hand:

    python -m venv peers && peers/bin/pip install llm-analysis numpy     # and calculon from its repository
    python benchmarks/compute_speed.py --peers peers/bin/python
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

SECONDS = 2.0
TIMEOUT_S = 300

_TIMER = """
import contextlib, io, json, logging, time
logging.disable(logging.CRITICAL)
def rate(call):
    with contextlib.redirect_stdout(io.StringIO()):
        call()
        done, start = 0, time.process_time()
        while time.process_time() - start < {seconds}:
            call()
            done += 1
        return done / (time.process_time() - start)
"""
_LLM_ANALYSIS = """
from llm_analysis.analysis import LLMAnalysis
from llm_analysis.config import ModelConfig, GPUConfig, DtypeConfig, ParallelismConfig
model = ModelConfig(name="7b", num_layers=32, n_head=32, hidden_dim=4096, vocab_size=32000, max_seq_len=2048,
                    num_key_value_heads=32, ffn_embed_dim=11008, expansion_ratio=11008 / 4096)
gpu = GPUConfig(name="a100", mem_per_GPU_in_GB=80, hbm_bandwidth_in_GB_per_sec=2039,
                intra_node_bandwidth_in_GB_per_sec=600, intra_node_min_message_latency=8e-6,
                inter_node_bandwidth_in_GB_per_sec=200, peak_fp16_TFLOPS=312, peak_i8_TFLOPS=624,
                peak_i4_TFLOPS=1248)
def call():
    analysis = LLMAnalysis(model, gpu, DtypeConfig(name="w16a16e16"),
                           ParallelismConfig(tp_size=8, pp_size=1, dp_size=8), flops_efficiency=0.5)
    analysis.training(batch_size_per_gpu=1, seq_len=2048, total_num_tokens=1e12)
print(json.dumps(rate(call)))
"""
_CALCULON = """
from pathlib import Path
import calculon
from calculon.llm import Llm
from calculon.system import System
root = Path(calculon.__file__).resolve().parents[1]
read = lambda path: calculon.io.read_json_file(str(root / path))
application = Llm.Application(read("models/megatron-1T.json"))
execution = read("examples/3072_t4_p64_d12_mbs4_full.json")
machine = System(read("systems/a100_80g.json"))
def call():
    model = Llm(application, logging.getLogger("calculon"))
    model.compile(machine, Llm.Execution.from_json(execution))
    model.run(machine)
print(json.dumps(rate(call)))
"""
_NAMES = {"llm-analysis, training()": _LLM_ANALYSIS, "calculon, run() of one layout": _CALCULON}
IN_FACT_SHEET = {"llm-analysis, training()": 4131.0, "calculon, run() of one layout": 269.0}


@dataclass(frozen=True)
class PeerRate:
    """Configurations a second of a peer, or why there is no figure of this run."""

    name: str
    per_s: float | None
    why_not: str = ""

    def __str__(self) -> str:
        if self.per_s is None:
            return f"not measured ({self.why_not}); {IN_FACT_SHEET[self.name]:,.0f} in the fact sheet"
        return f"{self.per_s:,.0f}"


def peer_rates(interpreter: str) -> list[PeerRate]:
    """Rates of every peer that the interpreter can import."""
    return [_rate(name, script, interpreter) for name, script in _NAMES.items()]


def _rate(name: str, script: str, interpreter: str) -> PeerRate:
    """Rate of one peer."""
    timer = _TIMER.format(seconds=SECONDS)
    try:
        ran = subprocess.run(
            [interpreter, "-c", timer + script],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return PeerRate(name, None, str(error))
    if ran.returncode:
        last = ran.stderr.strip().splitlines() or [f"exit {ran.returncode}"]
        return PeerRate(name, None, last[-1])
    return PeerRate(name, float(json.loads(ran.stdout.strip().splitlines()[-1])))
