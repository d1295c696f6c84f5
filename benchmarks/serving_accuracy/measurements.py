"""Measured serving times beside the repository, as plain arrays for the serving model."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving_inputs import Deployment, Layout, ServedModel, Server, ServingLoad
from nextdollar.compute.serving_layout import layout_of_labels
from nextdollar.units import FloatArray

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"
Cells = dict[str, str]

FOUR_BIT_BYTES = 0.5625
"""Half a byte, and a scale of 8 bits for 16 values (NVFP4) or of 16 bits for 32."""
WEIGHT_BYTES = {"fp8": 1.0, "fp4": FOUR_BIT_BYTES, "int4": FOUR_BIT_BYTES, "": 2.0}
LATENT_HEAD_WIDTH = 128.0
"""Values and unrotated keys of a head of DeepSeek-V3 and its kin; the table holds d_model / heads."""
SAME_SHAPE = {
    "deepseek-ai/DeepSeek-V3": "deepseek-ai/DeepSeek-R1",
    "nvidia/DeepSeek-R1-NVFP4": "deepseek-ai/DeepSeek-R1",
    "nvidia/DeepSeek-V3.1-NVFP4": "deepseek-ai/DeepSeek-R1",
    "DeepSeek-R1-0528": "deepseek-ai/DeepSeek-R1",
    "nvidia/Llama-3.1-8B-Instruct-FP8": "meta-llama/Llama-3.1-8B-Instruct",
    "Llama-3.3-70B": "meta-llama/Llama-3.1-70B",
    "Llama-4-Maverick": "meta-llama/Llama-4-Maverick",
}
FAMILIES = ("DeepSeek", "Kimi", "MiniMax", "Llama-4", "Llama-3", "Qwen3", "gpt-oss")
HARDWARE = {
    "h100_sxm": "H100 SXM 80GB",
    "h200_sxm": "H200 SXM",
    "b200_sxm": "B200 SXM",
    "b300_sxm": "B300 SXM",
    "gb200": "GB200 NVL72 (per GPU)",
    "gb300": "GB300 NVL72 (per GPU)",
    "H100": "H100 SXM 80GB",
    "H200": "H200 SXM",
    "B200": "B200 SXM",
    "GB200": "GB200 NVL72 (per GPU)",
    "RTX PRO 6000 SE": "RTX PRO 6000 Blackwell SE",
}
PCIE_5_GB_PER_S = 64.0
"""One direction of 16 lanes of PCIe 5: the link of a card that has no other."""


@dataclass(frozen=True)
class Measured:
    """Rows of one kind; times in seconds, throughput in output tokens per second and GPU."""

    names: tuple[str, ...]
    families: NDArray[np.str_]
    engines: NDArray[np.str_]
    deployment: Deployment
    load: ServingLoad
    tpot_s: FloatArray
    ttft_s: FloatArray
    tokens_per_s_per_gpu: FloatArray
    complete: NDArray[np.bool_]


@dataclass(frozen=True)
class Disaggregated:
    """Rows with readers and writers: `writers` are those of `measured.deployment`.

    `recorded` rows say how many instances there were; others take the median of those that do.
    """

    measured: Measured
    readers: Deployment
    n_readers: FloatArray
    n_writers: FloatArray
    recorded: NDArray[np.bool_]


def has_data() -> bool:
    """Whether the measurements lie beside the repository."""
    return FOLDER.is_dir()


def aggregated(*, as_labelled: bool = False) -> Measured:
    """Rows where the same GPUs read and write; those without precision are taken as 16 bit.

    `as_labelled` believes the counts of GPUs of the table, where an expert-parallel group counts twice.
    """
    found = [row for row in _read("inference_points.csv") if row["mode"] == "agg"]
    labels = [_numbers(found, name) for name in ("tp", "attn_dp", "moe_ep", "pp")]
    if as_labelled:
        gpus = _numbers(found, "gpus")
        layout = Layout(n_gpus=gpus, n_attention_replicas=np.minimum(labels[1], gpus))
    else:
        layout = layout_of_labels(labels[0], labels[1], n_expert_shards=labels[2], n_stages=labels[3])
    return _measured(found, layout)


def disaggregated() -> Disaggregated:
    """Rows with readers and writers."""
    found = [row for row in _read("inference_points.csv") if row["mode"] == "disagg"]
    one = np.ones(len(found))
    layouts = []
    for side in ("prefill", "decode"):
        labels = [_numbers(found, f"{side}_{name}") for name in ("tp", "attn_dp", "ep")]
        layouts.append(layout_of_labels(labels[0], labels[1], n_expert_shards=labels[2], n_stages=one))
    measured = _measured(found, layouts[1])
    readers = Deployment(measured.deployment.model, measured.deployment.server, layouts[0])
    counts = [_numbers(found, f"{side}_workers") for side in ("prefill", "decode")]
    recorded = np.isfinite(counts[0]) & np.isfinite(counts[1])
    workers = [np.where(recorded, count, np.median(count[recorded])) for count in counts]
    return Disaggregated(measured, readers, workers[0], workers[1], recorded)


def offline() -> Measured:
    """Rows of TensorRT-LLM with every request queued; DEP is attention-data parallel."""
    found = _read("inference_max_throughput.csv")
    gpus = _numbers(found, "gpus_per_instance")
    replicas = np.where([row["parallel"].startswith("DEP") for row in found], gpus, 1.0)
    stages = np.where(["PP2" in row["parallel"] for row in found], 2.0, 1.0)
    for row in found:
        row |= {"concurrency": "1", "engine": "trtllm", "row_id": f"{row['model']} {row['gpu']}"}
    return _measured(found, Layout(gpus, replicas, stages))


def take(measured: Measured, chosen: NDArray[np.bool_]) -> Measured:
    """The chosen rows."""
    return _each(measured, chosen)


def take_deployment(deployment: Deployment, chosen: NDArray[np.bool_]) -> Deployment:
    """The chosen rows of a deployment."""
    return _each(deployment, chosen)


def _each(thing, chosen):
    """Index every array in a tree of dataclasses."""
    if isinstance(thing, np.ndarray):
        return thing[chosen]
    if isinstance(thing, tuple):
        return tuple(item for item, keep in zip(thing, chosen, strict=True) if keep)
    if hasattr(thing, "__dataclass_fields__"):
        parts = {name: _each(getattr(thing, name), chosen) for name in thing.__dataclass_fields__}
        return type(thing)(**parts)
    return thing


def _measured(found: list[Cells], layout: Layout) -> Measured:
    """Rows with what they were run on."""
    concurrent = _numbers(found, "concurrency")
    complete = np.isfinite(concurrent) & np.array([row["precision"] != "" for row in found])
    load = ServingLoad(np.nan_to_num(concurrent, nan=1.0), _numbers(found, "isl"), _numbers(found, "osl"))
    return Measured(
        names=tuple(row["row_id"] for row in found),
        families=np.array([_family(row["model"]) for row in found]),
        engines=np.array([row["engine"] for row in found]),
        deployment=Deployment(_models(found), _servers(found), layout),
        load=load,
        tpot_s=_numbers(found, "tpot_ms") / 1e3,
        ttft_s=_numbers(found, "ttft_ms") / 1e3,
        tokens_per_s_per_gpu=_numbers(found, "out_tok_s_per_gpu"),
        complete=complete,
    )


def _models(found: list[Cells]) -> ServedModel:
    """Shapes of the rows' models, at the rows' precision; 16 bits keep a cache of 16, others one of 8."""
    by_name = {row["model"]: row for row in _read("model_architectures.csv")}
    shapes = [by_name[SAME_SHAPE.get(row["model"], row["model"])] for row in found]
    number = {
        name: _numbers(shapes, name, missing=0.0) for name in shapes[0] if name not in ("model", "source")
    }
    latent = number["mla_kv_lora"] > 0
    per_head = 4.0 * number["heads"] * number["attention_layers"]
    head = np.where(latent, LATENT_HEAD_WIDTH + 0.5 * number["mla_rope_dim"], number["head_dim"])
    compressed = number["mla_kv_lora"] + 0.5 * number["mla_rope_dim"]
    precise = np.array([row["precision"] == "" for row in found])
    return ServedModel(
        params=number["params_total"],
        params_active=number["params_active"],
        n_layers=number["layers"],
        n_width=number["d_model"],
        kv_values_per_token=number["kv_values_per_token"],
        n_kv_shards=np.where(latent, 1.0, np.maximum(number["kv_heads"], 1.0)),
        n_experts=np.maximum(number["experts"], 1.0),
        experts_per_token=np.maximum(number["experts_per_token"], 1.0),
        decode_flop_per_pair=per_head * np.where(latent, compressed, number["head_dim"]),
        prefill_flop_per_pair=per_head * head,
        weight_bytes_per_param=np.array([WEIGHT_BYTES[row["precision"]] for row in found]),
        kv_bytes_per_value=np.where(precise, 2.0, 1.0),
    )


def _servers(found: list[Cells]) -> Server:
    """Data sheets of the rows' GPUs; int4 weights are multiplied in bf16."""
    by_name = {row["name"]: row for row in _read("hardware.csv")}
    sheets = [by_name[HARDWARE[row["gpu"]]] for row in found]
    half = _numbers(sheets, "bf16_dense_tflops") * 1e12
    eighth = _numbers(sheets, "fp8_dense_tflops") * 1e12
    quarter = _numbers(sheets, "fp4_dense_tflops") * 1e12
    precision = np.array([row["precision"] for row in found])
    peak = np.where(precision == "fp8", eighth, half)
    peak = np.where(precision == "fp4", np.where(np.isfinite(quarter), quarter, eighth), peak)
    return Server(
        peak_flop_per_s=peak,
        attention_flop_per_s=half,
        bandwidth_bytes_per_s=_numbers(sheets, "hbm_tb_s") * 1e12,
        memory_bytes=_numbers(sheets, "hbm_gb") * 1e9,
        link_bytes_per_s=_numbers(sheets, "scaleup_gb_s_per_dir", missing=PCIE_5_GB_PER_S) * 1e9,
    )


def _family(model: str) -> str:
    """The family that is left out with a model."""
    for family in FAMILIES:
        if family.casefold() in model.casefold():
            return family
    return model


def _numbers(found: list[Cells], name: str, missing: float = np.nan) -> FloatArray:
    """A column as numbers."""
    return np.array([float(row[name]) if row.get(name) else missing for row in found])


def _read(file: str) -> list[Cells]:
    """The rows of a file."""
    with (FOLDER / file).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
