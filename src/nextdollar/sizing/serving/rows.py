"""A row with the columns of a table of serving measurements as the question that the model answers."""

from __future__ import annotations

from dataclasses import replace

from nextdollar.catalogue.serving_calibration import UNKNOWN_ENGINE, serving_engines
from nextdollar.catalogue.table_file import shown
from nextdollar.compute import Accelerator
from nextdollar.compute.serving.inputs import Server
from nextdollar.compute.serving.precision import ServingPrecision, server_of
from nextdollar.errors import CatalogueError
from nextdollar.sizing.cells import CellReader, Chips
from nextdollar.sizing.model_named import NamedModel
from nextdollar.sizing.rows_file import RowsTable, TableRow
from nextdollar.sizing.serving.ask import Measured, ServingAsk, ServingRow
from nextdollar.sizing.serving.shapes import ServingShapes
from nextdollar.sizing.serving.shortcuts import shortcuts
from nextdollar.sizing.serving.spread import Spreading, disaggregated, together
from nextdollar.sizing.serving.words import ENGINES, MODES, PRECISIONS, Mode, precision_in

NEEDED = (("model",), ("gpu",), ("isl",), ("osl",))
"""Columns that a table must have."""

_LONGEST_TOKENS, _MOST_REQUESTS = 1e8, 1e7


def serving_rows(table: RowsTable, shapes: ServingShapes, *, engine: str | None = None) -> list[ServingRow]:
    """Read the rows of a table.

    Parameters
    ----------
    table : RowsTable
        With the columns of `NEEDED`; `mode`, `precision`, `engine`, `concurrency` and those of a layout
        (`tp`, `pp`, `attn_dp`, `moe_ep`, `gpus`, and with `prefill_` and `decode_` before them; or
        `parallel` and `gpus_per_instance`) may be there. A table with `parallel` and without `concurrency`
        holds rows whose requests are all queued.
    shapes : ServingShapes
        Where shapes of models come from.
    engine : str, optional
        Engine of rows that name none.

    Returns
    -------
    list of ServingRow
        Every row, in order. What was measured is kept apart and no input.
    """
    is_offline = "parallel" in table.columns and "concurrency" not in table.columns
    usual: Mode = "offline" if is_offline else "agg"
    reader = _Reader(shapes, usual, engine)
    return [reader.row(row) for row in table.rows]


