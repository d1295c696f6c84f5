"""The shape of a saved calibration, with bounds on what is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CALIBRATION_SCHEMA = "nextdollar.calibration/1.0"
_MAX_NAME, _MAX_ITEMS = 300, 1000

_Name = Annotated[str, Field(max_length=_MAX_NAME)]
_Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="ignore")


class ConstantShape(_Part):
    """A constant of the serving model; `engine` is empty for one of the hardware."""

    name: _Name
    engine: _Name
    value: _Above0


class BandShape(_Part):
    """Measured over predicted at 5 and 95 percent."""

    p5_factor: Annotated[float, Field(gt=0, le=1)]
    p95_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)]


class ScopeShape(_Part):
    """One model on one accelerator with one engine."""

    accelerator: _Name
    model: _Name
    engine: _Name
    n_rows: _Count
    bands: dict[Literal["tpot", "ttft", "offline"], BandShape]


class MachineShape(_Part):
    """Constants of a model on an accelerator with an engine."""

    accelerator: _Name
    engine: _Name
    model: _Name
    constants: list[ConstantShape] = Field(min_length=1, max_length=_MAX_ITEMS)


class ServingShape(_Part):
    """The constants, and what was measured."""

    machines: list[MachineShape] = Field(max_length=_MAX_ITEMS)
    scopes: list[ScopeShape] = Field(max_length=_MAX_ITEMS)


class TrainingShape(_Part):
    """The utilisation of one run."""

    accelerator: _Name
    mfu: Annotated[float, Field(gt=0, le=4)]
    sd_log: _Above0
    params: _Above0
    params_active: _Above0
    gpus: _Above0
    tokens_per_sequence: _Above0 | None
    is_fp8: bool
    n_steps: _Count
    hours: _Above0


class LogShape(_Part):
    """A log that was read."""

    file: _Name
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    format: _Name
    n_rows: _Count


class CalibrationShape(_Part):
    """What `nextdollar calibrate --save` writes."""

    schema_: str = Field(alias="schema", max_length=_MAX_NAME)
    serving: ServingShape | None
    training: list[TrainingShape] = Field(max_length=_MAX_ITEMS)
    logs: list[LogShape] = Field(max_length=_MAX_ITEMS)
