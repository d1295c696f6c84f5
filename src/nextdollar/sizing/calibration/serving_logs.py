"""Measurements of serving as questions that the model answers, with what was measured beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.catalogue.table_file import shown
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.bound import audit_tpot
from nextdollar.errors import CatalogueError
from nextdollar.sizing.calibration.measured import Facts, ServingMeasurement
from nextdollar.sizing.calibration.stated import Stated, with_stated
from nextdollar.sizing.rows_file import RowsTable, TableRow
from nextdollar.sizing.serving.arrays import ServingArrays, serving_arrays
from nextdollar.sizing.serving.ask import ServingAsk
from nextdollar.sizing.serving.rows import serving_rows
from nextdollar.sizing.serving.shapes import ServingShapes
from nextdollar.sizing.serving.words import PRECISIONS
from nextdollar.units import FloatArray

# What makers and quantisers add to the name of a model whose shape it leaves as it is.
_ADDED = re.compile(
    r"meta|instruct|chat|it|hf|base|preview|dynamic|kv|fp8|nvfp4|mxfp4|fp4|awq|gptq|int4|int8|w4a16|w8a8|bf16|"
    r"quantized\.w\d+a\d+",
    re.IGNORECASE,
)
_VERSION = re.compile(r"v?\d+(\.\d+)?|\d{4}", re.IGNORECASE)
_PRECISION = re.compile(r"nvfp4|mxfp4|fp4|fp8|int8|int4|w4a16|w8a8|awq|gptq|bf16")


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A measurement that can be held against the model."""

    file: str
    line: int
    ask: ServingAsk
    tpot_s: float | None
    ttft_s: float | None
    output_tokens_per_s_per_gpu: float | None
    notes: tuple[str, ...]

    @property
    def is_offline(self) -> bool:
        """Whether it is the throughput of a full queue."""
        return self.tpot_s is None

    @property
    def scope(self) -> tuple[str, str, str]:
        """Accelerator, model and engine."""
        return (self.ask.accelerator.name, self.ask.named.name, self.ask.engine)


def measured_rows(
    found: Sequence[ServingMeasurement], *, file: str, stated: Stated, shapes: ServingShapes
) -> tuple[list[MeasuredRow], list[str]]:
    """Return the measurements of a log as questions, and the reasons why others cannot be.

    Parameters
    ----------
    found : sequence of ServingMeasurement
        As the log says.
    file : str
        Its name.
    stated : Stated
        What the user says of it.
    shapes : ServingShapes
        Where shapes come from.
    """
    rows: list[MeasuredRow] = []
    reasons: list[str] = []
    for item in found:
        said = replace(item.facts, precision=_known_precision(item.facts.precision))
        facts = _completed(with_stated(said, stated), item)
        missing = _missing(facts, is_offline=item.tpot_s is None)
        if missing:
            reasons += missing
            continue
        facts = _named(facts, shapes)
        (row,) = serving_rows(RowsTable(file, "", (), (TableRow(item.line, _cells(facts, item)),)), shapes)
        if row.ask is None:
            reasons += row.refused
            continue
        notes = (*item.notes, *_contradictions(item.facts, stated), *row.notes)
        ttft_s, offline = item.ttft_s, item.output_tokens_per_s_per_gpu
        rows.append(MeasuredRow(file, item.line, row.ask, item.tpot_s, ttft_s, offline, notes))
    return rows, reasons


def _completed(facts: Facts, item: ServingMeasurement) -> Facts:
    """Return facts with the length of prompts that follows from that of answers."""
    if facts.n_prompt_tokens is None and item.prompts_per_output and facts.n_output_tokens is not None:
        return replace(facts, n_prompt_tokens=max(item.prompts_per_output * facts.n_output_tokens, 1.0))
    return facts


def _contradictions(facts: Facts, stated: Stated) -> list[str]:
    """Return where the user says something else than the log."""
    pairs = (
        (facts.model, stated.model, "--model"),
        (facts.hardware, stated.hardware, "--hardware"),
        (facts.precision, stated.precision, "--precision"),
    )
    return [
        f"the log says {shown(said)}: {option} {given} counts before it"
        for said, given, option in pairs
        if said and given is not None and said.casefold() != given.casefold()
    ]


def _missing(facts: Facts, *, is_offline: bool) -> list[str]:
    """Return what must be stated, each with its option."""
    needed = {
        "the model: --model": facts.model,
        "the accelerator: --hardware": facts.hardware,
        "how long answers are: --output": facts.n_output_tokens,
        "how long prompts are: --prompt": facts.n_prompt_tokens,
        "how many GPUs an instance has: --tp": facts.n_tensor
        or facts.n_gpus
        or facts.n_attention_replicas
        or facts.parallel,
    }
    if not is_offline:
        needed["how many requests are in flight: --concurrency"] = facts.n_concurrent
    return [words for words, value in needed.items() if not value]


