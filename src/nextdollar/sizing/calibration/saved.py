"""A calibration written to a file, and read back: constants of serving, speeds of training, their origin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from nextdollar.catalogue.serving_calibration import serving_constants
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.fit import calibration_of
from nextdollar.errors import DomainError, Fault, LogsError, OutputError
from nextdollar.sizing.calibration.log_file import shown, text_of_log
from nextdollar.sizing.calibration.saved_shape import CALIBRATION_SCHEMA, CalibrationShape, MachineShape
from nextdollar.sources import Source

_MAX_FAULTS = 20
_WRITE_AGAIN = "`nextdollar calibrate LOGS --save CAL.json` writes one"
_DO_NOT_EDIT = "save the calibration again rather than editing it"


@dataclass(frozen=True, slots=True)
class ServingScope:
    """What was measured together: one model on one accelerator with one engine, and how far off answers are.

    `accelerator` and `model` are names of the catalogue where it knows them; `bands` are by quantity ("tpot",
    "ttft", "offline"). Only answers of this very scope may be given with them.
    """

    accelerator: str
    model: str
    engine: str
    n_rows: int
    bands: Mapping[str, ErrorBand]


@dataclass(frozen=True, slots=True)
class MachineRefit:
    """Constants of a model on an accelerator with an engine, by (name, engine) for `calibration_of`."""

    accelerator: str
    engine: str
    model: str
    constants: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class ServingRefit:
    """Constants by machine; what each was measured with, and how far off answers are there."""

    machines: tuple[MachineRefit, ...]
    scopes: tuple[ServingScope, ...]


@dataclass(frozen=True, slots=True)
class MeasuredTraining:
    """The utilisation that a trainer's log shows, and the run it belongs to.

    `mfu` is a share of the dense bf16 peak while stepping, without recomputed work, attention counted with a
    causal mask; `sd_log` the standard deviation of its log as a forecast of the whole run. `hours` of steps
    were used, `n_steps` of them. `tokens_per_sequence` is None where the log does not say.
    """

    accelerator: str
    mfu: float
    sd_log: float
    params: float
    params_active: float
    gpus: float
    tokens_per_sequence: float | None
    is_fp8: bool
    n_steps: int
    hours: float


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log that was read: its file, the digest of its bytes, its format, and the measurements in it."""

    file: str
    sha256: str
    format: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class SavedCalibration:
    """A calibration of serving, training, or both; `file` and `sha256` are empty before it is saved."""

    serving: ServingRefit | None
    training: tuple[MeasuredTraining, ...]
    logs: tuple[LogSource, ...]
    file: str = ""
    sha256: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The logs that it rests on, for the sources of an answer."""
        logs = ", ".join(Path(log.file).name for log in self.logs) or "logs that it does not name"
        saved = f"saved as {Path(self.file).name}" if self.file else "not saved"
        return (Source(f"own calibration to {logs}", saved),)


def read_calibration(path: Path | str) -> SavedCalibration:
    """Read a calibration that `write_calibration` wrote; nothing in it is run as code.

    Raises
    ------
    LogsError
        With every fault: no such file, too large, not JSON, not a calibration, or a number out of its domain.
    """
    file = str(path)
    text, digest = text_of_log(Path(path))
    try:
        raw = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        words = error.msg.lower() if isinstance(error, json.JSONDecodeError) else str(error)
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        fault = Fault("ND1655", "", "a calibration must be JSON", words, _WRITE_AGAIN, file, line)
        raise LogsError([fault]) from None
    found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
    if found != CALIBRATION_SCHEMA:
        rule = f"must be {CALIBRATION_SCHEMA}"
        raise LogsError([Fault("ND1655", "schema", rule, shown(str(found)), _WRITE_AGAIN, file)])
    try:
        shape = CalibrationShape.model_validate(raw)
    except ValidationError as error:
        faults = [_shape_fault(details, file) for details in error.errors()[:_MAX_FAULTS]]
        raise LogsError(faults) from None
    try:
        return _built(shape, file, digest)
    except (DomainError, TypeError) as error:
        fault = Fault("ND1656", "", "the numbers must make a calibration", str(error), _DO_NOT_EDIT, file)
        raise LogsError([fault]) from None


def write_calibration(calibration: SavedCalibration, path: Path) -> None:
    """Write a calibration; the same one gives the same bytes.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    text = json.dumps(calibration_fields(calibration), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None


def calibration_fields(calibration: SavedCalibration) -> dict[str, Any]:
    """Return a calibration as plain data, as it is saved."""
    serving = calibration.serving
    return {
        "schema": CALIBRATION_SCHEMA,
        "serving": None if serving is None else _serving_fields(serving),
        "training": [
            {name: getattr(run, name) for name in MeasuredTraining.__dataclass_fields__}
            for run in calibration.training
        ],
        "logs": [
            {"file": Path(log.file).name, "sha256": log.sha256, "format": log.format, "n_rows": log.n_rows}
            for log in calibration.logs
        ],
        "versions": {"nextdollar": version("nextdollar")},
    }


def _serving_fields(serving: ServingRefit) -> dict[str, Any]:
    return {
        "machines": [
            {
                "accelerator": machine.accelerator,
                "engine": machine.engine,
                "model": machine.model,
                "constants": [
                    {"name": name, "engine": engine, "value": value}
                    for (name, engine), value in machine.constants.items()
                ],
            }
            for machine in serving.machines
        ],
        "scopes": [
            {
                "accelerator": scope.accelerator,
                "model": scope.model,
                "engine": scope.engine,
                "n_rows": scope.n_rows,
                "bands": {
                    quantity: {"p5_factor": float(band.p5_factor), "p95_factor": float(band.p95_factor)}
                    for quantity, band in scope.bands.items()
                },
            }
            for scope in serving.scopes
        ],
    }


def _built(shape: CalibrationShape, file: str, digest: str) -> SavedCalibration:
    serving = None
    if shape.serving is not None:
        machines = tuple(
            MachineRefit(item.accelerator, item.engine, item.model, _constants(item, file))
            for item in shape.serving.machines
        )
        scopes = tuple(
            ServingScope(
                item.accelerator,
                item.model,
                item.engine,
                item.n_rows,
                {name: ErrorBand(band.p5_factor, band.p95_factor) for name, band in item.bands.items()},
            )
            for item in shape.serving.scopes
        )
        serving = ServingRefit(machines, scopes)
    training = tuple(MeasuredTraining(**run.model_dump()) for run in shape.training)
    logs = tuple(LogSource(log.file, log.sha256, log.format, log.n_rows) for log in shape.logs)
    return SavedCalibration(serving, training, logs, file, digest)


def _constants(machine: MachineShape, file: str) -> dict[tuple[str, str], float]:
    """Return the constants of a machine, which must be those of the serving model."""
    found = {(item.name, item.engine): item.value for item in machine.constants}
    known = {(item.name, item.engine) for item in serving_constants() if item.prior is not None}
    missing = sorted(" ".join(key).strip() for key in known - found.keys())
    if missing:
        words = ", ".join(missing[:3])
        raise LogsError(
            [
                Fault(
                    "ND1656",
                    "serving.machines",
                    "must have every constant",
                    f"no {words}",
                    _DO_NOT_EDIT,
                    file,
                )
            ]
        )
    # Whatever leaves its domain is refused here rather than where it is used.
    calibration_of(found, np.asarray(machine.engine))
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def _shape_fault(details: Mapping[str, Any], file: str) -> Fault:
    where = ".".join(str(step) for step in details["loc"])
    message = str(details["msg"])
    value = "" if details["type"] == "missing" else shown(str(details["input"]))
    rule = f"is wrong: {message[:1].lower()}{message[1:]}"
    return Fault("ND1656", where, rule, value, _DO_NOT_EDIT, file)
