"""Runs as MLflow keeps them in files: `mlruns/EXPERIMENT/RUN/{params,metrics,tags}/NAME`.

A parameter or tag is a file that holds its value; a metric is a file of lines `timestamp value step`
(or `timestamp value`), as mlflow/store/tracking/file_store.py writes and reads them. A name with a
slash is a folder. Links are not followed.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nextdollar.errors import Fault
from nextdollar.research.reading.refusal import refuse, shown
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.source_file import (
    MAX_BYTES,
    MAX_CELL_CHARACTERS,
    SourceFile,
    check_size,
    read_file,
    text_of,
)

_MOST_FILES = 50_000
_MOST_LEVELS = 6
_PARTS = ("params", "metrics", "tags")
_STATES = {"1": "running", "2": "scheduled", "3": "finished", "4": "failed", "5": "killed"}


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    by_step: dict[int, str]


def is_mlflow_folder(path: Path) -> bool:
    """Whether a path is a run of MLflow's file store, or a folder of runs or of experiments."""
    return os.path.isdir(path) and next(_runs(path), None) is not None


def read_mlflow(path: Path) -> Sheet:
    """Return one row for each run and step, with the parameters of the run in each.

    Raises
    ------
    RunsError
        If there are too many files, or a line of a metric is malformed.
    """
    digest = hashlib.sha256()
    budget = _Budget(str(path))
    rows: list[dict[str, str]] = []
    for folder in sorted(_runs(path)):
        rows += _rows_of_run(folder, path, digest, budget)
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    check_size(len(rows), len(names), str(path))
    cells = [[row.get(name, "") for name in names] for row in rows]
    return Sheet(str(path), digest.hexdigest(), names, cells, list(range(1, len(rows) + 1)))


class _Budget:
    """How many files and bytes a folder may still hold."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._files = _MOST_FILES
        self._bytes = MAX_BYTES

    def spend(self, n_bytes: int) -> None:
        """Count a file; refuse the folder where it holds too much."""
        self._files -= 1
        self._bytes -= n_bytes
        if self._files < 0 or self._bytes < 0:
            rule = f"the folder must have at most {_MOST_FILES:,} files and {MAX_BYTES // 2**20} MiB"
            hint = "name one experiment, or export the table of runs as CSV"
            refuse([Fault("ND1204", "", rule, "more", hint, self._name)])


def _rows_of_run(folder: Path, top: Path, digest: object, budget: _Budget) -> list[dict[str, str]]:
    fixed = {"run_id": folder.name}
    metrics: list[_Metric] = []
    meta = folder / "meta.yaml"
    if os.path.isfile(meta) and not os.path.islink(meta):
        fixed |= _state(_read(meta, top, digest, budget))
    for part in _PARTS:
        for file in _files(folder / part, _MOST_LEVELS):
            name = file.relative_to(folder / part).as_posix()
            text = _read(file, top, digest, budget)
            if part == "metrics":
                metrics.append(_metric(name, text, str(file)))
            elif len(text) <= MAX_CELL_CHARACTERS:
                fixed[f"{part}.{name}"] = text.strip()
    steps = sorted({step for metric in metrics for step in metric.by_step})
    return [
        fixed
        | {"step": str(step)}
        | {f"metrics.{metric.name}": metric.by_step[step] for metric in metrics if step in metric.by_step}
        for step in steps
    ]


def _read(file: Path, top: Path, digest: object, budget: _Budget) -> str:
    source: SourceFile = read_file(file)
    budget.spend(len(source.content))
    line = f"{file.relative_to(top).as_posix()} {source.sha256}\n".encode("utf-8", "surrogateescape")
    digest.update(line)  # type: ignore[attr-defined]
    return text_of(source)


def _state(text: str) -> dict[str, str]:
    """Return the state of a run from the one line of meta.yaml that says it."""
    for line in text.splitlines():
        if line.startswith("status:"):
            word = line.removeprefix("status:").strip().strip("'\"")
            return {"status": _STATES.get(word, word.lower())}
    return {}


def _metric(name: str, text: str, file: str) -> _Metric:
    by_step: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        try:
            if len(parts) not in (2, 3) or len(line) > MAX_CELL_CHARACTERS:
                raise ValueError
            step = int(parts[2]) if len(parts) == 3 else 0
        except ValueError:
            rule = "a line of a metric must be `timestamp value step`"
            refuse([Fault("ND1208", "", rule, shown(line), "", file, number)])
        by_step[step] = parts[1]
    return _Metric(name, by_step)


def _runs(path: Path) -> Iterator[Path]:
    """Yield the folders of runs: this one, or those one or two levels below it."""
    folders = itertools.islice(itertools.chain([path], _subfolders(path, 2)), _MOST_FILES)
    return (folder for folder in folders if os.path.isdir(folder / "metrics"))


def _subfolders(path: Path, levels: int) -> Iterator[Path]:
    try:
        with os.scandir(path) as entries:
            found = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in found[:_MOST_FILES]:
        yield Path(name)
        if levels > 1:
            yield from _subfolders(Path(name), levels - 1)


def _files(path: Path, levels: int) -> Iterator[Path]:
    try:
        with os.scandir(path) as entries:
            found = sorted(
                (entry.path, entry.is_file(follow_symlinks=False), entry.is_dir(follow_symlinks=False))
                for entry in entries
            )
    except OSError:
        return
    for name, is_file, is_folder in found:
        if is_file:
            yield Path(name)
        elif is_folder and levels > 1:
            yield from _files(Path(name), levels - 1)
