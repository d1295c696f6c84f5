"""Options that several verbs share, each with the words of its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help='Change one line, e.g. customers.pro.churn="5 %/month".'
    ),
]
Draws = Annotated[
    int | None,
    typer.Option("--draws", min=128, max=4_194_304, help="Number of draws, instead of the scenario's."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of the draws, instead of the scenario's.")
]
Workers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes; the result is the same.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write report, charts and tables here.")
]

RunsFile = Annotated[
    Path,
    typer.Argument(metavar="RUNS", help="A table of training runs: CSV, Parquet, or a tracker's export."),
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="CONDITION", help='Only rows that meet it, e.g. "flops <= 1e21".'),
]
LawDraws = Annotated[
    int, typer.Option("--draws", min=128, max=65_536, help="Draws of the law, for its ranges.")
]
LawSeed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")]
NamedLawOption = Annotated[
    str,
    typer.Option("--law", metavar="ID|FIT.json", help="A published law, or a file that `fit --save` wrote."),
]