class _Reader:
    """Reads rows; what many of them share is looked up once."""

    def __init__(self, shapes: ServingShapes, usual: Mode, engine: str | None) -> None:
        self._shapes = shapes
        self._usual = usual
        self._engine = engine
        self._chips: Chips = {}
        self._servers: dict[tuple[str, ServingPrecision], Server] = {}

    def row(self, row: TableRow) -> ServingRow:
        """Read one row."""
        cells = CellReader(row, self._chips)
        measured = Measured(
            cells.reported("tpot_ms"),
            cells.reported("ttft_ms"),
            cells.reported("out_tok_s_per_gpu") or cells.reported("out_tok_s_per_gpu_derived"),
        )
        mode = self._mode(cells)
        ask = self._ask(cells, mode)
        name = cells.text("row_id", "id", "name", "model") or f"line {row.line}"
        model, hardware = cells.text("model"), cells.text("gpu")
        refused, notes = tuple(cells.refused), tuple(cells.notes)
        answerable = None if refused else ask
        return ServingRow(row.line, name, model, hardware, mode, answerable, measured, refused, notes)

    def _mode(self, cells: CellReader) -> Mode:
        words = cells.text("mode").casefold()
        if not words:
            has_readers = cells.text("prefill_tp", "prefill_attn_dp", "decode_tp", "decode_attn_dp")
            return "disagg" if has_readers else self._usual
        if words not in MODES:
            cells.refused.append(f"mode must be agg, disagg or offline, got {shown(words)}")
        return MODES.get(words, self._usual)

    def _ask(self, cells: CellReader, mode: Mode) -> ServingAsk | None:
        """Return what a row asks, None where something is refused."""
        chip = cells.accelerator("gpu")
        named = self._named(cells)
        precision = _precision(cells, chip)
        n_prompt = _needed_count(cells, "isl")
        n_output = _needed_count(cells, "osl")
        n_concurrent = _concurrency(cells, mode)
        engine = self._engine_of(cells)
        spared = shortcuts(cells, mode)
        found: Spreading | None = None
        if mode == "disagg":
            found = disaggregated(cells)
        if chip is None or named is None or precision is None or n_prompt is None or n_output is None:
            return None
        model, server = self._shapes.served(named, precision), self._server(chip, precision)
        if mode != "disagg":
            found = together(cells, model, server, n_context_tokens=n_prompt + 0.5 * n_output)
        if found is None or n_concurrent is None:
            return None
        ask = ServingAsk(
            named, model, chip, server, precision, engine, n_concurrent, n_prompt, n_output, found.writers
        )
        return replace(
            ask,
            readers=found.readers,
            n_readers=found.n_readers,
            n_writers=found.n_writers,
            is_count_assumed=found.is_count_assumed,
            shortcuts=spared,
        )

    def _named(self, cells: CellReader) -> NamedModel | None:
        text = cells.text("model")
        try:
            named = self._shapes.named(text)
        except CatalogueError as error:
            cells.refused.append(
                str(error) if text else "model is empty: name one, or its size, such as 70 B"
            )
            return None
        cells.notes.extend(named.notes)
        return named

    def _server(self, chip: Accelerator, precision: ServingPrecision) -> Server:
        key = (chip.name, precision)
        if key not in self._servers:
            self._servers[key] = server_of(chip, precision)
        return self._servers[key]

    def _engine_of(self, cells: CellReader) -> str:
        """Return an engine that has factors of its own, or the name of their mean."""
        written = cells.text("engine").casefold() or (self._engine or "").casefold()
        engine = ENGINES.get(written, written)
        if engine in serving_engines():
            return engine
        mean = "the mean of the known ones is taken"
        if not engine:
            cells.notes.append(f"engine is empty: {mean}")
        elif engine != UNKNOWN_ENGINE:
            cells.notes.append(f"engine {shown(written)} was not measured: {mean}")
        return UNKNOWN_ENGINE


def _precision(cells: CellReader, chip: Accelerator | None) -> ServingPrecision | None:
    """Return the precision of the weights: as stated, as the model's name says, or 16 bit."""
    words = cells.text("precision").casefold()
    if words and words not in PRECISIONS:
        known = "bf16, fp8, int8, fp4 or int4"
        cells.refused.append(f"precision must be {known}, got {shown(words)}")
        return None
    precision = PRECISIONS.get(words) or precision_in(cells.text("model"))
    if not words:
        why = "16 bit is assumed" if precision is None else f"{precision} is taken from the model's name"
        cells.notes.append(f"precision is empty: {why}")
    precision = precision or "bf16"
    if chip is not None and precision == "fp4" and chip.fp4_peak_flop_per_s is None:
        wider = "16" if chip.fp8_peak_flop_per_s is None else "8"
        cells.notes.append(f"{chip.name} has no products in 4 bit: weights of 4 bit, products of {wider}")
    if chip is not None and precision == "fp8" and chip.fp8_peak_flop_per_s is None:
        cells.notes.append(f"{chip.name} has no products in 8 bit: weights of 8 bit, products of 16")
    return precision


def _needed_count(cells: CellReader, column: str) -> float | None:
    if not cells.text(column):
        cells.refused.append(f"{column} is empty: tokens of {'a prompt' if column == 'isl' else 'an answer'}")
    return cells.count(column, 1, _LONGEST_TOKENS)


def _concurrency(cells: CellReader, mode: Mode) -> float | None:
    """Return the requests in flight; a queue that is always full has no such number."""
    if mode == "offline":
        return 1.0
    if not cells.text("concurrency"):
        cells.notes.append("concurrency is empty: one request at a time is assumed")
        return 1.0
    return cells.count("concurrency", 1, _MOST_REQUESTS)
