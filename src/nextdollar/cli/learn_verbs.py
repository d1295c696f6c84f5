"""The verb `nextdollar learn` and its options; its work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb

_Text = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnOptions:
    """Say what users teach a model: learning curve, useful life of a version, and what one more is worth."""

    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="Users and quality by week or month: a CSV file."),
    ]
    margin: Annotated[
        _Text,
        typer.Option(
            "--margin", metavar="USD", help='What a user brings after serving: "8 to 12 USD/month".'
        ),
    ] = None
    update_cost: Annotated[
        _Text, typer.Option("--update-cost", metavar="USD", help='Of a new version: "15 to 40 KUSD".')
    ] = None
    every: Annotated[
        _Text,
        typer.Option("--every", metavar="TIME", help="Between versions to come; as in the table otherwise."),
    ] = None
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far to look.")] = "24 months"
    discount: Annotated[str, typer.Option("--discount", metavar="RATE", help="Cost of capital.")] = (
        "10 %/year"
    )
    tolerance: Annotated[
        str,
        typer.Option("--tolerance", metavar="SHARE", help="Of its quality, that a useful version may lose."),
    ] = "5 %"
    involuntary: Annotated[
        _Text,
        typer.Option(
            "--involuntary", metavar="SHARE", help='Of churn, that quality does not cure: "15 to 40 %".'
        ),
    ] = None
    referrals: Annotated[
        _Text,
        typer.Option("--referrals", metavar="RATE", help='Users whom a user brings: "1 to 2 %/month".'),
    ] = None
    joiners_follow: Annotated[
        _Text,
        typer.Option(
            "--joiners-follow",
            metavar="RATE",
            help='Rise of joiners per point of quality: "1 to 3 %/point", 0 to hold them; as in the table '
            "otherwise.",
        ),
    ] = None
    draws: Annotated[int, typer.Option("--draws", min=128, max=65_536, help="Draws behind the ranges.")] = (
        2048
    )
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 0
    out: Out = None
    as_json: Json = False


learn = verb("learn", LearnOptions, "nextdollar.cli.learn:run_learn")
