"""Tables of runs as Parquet, through pyarrow where it is installed."""

from __future__ import annotations

from typing import Any

from nextdollar.errors import Fault, RunsError
from nextdollar.research.reading.refusal import refuse
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.source_file import MAX_CELL_CHARACTERS, SourceFile, check_size

_MOST_UNPACKED_BYTES = 512 * 2**20
_BATCH_ROWS = 4_096


def read_parquet(source: SourceFile) -> Sheet:
    """Return the cells of a Parquet file; columns of lists and objects are left out.

    Rows, columns and unpacked size are read from the footer before any page is.

    Raises
    ------
    RunsError
        If pyarrow is not installed, if the file is too large once unpacked, or if it is damaged.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        hint = "pip install 'nextdollar[parquet]', or save the table as CSV"
        refuse([Fault("ND1207", "", "reading Parquet needs pyarrow", "none installed", hint, source.name)])
    try:
        stored = pq.ParquetFile(pa.BufferReader(source.content), page_checksum_verification=True)
        return _sheet(stored, pa, source)
    except RunsError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, KeyError) as error:
        words = (str(error).splitlines() or [type(error).__name__])[0][:100]
        refuse([Fault("ND1208", "", "the file must be readable Parquet", words, "", source.name)])


# Any: pyarrow is optional and has no types.
def _sheet(stored: Any, pa: Any, source: SourceFile) -> Sheet:
    _check_footer(stored.metadata, source.name)
    fields = list(stored.schema_arrow)
    names = [item.name for item in fields if not pa.types.is_nested(item.type)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        refuse(
            [Fault("ND1211", name, "must be the name of one column", "", "", source.name) for name in twice]
        )
    rows: list[list[str]] = []
    for batch in stored.iter_batches(batch_size=_BATCH_ROWS, columns=names, use_threads=False):
        if batch.nbytes > _MOST_UNPACKED_BYTES:
            _refuse_size(source.name)
        columns = [[_cell(value) for value in batch.column(name).to_pylist()] for name in names]
        rows += [list(cells) for cells in zip(*columns, strict=True)]
        _check_cells(rows[-batch.num_rows :], names, source.name)
    dropped = tuple(item.name for item in fields if item.name not in names)
    lines = list(range(1, len(rows) + 1))
    return Sheet(source.name, source.sha256, tuple(names), rows, lines, dropped=dropped)


def _check_footer(footer: Any, file: str) -> None:
    check_size(footer.num_rows, footer.num_columns, file)
    unpacked = sum(footer.row_group(index).total_byte_size for index in range(footer.num_row_groups))
    if unpacked > _MOST_UNPACKED_BYTES:
        _refuse_size(file)


def _refuse_size(file: str) -> None:
    rule = f"the table must unpack to at most {_MOST_UNPACKED_BYTES // 2**20} MiB"
    refuse([Fault("ND1204", "", rule, "more", "keep the columns that matter", file)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _check_cells(rows: list[list[str]], names: list[str], file: str) -> None:
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            if len(cell) > MAX_CELL_CHARACTERS:
                rule = f"must have at most {MAX_CELL_CHARACTERS:,} characters"
                refuse([Fault("ND1204", name, rule, f"{len(cell):,}", "", file)])
