"""The verbs under `nextdollar estimate`, and their options; each verb's work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.serving_options import ServingOptions
from nextdollar.cli.training_options import TrainingOptions
from nextdollar.cli.verb import verb

RowsFile = Annotated[Path, typer.Argument(metavar="ROWS", help="A table with one row for each (CSV).")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputOptions:
    """Estimate utilisation and tokens per second of training steps whose configuration is known."""

    rows: RowsFile
    out: Out = None
    as_json: Json = False


estimate = typer.Typer(
    name="estimate",
    help="Estimate what training takes, how fast its steps are, and how fast models are served.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
estimate.command()(verb("training", TrainingOptions, "nextdollar.cli.estimate_training:run_training"))
estimate.command()(verb("throughput", ThroughputOptions, "nextdollar.cli.estimate:run_throughput"))
estimate.command()(verb("serving", ServingOptions, "nextdollar.cli.estimate_serving:run_serving"))
