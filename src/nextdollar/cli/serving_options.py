"""Options of `nextdollar estimate serving`; its work is in `estimate_serving`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingOptions:
    """Estimate time per token, time to the first token and throughput of models on GPUs."""

    rows: Annotated[Path, typer.Argument(metavar="ROWS", help="A table with one row for each (CSV).")]
    shapes: Annotated[
        Path | None,
        typer.Option("--shapes", metavar="FILE", help="Shapes of models: a CSV table or a config.json."),
    ] = None
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine", metavar="NAME", help="Engine of rows that name none: vllm, sglang or trtllm."
        ),
    ] = None
    calibration: Annotated[
        Path | None,
        typer.Option(
            "--calibration", metavar="FILE", help="What `nextdollar calibrate` saved of your own logs."
        ),
    ] = None
    out: Out = None
    as_json: Json = False
