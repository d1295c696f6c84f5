"""Options of `nextdollar estimate training`; its work is in `estimate_training`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Estimate GPU-hours, days, cost, energy and memory of training runs whose utilisation nobody knows."""

    rows: Annotated[Path, typer.Argument(metavar="ROWS", help="A table with one row for each (CSV).")]
    price: Annotated[
        str | None,
        typer.Option(
            "--price", metavar="USD", help='Price of a GPU-hour, e.g. 2.5 or "2 to 3"; else list prices.'
        ),
    ] = None
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="List prices as of this day, e.g. 2026-06-30."),
    ] = None
    deadline: Annotated[
        str | None,
        typer.Option(
            "--deadline", metavar="TIME", help='Also the GPUs that finish each run in time, e.g. "38 days".'
        ),
    ] = None
    development: Annotated[
        str | None,
        typer.Option(
            "--development",
            metavar="TIMES",
            help='All compute over the final run, e.g. 3 or "2 to 4"; else as published.',
        ),
    ] = None
    carbon: Annotated[
        str | None,
        typer.Option(
            "--carbon", metavar="GRID", help='Grid: a region or carbon, e.g. "Sweden" or "0.05 kg/kWh".'
        ),
    ] = None
    shapes: Annotated[
        Path | None,
        typer.Option("--shapes", metavar="FILE", help="Shapes of models: a CSV table or a config.json."),
    ] = None
    calibration: Annotated[
        Path | None,
        typer.Option(
            "--calibration", metavar="FILE", help="What `nextdollar calibrate` saved of your own logs."
        ),
    ] = None
    out: Out = None
    as_json: Json = False