def _named(facts: Facts, shapes: ServingShapes) -> Facts:
    """Return facts with the name of the model that is known, what was added to it left out.

    Data parallelism of a dense model is so many instances: each has its share of the requests.
    """
    for name in _spellings(facts.model):
        try:
            shape = shapes.named(name).shape
        except CatalogueError:
            continue
        precision = facts.precision or ("" if name == facts.model else _precision_in(facts.model))
        found = replace(facts, model=name, precision=precision)
        replicas = facts.n_attention_replicas
        if replicas and shape.n_experts == 1 and not facts.is_labelled and facts.n_concurrent:
            each = max(facts.n_concurrent / replicas, 1.0)
            return replace(found, n_concurrent=each, n_attention_replicas=None)
        return found
    return facts


def _spellings(model: str) -> list[str]:
    """Return a name as it is, without its folder, without what was added, and without its version."""
    short = model.rstrip("/").rpartition("/")[2]
    words = [word for word in re.split(r"[-_]", short) if word and not _ADDED.fullmatch(word)]
    unversioned = [words[:1], *([word] for word in words[1:] if not _VERSION.fullmatch(word))]
    plain = ["-".join(words), "-".join(word for part in unversioned for word in part)]
    return list(dict.fromkeys([model, short, *plain]))


def _known_precision(word: str) -> str:
    """Return the precision that an engine's word for its quantisation means, empty where it means none.

    "awq_marlin" and "modelopt_fp4" name their width; "compressed-tensors" leaves it to the model's name.
    """
    return word if word.casefold() in PRECISIONS else _precision_in(word)


def _precision_in(name: str) -> str:
    """Return the precision that an addition to a name says."""
    found = _PRECISION.search(name.casefold())
    return found[0] if found else ""


def _cells(facts: Facts, item: ServingMeasurement) -> dict[str, str]:
    """Return the cells of a row of `estimate serving`."""
    numbers = {"isl": facts.n_prompt_tokens, "osl": facts.n_output_tokens, "concurrency": facts.n_concurrent}
    cells = {
        "model": facts.model,
        "gpu": facts.hardware,
        "engine": facts.engine,
        "precision": "" if facts.precision.casefold() in ("none", "auto") else facts.precision,
        "mode": "offline" if item.tpot_s is None else "agg",
    }
    if facts.is_labelled:
        numbers |= {
            "tp": facts.n_tensor,
            "attn_dp": facts.n_attention_replicas,
            "moe_ep": facts.n_expert_shards,
            "pp": facts.n_stages,
            "gpus_per_instance": facts.n_gpus,
        }
        cells["parallel"] = facts.parallel
    else:
        cells["parallel"] = _parallel(facts)
    cells |= {name: f"{value:.12g}" for name, value in numbers.items() if value is not None}
    return cells


def _parallel(facts: Facts) -> str:
    """Return the degrees of an instance as a table writes them where they multiply to its GPUs."""
    replicas, stages = facts.n_attention_replicas or 1.0, facts.n_stages or 1.0
    tensor = facts.n_tensor or max((facts.n_gpus or 1.0) / (replicas * stages), 1.0)
    return f"TP{tensor:.0f},DP{replicas:.0f},PP{stages:.0f}"


@dataclass(frozen=True, slots=True)
class Rows:
    """Measurements of one kind as arrays (n_rows,); what was not measured is nan."""

    rows: tuple[MeasuredRow, ...]
    arrays: ServingArrays
    tpot_s: FloatArray
    ttft_s: FloatArray
    output_tokens_per_s_per_gpu: FloatArray


def stacked(rows: Sequence[MeasuredRow]) -> Rows:
    """Return measurements as arrays; at least one, either all of a full queue or none."""
    return Rows(
        tuple(rows),
        serving_arrays([row.ask for row in rows]),
        _numbers([row.tpot_s for row in rows]),
        _numbers([row.ttft_s for row in rows]),
        _numbers([row.output_tokens_per_s_per_gpu for row in rows]),
    )


def impossible(found: Rows) -> list[str]:
    """Return for each measurement why it cannot be as labelled; empty where it can."""
    deployment, load = found.arrays.deployment, found.arrays.load
    fits: NDArray[np.bool_] = np.greater_equal(sequences_that_fit(deployment, load.n_context_tokens), 1)
    words = [
        "" if fit else "the model does not fit on these GPUs at this precision" for fit in np.ravel(fits)
    ]
    if np.isnan(found.tpot_s).any():
        return words
    # Little's law corrects for requests that wait; without a time to the first token none is taken to wait.
    ttft_s = np.nan_to_num(found.ttft_s)
    audit = audit_tpot(deployment, load, tpot_s=found.tpot_s, ttft_s=ttft_s)
    ratio = np.ravel(audit.ratio_factor)
    for place in np.flatnonzero(audit.beats_bound):
        if not words[place]:
            bound_ms = 1e3 * found.tpot_s[place] * ratio[place]
            words[place] = (
                f"{1e3 * found.tpot_s[place]:.3g} ms a token beats the bound of {bound_ms:.3g} ms: "
                f"{audit.likely_cause[place]}"
            )
    return words


def _numbers(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
