"""The verb `nextdollar ltv` and its options; its work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb

_Text = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LtvOptions:
    """Say what customers are worth by segment and together, and when what they cost is back."""

    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE|SCENARIO",
            help="Segments with churn, survival, a log of purchases or summaries of it, or a scenario.",
        ),
    ]
    discount: Annotated[
        _Text, typer.Option("--discount", metavar="RATE", help='Cost of capital, "10 %/year"; default none.')
    ] = None
    horizon: Annotated[
        _Text, typer.Option("--horizon", metavar="TIME", help="How far ahead is trusted; default 36 months.")
    ] = None
    pays: Annotated[
        str, typer.Option("--pays", metavar="WHEN", help="At the start or the end of a period.")
    ] = "start"
    age: Annotated[
        str, typer.Option("--age", metavar="TIME", help="Of the customer whose rest is valued.")
    ] = "12 months"
    extra_churn: Annotated[
        str, typer.Option("--extra-churn", metavar="RATE", help="On top, for the sensitivity.")
    ] = "1 %/month"
    margin: Annotated[
        _Text,
        typer.Option(
            "--margin",
            metavar="USD",
            help='Of a customer, with survival: "50 USD/month"; of --price or of a log: "70 %".',
        ),
    ] = None
    price: Annotated[
        _Text, typer.Option("--price", metavar="COLUMN", help="Of customers: what each pays a month, USD.")
    ] = None
    period: Annotated[
        _Text,
        typer.Option(
            "--period", metavar="NAME", help="Of survival: month, quarter, year; of summaries: day, week too."
        ),
    ] = None
    tenure: Annotated[
        _Text, typer.Option("--tenure", metavar="COLUMN", help="Of customers: periods that each stayed.")
    ] = None
    entered: Annotated[
        _Text, typer.Option("--entered", metavar="COLUMN", help="Periods stayed when watching began.")
    ] = None
    churned: Annotated[_Text, typer.Option("--churned", metavar="COLUMN", help="Of customers: who left.")] = (
        None
    )
    flag: Annotated[
        _Text, typer.Option("--flag", metavar="MEANING", help="Of --churned: ever or last-period.")
    ] = None
    start: Annotated[
        _Text, typer.Option("--start", metavar="COLUMN", help="Of customers: first day of each.")
    ] = None
    cancelled: Annotated[
        _Text, typer.Option("--cancelled", metavar="COLUMN", help="Day from which he was none, or empty.")
    ] = None
    customer: Annotated[
        _Text, typer.Option("--customer", metavar="COLUMN", help="Tells customers of several rows apart.")
    ] = None
    watched_since: Annotated[
        _Text, typer.Option("--watched-since", metavar="DAY", help="Day since which it is known who left.")
    ] = None
    by: Annotated[
        _Text, typer.Option("--by", metavar="COLUMN", help="Of customers or purchases: their segments.")
    ] = None
    until: Annotated[
        _Text, typer.Option("--until", metavar="DAY", help="Last day that a log or days of contracts cover.")
    ] = None
    recency: Annotated[
        _Text,
        typer.Option("--recency", metavar="MEANING", help="Of summaries: age-at-last or since-last."),
    ] = None
    buys: Annotated[
        _Text, typer.Option("--buys", metavar="WHEN", help="Of summaries: any-time or once-a-period.")
    ] = None
    cac: Annotated[
        _Text, typer.Option("--cac", metavar="USD", help="Cost to win a customer, where a row has none.")
    ] = None
    growth: Annotated[
        _Text,
        typer.Option(
            "--growth", metavar="RATE", help='Of what a customer brings, "1 to 3 %/month"; with --cap.'
        ),
    ] = None
    usage: Annotated[
        Path | None,
        typer.Option("--usage", metavar="LEDGER", help="Take the growth from account, month, mrr_usd."),
    ] = None
    cap: Annotated[
        _Text, typer.Option("--cap", metavar="TIMES", help="Largest multiple of the first month.")
    ] = None
    decay: Annotated[
        _Text, typer.Option("--decay", metavar="RATE", help="Loss once the model is stale; with --fresh.")
    ] = None
    fresh: Annotated[
        _Text, typer.Option("--fresh", metavar="TIME", help="After an update, until the model is stale.")
    ] = None
    update: Annotated[
        _Text, typer.Option("--update", metavar="TIME", help="From update to update; default never again.")
    ] = None
    draws: Annotated[int, typer.Option("--draws", min=128, max=65_536, help="Draws behind the ranges.")] = (
        4096
    )
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 7
    out: Out = None
    as_json: Json = False


ltv = verb("ltv", LtvOptions, "nextdollar.cli.ltv:run_ltv")
