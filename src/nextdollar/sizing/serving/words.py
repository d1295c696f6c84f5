"""Words of tables of serving: precisions, engines, modes and layouts as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nextdollar.compute.serving.precision import ServingPrecision

Mode: TypeAlias = Literal["agg", "disagg", "offline"]
"""The same GPUs read and write; some read and others write; every request is queued at the start."""

PRECISIONS: dict[str, ServingPrecision] = {
    **dict.fromkeys(("bf16", "fp16", "bfloat16", "float16", "half"), "bf16"),
    **dict.fromkeys(("fp8", "fp8_e4m3", "float8", "w8a8_fp8"), "fp8"),
    **dict.fromkeys(("int8", "w8a8", "w8a16", "w8a8_int8"), "int8"),
    **dict.fromkeys(("fp4", "nvfp4", "mxfp4"), "fp4"),
    **dict.fromkeys(("int4", "w4a16", "awq", "gptq"), "int4"),
}
"""What a cell may say, in lower case."""

MODES: dict[str, Mode] = {
    **dict.fromkeys(("agg", "aggregated"), "agg"),
    **dict.fromkeys(("disagg", "disaggregated"), "disagg"),
    "offline": "offline",
}

MEASURED = ("H100-SXM", "H200-SXM", "B200", "B300", "GB200", "GB300", "RTX-PRO-6000")
"""Accelerators on which the constants were measured."""

ENGINES = {
    "trt-llm": "trtllm",
    "tensorrt-llm": "trtllm",
    "tensorrt_llm": "trtllm",
}
"""Other spellings of engines, in lower case."""

_IN_A_NAME = re.compile(
    r"(?:^|[-_ ./])(nvfp4|mxfp4|fp4|fp8|int8|int4|w4a16|w8a8|awq|gptq|bf16|fp16)(?=$|[-_ ./])"
)
_DEGREE = re.compile(r"(dep|tep|dp|tp|pp|ep)(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Degrees:
    """How one instance is spread, as its labels say: tensor, attention-data, expert and pipeline parallelism.

    `is_exact` where they multiply to the GPUs of the instance; else they are read as tables that may count
    an expert-parallel group twice (`layout_of_labels`).
    """

    tensor: float
    attention: float
    experts: float
    stages: float
    is_exact: bool = False

    @property
    def product(self) -> float:
        """GPUs as labelled."""
        return self.tensor * self.attention * self.stages


def precision_in(name: str) -> ServingPrecision | None:
    """Return the precision that a model's name ends in ("...-NVFP4"), None where it says none."""
    found = _IN_A_NAME.search(name.casefold())
    return None if found is None else PRECISIONS[found.group(1)]


def degrees_in(words: str) -> Degrees | None:
    """Return what "DEP4", "TP8" or "TP2,PP2" says of an instance; None where it is none of these.

    DEP is attention-data and expert parallelism over the same GPUs, TEP tensor and expert parallelism.
    """
    parts = [part for part in re.split(r"[\s,+x]+", words.casefold().strip()) if part]
    found = {"tp": 1.0, "dp": 1.0, "pp": 1.0, "ep": 1.0}
    if not parts:
        return None
    for part in parts:
        degree = _DEGREE.fullmatch(part)
        if degree is None or int(degree.group(2)) < 1:
            return None
        kind, size = degree.group(1), float(degree.group(2))
        if kind in ("dep", "tep"):
            found["ep"] = size
        found[{"dep": "dp", "tep": "tp"}.get(kind, kind)] = size
    return Degrees(found["tp"], found["dp"], found["ep"], found["pp"], is_exact=True)
