"""The verbs that start from a table of runs, and their options; each verb's work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, LawDraws, LawSeed, Out, RunsFile
from nextdollar.cli.runs_options import ReadingOptions
from nextdollar.cli.verb import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions(ReadingOptions):
    """Fit a scaling law to training runs, with standard errors and what they rest on."""

    runs: RunsFile
    law: Annotated[
        str,
        typer.Option(
            "--law", metavar="LAW|auto", help="Form of the law; auto takes what best foretells larger runs."
        ),
    ] = "auto"
    objective: Annotated[
        str, typer.Option("--objective", help="What is made least: huber-log, squares-log or squares.")
    ] = "huber-log"
    pin_E: Annotated[  # noqa: N815
        float | None,
        typer.Option("--pin-E", metavar="NATS", help="Hold the floor E here (a pinned asymptote)."),
    ] = None
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FIT.json", help="Write the fit here; --law of other verbs takes it."),
    ] = None
    draws: LawDraws = 1000
    seed: LawSeed = 0
    out: Out = None
    as_json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastOptions(ReadingOptions):
    """Forecast the loss of larger models from smaller runs, with ranges that widen with the distance."""

    runs: RunsFile
    at: Annotated[
        list[str],
        typer.Option(
            "--at",
            metavar="TARGETS",
            help='A table of targets, or models such as "70 B x 1.4 T"; repeatable.',
        ),
    ]
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="COLUMN", help="Forecast this column of scores as well.")
    ] = None
    draws: LawDraws = 1024
    seed: LawSeed = 0
    out: Out = None
    as_json: Json = False


fit = verb("fit", FitOptions, "nextdollar.cli.fit:run_fit")
forecast = verb("forecast", ForecastOptions, "nextdollar.cli.forecast:run_forecast")
