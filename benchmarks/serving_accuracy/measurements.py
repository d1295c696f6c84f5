"""Measured serving times beside the repository, read as `nextdollar estimate serving` reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving.inputs import Deployment, Layout, ServingLoad
from nextdollar.sizing.rows_file import RowsTable, read_rows
from nextdollar.sizing.serving.arrays import ServingArrays, serving_arrays
from nextdollar.sizing.serving.ask import asks_of
from nextdollar.sizing.serving.memory import with_room
from nextdollar.sizing.serving.rows import NEEDED, serving_rows
from nextdollar.sizing.serving.shapes import ServingShapes
from nextdollar.sizing.serving.words import Mode
from nextdollar.units import FloatArray

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"
POINTS, OFFLINE = "inference_points.csv", "inference_max_throughput.csv"
OFFLINE_ENGINE = "trtllm"
"""Engine of the offline table, which its rows do not name."""
FAMILIES = ("DeepSeek", "Kimi", "MiniMax", "Llama-4", "Llama-3", "Qwen3", "gpt-oss")


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
    """Rows with readers and writers: what they ask, and which say how many instances there were."""

    measured: Measured
    asked: ServingArrays
    recorded: NDArray[np.bool_]


def has_data() -> bool:
    """Whether the measurements lie beside the repository."""
    return FOLDER.is_dir()


@cache
def aggregated(*, as_labelled: bool = False) -> Measured:
    """Rows where the same GPUs read and write; those without precision are taken as 16 bit.

    `as_labelled` believes the counts of GPUs of the table, where an expert-parallel group counts twice.
    """
    found, places, asked = _read(POINTS, "agg")
    measured = _measured(found, places, asked)
    if not as_labelled:
        return measured
    gpus = _numbers(found, places, "gpus")
    layout = Layout(gpus, n_attention_replicas=np.minimum(_numbers(found, places, "attn_dp"), gpus))
    return replace(measured, deployment=replace(measured.deployment, layout=layout))


@cache
def disaggregated() -> Disaggregated:
    """Rows with readers and writers."""
    found, places, asked = _read(POINTS, "disagg")
    if asked.readers is None:
        raise ValueError(f"{POINTS} must have rows with readers of their own")
    return Disaggregated(_measured(found, places, asked), asked, ~asked.is_count_assumed)


@cache
def offline() -> Measured:
    """Rows of TensorRT-LLM with every request queued."""
    return _measured(*_read(OFFLINE, "offline"))


def take(measured: Measured, chosen: NDArray[np.bool_]) -> Measured:
    """The chosen rows."""
    return _each(measured, chosen)


def take_asked(asked: ServingArrays, chosen: NDArray[np.bool_]) -> ServingArrays:
    """The chosen questions."""
    return _each(asked, chosen)


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


def _read(file: str, mode: Mode) -> tuple[RowsTable, list[int], ServingArrays]:
    """A table, the places of its rows of a mode, and what they ask; every row must be answered."""
    table = read_rows(FOLDER / file, NEEDED)
    rows = serving_rows(table, ServingShapes(), engine=OFFLINE_ENGINE if mode == "offline" else None)
    places, asks = asks_of(rows, mode)
    if len(places) != sum(row.mode == mode for row in rows):
        raise ValueError(f"{file}: rows of mode {mode} must all be answered")
    return table, places, with_room(serving_arrays(asks))


def _measured(found: RowsTable, places: list[int], asked: ServingArrays) -> Measured:
    """Rows with what was measured; where a throughput is given alone, times are nan."""
    cells = [found.rows[place].cells for place in places]
    complete = np.array([bool(row.get("concurrency")) and row["precision"] != "" for row in cells])
    rate = "out_tok_s_per_gpu" if "out_tok_s_per_gpu" in found.columns else "out_tok_s_per_gpu_derived"
    return Measured(
        names=tuple(row.get("row_id") or f"{row['model']} {row['gpu']}" for row in cells),
        families=np.array([_family(row["model"]) for row in cells]),
        engines=asked.engines,
        deployment=asked.deployment,
        load=asked.load,
        tpot_s=_numbers(found, places, "tpot_ms") / 1e3,
        ttft_s=_numbers(found, places, "ttft_ms") / 1e3,
        tokens_per_s_per_gpu=_numbers(found, places, rate),
        complete=complete,
    )


def _family(model: str) -> str:
    """The family that is left out with a model."""
    for family in FAMILIES:
        if family.casefold() in model.casefold():
            return family
    return model


def _numbers(found: RowsTable, places: list[int], name: str) -> FloatArray:
    """A column as numbers, nan where it is empty."""
    cells = (found.rows[place].cells.get(name) for place in places)
    return np.array([float(cell) if cell else np.nan for cell in cells])
