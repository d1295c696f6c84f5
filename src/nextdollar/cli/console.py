"""What goes where: results to stdout, everything else to stderr; `--json` keeps stdout to one object."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nextdollar.errors import DomainError, FaultsError, NextdollarError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ERROR_SCHEMA = "nextdollar.error/1.0"
USAGE_CODE = "ND1010"
OUR_FAULT_CODE = "ND7000"
_PROGRESS_AFTER_S = 1.0
_NEXT_COMMAND = "next: nextdollar "


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says, so that the same command gives the same bytes everywhere."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def print_object(value: Mapping[str, Any]) -> None:
    """Print one JSON object to stdout, the same bytes for the same object."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_result(text: str) -> None:
    """Print a result for people to stdout; the next command that it names keeps the user's catalogue."""
    from nextdollar.catalogue.override import active_catalogue

    text = text.rstrip("\n")
    active = active_catalogue()
    if active is not None and text.rpartition("\n")[2].casefold().startswith(_NEXT_COMMAND):
        text += f" --catalogue {shlex.quote(str(active.folder))}"
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print a remark to stderr."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def show_error(error: NextdollarError, *, as_json: bool) -> None:
    """Show an error: every fault with its place, or one JSON object."""
    from nextdollar.report.fault_text import error_object, fault_text

    if as_json:
        print_object(error_object(error))
        return
    if isinstance(error, FaultsError):
        for fault in error.faults:
            note(fault_text(fault) + "\n")
        n_faults = len(error.faults)
        note(f"{n_faults} fault{'s' if n_faults > 1 else ''} found, nothing was run")
        return
    note(f"error[{error.code}]: {error}")


def show_usage_error(message: str, *, as_json: bool) -> None:
    """Show that the command line itself was not understood."""
    if as_json:
        print_object({"schema": ERROR_SCHEMA, "code": USAGE_CODE, "message": message, "faults": []})
        return
    note(f"error[{USAGE_CODE}]: {message}\n   = try: nextdollar --help")


def show_our_fault(error: Exception, *, as_json: bool) -> None:
    """Say that this is our bug, with what is needed to report it."""
    kind = "a number left the domain of a formula" if isinstance(error, DomainError) else type(error).__name__
    message = f"this is our fault, not yours: {kind}: {error}"
    if os.environ.get("NEXTDOLLAR_DEBUG"):
        traceback.print_exception(error)
    if as_json:
        print_object({"schema": ERROR_SCHEMA, "code": OUR_FAULT_CODE, "message": message, "faults": []})
        return
    note(
        f"error[{OUR_FAULT_CODE}]: {message}\n"
        "   = set NEXTDOLLAR_DEBUG=1 to see where, and report it with your scenario"
    )


class ProgressBar:
    """A bar on stderr that appears only when work takes more than a second and a person watches."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, share: float, what: str) -> None:
        """Show how much is done; quiet for the first second and where stderr is not a terminal."""
        if time.monotonic() - self._started < _PROGRESS_AFTER_S or not sys.stderr.isatty():
            return
        if self._bar is None or self._task is None:
            self._bar = _new_bar()
            self._task = self._bar.add_task(what, total=1.0)
            self._bar.start()
        self._bar.update(self._task, completed=share, description=what)


def _new_bar() -> Progress:
    # Loaded only when a bar is shown.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=Console(stderr=True), transient=True)
