"""The verbs that put a law beside money, and their options; each verb's work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, LawDraws, LawSeed, Out
from nextdollar.cli.runs_options import ReadingOptions
from nextdollar.cli.verb import verb

_MaybeRuns = Annotated[
    Path | None,
    typer.Argument(metavar="[RUNS]", help="A table of training runs; its law has honest intervals."),
]
_MaybeLaw = Annotated[
    str | None,
    typer.Option(
        "--law", metavar="ID|FIT.json", help="A published law, or a file that `fit --save` wrote, instead."
    ),
]
_ValuePerNat = Annotated[
    str | None,
    typer.Option(
        "--value-per-nat",
        metavar="USD",
        help='What one nat per token less is worth over the model\'s life: "50 MUSD", "20 to 90 MUSD".',
    ),
]
_Hardware = Annotated[str, typer.Option("--hardware", metavar="GPU", help="An accelerator of the catalogue.")]
_Price = Annotated[
    str | None,
    typer.Option(
        "--price", metavar="USD", help='Rent, e.g. "2.5 USD/gpu-hour"; the catalogue\'s if left out.'
    ),
]
_Mfu = Annotated[
    str | None, typer.Option("--mfu", metavar="SHARE", help='Model FLOP utilisation, e.g. "40 %".')
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KneeOptions(ReadingOptions):
    """Say where the next dollar of training stops paying, or what going from 80 to 85 costs."""

    runs: _MaybeRuns = None
    law: _MaybeLaw = None
    value_per_nat: _ValuePerNat = None
    metric: Annotated[
        str | None,
        typer.Option("--metric", metavar="COLUMN", help="A measure of the runs; several: their mean."),
    ] = None
    from_value: Annotated[
        str | None, typer.Option("--from", metavar="VALUE", help='e.g. "80 %"; the best run\'s if left out.')
    ] = None
    to_value: Annotated[
        str | None, typer.Option("--to", metavar="VALUE", help='What the product needs: "85 %", or "+20 %".')
    ] = None
    value_per_point: Annotated[
        str | None,
        typer.Option("--value-per-point", metavar="USD", help="What one (percentage) point of it is worth."),
    ] = None
    hardware: _Hardware = "H100-SXM"
    price: _Price = None
    mfu: _Mfu = None
    tokens_per_param: Annotated[
        str | None,
        typer.Option("--tokens-per-param", metavar="R", help="Grow at this ratio, not at the best one."),
    ] = None
    draws: LawDraws = 1024
    seed: LawSeed = 0
    out: Out = None
    as_json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOptions(ReadingOptions):
    """Say which small run is worth most before a large one is chosen, and when to stop."""

    runs: _MaybeRuns = None
    law: Annotated[
        str | None, typer.Option("--law", metavar="FIT.json", help="A saved fit with draws, instead.")
    ] = None
    candidates: Annotated[
        list[str] | None,
        typer.Option(
            "--candidates",
            metavar="MODELS",
            help='The large runs to choose from: "7 B x 140 B, 70 B x 1.4 T"; repeatable.',
        ),
    ] = None
    target_flop: Annotated[
        str | None,
        typer.Option("--target-flop", metavar="FLOP", help="Choose the split of this budget instead."),
    ] = None
    today: Annotated[
        str | None,
        typer.Option(
            "--today", metavar="LOSS", help='Loss of what runs now, "2.1 nats"; then none is an option.'
        ),
    ] = None
    value_per_nat: _ValuePerNat = None
    hardware: _Hardware = "H100-SXM"
    price: _Price = None
    mfu: _Mfu = None
    budget: Annotated[
        str | None,
        typer.Option("--budget-usd", metavar="USD", help='What small runs may cost together, "20 KUSD".'),
    ] = None
    draws: LawDraws = 1024
    seed: LawSeed = 0
    out: Out = None
    as_json: Json = False


knee = verb("knee", KneeOptions, "nextdollar.cli.knee:run_knee")
study = verb("study", StudyOptions, "nextdollar.cli.study:run_study")
