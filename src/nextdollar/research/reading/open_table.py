"""The door to every format: which reader a path is for."""

from __future__ import annotations

from pathlib import Path

from nextdollar.errors import Fault
from nextdollar.research.reading.csv_table import read_csv
from nextdollar.research.reading.json_table import read_json
from nextdollar.research.reading.mlflow_folder import is_mlflow_folder, read_mlflow
from nextdollar.research.reading.parquet_table import read_parquet
from nextdollar.research.reading.refusal import refuse
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.source_file import read_file

_PARQUET = b"PAR1"
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


def open_table(path: Path) -> Sheet:
    """Return the cells of a file or an MLflow folder.

    Parquet is known by its first bytes, JSON by its suffix, MLflow by its folders; all else is CSV, with
    tabs where the suffix is .tsv.

    Raises
    ------
    RunsError
        If the file cannot be read, or is not what it seems to be.
    """
    if is_mlflow_folder(path):
        sheet = read_mlflow(path)
    else:
        source = read_file(path)
        if source.content.startswith(_PARQUET):
            sheet = read_parquet(source)
        elif path.suffix.lower() in _JSON_SUFFIXES:
            sheet = read_json(source)
        else:
            sheet = read_csv(source, "\t" if path.suffix.lower() == ".tsv" else ",")
    if not sheet.names:
        refuse(
            [Fault("ND1210", "", "the table must have a header and rows", "an empty file", "", sheet.file)]
        )
    return sheet
