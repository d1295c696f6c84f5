"""The verb `nextdollar mrr` and its options; its work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class MrrOptions:
    """MRR movements, NRR and GRR with their ranges, and cohorts, from a ledger or subscriptions."""

    table: Annotated[
        Path,
        typer.Argument(metavar="EXPORT", help="CSV: account, month, mrr_usd; or customer, plan, amount, ..."),
    ]
    rate: Annotated[
        list[str] | None,
        typer.Option("--rate", metavar="CURRENCY=USD", help="What a unit costs in USD, e.g. EUR=1.08."),
    ] = None
    rates: Annotated[
        Path | None,
        typer.Option("--rates", metavar="FILE", help="Rates by month: month (or date), currency, usd (CSV)."),
    ] = None
    billed: Annotated[
        str | None,
        typer.Option("--billed", metavar="PERIOD", help='Where no column says it: month, year, "6 months".'),
    ] = None
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY", help="Day of the export; months not over by then are left out."
        ),
    ] = None
    span: Annotated[
        int, typer.Option("--span", metavar="MONTHS", help="Over which the same accounts are compared.")
    ] = 12
    draws: Annotated[int, typer.Option("--draws", help="Draws behind the ranges.")] = 4096
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 0
    out: Out = None
    as_json: Json = False


mrr = verb("mrr", MrrOptions, "nextdollar.cli.mrr:run_mrr")
