"""What can go wrong, and how it is said.

NextdollarError
  InputError (also ValueError)
    DomainError        a number outside a formula's domain
    FaultsError        something with several faults; holds every one of them
      ScenarioError    a scenario file, with line and column
      RunsError        a table of training runs
      RowsError        a table of rows to estimate
      LogsError        logs to calibrate to, or a saved calibration
      OptionsError     options of a command
      CatalogueFolderError  a folder of the user's own catalogue rows
    CatalogueError     a catalogue row
    LogFormatError     a usage log that is not what it claims to be
    OutputError        a place that cannot be written
  FitError             no trustworthy fit

Catch `NextdollarError` to catch all. Each carries a stable `code` (`nextdollar explain ND1042`
says what it means) and the exit code that the command line ends with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

EXIT_DONE = 0
EXIT_GATE_SAYS_NO = 1
EXIT_BAD_INPUT = 2
EXIT_NO_ANSWER = 3
EXIT_OUR_FAULT = 70
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Fix:
    """A literal repair: write `text` in place of columns `column` to `end_column` of `line`."""

    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    `where` is the path of the value (`customers.pro.churn`), `rule` what it must be and `value`
    what was found. Lines and columns count from 1; 0 means that there is no such place.
    """

    code: str
    where: str
    rule: str
    value: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0
    source_line: str = ""
    fix: Fix | None = None

    def headline(self) -> str:
        """Name, rule and value in one line."""
        found = f", got {self.value}" if self.value else ""
        subject = f"{self.where} " if self.where else ""
        return f"{subject}{self.rule}{found}"


class NextdollarError(Exception):
    """Anything that nextdollar refuses, with a stable code."""

    code: ClassVar[str] = "ND1000"
    exit_code: ClassVar[int] = EXIT_BAD_INPUT


class InputError(NextdollarError, ValueError):
    """Something handed in cannot be used."""


class DomainError(InputError):
    """A number outside the domain of a formula."""

    code: ClassVar[str] = "ND1001"


class FaultsError(InputError):
    """Something with one or more faults, all of which are shown at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.headline() for fault in self.faults))


class ScenarioError(FaultsError):
    """Every fault of a scenario file, in the order of the file."""

    code: ClassVar[str] = "ND1100"


class RunsError(FaultsError):
    """Every fault of a table of training runs, in the order of the file."""

    code: ClassVar[str] = "ND1200"


class RowsError(FaultsError):
    """Every fault of a table of rows to estimate, in the order of the file."""

    code: ClassVar[str] = "ND1600"


class LogsError(FaultsError):
    """Every fault of logs of engines and trainers, or of a saved calibration."""

    code: ClassVar[str] = "ND1650"


class OptionsError(FaultsError):
    """Every fault of the options of a command, or of the arguments of its twin."""

    code: ClassVar[str] = "ND1011"


class CatalogueFolderError(FaultsError):
    """Every fault of a folder of the user's own catalogue rows, in the order of its files."""

    code: ClassVar[str] = "ND1301"


class CatalogueError(InputError):
    """A catalogue row that is missing or not what it should be.

    `faults` are the cells to blame, where it is cells.
    """

    code: ClassVar[str] = "ND1300"

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)


class LogFormatError(InputError):
    """A usage log that is not what it claims to be."""

    code: ClassVar[str] = "ND1400"


class OutputError(InputError):
    """A place that cannot be written to."""

    code: ClassVar[str] = "ND1500"


class FitError(NextdollarError):
    """No fit that can be trusted."""

    code: ClassVar[str] = "ND2000"
    exit_code: ClassVar[int] = EXIT_NO_ANSWER


def require(ok: npt.ArrayLike, name: str, rule: str, value: object) -> None:
    """Raise DomainError unless every element of `ok` holds; the message shows the first that fails.

    `rule` reads after "must be": `require(churn < 1, "churn", "below 1", churn)`.
    """
    holds = np.asarray(ok)
    if holds.all():
        return
    shown = value
    if isinstance(value, np.ndarray) and value.shape == holds.shape and value.size:
        shown = value[~holds].flat[0]
    if isinstance(shown, np.generic):
        shown = shown.item()
    raise DomainError(f"{name} must be {rule}, got {shown}")
