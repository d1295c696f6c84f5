"""Tables of measured points: the columns of `estimate serving`, with what was measured beside them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from itertools import islice

from nextdollar.sizing.calibration.formats.bench_row import MS_PER_S
from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, ServingMeasurement

_POINTS = {"model", "isl", "osl", "concurrency", "tpot_ms"}
_OFFLINE = {"model", "isl", "osl", "out_tok_s_per_gpu"}
_MOST_ROWS = 20_000


def _recognises(text: str) -> bool:
    columns = {name.strip() for name in text.partition("\n")[0].split(",")}
    return columns >= _POINTS or columns >= _OFFLINE


def _read(text: str) -> LogReading:
    found: list[ServingMeasurement] = []
    aside: list[str] = []
    reader = csv.DictReader(io.StringIO(text))
    try:
        for cells in islice(reader, _MOST_ROWS):
            row = _row(reader.line_num, {key: cell for key, cell in cells.items() if isinstance(cell, str)})
            if isinstance(row, str):
                aside.append(row)
            else:
                found.append(row)
    except csv.Error as error:
        aside.append(f"what follows line {reader.line_num}: {error}")
    if len(found) + len(aside) >= _MOST_ROWS:
        aside.append(f"what follows line {reader.line_num}: more than {_MOST_ROWS:,} rows")
    return LogReading(serving=tuple(found), set_aside=tuple(aside))


def _row(line: int, cells: Mapping[str, str]) -> ServingMeasurement | str:
    """Return the measurement of a row, or why it is set aside."""
    if cells.get("mode", "agg").strip().casefold() not in ("agg", ""):
        return (
            f"line {line}: readers and writers are apart; the constants are fitted to instances that do both"
        )
    offline = _above_0(cells, "out_tok_s_per_gpu")
    tpot_ms, ttft_ms = _above_0(cells, "tpot_ms"), _above_0(cells, "ttft_ms")
    if tpot_ms is None and offline is None:
        return f"line {line}: neither tpot_ms nor out_tok_s_per_gpu is a number above 0"
    parallel = cells.get("parallel", "")
    tensor = _above_0(cells, "tp")
    # Beside degrees, `gpus` may count several instances; alone it is what one has.
    gpus = _above_0(cells, "gpus_per_instance") or (None if tensor else _above_0(cells, "gpus"))
    facts = Facts(
        engine=cells.get("engine", "").strip().casefold(),
        model=cells.get("model", "").strip(),
        hardware=cells.get("gpu", "").strip(),
        precision=cells.get("precision", "").strip().casefold(),
        n_gpus=gpus,
        n_tensor=tensor,
        n_attention_replicas=_above_0(cells, "attn_dp"),
        n_expert_shards=_above_0(cells, "moe_ep"),
        n_stages=_above_0(cells, "pp"),
        parallel=parallel.strip(),
        is_labelled=True,
        n_prompt_tokens=_above_0(cells, "isl"),
        n_output_tokens=_above_0(cells, "osl"),
        n_concurrent=_above_0(cells, "concurrency"),
    )
    return ServingMeasurement(
        line=line,
        facts=facts,
        tpot_s=None if tpot_ms is None else tpot_ms / MS_PER_S,
        ttft_s=None if ttft_ms is None else ttft_ms / MS_PER_S,
        output_tokens_per_s_per_gpu=offline if tpot_ms is None else None,
    )


def _above_0(cells: Mapping[str, str], column: str) -> float | None:
    try:
        value = float(cells.get(column, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


POINTS_CSV = LogFormat("points-csv", "CSV of measured points (as inference_points.csv)", _recognises, _read)
