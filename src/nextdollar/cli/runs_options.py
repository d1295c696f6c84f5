"""How a table of runs is to be read: the options that every verb on runs shares."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nextdollar.cli.options import Where

if TYPE_CHECKING:
    from nextdollar.research.reading import RunTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """Which rows of a table are runs, and what its columns are."""

    where: Where = None
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns", metavar="ROLE=NAME", help="Which column is what, e.g. loss=val_loss; repeatable."
        ),
    ] = None
    family: Annotated[
        str | None, typer.Option("--family", metavar="NAME", help="Only runs of this family.")
    ] = None
    keep: Annotated[
        str,
        typer.Option("--keep", help="Of many rows of a run: best, checkpoints (of the best) or all."),
    ] = "best"
    loss_unit: Annotated[
        str | None,
        typer.Option(
            "--loss-unit",
            metavar="UNIT",
            help="nats per token (usual), bits per byte, bits per token or perplexity.",
        ),
    ] = None
    bytes_per_token: Annotated[
        float | None, typer.Option("--bytes-per-token", metavar="X", help="For a loss in bits per byte.")
    ] = None


def table_of(runs: Path, options: ReadingOptions, *, metric: str | None = None) -> RunTable:
    """Read a table of runs as the options say.

    Raises
    ------
    RunsError
        With every fault of the table and of the options.
    """
    from nextdollar.errors import Fault, RunsError
    from nextdollar.research.reading import read_runs

    pairs = [text.partition("=") for text in options.columns or ()]
    faults = [
        Fault(
            "ND1222", "--columns", "must be ROLE=NAME", role + equals, "for example --columns loss=val_loss"
        )
        for role, equals, name in pairs
        if not (role and equals and name)
    ]
    if faults:
        raise RunsError(faults)
    return read_runs(
        runs,
        where=options.where,
        metric=metric,
        keep=options.keep,  # type: ignore[arg-type]
        columns={role.strip(): name.strip() for role, _, name in pairs} or None,
        family=options.family,
        loss_unit=options.loss_unit,  # type: ignore[arg-type]
        bytes_per_token=options.bytes_per_token,
    )


def as_typed(runs: Path, options: ReadingOptions) -> str:
    """Return a table and how it is read as words of a command, for the command that comes next."""
    given = [("--where", options.where), *(("--columns", text) for text in options.columns or ())]
    given += [("--family", options.family), ("--loss-unit", options.loss_unit)]
    if options.keep != ReadingOptions().keep:
        given.append(("--keep", options.keep))
    if options.bytes_per_token is not None:
        given.append(("--bytes-per-token", f"{options.bytes_per_token:g}"))
    words = [shlex.quote(str(runs))]
    words += [f"{name} {shlex.quote(text)}" for name, text in given if text is not None]
    return " ".join(words)
