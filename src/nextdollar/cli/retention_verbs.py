"""The verb `nextdollar retention` and its options; its work is in `retention`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb


class TableKind(StrEnum):
    """What a table of customers holds."""

    cohort = "cohort"
    customers = "customers"
    transactions = "transactions"


class FlagMeaning(StrEnum):
    """What a yes in a column of churn says."""

    ever = "ever"
    last_period = "last-period"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOptions:
    """Fit how long customers stay, from cohorts, customers or purchases, and forecast how many are left."""

    table: Annotated[Path, typer.Argument(metavar="TABLE", help="Cohorts, customers or purchases (CSV).")]
    kind: Annotated[
        TableKind | None, typer.Option("--kind", help="What the table holds; else its columns say.")
    ] = None
    periods: Annotated[
        int, typer.Option("--periods", metavar="N", help="Periods to forecast beyond those watched.")
    ] = 12
    tenure: Annotated[
        str | None,
        typer.Option("--tenure", metavar="COLUMN", help="Full periods that each customer has stayed."),
    ] = None
    churned: Annotated[
        str | None, typer.Option("--churned", metavar="COLUMN", help="Whether the customer left.")
    ] = None
    flag: Annotated[
        FlagMeaning | None,
        typer.Option("--flag", help="What a yes means: left at that age, or left in the last period."),
    ] = None
    by: Annotated[
        str | None, typer.Option("--by", metavar="COLUMN", help="Column whose contents are the segments.")
    ] = None
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="Last day that a log of purchases covers."),
    ] = None
    out: Out = None
    as_json: Json = False


retention = verb("retention", RetentionOptions, "nextdollar.cli.retention:run_retention")
