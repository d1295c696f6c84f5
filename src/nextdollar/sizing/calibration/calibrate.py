"""Logs of engines and trainers turned into a calibration, with what it changes and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nextdollar.catalogue.serving_calibration import serving_constants
from nextdollar.catalogue.training_calibration import training_constant
from nextdollar.errors import Fault, LogsError
from nextdollar.sizing.calibration.formats import FORMATS
from nextdollar.sizing.calibration.log_file import text_of_log
from nextdollar.sizing.calibration.measured import LogReading
from nextdollar.sizing.calibration.saved import LogSource, SavedCalibration
from nextdollar.sizing.calibration.serving_calibrated import ServingCalibrated, serving_calibrated
from nextdollar.sizing.calibration.serving_logs import MeasuredRow, impossible, measured_rows, stacked
from nextdollar.sizing.calibration.stated import NOTHING_STATED, Stated
from nextdollar.sizing.calibration.training_logs import TrainingCalibrated, measured_training
from nextdollar.sizing.serving.shapes import ServingShapes, serving_shapes
from nextdollar.sources import Source

MOST_LOGS = 200
_MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class LogRead:
    """A log: its format, measurements that were used, and what was set aside or assumed."""

    source: LogSource
    words: str
    set_aside: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What logs say of one's own machines.

    `saved` is what `write_calibration` writes; `serving` is empty without logs of serving, `training` without
    those of training.
    """

    saved: SavedCalibration
    logs: tuple[LogRead, ...]
    serving: ServingCalibrated
    training: tuple[TrainingCalibrated, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the constants before come from."""
        found = [serving_constants()[0].source] if self.serving.rows else []
        if self.training:
            found.append(training_constant("mfu.base").source)
        return tuple(found)


def calibrate(
    paths: Sequence[Path | str] | Path | str,
    *,
    stated: Stated = NOTHING_STATED,
    shapes: Path | str | None = None,
) -> Calibration:
    """Calibrate the models of serving and training to logs.

    Parameters
    ----------
    paths : path or sequence of paths
        Logs, each of one of `FORMATS`; the format is recognised by what is in the file.
    stated : Stated
        What the logs do not say themselves; it holds for all of them.
    shapes : path, optional
        A table of shapes, or a config.json, as of `estimate_serving`.

    Returns
    -------
    Calibration
        Refitted constants, measured utilisation, errors before and after.

    Raises
    ------
    LogsError
        With every fault of every log: missing, of no known format, without what its measurements mean, or
        without a measurement that can be used.
    CatalogueError
        If `shapes` cannot be read.
    FitError
        If no constants explain the measurements.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    known = serving_shapes(shapes)
    faults: list[Fault] = []
    logs: list[LogRead] = []
    rows: list[MeasuredRow] = []
    training: list[TrainingCalibrated] = []
    if not given or len(given) > MOST_LOGS:
        rule = f"there must be 1 to {MOST_LOGS} logs"
        raise LogsError([Fault("ND1651", "", rule, str(len(given)), "name one or more files")])
    for path in given:
        try:
            log, found = _read(Path(path), stated, known)
        except LogsError as error:
            faults += error.faults
            continue
        logs.append(log)
        if isinstance(found, TrainingCalibrated):
            training.append(found)
        else:
            rows += found
    if faults:
        raise LogsError(faults[:_MAX_FAULTS])
    serving = serving_calibrated(rows)
    saved = SavedCalibration(
        serving.refit, tuple(item.measured for item in training), tuple(log.source for log in logs)
    )
    return Calibration(saved, tuple(logs), serving, tuple(training))


def _read(
    path: Path, stated: Stated, shapes: ServingShapes
) -> tuple[LogRead, list[MeasuredRow] | TrainingCalibrated]:
    """Read one log; LogsError where nothing in it can be used."""
    file = str(path)
    text, digest = text_of_log(path)
    kind = next((item for item in FORMATS.values() if item.recognises(text)), None)
    if kind is None:
        hint = "read are " + "; ".join(item.words for item in FORMATS.values())
        raise LogsError([Fault("ND1653", "", "must be a log of a known format", "", hint, file)])
    reading = kind.read(text)
    reading = replace(reading, set_aside=tuple(_grouped(reading.set_aside)))
    if reading.steps is not None:
        found, reasons = measured_training(reading.steps, file=file, stated=stated)
        if found is None:
            raise LogsError(_faults(reasons, reading, file))
        source = LogSource(file, digest, kind.name, len(reading.steps.speeds))
        return LogRead(source, kind.words, reading.set_aside, found.notes), found
    rows, reasons = measured_rows(reading.serving, file=file, stated=stated, shapes=shapes)
    if not rows:
        raise LogsError(_faults(reasons, reading, file))
    kept, aside = _possible(rows)
    if not kept:
        raise LogsError(_faults(aside, reading, file))
    set_aside = tuple(_grouped([*reading.set_aside, *_counted(reasons), *aside]))
    notes = tuple(dict.fromkeys(note for row in kept for note in row.notes))
    return LogRead(LogSource(file, digest, kind.name, len(kept)), kind.words, set_aside, notes), kept


def _faults(reasons: Sequence[str], reading: LogReading, file: str) -> list[Fault]:
    """Return faults of a log of which nothing can be used, in its own words."""
    found = [
        Fault(
            "ND1654", "", f"the log must say {words.rpartition(':')[0]}", "", f"state it with {option}", file
        )
        for words in dict.fromkeys(reasons)
        if (option := words.rpartition(": ")[2]).startswith("--")
    ]
    others = [words for words in dict.fromkeys(reasons) if not words.rpartition(": ")[2].startswith("--")]
    found += [_useless(words, file) for words in others]
    if not found:
        words = "; ".join(reading.set_aside[:3]) or "none"
        found.append(_useless(words, file))
    return found[:_MAX_FAULTS]


def _useless(words: str, file: str) -> Fault:
    """Return the fault of a log of which nothing can be used; a likely cause in its words is the hint."""
    found, _, cause = words.partition(": likely ")
    hint = f"likely {cause}" if cause else "the message says why; state what the log is of, or measure again"
    return Fault("ND1657", "", "must hold a measurement that can be used", found, hint, file)


def _possible(rows: Sequence[MeasuredRow]) -> tuple[list[MeasuredRow], list[str]]:
    """Return measurements that can be as labelled, and what the others break."""
    kept: list[MeasuredRow] = []
    aside: list[str] = []
    for is_offline in (False, True):
        kin = [row for row in rows if row.is_offline == is_offline]
        if not kin:
            continue
        for row, words in zip(kin, impossible(stacked(kin)), strict=True):
            if words:
                aside.append(f"line {row.line}: {words}")
            else:
                kept.append(row)
    return kept, aside


def _grouped(reasons: Sequence[str]) -> list[str]:
    """Return reasons with those of single lines put together where they say the same."""
    lines: dict[str, list[str]] = {}
    for reason in reasons:
        place, _, words = reason.partition(": ")
        is_line = place.removeprefix("line ").isdecimal() and place.startswith("line ")
        lines.setdefault(words if is_line else reason, []).append(place if is_line else "")
    found = []
    for words, places in lines.items():
        if len(places) == 1:
            found.append(f"{places[0]}: {words}" if places[0] else words)
        else:
            found.append(f"{len(places):,} rows, the first in {places[0] or 'the log'}: {words}")
    return found


def _counted(reasons: Sequence[str]) -> list[str]:
    """Return reasons with how many rows each sets aside."""
    found = []
    for words in dict.fromkeys(reasons):
        number = reasons.count(words)
        thing, _, option = words.rpartition(": ")
        said = f"the log must say {thing} ({option})" if option.startswith("--") else words
        found.append(f"{number:,} {'row' if number == 1 else 'rows'}: {said}")
    return found
